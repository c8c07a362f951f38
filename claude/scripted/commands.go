package scripted

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// commandLimit ends a command that hangs.
const commandLimit = 5 * time.Minute

// run starts a program, such as the project's tests. When it fails, the steps
// of OnFailure are done and it is run once more: a bug that a red test found.
type run struct {
	Argv      []string          `json:"argv"`
	OnFailure []json.RawMessage `json:"on_failure"`
	repair    []step
}

func (r *run) check() (err error) {
	if len(r.Argv) == 0 {
		return errors.New(`want "argv", a list of words`)
	}
	r.repair, err = parseSteps(r.OnFailure)
	if err != nil {
		return fmt.Errorf("on_failure: %w", err)
	}
	return nil
}

func (r *run) do(ctx context.Context, t *turn) error {
	err := r.once(ctx, t)
	if err == nil || ctx.Err() != nil || len(r.repair) == 0 {
		return err
	}
	t.speak("That failed. I see why, and fix it.")
	if err := t.steps(ctx, r.repair); err != nil {
		return err
	}
	return r.once(ctx, t)
}

func (r *run) once(ctx context.Context, t *turn) error {
	line := strings.Join(r.Argv, " ")
	use := toolUse{name: "Bash", show: line, input: map[string]any{"command": line, "description": "Run " + r.Argv[0]}}
	return t.tool(ctx, use, func(ctx context.Context) (string, error) {
		return t.exec(ctx, r.Argv...)
	})
}

// exec runs a program in a session of its own, as the CLI's shell tool does,
// and returns what it printed. An interruption kills all of it.
func (t *turn) exec(ctx context.Context, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = t.s.env.Dir
	cmd.WaitDelay = 2 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	text := strings.TrimRight(fm.Plain(out.String()), "\n")
	if err != nil {
		return text, fmt.Errorf("%s: %w", fm.Line(argv[0], 60), err)
	}
	return text, nil
}

// commit commits every change but fm's own files. With nothing to commit it
// does nothing. Without a message it takes the one that TASK.md asks for; another
// one gets that one's last line, without which fm would send the work back.
type commit struct {
	Message text `json:"message"`
}

func (c *commit) check() error { return nil }

func (c *commit) message(t task) string {
	line := closing(t.message)
	switch given := strings.TrimSpace(string(c.Message)); {
	case given == "" && t.message == "":
		return strings.TrimSpace("Work on " + string(t.id) + " " + fm.Line(t.title, 200))
	case given == "":
		return t.message
	case strings.Contains(given, line):
		return given
	default:
		return given + "\n\n" + line
	}
}

func (c *commit) do(ctx context.Context, t *turn) error {
	message := c.message(t.s.task)
	use := toolUse{name: "Bash", show: "git commit -m " + message, input: map[string]any{
		"command": "git add -A && git commit -m '" + message + "'", "description": "Commit the work",
	}}
	return t.tool(ctx, use, func(ctx context.Context) (string, error) {
		if out, err := t.exec(ctx, "git", "add", "-A", "--", "."); err != nil {
			return out, err
		}
		// fm's own files, should the repository not ignore them, as those of
		// .founder-mode in the main checkout that a team may commit. To exclude
		// them from "git add" fails when it does.
		if out, err := t.exec(ctx, "git", "reset", "-q", "--", "COMPLETION.md", "TASK.md", "ISSUE.json", ".founder-mode"); err != nil {
			return out, err
		}
		if _, err := t.exec(ctx, "git", "diff", "--cached", "--quiet"); err == nil {
			return "nothing to commit", nil
		}
		return t.exec(ctx, "git", "-c", "user.name=Scripted Agent", "-c", "user.email=scripted-agent@localhost",
			"-c", "commit.gpgsign=false", "commit", "-m", message)
	})
}
