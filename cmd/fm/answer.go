package main

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// answerCmd answers the question that an agent waits with. It needs no
// supervisor.
type answerCmd struct {
	Worker string `arg:"" help:"worker-3, or the task that it works on, such as 456."`
	Text   string `arg:"" optional:"" help:"The answer in your own words; - reads it from the standard input. Where only yes or no is asked, it means no, and why."`
	Option *int   `short:"o" placeholder:"N" help:"The number of an option, as fm inbox shows it."`
}

func (c *answerCmd) Run(ctx context.Context, a *app) error {
	answer, err := c.answer(a)
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
	if err := speaker.Answer(ctx, l.session.Worker, l.session.Run, answer); err != nil {
		return unheard(err, l)
	}
	fmt.Fprintf(h.stdout, "✓ Answered %s on #%s%s\n", l.session.Worker, l.task.ID, chosen(answer, l.report.Question))
	return nil
}

// answer takes one of a text and an option.
func (c *answerCmd) answer(a *app) (supervisor.Answer, error) {
	switch {
	case c.Option != nil && c.Text != "":
		return supervisor.Answer{}, usage("a text and --option: give one of them")
	case c.Option != nil && *c.Option < 1:
		return supervisor.Answer{}, usage("--option %d: they are counted from 1; see: fm inbox", *c.Option)
	case c.Option != nil:
		return supervisor.Answer{Option: *c.Option}, nil
	case c.Text == "":
		return supervisor.Answer{}, usage(`what is the answer? fm answer %s --option N, or: fm answer %[1]s "TEXT"; see: fm inbox`, fm.Line(c.Worker, 60))
	}
	text, err := a.words(c.Text)
	return supervisor.Answer{Text: text}, err
}

// chosen names the option that was picked, where it is known.
func chosen(a supervisor.Answer, q fm.Question) string {
	if a.Option < 1 || a.Option > len(q.Options) {
		return ""
	}
	return ": " + fm.Line(q.Options[a.Option-1], 100)
}
