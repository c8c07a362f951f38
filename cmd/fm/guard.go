package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/watch"
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
	if err := h.settle(); err != nil {
		return err
	}
	// What a supervisor says when it cannot log any more, a panic say.
	last, err := os.OpenFile(h.supervisorLog(), os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = last.Close() }() // the child has it too
	ctx, cancel := context.WithCancel(ctx)
	shown := make(chan struct{})
	defer func() { cancel(); <-shown }()
	go func() { defer close(shown); h.showLog(ctx) }()
	return process.Guard(ctx, process.GuardOptions{Argv: cmd.Argv, Env: h.environ, Output: last, Alive: h.supervisorPID, Log: h.stderr})
}

func (h *house) supervisorLog() string { return filepath.Join(h.project.Logs(), "supervisor.log") }

// showLog shows a person who joins the session what the supervisor logs from
// now on. The supervisor does not write there itself: a terminal that nobody
// reads would hold it up.
func (h *house) showLog(ctx context.Context) {
	path := h.supervisorLog()
	var at int64
	if info, err := os.Stat(path); err == nil {
		at = info.Size()
	}
	next := tail(path, at)
	wake, hint := hints()
	watcher := watch.New(hint)
	watcher.Add(h.project.Logs())
	watching := make(chan struct{})
	go func() { defer close(watching); _ = watcher.Run(ctx) }() // nothing is shown without it
	defer func() { <-watching }()
	for {
		_ = next(ctx, h.stdout) // the next hint may find more
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
	}
}

// supervisorPID says which process holds the supervisor's lock, if one does.
// Who only asks, as here, holds it for an instant, too: the lock speaks for a
// supervisor only together with a process that lives.
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
		return 0, true // it has not written who it is yet
	}
	return pid, process.Alive(pid, "")
}
