package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/process"
)

// guardCmd starts the supervisor and starts it again when it dies. It is the
// process of the tmux session "supervisor".
type guardCmd struct{}

func (guardCmd) Run(ctx context.Context, a *app) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	cmd, err := h.self("supervise")
	if err != nil {
		return err
	}
	return process.Guard(ctx, process.GuardOptions{Argv: cmd.Argv, Env: h.environ, Alive: h.supervisorPID, Log: h.stderr})
}

// supervisorPID says which process holds the supervisor's lock, if one does.
func (h *house) supervisorPID() (pid int, ok bool) {
	lock, holder, err := disk.TryLock(h.project.LockFile(), "")
	if err == nil {
		_ = lock.Release() // it was ours for an instant
		return 0, false
	}
	if !errors.Is(err, disk.ErrHeld) {
		return 0, false
	}
	if _, err := fmt.Sscanf(holder, "pid %d", &pid); err != nil {
		return 0, true
	}
	return pid, true
}

// both writes to a file and, as far as that works, to a terminal that may go
// away.
type both struct {
	file     *os.File
	terminal io.Writer
}

func (b both) Write(p []byte) (int, error) {
	_, _ = b.terminal.Write(p) // its pane may be gone
	return b.file.Write(p)
}
