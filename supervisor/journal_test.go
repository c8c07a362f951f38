package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

func (f *film) journal() []string {
	var lines []string
	for _, d := range f.why {
		line := fmt.Sprintf("%s %s: %s", d.Run, d.Rule, d.Then)
		if d.Evidence != "" {
			line += " [" + d.Evidence + "]"
		}
		lines = append(lines, line)
	}
	f.why = nil
	return lines
}

// TestJournalTellsEachChangeOnce follows one attempt: each change of its
// agent's state with what it is believed for, each order with its reason, and
// not a word while nothing changes.
func TestJournalTellsEachChangeOnce(t *testing.T) {
	s := seen(task("5", fm.Pending))
	s.Wanted.Workers = 1
	f := newFilm(t, s)
	hook := func(state fm.AgentState, what string, change func(*fm.Report)) {
		f.report("5", func(r *fm.Report) {
			r.State, r.Since, r.Prompted = state, f.s.At, true
			r.Evidence = fm.Evidence{Source: fm.HookSource, What: what, At: f.s.At}
			change(r)
		})
		f.run(time.Minute)
	}
	f.on = func(f *film, eff Effect) {
		if start, ok := eff.(Start); ok {
			f.s.Sight.Sessions = []fm.Session{live(1, "5", start.Task.Attempt)}
		}
	}
	f.run(time.Minute)
	hook(fm.AtWork, "UserPromptSubmit", func(*fm.Report) {})
	hook(fm.Waiting, "PermissionRequest", func(r *fm.Report) { r.Question = fm.Question{Kind: fm.AsksPermission, Text: "Bash npm test"} })
	hook(fm.AtWork, "PostToolUse", func(*fm.Report) {})
	hook(fm.AtPrompt, "Stop", func(r *fm.Report) { r.Turns = 1 })
	want := []string{
		"5.1 claim: working in worker-1",
		"5.1 claimed, and no session of it: start it in worker-1",
		"5.1 agent: working [hook UserPromptSubmit 12:01:02]",
		"5.1 agent: working → waiting: permission: Bash npm test [hook PermissionRequest 12:02:04]",
		"5.1 agent: waiting: permission: Bash npm test → working [hook PostToolUse 12:03:06]",
		"5.1 agent: working → idle [hook Stop 12:04:08]",
		"5.1 its turn is over, and the task is not: tell it: " + missing + " [hook Stop 12:04:08]",
	}
	if diff := cmp.Diff(want, f.journal()); diff != "" {
		t.Errorf("the journal (-want +got):\n%s", diff)
	}
	f.session(1, func(ss *fm.Session) { ss.Alive, ss.Exit = false, "signal 11" })
	f.run(3 * time.Second)
	want = []string{
		"5.1 agent: idle → exited [process signal 11 12:05:10]",
		"5.1 a first end is forgiven: resume: start it in worker-1 [the agent ended (signal 11)]",
	}
	if diff := cmp.Diff(want, f.journal()); diff != "" {
		t.Errorf("then (-want +got):\n%s", diff)
	}
}

// TestJournalOfAnAdoption says what a new supervisor found.
func TestJournalOfAnAdoption(t *testing.T) {
	f := busyAgents(t, 1)
	f.run(time.Hour / 4)
	if diff := cmp.Diff([]string{"1.1 agent: working"}, f.journal()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFactsAreToldBeforeTheRecord keeps what was seen when the queue cannot be
// written: the shell drops what follows a Record that failed.
func TestFactsAreToldBeforeTheRecord(t *testing.T) {
	s := seen(task("5", fm.Pending), working("6", 2)).with(live(2, "6", 1), fm.Report{})
	_, effects := Step(s, Observed{At: noon(), Sight: s.Sight, Reports: map[fm.TaskID]fm.Report{"6": {Run: fm.Run{Task: "6", Attempt: 1}, State: fm.AtWork, Prompted: true}}})
	var kinds []string
	for _, eff := range effects {
		kinds = append(kinds, fmt.Sprintf("%T", eff)[len("supervisor."):])
	}
	if got := fmt.Sprint(kinds); got != "[Explain Record Explain]" {
		t.Errorf("ordered %s", got)
	}
}

// TestWhatTheStateKeepsIsToldBeforeTheRecord has an agent run into a usage limit
// in the step that records what it has cost. Caught: a limit that no journal knew
// of, because somebody had edited the queue in that moment and the Record was
// refused.
func TestWhatTheStateKeepsIsToldBeforeTheRecord(t *testing.T) {
	s := seen(working("6", 2)).with(live(2, "6", 1), fm.Report{})
	rep := fm.Report{Run: fm.Run{Task: "6", Attempt: 1}, State: fm.Limited, Trouble: fm.LimitTrouble, Since: noon(), Prompted: true, Turns: 1, Spent: fm.Spending{Cost: spendStep, Tokens: 9}}
	_, effects := Step(s, Observed{At: noon(), Sight: s.Sight, Reports: map[fm.TaskID]fm.Report{"6": rep}})
	if len(effects) < 2 {
		t.Fatalf("ordered %v", effects)
	}
	told, _ := effects[0].(Explain)
	_, writes := effects[1].(Record)
	if !writes || !slices.ContainsFunc(told.Decisions, func(d Decision) bool { return strings.HasPrefix(d.Rule, "shared trouble") }) {
		t.Errorf("ordered %+v", effects)
	}
}
