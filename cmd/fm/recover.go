package main

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// recoverCmd brings everything back after a crash of the supervisor, of tmux
// or of the machine, and says what it found.
type recoverCmd struct{}

func (recoverCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	if err := h.check(ctx); err != nil {
		return err
	}
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return err
	}
	if pid, alive := h.supervisorPID(); alive {
		fmt.Fprintf(h.stdout, "✓ The supervisor runs (pid %d): nothing to recover\n", pid)
		return nil
	}
	w, err := h.want(ctx, func(w *supervisor.Wanted) { w.Stop = "" })
	if err != nil {
		return err
	}
	if err := h.ensure(ctx); err != nil {
		return err
	}
	adopted, lost := 0, 0
	for _, t := range q.Snapshot().Tasks {
		if t.Status != fm.Working || queue.Owed(t) {
			continue
		}
		if alive(sight, t.Run()) {
			adopted++
		} else {
			lost++
		}
	}
	fmt.Fprintf(h.stdout, "✓ Recovered with %s: %s adopted, %d started again\n", fm.Count(w.Workers, "worker"), fm.Count(adopted, "session"), lost)
	return nil
}

func alive(sight fm.Sight, run fm.Run) bool {
	for _, s := range sight.Sessions {
		if s.Run == run && s.Alive {
			return true
		}
	}
	return false
}
