package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// stopCmd ends the supervisor and its tmux server.
type stopCmd struct {
	Now bool `help:"Stop the agents at once; their work is preserved and their tasks wait for the next start."`
}

func (c *stopCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	mode := supervisor.StopDrain
	if c.Now {
		mode = supervisor.StopNow
	}
	return h.stop(ctx, mode)
}

// stop has the supervisor end in order, which takes a supervisor: one that
// died is brought back for it if it left sessions behind.
func (h *house) stop(ctx context.Context, mode supervisor.StopMode) error {
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return err
	}
	_, alive := h.supervisorPID()
	if !alive && sight.Generation == "" {
		fmt.Fprintln(h.stdout, "✓ Nothing was running. Go on with: fm resume")
		return h.reap(ctx)
	}
	if alive || living(sight) > 0 {
		if err := h.end(ctx, mode, sight); err != nil {
			return err
		}
	}
	if err := terminal.Shutdown(ctx); err != nil {
		return err
	}
	if err := h.reap(ctx); err != nil {
		return err
	}
	fmt.Fprintln(h.stdout, "✓ Stopped. Go on with: fm resume")
	return nil
}

// reap ends what agents left behind: servers that they started, agents that
// survived their terminal. With a supervisor that was started meanwhile, this
// is its business.
func (h *house) reap(ctx context.Context) error {
	if _, alive := h.supervisorPID(); alive {
		return nil
	}
	agent, err := h.reader()
	if err != nil {
		return err
	}
	return agent.ReapAll(ctx)
}

// end waits until the supervisor has ended as wanted. The wish stays, so that a
// guard that knows of no end starts none that goes on.
func (h *house) end(ctx context.Context, mode supervisor.StopMode, sight fm.Sight) error {
	if err := h.settle(); err != nil {
		return err
	}
	// Before the wish: one that obeys at once is gone when it is looked for, and
	// its successor, which has nothing to do, would not show itself either.
	_, alive := h.supervisorPID()
	if _, err := h.want(ctx, func(w *supervisor.Wanted) { w.Stop = mode }); err != nil {
		return err
	}
	if mode == supervisor.StopDrain && living(sight) > 0 {
		fmt.Fprintln(h.stdout, "The workers finish what they have; to stop them at once: fm stop --now")
	}
	if !alive {
		if err := h.ensure(ctx); err != nil {
			return err
		}
	}
	calledOff := false
	err := h.until(ctx, func(_ supervisor.Status, alive bool) bool {
		w, err := h.wanted()
		calledOff = err == nil && w.Stop == ""
		return !alive || calledOff
	})
	if err == nil && calledOff {
		err = errors.New("another command went on with the work; stop it again with: fm stop")
	}
	return err
}

func living(sight fm.Sight) int {
	n := 0
	for _, s := range sight.Sessions {
		if s.Alive {
			n++
		}
	}
	return n
}
