package claude

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

func at(seconds int) time.Time {
	return time.Date(2026, 11, 20, 14, 30, seconds, 0, time.UTC)
}

// story makes events of words, a second apart: "Stop", or "Stop key=value".
func story(words ...string) signs {
	var s signs
	for i, word := range words {
		name, detail, _ := strings.Cut(word, " ")
		e := event{At: at(i), Name: name, Session: "s"}
		switch key, v, _ := strings.Cut(detail, "="); key {
		case "source":
			e.Source = v
		case "reason":
			e.Reason = v
		case "error":
			e.Error = v
		case "tool":
			e.Tool = v
		case "call": // of Bash
			e.Tool, e.Call = "Bash", v
		case "kind":
			e.Notification = v
		case "background":
			e.Background = len(v)
		case "sent-back":
			e.SentBack = true
		case "again":
			e.StopActive = true
		case "cost":
			e.Cost, _ = strconv.ParseFloat(v, 64)
		case "says":
			e.Error, e.Waiting = "rate_limit", v
		}
		s = s.fold(e)
	}
	return s
}

const limitHit = "StopFailure says=You've hit your session limit · resets 5:05pm (UTC)"

func TestFoldTellsWhatTheAgentDoes(t *testing.T) {
	began := []string{"Launch", "SessionStart source=startup", "UserPromptSubmit"}
	tests := map[string]struct {
		events []string
		want   fm.Report
	}{
		"nothing":             {nil, fm.Report{}},
		"launched":            {began[:1], fm.Report{State: fm.Starting, Since: at(0)}},
		"started, no prompt":  {began[:2], fm.Report{State: fm.Starting, Since: at(0)}},
		"prompted":            {began, fm.Report{State: fm.AtWork, Since: at(2), Prompted: true}},
		"a tool ran":          {add(began, "PostToolUse"), fm.Report{State: fm.AtWork, Since: at(2), Prompted: true}},
		"turn over":           {add(began, "Stop"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true, Turns: 1}},
		"overtaken heartbeat": {add(began, "Stop", "PostToolUse"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true, Turns: 1}},
		"after the end":       {add(began, "SessionEnd reason=other", "PostToolUse"), fm.Report{State: fm.Exited, Since: at(3), Prompted: true}},
		"refused by another": {
			add(began, "Stop", "PostToolUse", "PostToolUse", "PostToolUse", "PostToolUse", "PostToolUse", "PostToolUse"),
			fm.Report{State: fm.AtWork, Since: at(9), Prompted: true, Turns: 1},
		},
		"sent back":            {add(began, "Stop sent-back=1"), fm.Report{State: fm.AtWork, Since: at(2), Prompted: true}},
		"sent back, then over": {add(began, "Stop sent-back=1", "Stop again=1"), fm.Report{State: fm.AtPrompt, Since: at(4), Prompted: true, Turns: 1}},
		"background task":      {add(began, "Stop background=x"), fm.Report{State: fm.InShell, Since: at(3), Prompted: true}},
		"woken by its task":    {add(began, "Stop background=x", "UserPromptSubmit", "Stop"), fm.Report{State: fm.AtPrompt, Since: at(5), Prompted: true, Turns: 1}},
		"permission":           {add(began, "PermissionRequest tool=Bash"), fm.Report{State: fm.Waiting, Since: at(3), Prompted: true, Question: fm.Question{Kind: fm.AsksPermission, Text: "Bash"}}},
		"permission, notified": {add(began, "PermissionRequest tool=Bash", "Notification kind=permission_prompt"), fm.Report{State: fm.Waiting, Since: at(3), Prompted: true, Question: fm.Question{Kind: fm.AsksPermission, Text: "Bash"}}},
		"answered":             {add(began, "PermissionRequest tool=Bash", "PostToolUse tool=Bash"), fm.Report{State: fm.AtWork, Since: at(4), Prompted: true}},
		"a tool beside it ran": {add(began, "PermissionRequest tool=Bash", "PostToolUse tool=Read"), fm.Report{State: fm.Waiting, Since: at(3), Prompted: true, Question: fm.Question{Kind: fm.AsksPermission, Text: "Bash"}}},
		"another call of it":   {add(began, "PermissionRequest call=a", "PostToolUse call=b"), fm.Report{State: fm.Waiting, Since: at(3), Prompted: true, Question: fm.Question{Kind: fm.AsksPermission, Text: "Bash"}}},
		"that call of it":      {add(began, "PermissionRequest call=a", "PostToolUse call=b", "PostToolUse call=a"), fm.Report{State: fm.AtWork, Since: at(5), Prompted: true}},
		"a question of no tool": {
			add(began, "Notification kind=permission_prompt", "PostToolUse tool=Read"),
			fm.Report{State: fm.AtWork, Since: at(4), Prompted: true},
		},
		"idle notice":          {add(began, "Notification kind=idle_prompt"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true}},
		"slow down":            {add(began, "StopFailure error=rate_limit"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true, Turns: 1, Trouble: fm.RateTrouble}},
		"limit, idle notice":   {add(began, limitHit, "Notification kind=idle_prompt"), fm.Report{State: fm.Limited, Since: at(3), Prompted: true, Turns: 1, Trouble: fm.LimitTrouble}},
		"no login":             {add(began, "StopFailure error=authentication_failed"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true, Turns: 1, Trouble: fm.LoginTrouble}},
		"failure without name": {add(began, "StopFailure"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true, Turns: 1, Trouble: fm.OtherTrouble}},
		"trouble is over":      {add(began, "StopFailure error=rate_limit", "UserPromptSubmit"), fm.Report{State: fm.AtWork, Since: at(4), Prompted: true, Turns: 1}},
		"compacted":            {add(began, "PreCompact", "SessionStart source=compact"), fm.Report{State: fm.AtWork, Since: at(2), Prompted: true}},
		"cleared":              {add(began, "Stop", "SessionEnd reason=clear", "SessionStart source=clear"), fm.Report{State: fm.AtPrompt, Since: at(3), Prompted: true, Turns: 1}},
		"exited":               {add(began, "SessionEnd reason=other"), fm.Report{State: fm.Exited, Since: at(3), Prompted: true}},
		"launched again":       {add(began, "Stop", "SessionEnd reason=other", "Launch"), fm.Report{State: fm.Starting, Since: at(5), Turns: 1}},
		"resumed":              {add(began, "Stop", "Launch", "SessionStart source=resume", "UserPromptSubmit", "Stop"), fm.Report{State: fm.AtPrompt, Since: at(7), Prompted: true, Turns: 2}},
		"unknown event":        {add(began, "TeammateIdle"), fm.Report{State: fm.AtWork, Since: at(2), Prompted: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := story(tt.events...)
			got := fm.Report{State: s.state, Since: s.since, Prompted: s.prompted, Turns: s.turns, Question: s.question, Trouble: s.trouble}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
}

func add(events []string, more ...string) []string {
	return append(append([]string{}, events...), more...)
}

// Caught: a level that is believed at the start, where the CLI is "idle" before
// it takes its first prompt; and an older level against a newer hook.
func TestTheLevelSpeaksWhereTheHooksAreSilent(t *testing.T) {
	work := story("Launch", "SessionStart source=startup", "UserPromptSubmit")
	limit := story("Launch", "SessionStart source=startup", "UserPromptSubmit", limitHit)
	tests := map[string]struct {
		signs  signs
		status string
		sec    int
		want   fm.AgentState
	}{
		"escape was pressed":    {work, "idle", 9, fm.AtPrompt},
		"a dialog is open":      {work, "waiting", 9, fm.Waiting},
		"a shell runs":          {work, "shell", 9, fm.InShell},
		"older than the hooks":  {work, "idle", 1, fm.AtWork},
		"before the prompt":     {story("Launch", "SessionStart source=startup"), "idle", 9, fm.Starting},
		"the limit's own box":   {limit, "waiting", 9, fm.Limited},
		"the limit's box gone":  {limit, "idle", 9, fm.Limited},
		"the limit is over":     {limit, "busy", 9, fm.AtWork},
		"a word nobody knows":   {work, "dreaming", 9, fm.AtWork},
		"a hook came late":      {story("Launch", "UserPromptSubmit", "PostToolUse"), "idle", 1, fm.AtWork},
		"a person has answered": {story("Launch", "UserPromptSubmit", "PermissionRequest tool=Bash"), "busy", 9, fm.AtWork},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.signs.adjust(level{Session: "s", Status: tt.status, Updated: at(tt.sec).UnixMilli()}, at(10))
			if got.state != tt.want {
				t.Errorf("got %s, want %s", got.state, tt.want)
			}
		})
	}
	// Tools beside the question go on for a long time.
	beats := []string{"PostToolUse tool=Read", "PostToolUse tool=Read", "PostToolUse tool=Read", "PostToolUse tool=Read", "PostToolUse tool=Read", "PostToolUse tool=Read", "PostToolUse tool=Read"}
	for name, c := range map[string]struct {
		before []string
		sec    int
		want   fm.AgentState
		text   string
	}{
		"told of by no hook":       {[]string{"Launch", "UserPromptSubmit"}, 2, fm.Waiting, "permission prompt"},
		"told of by a late hook":   {[]string{"Launch", "UserPromptSubmit", "Notification kind=permission_prompt"}, 1, fm.Waiting, ""},
		"told of by its own hook":  {[]string{"Launch", "UserPromptSubmit", "PermissionRequest tool=Read"}, 1, fm.Waiting, "Read"},
		"that another prompt ends": {[]string{"Launch", "UserPromptSubmit", "UserPromptSubmit"}, 1, fm.AtWork, ""},
	} {
		s := story(add(c.before, beats...)...)
		l := level{Session: "s", Status: "waiting", Waiting: "permission prompt", Updated: at(c.sec).UnixMilli()}
		for range 2 { // a look later it is the same
			if s = s.adjust(l, at(12)); s.state != c.want || s.question.Text != c.text {
				t.Errorf("a question %s: got %s and %+v, want %s", name, s.state, s.question, c.want)
			}
		}
	}
	late := level{Session: "s", Status: "idle", Updated: at(1).UnixMilli()} // before the heartbeat's hook said when it was
	if got := work.adjust(late, at(30)); got.state != fm.AtPrompt {
		t.Errorf("a level that stayed was not believed: %s", got.state)
	}
	if got := work.adjust(level{Session: "s", Status: "idle", Updated: at(2).Add(-time.Minute).UnixMilli()}, at(30)); got.state != fm.AtWork {
		t.Errorf("a level of long ago was believed: %s", got.state)
	}
	if got := work.adjust(level{Session: "other", Status: "idle", Updated: at(9).UnixMilli()}, at(10)); got.state != fm.AtWork {
		t.Errorf("another session's level was believed: %s", got.state)
	}
}

// The CLI can write its session file before it calls the hook.
//
// Caught: evidence that stays with who spoke first.
func TestTheHookOfAQuestionIsItsEvidence(t *testing.T) {
	s := story("Launch", "SessionStart source=startup", "UserPromptSubmit")
	s = s.adjust(level{Session: "s", Status: "waiting", Waiting: "permission prompt", Updated: at(3).UnixMilli()}, at(4))
	if s.evidence.Source != fm.SessionSource {
		t.Fatalf("got %+v", s.evidence)
	}
	s = s.fold(event{At: at(4), Name: "PermissionRequest", Session: "s", Tool: "Bash"})
	if s.evidence.Source != fm.HookSource || s.since != at(3) || s.question.Text != "Bash" {
		t.Errorf("got %+v since %v for %+v", s.evidence, s.since, s.question)
	}
}

// However the file grows, the report is that of the whole; and no bytes make
// the reader stop or panic.
//
// Caught: an offset that counts a torn line.
func FuzzEventsReadInPiecesSayTheSame(f *testing.F) {
	f.Add([]byte(`{"at":"2026-11-20T14:30:00Z","event":"Launch"}`+"\n"+`{"at":"2026-11-20T14:30:01Z","event":"Stop"}`+"\n"), 30)
	f.Add([]byte("{\n\n\x00garbage\n{\"at\":\"2026-11-20T14:30:01Z\",\"event\":\"StopFailure\",\"error\":\"\\u001b[31m\"}\n"), 3)
	f.Add([]byte(`{"at":"2026-11-20T14:30:00Z","event":"SessionStart","pid":-1,"background_tasks":1e99}`), 0)
	f.Add(append(bytes.Repeat([]byte("x"), 16*maxLine+5), "\n"+`{"at":"2026-11-20T14:30:01Z","event":"Stop"}`+"\n"...), 100)
	f.Fuzz(func(t *testing.T, text []byte, split int) {
		if split < 0 || split > len(text) {
			split = len(text) / 2
		}
		whole, end, err := readEvents(t.Context(), bytes.NewReader(text), 0, signs{})
		if err != nil {
			t.Fatal(err)
		}
		first, offset, err := readEvents(t.Context(), bytes.NewReader(text[:split]), 0, signs{})
		if err != nil {
			t.Fatal(err)
		}
		both, last, err := readEvents(t.Context(), bytes.NewReader(text), offset, first)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) < 16*maxLine && (!reflect.DeepEqual(both, whole) || last != end) {
			t.Errorf("in pieces %+v up to %d, whole %+v up to %d", both, last, whole, end)
		}
	})
}
