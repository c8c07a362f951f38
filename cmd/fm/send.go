package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
)

// sendCmd says something to an agent, as a person at its keyboard would. It
// needs no supervisor.
type sendCmd struct {
	Worker string `arg:"" help:"worker-3, or the task that it works on, such as 456."`
	Text   string `arg:"" help:"What to say; - reads it from the standard input."`
}

func (c *sendCmd) Run(ctx context.Context, a *app) error {
	text, err := a.words(c.Text)
	if err != nil {
		return err
	}
	h, l, err := a.listener(ctx, c.Worker)
	if err != nil {
		return err
	}
	saying := h.busy("saying it to %s", l.session.Worker)
	err = l.speaker.Say(ctx, l.session.Worker, l.session.Run, text)
	saying.done()
	if errors.Is(err, fm.ErrRefused) {
		return fmt.Errorf("%w; see: fm inbox", err)
	}
	if err != nil {
		return unheard(err, l)
	}
	when := ""
	if l.report.State == fm.AtWork {
		when = "; it reads that after what it does now, at the latest when its turn is over"
	}
	fmt.Fprintf(h.stdout, "✓ Said to %s on %s%s\n", l.session.Worker, l.task.ID.Ref(), when)
	return nil
}

// unheard says where to look when words may not have reached their agent.
func unheard(err error, l listener) error {
	if errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone) {
		return err // nothing was typed
	}
	return fmt.Errorf("%w; look at it: fm attach %s", err, l.session.Worker)
}
