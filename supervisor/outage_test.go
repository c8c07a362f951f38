package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// limit stops the agent of a task by the usage limit.
func limit(f *film, id fm.TaskID, resets time.Time) {
	f.report(id, func(r *fm.Report) {
		r.State, r.Since, r.Trouble, r.Turns = fm.Limited, f.s.At, fm.LimitTrouble, r.Turns+1
		r.Limit = fm.Limit{Kind: "session", Resets: resets, Hit: true}
		r.Says = "You've hit your session limit · resets 2pm (UTC)"
	})
}

// wakes has agents go on when they are told to, and again limits them when
// still is true.
func wakes(still func(f *film) bool) func(*film, Effect) {
	return func(f *film, eff Effect) {
		tell, ok := eff.(Tell)
		if !ok {
			return
		}
		if tell.Closes != fm.AsksLimit {
			f.tb.Errorf("the menu of the limit is not closed by %+v", tell)
		}
		if still(f) {
			limit(f, tell.Run.Task, time.Time{})
			return
		}
		f.report(tell.Run.Task, func(r *fm.Report) {
			r.State, r.Since, r.Heard, r.Trouble, r.Limit = fm.AtWork, f.s.At, f.s.At, "", fm.Limit{}
		})
	}
}

// TestLimitPausesTheFleetOnce has three of four agents run into the usage limit
// at different times. Nothing new is begun until the reset; then they are woken
// one by one, each after the one before was seen at work; and no attempt is
// spent. Caught: a claim in the pause; all of them woken at once; agents that
// were given up.
func TestLimitPausesTheFleetOnce(t *testing.T) {
	f := busyAgents(t, 4)
	f.s.Wanted.Workers = 5
	f.on = wakes(func(*film) bool { return false })
	reset := noon().Add(2 * time.Hour)
	limit(f, "3", reset)
	f.run(time.Minute)
	f.add(task("9", fm.Pending))
	limit(f, "1", reset)
	f.run(time.Minute)
	limit(f, "2", reset)
	if gate := View(f.s).Gate; !gate.Until.Equal(reset.Add(afterReset)) || !strings.Contains(gate.Why, "usage limit") {
		t.Errorf("the gate says %+v", gate)
	}
	for f.s.At.Before(reset) {
		f.report("4", func(r *fm.Report) { r.Heard = f.s.At })
		f.run(10 * time.Minute)
	}
	if len(f.deeds) == 0 || !strings.HasPrefix(f.deeds[0], "2h0m") {
		t.Fatalf("ordered %q, want nothing before the reset", f.deeds)
	}
	f.run(4 * time.Minute)
	var order []string
	var times []string
	for _, deed := range f.deeds {
		at, what, _ := strings.Cut(deed, " ")
		order, times = append(order, what), append(times, at)
	}
	if got := fmt.Sprint(order[:min(5, len(order))]); got != "[tell 3.1 record claim 9 worker-5 tell 1.1 start 9.1 worker-5 tell 2.1]" || times[0] == times[2] || times[2] == times[4] {
		t.Errorf("ordered %q", f.deeds)
	}
	for _, task := range f.s.Queue.Tasks {
		if task.Failures > 0 {
			t.Errorf("#%s: %d failures", task.ID, task.Failures)
		}
	}
	if f.told("shared trouble: nothing new is begun") != 1 || f.told("the trouble is over") != 1 {
		t.Errorf("the journal says %+v", f.why)
	}
}

// TestUnknownResetIsProbed has nobody say when the limit ends: one agent is
// woken after 5, 10, 20, 30, 30… minutes. A server that is down is asked after
// 1, 2, 4, 8, 10, 10… minutes. Caught: a pause that did not grow; one that grew
// with each agent that was stopped.
func TestUnknownResetIsProbed(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fm.Trouble]string{
		fm.LimitTrouble:  "[5m0s 10m0s 20m0s 30m0s 30m0s]",
		fm.ServerTrouble: "[1m0s 2m0s 4m0s 8m0s 10m0s]",
		fm.LoginTrouble:  "[1m0s 2m0s 4m0s 8m0s 10m0s]",
	} {
		t.Run(string(kind), func(t *testing.T) {
			f := busyAgents(t, 3)
			fails := func(id fm.TaskID) {
				f.report(id, func(r *fm.Report) {
					r.State, r.Since, r.Trouble, r.Turns = fm.AtPrompt, f.s.At, kind, r.Turns+1
				})
			}
			var gaps []time.Duration
			last := f.s.At
			f.on = func(f *film, eff Effect) {
				if tell, ok := eff.(Tell); ok {
					gaps = append(gaps, f.s.At.Sub(last).Round(time.Minute))
					last = f.s.At
					fails(tell.Run.Task)
				}
			}
			for _, id := range []fm.TaskID{"1", "2", "3"} {
				fails(id)
			}
			f.run(100 * time.Minute)
			if got := fmt.Sprint(gaps[:5]); got != want {
				t.Errorf("woken after %s, want %s", got, want)
			}
			for _, task := range f.s.Queue.Tasks {
				if task.Attempt != 1 || task.Status != fm.Working {
					t.Errorf("%+v", task)
				}
			}
			if len(f.s.Runs["1"].Reasons) > 0 || f.s.Runs["1"].SentBack > 0 {
				t.Errorf("progress %+v: nobody was sent back", f.s.Runs["1"])
			}
		})
	}
}

// TestOutageIsSeenAgain forgets the State in the pause: reports alone tell it.
func TestOutageIsSeenAgain(t *testing.T) {
	f := busyAgents(t, 2)
	reset := noon().Add(time.Hour)
	limit(f, "1", reset)
	f.run(time.Minute)
	fresh := NewState(f.s.Rules)
	fresh.At, fresh.Wanted, fresh.LookedAt = f.s.At, f.s.Wanted, f.s.LookedAt
	reports, sight := f.s.Reports, f.s.Sight
	fresh = fresh.holding(f.s.Queue)
	fresh.Read = Seen
	fresh.Reports, fresh.Sight = reports, sight
	f.s = fresh.copied()
	f.run(time.Minute)
	if got := View(f.s).Gate.Until; !got.Equal(reset.Add(afterReset)) {
		t.Errorf("the gate is shut until %s", got)
	}
	f.wants()
}

// TestAPersonEndsAnOutage has somebody log in and go on in one of the sessions:
// the others follow at once. Caught: a fleet that waited for its own probe.
func TestAPersonEndsAnOutage(t *testing.T) {
	f := busyAgents(t, 2)
	f.on = wakes(func(*film) bool { return false })
	for _, id := range []fm.TaskID{"1", "2"} {
		limit(f, id, noon().Add(5*time.Hour))
	}
	f.run(10 * time.Minute)
	f.wants()
	f.session(1, func(ss *fm.Session) { ss.Clients, ss.LastKey = 1, f.s.At })
	f.report("1", func(r *fm.Report) {
		r.State, r.Since, r.Heard, r.Trouble, r.Limit = fm.AtWork, f.s.At, f.s.At, "", fm.Limit{}
	})
	f.run(4 * time.Second)
	f.report("1", func(r *fm.Report) { r.Heard = f.s.At.Add(echo) })
	f.run(10 * time.Second)
	f.wants("10m8s tell 2.1")
}

// TestAPersonIsNotWoken leaves the session of a person alone after the reset;
// it does not keep the others waiting, and it is woken when the person leaves.
func TestAPersonIsNotWoken(t *testing.T) {
	f := busyAgents(t, 1)
	f.on = wakes(func(*film) bool { return false })
	f.s.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
	limit(f, "1", noon().Add(time.Hour))
	f.run(2 * time.Hour)
	f.wants()
	if gate := View(f.s).Gate; gate != (Gate{}) {
		t.Errorf("the gate is shut: %+v", gate)
	}
	f.s.Wanted.Hands = nil
	f.run(10 * time.Second)
	f.wants("2h0m2s tell 1.1")
}

// TestFinishedWorkPassesAnOutage verifies what was finished before.
func TestFinishedWorkPassesAnOutage(t *testing.T) {
	f := busyAgents(t, 1)
	limit(f, "1", noon().Add(time.Hour))
	f.report("1", func(r *fm.Report) { r.Completed = true })
	f.run(time.Second)
	f.wants("0s verify 1.1")
}

// TestMisreadResetIsNotBelieved bounds what a wrong date may cost.
func TestMisreadResetIsNotBelieved(t *testing.T) {
	for _, at := range []time.Time{noon().Add(-time.Minute), noon().AddDate(0, 0, 20)} {
		f := busyAgents(t, 1)
		limit(f, "1", at)
		f.run(time.Second)
		if got := f.s.Outage.Until; !got.Equal(noon().Add(limitPause)) {
			t.Errorf("reset at %s: shut until %s", at, got)
		}
	}
}

// TestProbeThatSaysNothing wakes an agent that takes the text and does not go
// on, one that dies, and one that cannot be told. The others do not wait for
// them for ever. Caught: the same one woken again and again; a fleet that stood still because one pane took no key.
func TestProbeThatSaysNothing(t *testing.T) {
	for name, c := range map[string]struct {
		on    func(f *film, eff Effect)
		fails map[string]FailureKind
		want  time.Duration // from the reset until the other one is told, at most
	}{
		"takes the text and stays": {want: 12 * time.Minute, on: func(*film, Effect) {}},
		"dies": {want: time.Minute, on: func(f *film, eff Effect) {
			if tell, ok := eff.(Tell); ok {
				kill(f, "exit 1", tell.Worker)
			}
		}},
		"cannot be told": {want: time.Minute, on: func(*film, Effect) {}, fails: map[string]FailureKind{"tell 1.1": Refused}},
	} {
		t.Run(name, func(t *testing.T) {
			f := busyAgents(t, 2)
			f.on, f.fails = c.on, c.fails
			limit(f, "1", noon().Add(time.Hour))
			f.run(time.Minute)
			f.report("2", func(r *fm.Report) { r.Heard = f.s.At })
			limit(f, "2", noon().Add(time.Hour))
			f.run(time.Hour - time.Minute + c.want)
			if !strings.Contains(fmt.Sprint(f.deeds), "tell 2.1") {
				t.Errorf("ordered %q", f.deeds)
			}
			for _, task := range f.s.Queue.Tasks {
				if task.Failures > 0 {
					t.Errorf("#%s: %s", task.ID, task.Note)
				}
			}
		})
	}
	t.Run("the only one cannot be told", func(t *testing.T) {
		f := busyAgents(t, 1)
		f.s.Wanted.Workers = 2
		f.fails = map[string]FailureKind{"tell 1.1": Refused}
		limit(f, "1", noon().Add(time.Hour))
		f.add(task("9", fm.Pending))
		f.run(time.Hour + time.Minute)
		if !strings.Contains(fmt.Sprint(f.deeds), "claim 9") {
			t.Errorf("ordered %q", f.deeds)
		}
	})
}

// TestProbeIsThrough goes through what proves that an agent went on.
func TestProbeIsThrough(t *testing.T) {
	told := noon()
	probe := Probe{Turns: 3, ToldAt: told}
	at := func(state fm.AgentState, heard time.Duration) fm.Report {
		return fm.Report{State: state, Turns: 3, Heard: told.Add(heard)}
	}
	again := at(fm.AtPrompt, time.Minute)
	again.Trouble = fm.ServerTrouble
	menu := at(fm.Waiting, time.Minute)
	menu.Question.Kind = fm.AsksLimit
	for _, c := range []struct {
		name   string
		rep    fm.Report
		looked time.Duration
		want   bool
	}{
		{"only its prompt was taken", at(fm.AtWork, time.Second), 10 * time.Second, false},
		{"it used a tool", at(fm.AtWork, 8*time.Second), 10 * time.Second, true},
		{"it thinks for a while", at(fm.AtWork, time.Second), provenAfter, true},
		{"its request is tried again", at(fm.Retrying, time.Minute), time.Hour, false},
		{"it asks a person", at(fm.Waiting, time.Minute), time.Minute, true},
		{"its turn is over", at(fm.AtPrompt, time.Minute), time.Minute, true},
		{"its turn ended in the trouble", again, time.Minute, false},
		{"the menu is open again", menu, time.Minute, false},
		{"limited still", at(fm.Limited, 0), time.Minute, false},
	} {
		if got := (State{SightAt: told.Add(c.looked)}).proven(c.rep, probe); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestAnAgentThatGivesNoSignHoldsNobodyUp: an agent that is woken in an outage,
// and does not even begin, says nothing about the outage. Found by
// TestCrashForgetsNothing. Caught: one agent that was deaf kept the gate closed
// for as long as the machine ran.
func TestAnAgentThatGivesNoSignHoldsNobodyUp(t *testing.T) {
	f := busyAgents(t, 1)
	f.s.Wanted.Workers = 2
	f.report("1", func(r *fm.Report) {
		r.State, r.Since, r.Trouble, r.Turns = fm.AtPrompt, f.s.At, fm.ServerTrouble, r.Turns+1
	})
	f.run(time.Minute)
	f.add(task("9", fm.Pending))
	f.run(2 * time.Hour)
	if deaf, _ := f.s.Queue.Task("1"); deaf.Status != fm.Blocked || !strings.Contains(deaf.Note, "gives no sign") {
		t.Errorf("the deaf agent's task is %+v, want a person asked", deaf)
	}
	if next, _ := f.s.Queue.Task("9"); next.Status == fm.Pending {
		t.Errorf("the next task is still %s; gate %+v", next.Status, f.s.Outage)
	}
}

// TestALimitThatIsOverIsKnownToANewSupervisor: one that died while it woke an
// agent is followed by one that knows when the limit ended. Found by the crash
// matrix. Caught: a reset in the past that was taken for an unknown one, and five
// minutes of waiting for nothing.
func TestALimitThatIsOverIsKnownToANewSupervisor(t *testing.T) {
	f := busyAgents(t, 1)
	f.on = wakes(func(*film) bool { return false })
	limit(f, "1", noon().Add(2*time.Minute))
	f.run(time.Minute)
	fresh := NewState(f.s.Rules)
	fresh.At, fresh.Wanted, fresh.LookedAt = noon().Add(3*time.Minute), f.s.Wanted, f.s.LookedAt
	reports, sight := f.s.Reports, f.s.Sight
	fresh = fresh.holding(f.s.Queue)
	fresh.Read, fresh.Reports, fresh.Sight = Seen, reports, sight
	f.s, f.deeds = fresh.copied(), nil
	f.run(time.Minute)
	if len(f.deeds) == 0 || !strings.HasSuffix(f.deeds[0], "tell 1.1") {
		t.Errorf("ordered %q, want the agent woken", f.deeds)
	}
}
