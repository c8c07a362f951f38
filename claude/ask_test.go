package claude

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// What a person has to decide on is told in a line.
//
// Caught: a command whose secrets of the terminal reach the screen of fm.
func TestARequestTellsWhatItIsFor(t *testing.T) {
	long := strings.Repeat("x", 5000)
	tests := map[string]struct {
		payload string
		want    fm.Question
	}{
		"command":   {`"tool_name":"Bash","tool_input":{"command":"npm\ttest\n\u001b[31m&& true","description":"Run"}`, fm.Question{Kind: fm.AsksPermission, Text: "Bash: npm test && true"}},
		"file":      {`"tool_name":"Write","tool_input":{"content":"x","file_path":"/a/b.go"}`, fm.Question{Kind: fm.AsksPermission, Text: "Write: /a/b.go"}},
		"no input":  {`"tool_name":"Skill"`, fm.Question{Kind: fm.AsksPermission, Text: "Skill"}},
		"unknown":   {`"tool_name":"mcp__x__y","tool_input":{"n":7}`, fm.Question{Kind: fm.AsksPermission, Text: `mcp__x__y: {"n":7}`}},
		"odd":       {`"tool_name":"Bash","tool_input":[1]`, fm.Question{Kind: fm.AsksPermission, Text: "Bash"}},
		"too long":  {`"tool_name":"Bash","tool_input":{"command":"` + long + `"}`, fm.Question{Kind: fm.AsksPermission, Text: "Bash: " + long[:maxText-1] + "…"}},
		"plan":      {`"tool_name":"ExitPlanMode","tool_input":{"plan":"# Do it"}`, fm.Question{Kind: fm.AsksPlan, Text: "wants its plan to be approved: # Do it"}},
		"no plan":   {`"tool_name":"ExitPlanMode","tool_input":{}`, fm.Question{Kind: fm.AsksPlan, Text: "wants its plan to be approved"}},
		"question":  {`"tool_name":"AskUserQuestion","tool_input":{"questions":[{"question":"Which one?","options":[{"label":"A","description":"a"},{"label":"B"}]}]}`, fm.Question{Kind: fm.AsksQuestion, Text: "Which one?", Options: []string{"A", "B"}}},
		"questions": {`"tool_name":"AskUserQuestion","tool_input":{"questions":[{"question":"Which one?","options":[{"label":"A"}]},{"question":"When?"}]}`, fm.Question{Kind: fm.AsksQuestion, Text: "Which one? (1 of 2 questions)", Options: []string{"A"}}},
		"none":      {`"tool_name":"AskUserQuestion","tool_input":{"questions":7}`, fm.Question{Kind: fm.AsksQuestion}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHooked(t)
			h.hook(`{"hook_event_name":"PermissionRequest","session_id":"s",` + tt.payload + `}`)
			if diff := cmp.Diff(h.report().Question, tt.want); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
}

// A tool that ends beside an open question does not hide it; that of the
// question says that it was answered. Caught: any heartbeat taken for an answer.
func TestAQuestionStandsWhileOtherToolsRun(t *testing.T) {
	h := newHooked(t)
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"s"}`)
	h.hook(`{"hook_event_name":"PermissionRequest","session_id":"s","tool_name":"Bash","tool_input":{"command":"make"}}`)
	h.hook(`{"hook_event_name":"PostToolUse","session_id":"s","tool_name":"Read","tool_input":{"file_path":"/a"}}`)
	h.hook(`{"hook_event_name":"PostToolUse","session_id":"s","tool_name":"Bash","tool_input":{"command":"ls"}}`)
	if r := h.report(); r.State != fm.Waiting || r.Question.Text != "Bash: make" {
		t.Errorf("got %s and %+v, want it to wait", r.State, r.Question)
	}
	h.hook(`{"hook_event_name":"PostToolUse","session_id":"s","tool_name":"Bash","tool_input":{"command":"make"},"tool_response":{}}`)
	if r := h.report(); r.State != fm.AtWork {
		t.Errorf("got %s, want it to work", r.State)
	}
	h.hook(`{"hook_event_name":"PermissionRequest","session_id":"s","tool_name":"AskUserQuestion","tool_input":{"questions":[{"question":"Which?"}]}}`)
	h.hook(`{"hook_event_name":"PostToolUse","session_id":"s","tool_name":"AskUserQuestion","tool_input":{"questions":[{"question":"Which?"}],"answers":{"Which?":"A"}}}`)
	if r := h.report(); r.State != fm.AtWork {
		t.Errorf("after its own question: got %s, want it to work", r.State)
	}
}

// Options of any length fit a line of the events file, or are left out.
func TestAQuestionOfAnySizeIsHeard(t *testing.T) {
	h := newHooked(t)
	option := `{"label":"` + strings.Repeat("<", 500) + `"}`
	h.hook(`{"hook_event_name":"PermissionRequest","tool_name":"AskUserQuestion","tool_input":{"questions":[{"question":"` + strings.Repeat("&", 500) + `","options":[` +
		strings.Repeat(option+",", 30) + option + `]}]}}`)
	if r := h.report(); r.State != fm.Waiting || r.Question.Kind != fm.AsksQuestion {
		t.Errorf("got %+v, want it to wait for an answer", r)
	}
}

func TestTheLevelSaysWhatADialogAsks(t *testing.T) {
	work := story("Launch", "SessionStart source=startup", "UserPromptSubmit")
	limit := story("Launch", "SessionStart source=startup", "UserPromptSubmit", limitHit)
	asked := story("Launch", "UserPromptSubmit", "PermissionRequest tool=Bash")
	tests := map[string]struct {
		signs   signs
		waiting string
		want    fm.Question
	}{
		"permission":               {work, "permission prompt", fm.Question{Kind: fm.AsksPermission, Text: "permission prompt"}},
		"dialog":                   {work, "dialog open", fm.Question{Kind: fm.AsksDialog, Text: "dialog open"}},
		"input":                    {work, "input needed", fm.Question{Kind: fm.AsksQuestion, Text: "input needed"}},
		"sandbox":                  {work, "sandbox request", fm.Question{Kind: fm.AsksPermission, Text: "sandbox request"}},
		"unknown":                  {work, "a new one", fm.Question{Kind: fm.AsksDialog, Text: "a new one"}},
		"the limit's menu":         {limit, "dialog open", fm.Question{Kind: fm.AsksLimit, Text: "What to do about the usage limit"}},
		"the hooks know more":      {asked, "permission prompt", fm.Question{Kind: fm.AsksPermission, Text: "Bash"}},
		"before the first prompt":  {story("Launch", "SessionStart source=startup"), "dialog open", fm.Question{Kind: fm.AsksDialog, Text: "dialog open"}},
		"after it was left behind": {story("Launch", "UserPromptSubmit", "SessionEnd reason=other"), "dialog open", fm.Question{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.signs.adjust(level{Session: "s", Status: "waiting", Waiting: tt.waiting, Updated: at(9).UnixMilli()}, at(10))
			if diff := cmp.Diff(got.question, tt.want); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
}

func TestAStateIsBelievedForSomething(t *testing.T) {
	tests := map[string]struct {
		signs signs
		want  fm.Evidence
	}{
		"launched":  {story("Launch"), fm.Evidence{Source: fm.ProcessSource, What: "launched", At: at(0)}},
		"working":   {story("Launch", "UserPromptSubmit", "PostToolUse"), fm.Evidence{Source: fm.HookSource, What: "UserPromptSubmit", At: at(1)}},
		"idle":      {story("Launch", "UserPromptSubmit", "Stop"), fm.Evidence{Source: fm.HookSource, What: "Stop", At: at(2)}},
		"shell":     {story("Launch", "UserPromptSubmit", "Stop background=x"), fm.Evidence{Source: fm.HookSource, What: "Stop with a background task", At: at(2)}},
		"limited":   {story("Launch", "UserPromptSubmit", limitHit), fm.Evidence{Source: fm.HookSource, What: "StopFailure rate_limit", At: at(2)}},
		"a request": {story("Launch", "PermissionRequest tool=Bash"), fm.Evidence{Source: fm.HookSource, What: "PermissionRequest Bash", At: at(1)}},
		"the level": {
			story("Launch", "UserPromptSubmit").adjust(level{Session: "s", Status: "idle", Updated: at(7).UnixMilli()}, at(10)),
			fm.Evidence{Source: fm.SessionSource, What: "status idle", At: at(7)},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.signs.report(at(30)).Evidence, tt.want); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
}

// Caught: a level that moves nothing because the state stays; a launch that
// counts as a sign of life.
func TestEverySignOfLifeIsHeard(t *testing.T) {
	began := []string{"Launch", "UserPromptSubmit"}
	tests := map[string]struct {
		signs signs
		want  time.Time
	}{
		"only launched":    {story("Launch"), time.Time{}},
		"a heartbeat":      {story(add(began, "PostToolUse", "PostToolUse")...), at(3)},
		"the cost":         {story(add(began, "StatusLine cost=1")...), at(2)},
		"something new":    {story(add(began, "TeammateIdle")...), at(2)},
		"overtaken":        {story(add(began, "Stop", "PostToolUse")...), at(3)},
		"launched again":   {story(add(began, "Stop", "Launch")...), at(2)},
		"the level":        {story(began...).adjust(level{Session: "s", Status: "busy", Updated: at(8).UnixMilli()}, at(10)), at(8)},
		"an older level":   {story(add(began, "PostToolUse")...).adjust(level{Session: "s", Status: "busy", Updated: at(1).UnixMilli()}, at(10)), at(2)},
		"another's level":  {story(began...).adjust(level{Session: "x", Status: "busy", Updated: at(8).UnixMilli()}, at(10)), at(1)},
		"a level unprompt": {story("Launch", "SessionStart source=startup").adjust(level{Session: "s", Status: "idle", Updated: at(8).UnixMilli()}, at(10)), at(8)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.signs.report(at(30)).Heard; !got.Equal(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// Caught: the time between a death and the next launch; the time at a prompt,
// in a dialog, or under a limit; the stretch that goes on.
func TestOnlyTimeAtWorkCounts(t *testing.T) {
	began := []string{"Launch", "SessionStart source=startup", "UserPromptSubmit"} // 0, 1, 2
	tests := map[string]struct {
		events []string
		want   time.Duration // at second 20
	}{
		"never launched":        {nil, 0},
		"at work":               {began, 20 * time.Second},
		"over":                  {add(began, "Stop"), 3 * time.Second},
		"over, then prompted":   {add(began, "Stop", "TeammateIdle", "UserPromptSubmit", "Stop"), 4 * time.Second},
		"asking":                {add(began, "PermissionRequest tool=Bash"), 3 * time.Second},
		"answered":              {add(began, "PermissionRequest tool=Bash", "PostToolUse tool=Bash"), 19 * time.Second},
		"limited":               {add(began, limitHit), 3 * time.Second},
		"in a background task":  {add(began, "Stop background=x"), 20 * time.Second},
		"died, launched again":  {add(began, "PostToolUse", "Launch", "SessionStart source=resume", "UserPromptSubmit", "Stop"), 6 * time.Second},
		"ended, launched again": {add(began, "SessionEnd reason=other", "Launch", "Stop"), 4 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := story(tt.events...).report(at(20)).Worked; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestANightAsleepIsNoWork has a machine sleep while its agent is at work. The
// signs are the same after a restart of fm, and so is the sum. Caught: eight
// hours of sleep that overran the limit of an attempt; half an hour for the
// whole attempt instead of for each silence.
//
// Fault: F10.
func TestANightAsleepIsNoWork(t *testing.T) {
	var s signs
	for _, step := range []struct {
		name string
		at   time.Duration
		want time.Duration // at work by then
	}{
		{"Launch", 0, 0},
		{"UserPromptSubmit", time.Second, time.Second},
		{"PostToolUse", 20 * time.Minute, 20 * time.Minute},
		{"TeammateIdle", 45 * time.Minute, 45 * time.Minute}, // says nothing but that it lives
		{"PostToolUse", 8*time.Hour + 45*time.Minute, 75 * time.Minute},
		{"Stop", 8*time.Hour + 46*time.Minute, 76 * time.Minute},
		{"UserPromptSubmit", 20 * time.Hour, 76 * time.Minute},
	} {
		s = s.fold(event{Name: step.name, At: at(0).Add(step.at)})
		if got := s.report(at(0).Add(step.at)).Worked; got != step.want {
			t.Errorf("%s after %s: %s at work, want %s", step.name, step.at, got, step.want)
		}
	}
	if got := s.report(at(0).Add(40 * time.Hour)).Worked; got != 106*time.Minute {
		t.Errorf("asleep once more: %s at work", got)
	}
}

// Caught: a line for each call; none for the first reading of a process that
// resumes, from which its costs are counted; a limit that the CLI left out once
// and fm forgot.
func TestTheStatusLineFeedsCostAndLimits(t *testing.T) {
	h := newHooked(t)
	feed := func(payload string) {
		t.Helper()
		if err := StatusLine(t.Context(), strings.NewReader(payload), &strings.Builder{}, h.env); err != nil {
			t.Fatal(err)
		}
	}
	lines := func() int { return strings.Count(string(readFile(t, h.path())), costEvent) }
	const limits = `"rate_limits":{"five_hour":{"used_percentage":92.6,"resets_at":1795172979},"seven_day":{"used_percentage":40,"resets_at":1795172980}}`
	for _, step := range []struct {
		payload string
		lines   int
	}{
		{`{"session_id":"s","cost":{"total_cost_usd":0},"context_window":{"used_percentage":null}}`, 1},
		{`{"session_id":"s","cost":{"total_cost_usd":0}}`, 1},
		{`{"session_id":"s","cost":{"total_cost_usd":0.25},` + limits + `}`, 2},
		{`{"session_id":"s","cost":{"total_cost_usd":0.25}}`, 2},
		{`{"session_id":"s","cost":{"total_cost_usd":0.25},` + strings.Replace(limits, "92.6", "92.7", 1) + `}`, 2},
		{`{"session_id":"s","cost":{"total_cost_usd":0.25},` + strings.Replace(limits, "92.6", "95", 1) + `}`, 3},
		{`{"cost":7,"rate_limits":[]}`, 4}, // the cost falls to nothing
	} {
		feed(step.payload)
		if got := lines(); got != step.lines {
			t.Fatalf("after %s: got %d lines, want %d\n%s", step.payload, got, step.lines, readFile(t, h.path()))
		}
	}
	want := fm.Limit{Kind: "session", Used: 95, Resets: time.Unix(1795172979, 0).UTC()}
	if diff := cmp.Diff(h.report().Limit, want); diff != "" {
		t.Errorf("got - want +:\n%s", diff)
	}
	if got := h.report().Spent.Cost; got != 250_000 {
		t.Errorf("got %v, want $0.25", got)
	}
	if err := appendEvent(h.path(), event{At: time.Now(), Name: launchEvent}); err != nil {
		t.Fatal(err)
	}
	feed(`{"session_id":"s","cost":{"total_cost_usd":0.25}}`)
	feed(`{"session_id":"s","cost":{"total_cost_usd":0.75}}`)
	if got := h.report().Spent.Cost; got != 750_000 {
		t.Errorf("after a resume: got %v, want $0.75", got)
	}
}
