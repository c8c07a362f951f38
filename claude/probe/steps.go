package probe

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// steps is the life of a worker.
func (p *Probe) steps(t Terminal) []step {
	m := p.model
	begin := func(detector string, env map[string]string) func(context.Context) error {
		return func(ctx context.Context) error { return p.start(ctx, t, detector, env) }
	}
	seen := func(at *time.Time) func() bool { return func() bool { return m.happened(at) } }
	var conversation string // of the first session
	return []step{
		{"start", startLimit, begin("start", nil), seen(&m.asked), func(l look) (string, bool) {
			conversation = l.report.Session
			return start(l)
		}},
		{"trust", stepLimit, nil, seen(&m.asked), m.trust},
		{"prompt", stepLimit, nil, seen(&m.asked), m.prompt},
		{"busy", stepLimit, nil, seen(&m.asked), busy},
		{"permission", stepLimit, func(context.Context) error { m.letGo(); return nil }, seen(&m.offered), m.permission},
		{"stop", stepLimit, func(ctx context.Context) error { return allow(ctx, t) }, seen(&m.finished), stop},
		{"resume", startLimit, func(ctx context.Context) error {
			if err := t.Stop(ctx, 1); err != nil {
				return err
			}
			return p.start(ctx, t, "resume", nil)
		}, seen(&m.resumed), func(l look) (string, bool) { return m.resume(l, conversation) }},
		{"stop failure", stepLimit, nil, seen(&m.resumed), failure},
		{"limit", startLimit, begin("limit", map[string]string{
			// Only who has a subscription has a limit.
			"ANTHROPIC_API_KEY": "", "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-dummy-token-of-fm-doctor",
		}), seen(&m.limited), func(l look) (string, bool) { return limit(l, m.resets) }},
	}
}

// allow takes the default of the dialog, which is to run the command once.
func allow(ctx context.Context, t Terminal) error { return t.Press(ctx, 1, "Enter") }

// Each of the functions below says what a look shows of its detector, and
// whether that is what fm needs.

func start(l look) (string, bool) {
	if l.report.Session == "" {
		return "no SessionStart hook", false
	}
	return "hook SessionStart, conversation " + fm.Line(l.report.Session, 9), true
}

func (m *model) trust(l look) (string, bool) {
	if d := l.screen.Dialog; d.Kind == fm.AsksDialog {
		return fmt.Sprintf("a dialog asks %q", fm.Line(d.Text, 60)), false
	}
	if !m.happened(&m.asked) {
		return "no prompt was taken", false
	}
	return "no dialog before the first prompt", true
}

func (m *model) prompt(l look) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case !l.report.Prompted:
		return "no UserPromptSubmit hook", false
	case m.asked.IsZero():
		return "hook UserPromptSubmit, and no request", false
	case !strings.Contains(m.text, order):
		return "the command /work-on-subissue was not expanded", false
	}
	return "hook UserPromptSubmit, command expanded", true
}

func busy(l look) (string, bool) {
	evidence := fmt.Sprintf("state %s, session file %s, screen %s", or(string(l.report.State)), or(l.status), word(l.screen.Busy, "busy"))
	return evidence, l.report.State == fm.AtWork && l.status == "busy" && l.screen.Busy
}

func (m *model) permission(l look) (string, bool) {
	if m.happened(&m.ran) {
		return "the command ran without a question", false
	}
	told, screen, source := l.report.Question, l.screen.Dialog, l.report.Evidence.Source
	evidence := fmt.Sprintf("%s %s, screen %s", or(string(source)), question(told), question(screen))
	// The session file tells it, too, but not what for: those are the hook's words.
	hook := l.report.State == fm.Waiting && told.Kind == fm.AsksPermission && strings.HasPrefix(told.Text, "Bash: ")
	return evidence, hook && screen.Kind == fm.AsksPermission
}

func question(q fm.Question) string {
	if q.Kind == "" {
		return "nothing"
	}
	text := string(q.Kind)
	if q.Text != "" {
		text += fmt.Sprintf(" %q", fm.Line(q.Text, 40))
	}
	if len(q.Options) > 0 {
		text += fmt.Sprintf(" with %d options", len(q.Options))
	}
	return text
}

func stop(l look) (string, bool) {
	if l.report.Turns == 0 || l.report.State != fm.AtPrompt {
		return fmt.Sprintf("no Stop hook, state %s", or(string(l.report.State))), false
	}
	return "hook Stop, the agent is at its prompt", true
}

func (m *model) resume(l look, before string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.resumed.IsZero():
		return "no prompt was taken", false
	case !m.memory:
		return "the conversation began anew", false
	case l.report.Session != before:
		return fmt.Sprintf("conversation %s became %s", or(fm.Line(before, 9)), or(fm.Line(l.report.Session, 9))), false
	}
	return "the conversation goes on, with its first prompt in it", true
}

func failure(l look) (string, bool) {
	evidence := "trouble " + or(string(l.report.Trouble))
	if l.report.Says != "" {
		evidence += fmt.Sprintf(", %q", fm.Line(l.report.Says, 60))
	}
	return evidence, l.report.Trouble == fm.CreditTrouble
}

func limit(l look, resets time.Time) (string, bool) {
	until := "nobody knows when"
	if !l.report.Limit.Resets.IsZero() {
		until = l.report.Limit.Resets.Local().Format("15:04")
	}
	evidence := fmt.Sprintf("state %s, trouble %s, until %s, screen %s", or(string(l.report.State)), or(string(l.report.Trouble)), until, question(l.screen.Dialog))
	told := l.report.State == fm.Limited && l.report.Trouble == fm.LimitTrouble && l.report.Limit.Resets.Sub(resets).Abs() < time.Minute
	return evidence, told && l.screen.Dialog.Kind == fm.AsksLimit // who does not see its menu cannot close it
}

func or(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func word(is bool, yes string) string { //nolint:revive // flag-parameter: it is what the word is about
	if is {
		return yes
	}
	return "not " + yes
}
