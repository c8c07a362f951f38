package main

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// pauseCmd stops new work; what runs goes on to its end.
type pauseCmd struct{}

func (pauseCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	line, err := h.pause(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(h.stdout, "✓ %s Continue with: fm resume\n", line)
	return nil
}

// pause stops new work, and says so in a sentence.
func (h *house) pause(ctx context.Context) (string, error) {
	_, err := h.want(ctx, func(w *supervisor.Wanted) { w.Paused = true })
	return "Paused: nothing new is started, what runs goes on.", err
}

// resumeCmd goes on after a pause, a stop or a crash, with the last worker
// count.
type resumeCmd struct {
	Mode string `name:"permission-mode" placeholder:"MODE" help:"Claude's permission mode for agents that start from now on; see fm work --help."`
}

func (c *resumeCmd) Run(ctx context.Context, a *app) error {
	mode, err := a.permission(c.Mode)
	if err != nil {
		return err
	}
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	lines, err := h.resume(ctx, mode)
	for _, line := range lines {
		fmt.Fprintln(h.stdout, line)
	}
	return err
}

// resume goes on, in a permission mode if one is named, and says with what.
func (h *house) resume(ctx context.Context, mode string) ([]string, error) {
	if err := h.check(ctx); err != nil {
		return nil, err
	}
	w, err := h.want(ctx, func(w *supervisor.Wanted) {
		w.Paused, w.Stop = false, ""
		if mode != "" {
			w.Permission = mode
		}
	})
	if err != nil {
		return nil, err
	}
	if err := h.ensure(ctx); err != nil {
		return nil, err
	}
	return append([]string{"✓ Resumed with " + fm.Count(w.Workers, "worker")}, h.modeLines(w)...), nil
}
