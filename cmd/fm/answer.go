package main

import (
	"context"
	"fmt"
	"strconv"

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
	h, l, err := a.listener(ctx, c.Worker)
	if err != nil {
		return err
	}
	answering := h.busy("answering %s", l.session.Worker)
	line, err := h.reply(ctx, l, answer, func(q fm.Question) error { return h.unread(l.session, q) })
	answering.done()
	if err != nil {
		return err
	}
	h.showQuestions(func(all shownQuestions) { delete(all, l.session.Worker) })
	fmt.Fprintln(h.stdout, "✓", line)
	return nil
}

// reply answers the question that an agent waits with now, unless that is not
// what its giver has read.
func (h *house) reply(ctx context.Context, l listener, answer supervisor.Answer, read func(fm.Question) error) (string, error) {
	open := []question{{task: l.task, what: l.report.Question}}
	h.lookAt(ctx, l.speaker.Terminal, l.speaker.Agent, open)
	answer.Asked = open[0].what
	if err := read(answer.Asked); err != nil {
		return "", err
	}
	asked, err := l.speaker.Answer(ctx, l.session.Worker, l.session.Run, answer)
	if err != nil {
		return "", unheard(err, l)
	}
	return fmt.Sprintf("Answered %s on %s: %s → %s", l.session.Worker, l.task.ID.Ref(), questionLine(asked), chosen(answer, asked)), nil
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

// questionLine tells a question in a line.
func questionLine(q fm.Question) string {
	if text := fm.Line(q.Text, 100); text != "" {
		return text
	}
	return "a " + string(q.Kind)
}

// chosen names what was answered.
func chosen(a supervisor.Answer, q fm.Question) string {
	switch {
	case a.Option > len(q.Options):
		return "option " + strconv.Itoa(a.Option)
	case a.Option > 0:
		return fm.Line(q.Options[a.Option-1], 100)
	}
	return fm.Line(a.Text, 100)
}
