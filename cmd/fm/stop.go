package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
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
	return h.stop(ctx, mode, "fm resume")
}

// stop has the supervisor end in order, which takes a supervisor: one that
// died is brought back for it if it left sessions behind. The command resume
// goes on with the work.
func (h *house) stop(ctx context.Context, mode supervisor.StopMode, resume string) error {
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return err
	}
	damage := h.damage(ctx)
	_, alive := h.supervisorPID()
	if !alive && sight.Generation == "" {
		h.stopped("✓ Nothing was running.", resume, damage)
		return h.reap(ctx)
	}
	guarded, err := terminal.SupervisorAlive(ctx) // then one that was killed is back in a moment
	if err != nil {
		return err
	}
	switch busy := alive || guarded || living(sight) > 0; {
	case busy && damage != nil && mode == supervisor.StopDrain:
		return fmt.Errorf("%s: no work can be finished; end it with: fm stop --now", text(damage))
	case busy && damage != nil && !alive:
		// None can start. The agents end with their terminal.
		if err := h.wantStop(ctx, mode); err != nil {
			return err
		}
	case busy:
		if err := h.end(ctx, mode, terminal, sight); err != nil {
			return err
		}
	}
	if err := terminal.Shutdown(ctx); err != nil {
		return err
	}
	if err := h.reap(ctx); err != nil {
		return err
	}
	h.stopped("✓ Stopped.", resume, damage)
	return nil
}

// damage says what is wrong with the ledger when no supervisor can work with it;
// nil for nothing that keeps one from it.
func (h *house) damage(ctx context.Context) error {
	if _, err := h.openQueue(ctx); errors.Is(err, queue.ErrCorrupt) {
		return err
	}
	return nil
}

// stopped says how things stand after an end, and how to go on.
func (h *house) stopped(line, resume string, damage error) {
	if damage == nil {
		fmt.Fprintln(h.stdout, line+" Go on with: "+resume)
		return
	}
	fmt.Fprintln(h.stdout, line)
	fmt.Fprintln(h.stdout, "! The ledger is damaged: it and the queue are left as they are, and what the agents did stands in their worktrees.")
	fmt.Fprintln(h.stdout, "  Go on with: fm queue rebuild, then: "+resume)
}

func (h *house) wantStop(ctx context.Context, mode supervisor.StopMode) error {
	_, err := h.want(ctx, func(w *supervisor.Wanted) { w.Stop = mode })
	return err
}

// reap ends what agents left behind: servers that they started, agents that
// survived their terminal. With a supervisor that was started meanwhile, this
// is its business. The token that was left for one goes, too.
func (h *house) reap(ctx context.Context) error {
	if h.goesOn(ctx) {
		return nil
	}
	if err := h.forgetToken(); err != nil {
		return err
	}
	h.clearReady(ctx)
	agent, err := h.reader()
	if err != nil {
		return err
	}
	return agent.ReapAll(ctx)
}

// goesOn says whether a supervisor lives that is to stay. One that a guard has
// started, and that only looks whether it is to stop, is waited for.
func (h *house) goesOn(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	_ = h.until(ctx, func(_ supervisor.Status, alive bool) bool { // the look behind it tells
		w, err := h.wanted()
		return !alive || err == nil && w.Stop == ""
	})
	_, alive := h.supervisorPID()
	return alive
}

// clearReady removes worktrees that stand ready and were left by a supervisor that
// was killed. Where that fails, the next supervisor does it.
func (h *house) clearReady(ctx context.Context) {
	trees, err := git.Trees(ctx, h.gitOptions())
	if err == nil && slices.ContainsFunc(trees, func(t git.Tree) bool { return t.State == git.Ready }) {
		_ = h.unstock(ctx)
	}
}

// end waits until the supervisor has ended as wanted. The wish stays, so that a
// guard that knows of no end starts none that goes on.
func (h *house) end(ctx context.Context, mode supervisor.StopMode, terminal *tmux.Server, sight fm.Sight) error {
	if err := h.settle(); err != nil {
		return err
	}
	// Before the wish: one that obeys at once is gone when it is looked for, and
	// its successor, which has nothing to do, would not show itself either.
	_, alive := h.supervisorPID()
	if !alive && h.broken != nil {
		return h.broken
	}
	if err := h.wantStop(ctx, mode); err != nil {
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
	var alone time.Time // since when no supervisor lives
	err := h.until(ctx, func(s supervisor.Status, alive bool) bool {
		w, err := h.wanted()
		calledOff = err == nil && w.Stop == ""
		if alive && s.Wanted.Stop == supervisor.StopDrain {
			waiting.aside(func() { h.tellOnce(told, append(unrecorded(s.Problems), lingering(s.Workers)...)) })
		}
		switch {
		case alive || calledOff:
			alone = time.Time{}
			return calledOff
		case alone.IsZero():
			alone = time.Now()
		}
		// One that was killed is started again by its guard, and is to finish first.
		guarded, err := terminal.SupervisorAlive(ctx)
		return err != nil || !guarded || time.Since(alone) > startLimit
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

// unrecorded says that a drain waits for a queue that cannot be read.
func unrecorded(problems []string) []string {
	var lines []string
	for _, p := range problems {
		if strings.HasPrefix(p, supervisor.Unrecorded) {
			lines = append(lines, "! The stop waits: "+p)
		}
	}
	return lines
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
