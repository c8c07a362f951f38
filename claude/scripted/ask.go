package scripted

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// ask opens a permission dialog and waits for a person.
type ask struct {
	Tool     string `json:"tool"`
	Question string `json:"question"`
	Command  string `json:"command"`
}

func (a *ask) check() error { return nil }

func (a *ask) do(ctx context.Context, t *turn) error {
	t.answered = true
	v := t.request(ctx, a.Tool, fields{"command": a.Command})
	switch v.permission {
	case "allow":
		t.s.screen.dim("Allowed by PermissionRequest hook")
		return nil
	case "deny":
		t.speak("I was not allowed to: " + v.reason)
		return nil
	}
	d := dialog{
		waitingFor: "permission prompt", indent: " ",
		lines:   []string{a.Tool + " command", "", "  " + fm.Line(a.Command, 120), "", a.Question},
		options: []string{"Yes", "Yes, and always allow access to this project", "No"},
		help:    "Esc to cancel · Tab to amend · ctrl+e to explain",
	}
	notice := fields{"message": "Claude needs your permission to use " + a.Tool, "notification_type": "permission_prompt"}
	if c := t.s.open(ctx, d, notice); c.option == 0 || c.option == len(d.options) {
		return errInterrupted
	}
	return ctx.Err()
}

func (t *turn) request(ctx context.Context, tool string, input fields) verdict {
	return t.s.fire(ctx, "PermissionRequest", tool, fields{
		"prompt_id": t.promptID, "tool_name": tool, "tool_input": input, "permission_suggestions": []any{},
	})
}

// inquire asks a question of the agent's own. The answer becomes its last
// message.
type inquire struct {
	Header   string   `json:"header"`
	Question string   `json:"question"`
	Options  []string `json:"options"`
}

func (q *inquire) check() error {
	if len(q.Options) < 2 || len(q.Options) > 4 {
		return errors.New(`want 2 to 4 "options"`)
	}
	return needed("question", q.Question)
}

func (q *inquire) do(ctx context.Context, t *turn) error {
	t.answered = true
	var options []fields
	d := dialog{waitingFor: "permission prompt", help: "Enter to select · ↑/↓ to navigate · Esc to cancel"}
	d.lines = []string{" ☐ " + fm.Line(q.Header, 20), "", fm.Line(q.Question, 140), ""}
	for _, o := range q.Options {
		options = append(options, fields{"label": o, "description": "so it is"})
		d.options = append(d.options, fm.Line(o, 80)+"\nso it is")
	}
	d.free = len(d.options) + 1
	d.rule = d.free + 1
	d.options = append(d.options, "Type something.", "Chat about this")
	input := fields{"questions": []fields{{"question": q.Question, "header": q.Header, "multiSelect": false, "options": options}}}
	if v := t.request(ctx, "AskUserQuestion", input); v.permission == "deny" {
		t.speak("I was not allowed to ask: " + v.reason)
		return nil
	}
	c := t.s.open(ctx, d, fields{"message": "Claude needs your attention", "notification_type": "permission_prompt"})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.option == 0 || c.option == len(d.options):
		return errInterrupted
	case c.option != d.free:
		c.text = q.Options[c.option-1]
	}
	t.s.screen.line("", "● User answered Claude's questions:\n  ⎿  · "+fm.Line(q.Question, 140)+" → "+fm.Line(c.text, 80))
	t.speak("You said: " + c.text)
	return nil
}

// plan asks whether a plan is good.
type plan struct {
	Plan text `json:"plan"`
}

func (p *plan) check() error { return nil }

func (p *plan) do(ctx context.Context, t *turn) error {
	t.answered = true
	if v := t.request(ctx, "ExitPlanMode", fields{"plan": string(p.Plan)}); v.permission == "deny" {
		t.speak("I was not allowed to end the plan: " + v.reason)
		return nil
	}
	d := dialog{
		waitingFor: "permission prompt", indent: " ", options: []string{"Yes", "No"}, help: "Esc to cancel",
		lines: []string{"Exit plan mode?", "", " Claude wants to exit plan mode", ""},
	}
	for l := range strings.Lines(string(p.Plan)) {
		d.lines = append(d.lines, "  "+fm.Line(l, 120))
	}
	if c := t.s.open(ctx, d, nil); c.option != 1 {
		return errInterrupted
	}
	t.speak(fmt.Sprintf("The plan of %d bytes is approved.", len(p.Plan)))
	return ctx.Err()
}
