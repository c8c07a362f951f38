package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// goesOn has the agent of task 1 show life once.
func goesOn(f *film) {
	f.report("1", func(r *fm.Report) {
		*r = fm.Report{Run: fm.Run{Task: "1", Attempt: 1}, State: fm.AtWork, Prompted: true, Since: f.s.At, Heard: f.s.At, Turns: r.Turns}
	})
}

// TestLadder goes with a silent agent up to the end: nudged, interrupted and
// resumed, and only then its attempt has failed. Caught: rungs that were
// climbed at once; a resumption that counted as a crash; an agent that hangs
// after each resumption and was resumed for ever.
//
// Fault: F3.
func TestLadder(t *testing.T) {
	f := busyAgents(t, 1)
	f.run(40*time.Minute + 2*time.Second)
	goesOn(f) // it was resumed, and hangs again
	f.run(29 * time.Minute)
	f.wants("30m0s tell 1.1", "40m0s stop 1.1 worker-1 keep=", "40m2s start 1.1 worker-1")
	if task, _ := f.s.Queue.Task("1"); task.Failures != 0 || task.Attempt != 1 {
		t.Fatalf("%+v: nothing has failed yet", task)
	}
	f.run(2 * time.Minute)
	task, _ := f.s.Queue.Task("1")
	if task.Failures != 1 || !strings.Contains(task.Note, "the agent hung: silent for 30m") {
		t.Errorf("in the end %+v", task)
	}
	for _, rule := range []string{"silent: nudge once", "silent after a nudge: interrupt and resume", "interrupted: resume", "fail"} {
		if f.told(rule) != 1 {
			t.Errorf("the journal says %q %d times: %+v", rule, f.told(rule), f.why)
		}
	}
}

// TestAnAgentWithoutItsWorktreeBeginsAnew deletes the worktree of an agent that is
// at work. No silence is waited for: it is ended and resumed, in the same attempt;
// and only when two looks agree, and no person is there. Caught: an agent that was
// ended because one look missed a folder that was being moved back; one that was
// never heard of again, and waited half an hour for its nudge.
//
// Fault: F12.
func TestAnAgentWithoutItsWorktreeBeginsAnew(t *testing.T) {
	lose := func(r *fm.Report) { r.Homeless = true }
	f := busyAgents(t, 1)
	f.on = func(f *film, eff Effect) {
		if _, ok := eff.(Start); ok { // which makes the worktree
			f.report("1", func(r *fm.Report) { r.Homeless = false })
		}
	}
	f.report("1", lose)
	f.run(lookEvery / 2)
	f.report("1", func(r *fm.Report) { r.Homeless = false })
	f.run(time.Minute)
	f.wants()
	f.report("1", lose)
	f.run(10 * time.Second)
	if f.told("its worktree is gone: interrupt and resume") != 1 || f.told("interrupted: resume") != 1 {
		t.Errorf("ordered %q", f.deeds)
	}
	if task, _ := f.s.Queue.Task("1"); task.Failures != 0 || task.Attempt != 1 {
		t.Errorf("it cost an attempt: %+v", task)
	}
}

// TestWhatAnInterruptionStirsUpIsNoSignOfLife has the hooks of a tool and of the
// CLI itself speak while it is being ended. Caught: an agent that left the
// ladder by it, so that its stall became a crash, and was never a failure.
func TestWhatAnInterruptionStirsUpIsNoSignOfLife(t *testing.T) {
	f := busyAgents(t, 1)
	f.run(40*time.Minute - lookEvery)
	look := func() (effects []Effect) {
		f.s, effects = Step(f.s, Observed{At: f.s.At, Sight: f.s.Sight, Reports: f.s.Reports})
		f.s, _ = Step(f.s, Ticked{At: f.s.At.Add(lookEvery)})
		return effects
	}
	if ordered := names(look()); len(ordered) != 1 || !strings.HasPrefix(ordered[0], "stop 1.1") {
		t.Fatalf("ordered %q, want a stop", ordered)
	}
	f.report("1", func(r *fm.Report) { r.Heard = f.s.At })
	look()
	f.session(1, func(ss *fm.Session) { ss.Alive, ss.Exit = false, "exit 143" })
	f.step(Stopped{Worker: 1, Run: fm.Run{Task: "1", Attempt: 1}})
	f.run(10 * time.Second)
	if f.told("interrupted: resume") != 1 || f.told("a first end is forgiven: resume") != 0 {
		t.Errorf("ordered %q: %+v", f.deeds, f.why)
	}
}

// TestLadderIsLeft lets an agent show life on each rung, which begins all the
// patience anew. Its own echo of the nudge is none. Caught: an agent that was
// interrupted although the nudge had helped.
func TestLadderIsLeft(t *testing.T) {
	f := busyAgents(t, 1)
	f.run(35 * time.Minute)
	goesOn(f)
	f.run(29 * time.Minute)
	f.wants("30m0s tell 1.1")
	f.run(2 * time.Minute)
	f.wants("1h5m2s tell 1.1")
	f.run(8 * time.Minute)
	f.wants()
	f.run(2 * time.Minute)
	f.wants("1h15m2s stop 1.1 worker-1 keep=", "1h15m4s start 1.1 worker-1")
	for range 12 {
		goesOn(f)
		f.run(time.Minute)
	}
	f.run(28 * time.Minute)
	f.wants()
	f.run(2 * time.Minute)
	if len(f.deeds) != 1 || !strings.HasSuffix(f.deeds[0], "tell 1.1") {
		t.Errorf("after ten minutes of life ordered %v, want the first rung again", f.deeds)
	}
}

// TestNudgeThatFailsIsRepeated has the agent take no text: the nudge is tried
// again, and the next rung comes all the same.
func TestNudgeThatFailsIsRepeated(t *testing.T) {
	f := busyAgents(t, 1)
	f.fails["tell 1.1"] = Transient
	f.run(45 * time.Minute)
	n := len(f.deeds)
	if n < 5 || n > 15 || fmt.Sprint(f.deeds[n-2:]) != "[43m32s stop 1.1 worker-1 keep= 43m34s start 1.1 worker-1]" {
		t.Errorf("ordered %q", f.deeds)
	}
}

// TestSilenceForAReasonIsNoStall leaves alone who waits for a person, is
// limited, has a task in the background, or a person beside it, for three hours.
// Caught: each of them, by taking the case out.
func TestSilenceForAReasonIsNoStall(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *film){
		"waits for a person":  func(f *film) { f.report("1", func(r *fm.Report) { r.State = fm.Waiting }) },
		"a background task":   func(f *film) { f.report("1", func(r *fm.Report) { r.State = fm.InShell }) },
		"held":                func(f *film) { f.s.Wanted.Hands = []Hand{{Worker: 1, Held: true}} },
		"nothing can be read": func(f *film) { f.s.Reports = cloned(f.s.Reports); delete(f.s.Reports, "1") },
		"somebody else is limited until tomorrow": func(f *film) {
			f.report("2", func(r *fm.Report) {
				r.State, r.Trouble, r.Limit.Resets = fm.Limited, fm.LimitTrouble, f.s.At.Add(24*time.Hour)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := busyAgents(t, 2)
			change(f)
			for range 18 {
				f.run(10 * time.Minute)
				f.report("2", func(r *fm.Report) { r.Heard = f.s.At })
			}
			f.wants()
		})
	}
	t.Run("limited at its first prompt", func(t *testing.T) {
		f := busyAgents(t, 1)
		f.report("1", func(r *fm.Report) { r.State, r.Prompted, r.Limit.Resets = fm.Limited, false, f.s.At.Add(5*time.Hour) })
		f.run(4 * time.Hour)
		f.wants()
	})
	t.Run("an outage is over", func(t *testing.T) {
		f := busyAgents(t, 2)
		limit(f, "2", noon().Add(5*time.Hour))
		f.run(4 * time.Hour)
		f.report("2", func(r *fm.Report) {
			r.State, r.Since, r.Heard, r.Trouble = fm.AtWork, f.s.At, f.s.At.Add(time.Minute), ""
		})
		f.run(29 * time.Minute)
		f.wants()
	})
	t.Run("a person types now and then", func(t *testing.T) {
		f := busyAgents(t, 1)
		for range 9 {
			f.session(1, func(ss *fm.Session) { ss.Clients, ss.LastKey = 1, f.s.At })
			f.run(20 * time.Minute)
		}
		f.wants()
	})
	t.Run("a person has left, and so have the keys", func(t *testing.T) {
		f := busyAgents(t, 1)
		for range 30 {
			f.session(1, func(ss *fm.Session) { ss.Clients, ss.LastKey = 1, f.s.At })
			f.run(time.Minute)
		}
		f.session(1, func(ss *fm.Session) { ss.Clients, ss.LastKey = 0, time.Time{} })
		f.run(29 * time.Minute)
		f.wants()
	})
	t.Run("the machine slept", func(t *testing.T) {
		f := busyAgents(t, 1)
		for range 10 {
			f.run(25 * time.Minute)
			f.s, _ = Step(f.s, Ticked{At: f.s.At.Add(time.Hour)})
		}
		f.wants()
	})
}

// TestReleasedWorkerGetsTheWholePatience hands a worker back after three hours.
func TestReleasedWorkerGetsTheWholePatience(t *testing.T) {
	f := busyAgents(t, 1)
	f.s.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
	f.run(3 * time.Hour)
	f.s.Wanted.Hands = []Hand{{Worker: 1, At: f.s.At}}
	f.run(29 * time.Minute)
	f.wants()
	f.run(2 * time.Minute)
	if len(f.deeds) != 1 {
		t.Errorf("ordered %q", f.deeds)
	}
}

// TestOvertime ends an attempt that has worked for too long, and names what is
// left of it; one that has finished is verified instead.
func TestOvertime(t *testing.T) {
	f := busyAgents(t, 1)
	f.s.Rules.Dir = func(at fm.Site) string { return "/trees/issue-" + string(at.Task) }
	f.report("1", func(r *fm.Report) { r.Worked = 4 * time.Hour })
	f.run(10 * time.Second)
	f.wants()
	f.session(1, func(ss *fm.Session) { ss.Clients, ss.LastKey = 1, f.s.At })
	f.report("1", func(r *fm.Report) { r.Worked = 4*time.Hour + time.Second })
	f.run(10 * time.Second)
	f.wants()
	f.session(1, func(ss *fm.Session) { ss.Clients = 0 })
	f.run(time.Second)
	f.wants("24s record fail 1", "24s stop 1.1 worker-1 keep=1")
	const want = "Issue #1 timed out after 4h0m0s. The worktree is preserved at: /trees/issue-1 Debug: cd /trees/issue-1; git status; cat COMPLETION.md"
	if task, _ := f.s.Queue.Task("1"); task.Status != fm.Failed || task.Note != want {
		t.Errorf("%s: %s", task.Status, task.Note)
	}
	done := claimed(1)
	done.Worked = 5 * time.Hour
	if got := names(look(t, told(Progress{}, live(1, "5", 1), done))); fmt.Sprint(got) != "[verify 5.1]" {
		t.Errorf("one that has finished: %v", got)
	}
}

// TestRefusedClaimIsNoClaim has agents work on for too long beside the file that
// was refused. Caught: an attempt that its refused file kept from ever being
// overtime.
func TestRefusedClaimIsNoClaim(t *testing.T) {
	goesOn := fm.Report{State: fm.AtWork, Prompted: true, Turns: 1, Completed: true, Worked: 5 * time.Hour}
	claimsAgain := goesOn
	claimsAgain.State, claimsAgain.Turns = fm.AtPrompt, 2
	first := goesOn
	first.Turns = 0
	refused := Progress{Judged: 1, Checked: 1, SentBack: 1, Reasons: "the tests fail", ToldAt: noon().Add(-time.Hour)}
	for _, c := range []struct {
		name string
		p    Progress
		rep  fm.Report
		want string
	}{
		{"it goes on beside the refused file", refused, goesOn, "[record fail 5]"},
		{"it has ended its turn: the file may be another", refused, claimsAgain, "[verify 5.1]"},
		{"a first claim, in the turn that wrote it", Progress{}, first, "[]"},
	} {
		if got := names(look(t, told(c.p, live(1, "5", 1), c.rep))); fmt.Sprint(got[:min(1, len(got))]) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

// TestTooLongIsAFreshStart gives a task back whose conversation has outgrown
// the model, without a failure; when it was so at once it is one.
func TestTooLongIsAFreshStart(t *testing.T) {
	long := turnEnded(1)
	long.Trouble = fm.LengthTrouble
	for _, c := range []struct {
		age  time.Duration
		want string
	}{{time.Hour, "[record release 5]"}, {time.Minute, "[record fail 5]"}} {
		task := working("5", 1)
		task.Since = noon().Add(-c.age)
		if got := names(look(t, seen(task).with(live(1, "5", 1), long))); fmt.Sprint(got[:1]) != c.want {
			t.Errorf("after %s: %v, want %s", c.age, got, c.want)
		}
	}
}

// TestTooLongAgainIsAFailure gives a task back until it has failed. Caught: a
// task that filled a conversation every hour and was begun anew for ever.
func TestTooLongAgainIsAFailure(t *testing.T) {
	f := busyAgents(t, 1)
	for attempt := 1; attempt <= 6; attempt++ { // the first one is given back
		f.s.Sight.Sessions = []fm.Session{live(1, "1", attempt)}
		f.report("1", func(r *fm.Report) { *r = atWork(); r.Run = fm.Run{Task: "1", Attempt: attempt} })
		f.run(15 * time.Minute)
		f.report("1", func(r *fm.Report) { r.State, r.Turns, r.Trouble = fm.AtPrompt, 1, fm.LengthTrouble })
		f.run(2 * time.Second)
		f.s.Reports = map[fm.TaskID]fm.Report{}
		f.s.Sight.Sessions = nil
		f.run(time.Hour)
		task, _ := f.s.Queue.Task("1")
		if task.Failures != attempt-1 {
			t.Fatalf("attempt %d: %d failures, %s: %s", attempt, task.Failures, task.Status, task.Note)
		}
	}
	if task, _ := f.s.Queue.Task("1"); task.Status != fm.Failed {
		t.Errorf("in the end %+v", task)
	}
}
