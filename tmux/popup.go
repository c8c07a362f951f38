package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Popup runs a command in a popup of the tmux that this process runs in, which
// is the person's own, and returns when the popup is closed. The popup closes
// when the command ends, and stays with what it said when it fails. The error
// wraps [fm.ErrRefused] where no popup can be had.
func Popup(ctx context.Context, argv ...string) error {
	if os.Getenv("TMUX") == "" {
		return fmt.Errorf("open popup: not inside tmux: %w", fm.ErrRefused)
	}
	// What runs in a popup is in no pane, whatever the environment says.
	words := append([]string{
		"display-popup", "-EE", "-w", "90%", "-h", "90%", "/bin/sh", "-c", `unset TMUX TMUX_PANE; exec "$@"`, "fm",
	}, argv...)
	for i, w := range words {
		words[i] = escape(w)
	}
	cmd := exec.CommandContext(ctx, "tmux", words...)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	_, failed := errors.AsType[*exec.ExitError](err)
	switch line := fm.Line(said.String(), 200); {
	case err == nil, failed && line == "": // the command's own failure: it has said so
		return nil
	case strings.Contains(line, "unknown command"):
		return fmt.Errorf("open popup: the tmux that you are in is older than 3.2: %w", fm.ErrRefused)
	case failed:
		return fmt.Errorf("open popup: tmux: %s: %w", line, fm.ErrRefused)
	default:
		return fmt.Errorf("open popup: %w", err)
	}
}
