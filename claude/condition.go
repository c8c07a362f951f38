package claude

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// Path is the command that was found, absolute.
func (c *Claude) Path() string { return c.command }

// Version asks the command for its version, such as "2.1.197".
func (c *Claude) Version(ctx context.Context) (string, error) {
	out, err := c.run(ctx, nil, "--version")
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", c.command, err)
	}
	version, _, _ := strings.Cut(fm.Line(string(out), 40), " ")
	return version, nil
}

// Login is what the CLI says of its login without asking anybody.
type Login struct {
	In  bool
	How string // such as "api_key" or "oauth_token"
}

// Login asks the command whether it is logged in. It does not try the login,
// which may have expired. An error means that nothing is known: older releases
// cannot be asked.
func (c *Claude) Login(ctx context.Context) (Login, error) {
	out, err := c.run(ctx, nil, "auth", "status")
	var said struct {
		LoggedIn *bool  `json:"loggedIn"`
		Method   string `json:"authMethod"`
	}
	// It exits with 1 when it is not logged in, and says so all the same.
	if json.Unmarshal(out, &said) != nil || said.LoggedIn == nil {
		if err == nil {
			err = errors.New("no answer that can be read")
		}
		return Login{}, fmt.Errorf("ask %s for its login: %w", c.command, err)
	}
	return Login{In: *said.LoggedIn, How: fm.Line(said.Method, 40)}, nil
}

// Status is what the CLI says of itself in its session file: "idle", "busy",
// "waiting" or "shell", or "" when there is no such file for the run.
func (c *Claude) Status(ctx context.Context, run fm.Run) (string, error) {
	s, err := c.signs(ctx, run)
	if err != nil {
		return "", err
	}
	return fm.Line(readLevel(c.configDir(), s.pid).Status, 40), nil
}
