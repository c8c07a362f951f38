package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
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
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	speaker, l, err := h.speaker(ctx, c.Worker, snap)
	if err != nil {
		return err
	}
	err = speaker.Say(ctx, l.session.Worker, l.session.Run, text)
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
	fmt.Fprintf(h.stdout, "✓ Said to %s on #%s%s\n", l.session.Worker, l.task.ID, when)
	return nil
}

// unheard says where to look when words may not have reached their agent.
func unheard(err error, l listener) error {
	if errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone) {
		return err // nothing was typed
	}
	return fmt.Errorf("%w; look at it: fm attach %s", err, l.session.Worker)
}

// speaker gives the one who types for a person, and whom to. A person in the
// session comes first.
func (h *house) speaker(ctx context.Context, word string, snap queue.Snapshot) (supervisor.Speaker, listener, error) {
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return supervisor.Speaker{}, listener{}, err
	}
	agent, err := h.reader()
	if err != nil {
		return supervisor.Speaker{}, listener{}, err
	}
	l, err := h.listener(ctx, word, terminal, snap)
	return supervisor.Speaker{Terminal: terminal, Agent: agent, Dir: h.worktree, May: h.unattended}, l, err
}
