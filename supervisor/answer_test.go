package supervisor

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// told is a state in which attempt 1 of task 5 has the progress p.
func told(p Progress, ss fm.Session, rep fm.Report) State {
	s := seen(working("5", 1)).with(ss, rep)
	p.Attempt = 1
	s.Runs["5"] = p
	return s
}

// TestAgentsAreAnswered goes through what is said to an agent, and when.
//
// Fault: F3.
func TestAgentsAreAnswered(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon().Add(-d) }
	refused := Progress{StartedAt: ago(time.Hour), Judged: 1, Checked: 1, SentBack: 1, Reasons: "the tests fail"}
	tired := refused
	tired.SentBack = MaxSentBack + 1
	said := refused
	said.ToldAt = ago(10 * time.Second)
	ignored := refused
	ignored.ToldAt = ago(10 * time.Minute)
	wentOn := atWork()
	wentOn.Turns, wentOn.Completed = 1, true
	gone := turnEnded(1)
	gone.State = fm.Exited
	starting := fm.Report{State: fm.Starting}
	asks := fm.Report{State: fm.Waiting}
	justEnded := turnEnded(1)
	justEnded.Since = ago(time.Second)
	troubled := claimed(1)
	troubled.Trouble = "overloaded"
	waits := told(Progress{Judged: 1, Reasons: "go on"}, live(1, "5", 1), turnEnded(1))
	waits.Waits[agentKey("5")] = Wait{Until: noon().Add(time.Second), Count: 1}
	for _, c := range []struct {
		name  string
		given State
		want  []string
	}{
		{"reasons are told", told(refused, live(1, "5", 1), claimed(1)), []string{"tell 5.1"}},
		{"not over a person", told(refused, typedIn(live(1, "5", 1)), claimed(1)), nil},
		{"not to one that is ending", told(refused, live(1, "5", 1), gone), nil},
		{"not to one at work", told(refused, live(1, "5", 1), atWork()), nil},
		{"not before the trouble's wait is over", waits, nil},
		{"a person is asked in the end", told(tired, live(1, "5", 1), claimed(1)), []string{"record block 5"}},
		{"told: it gets time", told(said, live(1, "5", 1), claimed(1)), nil},
		{"a next turn is judged anew", told(ignored, live(1, "5", 1), claimed(2)), []string{"verify 5.1"}},
		{"a refused claim is not checked twice", told(Progress{Judged: 1, Checked: 1}, live(1, "5", 1), claimed(1)), nil},
		{"a turn ended without a claim: let the file settle", seen(working("5", 1)).with(live(1, "5", 1), justEnded), nil},
		{"trouble after a claim: check it all the same", seen(working("5", 1)).with(live(1, "5", 1), troubled), []string{"verify 5.1"}},
		{"trouble after a refused claim: be patient", told(Progress{SentBack: 1}, live(1, "5", 1), troubled), nil},
		{"it never took its prompt", told(Progress{StartedAt: ago(time.Hour)}, live(1, "5", 1), starting), []string{"record fail 5"}},
		{"a person helps it to start", told(Progress{StartedAt: ago(time.Hour)}, typedIn(live(1, "5", 1)), starting), nil},
		{"it asks before its prompt", told(Progress{StartedAt: ago(time.Hour)}, live(1, "5", 1), asks), nil},
		{"adopted while starting: it gets the whole time", told(Progress{}, live(1, "5", 1), starting), nil},
		{"dead, and its claim was refused: resumed, to be told", told(Progress{Judged: 1, Checked: 1, Reasons: "no", DeadSince: ago(time.Minute)}, ended1(1, "5"), claimed(1)), []string{"start 5.1 worker-1"}},
		{"dead again", told(Progress{Judged: 1, Checked: 1, Crashes: 1, DeadSince: ago(time.Minute)}, ended1(1, "5"), claimed(1)), []string{"record fail 5"}},
		{"dead again just now: others may follow", told(Progress{Judged: 1, Checked: 1, Crashes: 1, DeadSince: ago(time.Second)}, ended1(1, "5"), claimed(1)), nil},
		{"dead, and a person looks at what is left", told(Progress{Crashes: 1, DeadSince: ago(time.Minute)}, typedIn(ended1(1, "5")), atWork()), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(fmt.Sprint(c.want), fmt.Sprint(names(look(t, c.given)))); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("it went on and died: its last claim is checked once more", func(t *testing.T) {
		s, _ := step(told(said, live(1, "5", 1), wentOn), WantedRead{Wanted: Wanted{Workers: 2}})
		s.Sight.Sessions = []fm.Session{ended1(1, "5")}
		if got := names(look(t, s)); fmt.Sprint(got) != "[verify 5.1]" {
			t.Errorf("ordered %v", got)
		}
	})
	t.Run("it stays silent: told again, and in the end a person is asked", func(t *testing.T) {
		s := told(Progress{StartedAt: ago(time.Hour)}, live(1, "5", 1), turnEnded(0))
		var all []string
		for i := range 60 {
			at := noon().Add(time.Duration(i) * 20 * time.Second)
			var effects []Effect
			s, _ = step(s, Ticked{At: at})
			s, effects = step(s, Observed{At: at, Sight: s.Sight, Reports: s.Reports})
			all = append(all, names(effects)...)
			if len(effects) > 0 {
				s, effects = step(s, Told{Worker: 1, Run: fm.Run{Task: "5", Attempt: 1}})
				all = append(all, names(effects)...)
			}
		}
		if len(all) < 3 || fmt.Sprint(all[:3]) != "[tell 5.1 tell 5.1 record block 5]" {
			t.Errorf("ordered %v", all)
		}
	})
}

// TestOldEvidenceFailsNobody lets the machine sleep for an hour: what was seen
// before is no evidence of what happened meanwhile, neither is a look that
// began before, and the agent slept as well. Caught: a limit that the clock
// alone overran; one that ran on while the machine slept.
func TestOldEvidenceFailsNobody(t *testing.T) {
	s := told(Progress{StartedAt: noon()}, live(1, "5", 1), fm.Report{State: fm.Starting})
	later := noon().Add(time.Hour)
	s, _ = step(s, Ticked{At: later})
	s, effects := step(s, QueueRead{Snapshot: s.Queue})
	if len(effects) > 0 {
		t.Errorf("at the clock's word: %v", names(effects))
	}
	s, effects = step(s, Observed{At: noon().Add(time.Second), Sight: s.Sight, Reports: s.Reports})
	if len(effects) > 0 {
		t.Errorf("at the word of an old look: %v", names(effects))
	}
	for end := later.Add(s.Rules.StartLimit); !later.After(end); later = later.Add(2 * time.Second) {
		s, _ = step(s, Ticked{At: later})
		if s, effects = step(s, Observed{At: later, Sight: s.Sight, Reports: s.Reports}); len(effects) > 0 {
			t.Fatalf("%s after it woke up: %v", s.Rules.StartLimit-end.Sub(later), names(effects))
		}
	}
	if _, effects = step(s, Observed{At: later, Sight: s.Sight, Reports: s.Reports}); fmt.Sprint(names(effects)) != "[record fail 5]" {
		t.Errorf("in the end: %v", names(effects))
	}
}

// TestClockThatStandsStillInSleepIsNotUsed gives Step times as a process reads
// them: of the two clocks in them only the one that goes on while the machine
// sleeps may be compared. Caught: eight hours of sleep that counted as two
// seconds, so that everybody had been silent for a night.
//
// Fault: F10, F28.
func TestClockThatStandsStillInSleepIsNotUsed(t *testing.T) {
	now := time.Now()
	if now == now.Round(0) { //nolint:staticcheck // that there are two clocks is the point
		t.Fatal("this time has one clock only")
	}
	s, _ := step(seen(working("5", 1)).with(live(1, "5", 1), atWork()), Ticked{At: now})
	s, _ = step(s, Observed{At: now, Sight: s.Sight, Reports: s.Reports})
	for name, at := range map[string]time.Time{"now": s.At, "of the look": s.SightAt, "awake": s.AwakeAt} {
		if at != now.Round(0) {
			t.Errorf("the time %s is %s", name, at)
		}
	}
}

// TestLookThatOverlapsAStart keeps what the start said. Caught: without it the
// same attempt was started again, on the word of a look that was older.
func TestLookThatOverlapsAStart(t *testing.T) {
	s, effects := step(seen(working("5", 1)), WantedRead{Wanted: Wanted{Workers: 2}})
	if fmt.Sprint(names(effects)) != "[start 5.1 worker-1]" {
		t.Fatal(names(effects))
	}
	s, _ = step(s, Started{Worker: 1, Run: fm.Run{Task: "5", Attempt: 1}})
	_, effects = step(s, Observed{At: noon(), Sight: fm.Sight{Generation: "1"}, Kept: []fm.WorkerID{1}})
	if len(effects) > 0 {
		t.Errorf("ordered %v", names(effects))
	}
}

// TestFailuresOfEffects goes through what a failure means, by its kind.
func TestFailuresOfEffects(t *testing.T) {
	at5 := working("5", 1)
	done := task("5", fm.Completed)
	done.Attempt, done.Pull = 1, "9"
	run := at5.Run()
	held := seen(at5).with(live(1, "5", 1), atWork())
	open := seen(done).offers(done, fm.PullRequest{SHA: "c1"})
	for _, c := range []struct {
		name  string
		given State
		eff   Effect
		kind  FailureKind
		want  string
	}{
		{"a start that was not tried: at once", seen(at5), Start{Worker: 1, Task: at5}, Skipped, "[start 5.1 worker-1]"},
		{"a start, transient: later", seen(at5), Start{Worker: 1, Task: at5}, Transient, "[]"},
		{"a start, refused: a person", seen(at5), Start{Worker: 1, Task: at5}, Refused, "[record block 5]"},
		{"a start, its issue is gone: a person", seen(at5), Start{Worker: 1, Task: at5}, NotFound, "[record block 5]"},
		{"a text, refused: a dialog is open, and a look will tell", held, Tell{Worker: 1, Run: run}, Refused, "[]"},
		{"a text, nobody there: a look will tell", held, Tell{Worker: 1, Run: run}, NotFound, "[]"},
		{"a check, the worktree is gone: the attempt failed", held, Verify{Task: at5}, NotFound, "[record fail 5]"},
		{"a check, transient: later", held, Verify{Task: at5}, Transient, "[]"},
		{"a publication, refused: a person", seen(publishing("5", 1)), Publish{Task: at5}, Refused, "[record block 5]"},
		{"a merge, conflict: fm's own", open, Merge{Task: done, SHA: "c1"}, Conflicted, "[Rebase task 5]"},
		{"a merge, refused: a look says of what", open, Merge{Task: done, SHA: "c1"}, Refused, "[Look pulls]"},
		{"a rebase, conflict: the agent's again", open, Rebase{Task: done}, Conflicted, "[record reopen 5]"},
		{"a rebase, refused: a person", open, Rebase{Task: done}, Refused, "[record block 5]"},
		{"a rebase, no branch: a person", open, Rebase{Task: done}, NotFound, "[record block 5]"},
		{"a merge, and nobody knows whether it was made: a look tells", open, Merge{Task: done, SHA: "c1"}, Transient, "[Look pulls]"},
		{"a rebase, and nobody knows whether it was made: a look tells", open, Rebase{Task: done}, Transient, "[Look pulls]"},
		{"checks that cannot be run again: the agent's", open, Rerun{Task: done}, Refused, "[record reopen 5]"},
		{"checks, and nobody knows whether they run: a look tells", open, Rerun{Task: done}, Transient, "[Look pulls]"},
		{"a parent that is gone: nothing is left to close", seen(task("5", fm.Merged)), CloseParent{Parent: "1"}, NotFound, "[record close-parent 1]"},
		{"an effect that is not under way: nothing", open, Stop{Worker: 2}, Refused, "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.given.copied()
			s.Busy[c.eff.key()] = c.eff
			if _, unordered := c.eff.(Stop); unordered {
				s.Busy[taskKey("5")] = Merge{Task: done}
				s.Busy[c.eff.key()] = Stop{Worker: 2, Run: run}
			}
			s, effects := step(s, EffectFailed{Effect: c.eff, Kind: c.kind, Err: "why"})
			if got := fmt.Sprint(names(effects)); got != c.want {
				t.Errorf("ordered %s, want %s", got, c.want)
			}
			if c.want == "[]" && c.kind == Transient && s.idle(c.eff.key()) {
				t.Error("it is tried again at once")
			}
		})
	}
}

// TestLateResultChangesNothing has the results of an older attempt arrive while
// the same kind of effect is under way for the present one.
func TestLateResultChangesNothing(t *testing.T) {
	at := working("5", 1)
	at.Attempt = 3
	s := seen(at)
	for _, busy := range []Effect{Start{Worker: 1, Task: at}, Verify{Task: at}, Publish{Task: at}, Tell{Worker: 1, Run: at.Run()}} {
		s := s.copied()
		s.Busy[busy.key()] = busy
		old := fm.Run{Task: "5", Attempt: 2}
		for _, ev := range []Event{
			Started{Worker: 1, Run: old},
			Verified{Run: old},
			Published{Run: old},
			Told{Worker: 1, Run: old},
			PullMerged{Run: old},
			Tidied{Run: old},
			Stopped{Worker: 1, Run: old},
			EffectFailed{Effect: Start{Worker: 1, Task: fm.Task{ID: "5", Attempt: 2}}, Kind: Refused},
		} {
			after, effects := step(s, ev)
			if len(effects) > 0 || after.Busy[busy.key()] == nil || len(after.Waits) > 0 || len(after.Sight.Sessions) > 0 {
				t.Errorf("%T of attempt 2 moves something while %T of attempt 3 is under way", ev, busy)
			}
		}
	}
}

// TestAnEditWins lets a person cancel a task while an effect on it is under
// way. Caught: a task that became completed although it was cancelled.
func TestAnEditWins(t *testing.T) {
	for _, ev := range []Event{
		Published{Run: fm.Run{Task: "5", Attempt: 1}, Pull: fm.PullRequest{Number: "9"}},
		Verified{Run: fm.Run{Task: "5", Attempt: 1}, Verdict: Verdict{Outcome: fm.Failure}},
		EffectFailed{Effect: Publish{Task: working("5", 1)}, Kind: Refused},
	} {
		cancelled := working("5", 1)
		cancelled.Status, cancelled.Worker = fm.Cancelled, 0
		s := seen(cancelled)
		busy := orderOf(ev)
		s.Busy[busy.key()] = busy
		if _, effects := step(s, ev); len(effects) > 0 {
			t.Errorf("%T: ordered %v", ev, names(effects))
		}
	}
}

// TestFailedRecordHoldsEverything lets the queue refuse a record: nothing is
// ordered until it may be tried again, and failed looks do not put that off.
func TestFailedRecordHoldsEverything(t *testing.T) {
	s, effects := step(seen(task("5", fm.Pending), working("6", 2)), WantedRead{Wanted: Wanted{Workers: 2}})
	if fmt.Sprint(names(effects)) != "[record claim 5 worker-1 start 6.1 worker-2]" {
		t.Fatal(names(effects))
	}
	s, _ = step(s, RecordFailed{Err: "no space left on device"})
	s, effects = step(s, EffectFailed{Effect: effects[1], Kind: Skipped})
	if len(effects) > 0 {
		t.Errorf("ordered %v", names(effects))
	}
	until := Due(s)
	for range 10 {
		s, _ = step(s, RecordFailed{Err: "no space left on device"})
	}
	if got := Due(s); !got.Equal(until) || until.Sub(noon()) != time.Second {
		t.Errorf("due %s, then %s; want one second after noon", until, got)
	}
	s, _ = step(s, Ticked{At: until})
	if _, effects = step(s, QueueRead{Snapshot: s.Queue}); len(effects) != 2 {
		t.Errorf("then ordered %v", names(effects))
	}
}

// TestLimitsOfStarting has sessions vanish: three starts on one server, and a
// new server begins the count anew.
func TestLimitsOfStarting(t *testing.T) {
	s := seen(working("5", 1))
	s.Runs["5"] = Progress{Attempt: 1, Starts: 3, Server: "1"}
	if got := fmt.Sprint(names(look(t, s))); got != "[record fail 5]" {
		t.Errorf("after three starts: %s", got)
	}
	s.Sight.Generation = "2"
	if got := fmt.Sprint(names(look(t, s))); got != "[start 5.1 worker-1]" {
		t.Errorf("on a new server: %s", got)
	}
}

// TestRevivedServerIsLookedAtFirst orders neither a second revival nor a start
// before somebody has seen the new server.
func TestRevivedServerIsLookedAtFirst(t *testing.T) {
	s := seen(working("5", 1))
	s.Sight.Generation = ""
	s, effects := step(s, WantedRead{Wanted: Wanted{Workers: 2}})
	if fmt.Sprint(names(effects)) != "[Revive server]" {
		t.Fatal(names(effects))
	}
	if _, effects = step(s, Revived{}); len(effects) > 0 {
		t.Errorf("ordered %v", names(effects))
	}
}

// TestTroubleIsPatient spreads the answers to an API that is down: 1 s, 2 s,
// 4 s…, at most five minutes. Caught: one answer per second, all night.
func TestTroubleIsPatient(t *testing.T) {
	s := told(Progress{StartedAt: noon()}, live(1, "5", 1), turnEnded(0))
	at := noon()
	var gaps []time.Duration
	for turn := 1; turn <= 12; turn++ {
		rep := turnEnded(turn)
		rep.Run, rep.Trouble, rep.Since = fm.Run{Task: "5", Attempt: 1}, "overloaded", at
		ended := at
		for range 1000 {
			s, _ = step(s, Ticked{At: at})
			var effects []Effect
			s, effects = step(s, Observed{At: at, Sight: s.Sight, Reports: map[fm.TaskID]fm.Report{"5": rep}})
			if len(effects) > 0 {
				s, _ = step(s, Told{Worker: 1, Run: rep.Run})
				break
			}
			at = Due(s)
		}
		gaps = append(gaps, at.Sub(ended))
	}
	want := []time.Duration{
		time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, 64 * time.Second, 128 * time.Second, 256 * time.Second, maxWait, maxWait, maxWait,
	}
	if diff := cmp.Diff(want, gaps); diff != "" {
		t.Errorf("answered after (-want +got):\n%s", diff)
	}
	if len(s.Waits) > 1 {
		t.Errorf("waits are left: %v", s.Waits)
	}
}

// TestFinishCountsOnce publishes twice because the queue could not be written
// the first time.
func TestFinishCountsOnce(t *testing.T) {
	s := seen(publishing("5", 1))
	for range 2 {
		var effects []Effect
		s, effects = step(s, QueueRead{Snapshot: s.Queue})
		if len(effects) != 1 {
			t.Fatal(names(effects))
		}
		s, _ = step(s, Published{Run: fm.Run{Task: "5", Attempt: 1}, Pull: fm.PullRequest{Number: "9"}})
		s, _ = step(s, RecordFailed{Err: "disk"})
		s, _ = step(s, Ticked{At: s.At.Add(time.Minute)})
	}
	if v := View(s); v.Throughput.LastDay != 1 {
		t.Errorf("%d finished", v.Throughput.LastDay)
	}
}

// TestKinds classifies what adapters wrap.
func TestKinds(t *testing.T) {
	for err, want := range map[error]FailureKind{
		fmt.Errorf("a: %w", fm.ErrRefused): Refused, fmt.Errorf("a: %w", fm.ErrConflict): Conflicted,
		fmt.Errorf("a: %w", fm.ErrGone): NotFound, errors.New("a"): Transient, queue.ErrStale: Transient,
	} {
		if got := kind(err); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
