package supervisor

import (
	"fmt"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// troubles has the agent's turns end one after the other, each with the same
// trouble, and gives what was ordered. Before each of the turns it waits for pause.
func troubles(s State, what fm.Trouble, turns int, pause time.Duration) (all []string) {
	at := noon()
	run := fm.Run{Task: "5", Attempt: 1}
	for turn := 1; turn <= turns; turn++ {
		at = at.Add(pause)
		rep := turnEnded(turn)
		rep.Run, rep.Trouble, rep.Since = run, what, at
		for range 10 {
			s, _ = step(s, Ticked{At: at})
			var effects []Effect
			s, effects = step(s, Observed{At: at, Sight: s.Sight, Reports: map[fm.TaskID]fm.Report{"5": rep}})
			all = append(all, names(effects)...)
			if len(effects) > 0 {
				s, _ = step(s, Told{Worker: 1, Run: run})
				break
			}
			at = Due(s)
		}
	}
	return all
}

// TestAConversationThatOnlyFailsEnds has every request fail for a reason that fm
// does not know, such as a document that the API refuses in each of them.
//
// Caught: an agent that was asked to go on every five minutes for weeks; one that
// was given up although it had worked in between.
func TestAConversationThatOnlyFailsEnds(t *testing.T) {
	start := told(Progress{StartedAt: noon()}, live(1, "5", 1), turnEnded(0))
	got := troubles(start, fm.OtherTrouble, maxUnknown+1, 0)
	if len(got) != maxUnknown+1 || got[maxUnknown-1] != "tell 5.1" || got[maxUnknown] != "record fail 5" {
		t.Errorf("ordered %v, want to go on %d times, then a failure", got, maxUnknown)
	}
	for _, name := range troubles(start, fm.OtherTrouble, 3*maxUnknown, 2*maxWait) {
		if name != "tell 5.1" {
			t.Errorf("it worked in between: ordered %s", name)
		}
	}
}

// TestAStartThatFailedForgivesNothing has an agent die while the machine cannot
// start it again for a while.
//
// Caught: its first death, counted when the start was ordered, and the failure of
// the attempt that followed from it.
func TestAStartThatFailedForgivesNothing(t *testing.T) {
	s := told(Progress{DeadSince: noon().Add(-time.Second)}, ended1(1, "5"), atWork())
	run := fm.Run{Task: "5", Attempt: 1}
	at := noon()
	for i := range 2 {
		var effects []Effect
		s, effects = step(s, Observed{At: at, Sight: s.Sight, Reports: s.Reports})
		if fmt.Sprint(names(effects)) != "[start 5.1 worker-1]" {
			t.Fatalf("try %d: ordered %v", i+1, names(effects))
		}
		s, _ = step(s, EffectFailed{Effect: effects[len(effects)-1], Kind: Transient, Err: "no space left on device"})
		at = at.Add(2 * massWindow)
		s, _ = step(s, Ticked{At: at})
	}
	var effects []Effect
	if s, effects = step(s, Observed{At: at, Sight: s.Sight, Reports: s.Reports}); len(effects) == 0 {
		t.Fatal("it was not tried a third time")
	}
	s, _ = step(s, Started{Worker: 1, Run: run})
	if p := s.Runs["5"]; p.Crashes != 1 {
		t.Errorf("%d deaths are forgiven, want 1", p.Crashes)
	}
}

// TestWhatGoesOnIsNotAccepted has an agent go on while its work is checked.
//
// Caught: what it made meanwhile, published without a check.
func TestWhatGoesOnIsNotAccepted(t *testing.T) {
	passed := Verified{Run: fm.Run{Task: "5", Attempt: 1}, Verdict: Verdict{Turns: 1, Outcome: fm.Success, Commits: 1}}
	sent := claimed(1)
	sent.State = fm.AtWork
	for _, c := range []struct {
		name string
		ss   fm.Session
		rep  fm.Report
		want string
	}{
		{"nothing changed", live(1, "5", 1), claimed(1), "[record publish 5 worker-1]"},
		{"it works again", live(1, "5", 1), sent, "[]"},
		{"it has worked again", live(1, "5", 1), claimed(2), "[verify 5.1]"},
		{"it is gone", ended1(1, "5"), claimed(1), "[record publish 5 worker-1]"},
		{"it died at work, and what it says is what it said", ended1(1, "5"), sent, "[record publish 5 worker-1]"},
	} {
		s := told(Progress{StartedAt: noon()}, c.ss, c.rep)
		s.Busy[taskKey("5")] = Verify{Task: working("5", 1), Turns: 1}
		if _, effects := step(s, passed); fmt.Sprint(names(effects)) != c.want {
			t.Errorf("%s: ordered %v, want %s", c.name, names(effects), c.want)
		}
	}
}

// TestAHaltLooksBeforeItEnds has a supervisor begin in the middle of a halt: all
// tasks are given back, and their agents may live.
//
// Caught: an end before the first look, which left them running.
func TestAHaltLooksBeforeItEnds(t *testing.T) {
	s := seen(task("5", fm.Pending)).with(live(1, "5", 1), atWork())
	s.Wanted.Stop, s.Sighted = StopNow, Unseen
	s, effects := step(s, Ticked{At: noon()})
	if len(effects) > 0 {
		t.Errorf("unseeing it ordered %v", names(effects))
	}
	if _, effects = step(s, Observed{At: noon(), Sight: s.Sight, Reports: s.Reports}); fmt.Sprint(names(effects)) != "[stop 5.1 worker-1 keep=5]" {
		t.Errorf("then it ordered %v, want the agent stopped", names(effects))
	}
}
