package github

import (
	"context"
	"fmt"
	"strings"

	"github.com/cli/go-gh/v2/pkg/auth"

	"github.com/founder-mode/fm"
)

// Token finds a token for a host, where the gh command would: in the
// environment, in gh's configuration, in the keyring by way of gh itself. The
// error says how to get one and wraps [fm.ErrRefused].
func Token(ctx context.Context, host string) (string, error) {
	if host == "" {
		host = dotcom
	}
	found := make(chan string, 1)
	go func() { // a keyring may ask a person, and takes no context
		token, _ := auth.TokenForHost(host)
		found <- strings.TrimSpace(token)
	}()
	select {
	case token := <-found:
		if token == "" {
			return "", noToken(host)
		}
		return token, nil
	case <-ctx.Done():
		return "", fmt.Errorf("find token for %s: %w", host, ctx.Err())
	}
}

func noToken(host string) error {
	variable, login := "GH_TOKEN", "gh auth login"
	if auth.IsEnterprise(host) {
		variable = "GH_ENTERPRISE_TOKEN"
	}
	if host != dotcom {
		login += " --hostname " + host
	}
	return fmt.Errorf("no token for %s: run %s, or set %s: %w", host, login, variable, fm.ErrRefused)
}
