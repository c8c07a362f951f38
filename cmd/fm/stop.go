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
	h, err := a.find(ctx) // a broken file is no reason not to stop
	if err != nil {
		return err
	}
	if err := h.seenWork(); err != nil {
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
// is its business. The token that was left for one goes, too.
func (h *house) reap(ctx context.Context) error {
	if _, alive := h.supervisorPID(); alive {
		return nil
	}
	if err := h.forgetToken(); err != nil {
		return err
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
	if !alive && h.broken != nil {
		return h.broken
	}
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
	waiting := h.busy("waiting for the supervisor to end")
	defer waiting.done()
	calledOff, told := false, map[string]bool{}
	err := h.until(ctx, func(s supervisor.Status, alive bool) bool {
		w, err := h.wanted()
		calledOff = err == nil && w.Stop == ""
		if alive && s.Wanted.Stop == supervisor.StopDrain {
			waiting.aside(func() { h.tellOnce(told, lingering(s.Workers)) })
		}
		return !alive || calledOff
	})
	if err == nil && calledOff {
		err = errors.New("another command went on with the work; stop it again with: fm stop")
	}
	return err
}

// tellOnce prints those of the lines that it has not printed before.
func (h *house) tellOnce(told map[string]bool, lines []string) {
	for _, line := range lines {
		if !told[line] {
			fmt.Fprintln(h.stdout, line)
		}
		told[line] = true
	}
}

// lingering says for which workers a drain may wait for long, and who can help.
func lingering(workers []supervisor.WorkerStatus) []string {
	var lines []string
	for _, ws := range workers {
		var why string
		switch {
		case ws.Task == "":
			continue
		case ws.State == string(fm.Waiting):
			why = "waits for you: fm inbox"
		case ws.Held:
			why = "is held: fm release " + ws.Worker.String()
		case ws.Person:
			why = "has somebody typing in it: fm release " + ws.Worker.String() + " when that is over"
		case ws.State == string(fm.Limited):
			why = "can do nothing now: fm status"
		default:
			continue
		}
		lines = append(lines, fmt.Sprintf("! The stop waits for %s: %s %s", ws.Task.Ref(), ws.Worker, why))
	}
	return lines
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
