package main

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// workersCmd changes how many workers there are.
type workersCmd struct {
	List   workersListCmd   `cmd:"" default:"1" help:"Show the workers."`
	Add    workersAddCmd    `cmd:"" remarks:"" help:"Add workers."`
	Remove workersRemoveCmd `cmd:"" remarks:"" help:"Remove workers; one that works finishes its task first."`
}

type workersListCmd struct{}

func (workersListCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	w, err := h.wanted()
	if err != nil {
		return err
	}
	s, err := h.status(ctx)
	if err != nil {
		return err
	}
	if s.PID == 0 {
		fmt.Fprintf(h.stdout, "%s wanted; the supervisor is not running: fm resume\n", fm.Count(w.Workers, "worker"))
		return nil
	}
	for _, ws := range s.Workers {
		fmt.Fprintf(h.stdout, "%-10s %-10s %s%s\n", ws.Worker, ws.State, fm.Line(ws.Text+" "+ws.Title, 100), hands(ws))
	}
	return nil
}

// hands says in whose hands a worker is, if not in fm's.
func hands(ws supervisor.WorkerStatus) string {
	switch {
	case ws.Task == "": // it says so
	case ws.Held:
		return " · held: fm release " + ws.Worker.String()
	case ws.Person:
		return " · attached, typing"
	}
	return ""
}

type workersAddCmd struct {
	Count int `arg:"" help:"How many."`
}

func (c *workersAddCmd) Run(ctx context.Context, a *app) error { return a.scale(ctx, c.Count) }

type workersRemoveCmd struct {
	Count int `arg:"" help:"How many."`
}

func (c *workersRemoveCmd) Run(ctx context.Context, a *app) error { return a.scale(ctx, -c.Count) }

// scale changes the number of workers by some.
func (a *app) scale(ctx context.Context, by int) error {
	if by == 0 {
		return usage("0 workers: nothing to do")
	}
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	line, err := h.scale(ctx, by)
	if err != nil {
		return err
	}
	fmt.Fprintln(h.stdout, "✓", line)
	h.remind()
	return nil
}

// scale changes the number of workers by some, and says how many there are.
func (h *house) scale(ctx context.Context, by int) (string, error) {
	var refused error
	w, err := h.want(ctx, func(w *supervisor.Wanted) {
		n := w.Workers + by
		switch {
		case w.Workers == 0 && by < 0:
			refused = usage("no worker is wanted as it is: none can be taken away")
			return
		case n < 0 || n > fm.MaxWorkers:
			refused = usage("there are %d workers; %+d would make %d: want 0 to %d", w.Workers, by, n, fm.MaxWorkers)
			return
		}
		w.Workers = n
	})
	if err == nil {
		err = refused
	}
	return fm.Count(w.Workers, "worker"), err
}

// remind says that nobody is there to do what was asked for.
func (h *house) remind() {
	if _, alive := h.supervisorPID(); !alive {
		fmt.Fprintln(h.stdout, "! The supervisor is not running: fm resume")
	}
}
