package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// TestPresent goes through who counts as present. Caught: keys before a release
// that kept fm out; a hold that ended with the last client.
func TestPresent(t *testing.T) {
	at := noon()
	typed := fm.Session{Worker: 3, Clients: 1, LastKey: at.Add(-time.Minute)}
	idle, left := typed, typed
	idle.LastKey = at.Add(-3 * time.Minute)
	left.Clients = 0
	for _, c := range []struct {
		name  string
		ss    fm.Session
		hands []Hand
		want  bool
	}{
		{"typed a minute ago", typed, nil, true},
		{"typed three minutes ago", idle, nil, false},
		{"has left", left, nil, false},
		{"only watches", fm.Session{Worker: 3, Clients: 1}, nil, false},
		{"held, and nobody there", fm.Session{Worker: 3}, []Hand{{Worker: 3, Held: true}}, true},
		{"another one is held", idle, []Hand{{Worker: 2, Held: true}}, false},
		{"released since", typed, []Hand{{Worker: 3, At: at.Add(-time.Second)}}, false},
		{"typed since the release", typed, []Hand{{Worker: 3, At: at.Add(-time.Hour)}}, true},
	} {
		if got := Present(c.ss, 2*time.Minute, c.hands, at); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestHeldWorkerIsLeftAlone orders nothing in a held session, whatever its task
// would want, and nothing new for a held worker. Caught: a free worker that was
// given a task while it was held.
func TestHeldWorkerIsLeftAlone(t *testing.T) {
	crashed := seen(working("5", 1)).with(ended1(1, "5"), atWork())
	crashed.Runs["5"] = Progress{Attempt: 1, DeadSince: noon().Add(-time.Minute)}
	for name, s := range map[string]State{
		"work for it":        seen(task("5", fm.Pending)),
		"an orphan":          seen(task("5", fm.Cancelled)).with(live(1, "5", 1), atWork()),
		"a crash":            crashed,
		"claimed, not begun": seen(working("5", 1)),
		"reasons to tell":    told(Progress{Judged: 1, Checked: 1, SentBack: 1, Reasons: "the tests fail"}, live(1, "5", 1), claimed(1)),
	} {
		s.Wanted.Workers = 1
		if effects := look(t, s); len(effects) == 0 {
			t.Errorf("%s: nothing is ordered for a worker that is not held", name)
		}
		s.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
		if effects := look(t, s); len(effects) > 0 {
			t.Errorf("%s: ordered %v for a held worker", name, names(effects))
		}
	}
	done := seen(working("5", 1)).with(live(1, "5", 1), claimed(1))
	done.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
	if got := names(look(t, done)); fmt.Sprint(got) != "[verify 5.1]" {
		t.Errorf("what was finished: %v, want it verified", got)
	}
}

// TestWhatAPersonSaysCostsTheTaskNothing: who speaks with an agent ends turns
// without a result; after the hand-back it is told once what is missing. Caught:
// a task that was blocked after a person's third sentence.
func TestWhatAPersonSaysCostsTheTaskNothing(t *testing.T) {
	s := told(Progress{}, live(1, "5", 1), turnEnded(0))
	s.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
	looks := func(turns int) []string { // at the end of the last of them
		at := noon().Add(time.Duration(turns) * time.Minute)
		rep := turnEnded(turns)
		rep.Run, rep.Since = fm.Run{Task: "5", Attempt: 1}, at.Add(-settle)
		s, _ = step(s, Ticked{At: at})
		var all []string
		for range 2 { // what is missing is noted first, and then told
			var effects []Effect
			s, effects = step(s, Observed{At: at, Sight: s.Sight, Reports: map[fm.TaskID]fm.Report{"5": rep}})
			all = append(all, names(effects)...)
		}
		return all
	}
	const turns = MaxSentBack + 3
	for n := range turns {
		if got := looks(n + 1); len(got) > 0 {
			t.Fatalf("turn %d under a person's hands: ordered %v", n+1, got)
		}
	}
	s.Wanted.Hands = nil
	if got := fmt.Sprint(looks(turns)); got != "[tell 5.1]" || s.Runs["5"].SentBack != 1 {
		t.Errorf("after the hand-back: ordered %v, sent back %d times", got, s.Runs["5"].SentBack)
	}
}

// TestNotes tells people in the status line what fm does in their session, once
// for each change. Caught: a note at every look; one that stayed.
func TestNotes(t *testing.T) {
	f := busyAgents(t, 1)
	var shown []string
	note := func(want string) {
		t.Helper()
		before := len(shown)
		for range 3 {
			var effects []Effect
			f.s, effects = Step(f.s, Observed{At: f.s.At, Sight: f.s.Sight, Reports: f.s.Reports})
			for _, eff := range effects {
				if n, ok := eff.(Note); ok {
					shown = append(shown, n.Text)
					f.s, _ = Step(f.s, Noted(n))
				}
			}
			f.s, _ = Step(f.s, Ticked{At: f.s.At.Add(lookEvery)})
		}
		if got := strings.Join(shown[before:], "|"); got != want {
			t.Errorf("shown %q, want %q", got, want)
		}
	}
	come := func(ss *fm.Session) { ss.Clients = 1 }
	types := func(ss *fm.Session) { ss.Clients, ss.LastKey = 1, f.s.At }
	note("")
	f.session(1, types)
	note("fm holds still while you type")
	f.s, _ = Step(f.s, Ticked{At: f.s.At.Add(3 * time.Minute)})
	note("")
	if len(shown) != 2 || shown[1] != "" {
		t.Errorf("shown %q, want it cleared", shown)
	}
	limit(f, "1", f.s.At.Add(65*time.Minute))
	note("usage limit until 13:08")
	f.s.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
	note("held: fm release worker-1")
	f.s.Wanted.Hands = nil
	done := working("1", 0)
	done.Status, done.Pull = fm.Completed, "9"
	f.s = f.s.holding(f.s.Queue)
	f.s.Queue.Tasks[0] = done
	f.s.Rules.Merge = ManualMerge
	f.session(1, types)
	note("#1 is done; fm goes on when you leave")
	f.session(1, func(ss *fm.Session) { ss.Clients = 0 })
	note("")
	if len(f.s.Notes) > 0 {
		t.Errorf("remembers %v, and nobody is attached", f.s.Notes)
	}
	f.session(1, come)
	f.s.Notes = nil
}

// TestViewShowsPeople is what `fm status` knows of hands and questions.
func TestViewShowsPeople(t *testing.T) {
	rep := atWork()
	rep.State, rep.Question = fm.Waiting, fm.Question{Kind: fm.AsksPermission, Text: "Bash npm test", Options: []string{"Yes", "No"}}
	rep.Evidence = fm.Evidence{Source: fm.HookSource, What: "PermissionRequest", At: noon()}
	rep.Spent = fm.Spending{Cost: fm.Dollars(1.25), Tokens: 9}
	s := seen(working("5", 1)).with(typedIn(live(1, "5", 1)), rep)
	s.Wanted.Hands = []Hand{{Worker: 2, Held: true}}
	got := View(s).Workers
	want := []WorkerStatus{
		{
			Worker: 1, State: "waiting", Task: "5", Attempt: 1, Since: noon().Add(-time.Hour), Attached: 1, Person: true,
			Text: "Waiting for you on #5: permission: Bash npm test", Evidence: "hook PermissionRequest 12:00:00", Question: rep.Question, Asked: rep.Since, Spent: rep.Spent,
		},
		{Worker: 2, State: "idle", Text: "Idle (held: fm release worker-2)", Held: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := got[0].For(noon()); got != time.Minute {
		t.Errorf("it waits for %s, want as long as the question does", got)
	}
	if got := got[1].For(noon()); got != 0 {
		t.Errorf("who has nothing is at it for %s", got)
	}
}

// TestNoteIsShownAgainAfterAStartOrAStop has an agent started, and stopped,
// while somebody watches; either clears the status line. Caught: a person who was
// told nothing any more, because fm believed that the same text was still there.
func TestNoteIsShownAgainAfterAStartOrAStop(t *testing.T) {
	run := fm.Run{Task: "1", Attempt: 1}
	for _, c := range []struct {
		eff Effect
		ev  Event
	}{
		{Start{Worker: 1, Task: working("1", 1)}, Started{Worker: 1, Run: run}},
		{Stop{Worker: 1, Run: run}, Stopped{Worker: 1, Run: run}},
	} {
		f := busyAgents(t, 2)
		f.session(1, func(ss *fm.Session) { ss.Clients, ss.LastKey = 1, f.s.At })
		f.run(0)
		before := f.s
		f.s.Busy[c.eff.key()] = c.eff
		_, effects := Step(f.s, c.ev)
		var notes []fm.WorkerID
		for _, eff := range effects {
			if n, ok := eff.(Note); ok {
				notes = append(notes, n.Worker)
			}
		}
		if fmt.Sprint(notes) != "[worker-1]" {
			t.Errorf("after %T the notes of %v are shown", c.ev, notes)
		}
		if len(before.Notes) != 1 {
			t.Errorf("before %T %v was shown", c.ev, before.Notes)
		}
	}
}
