package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func kill(f *film, exit string, workers ...fm.WorkerID) {
	for _, w := range workers {
		f.session(w, func(ss *fm.Session) { ss.Alive, ss.Exit = false, exit })
	}
}

// hears lets the agents that were started again be heard; a start forgets
// what was said before it.
func (f *film) hears(ids ...fm.TaskID) {
	for _, id := range ids {
		t, _ := f.s.Queue.Task(id)
		f.report(id, func(r *fm.Report) { *r = atWork(); r.Run, r.Since = t.Run(), f.s.At })
	}
}

// TestMassDeathIsOneEvent kills five of eight agents. Nobody's attempt has
// failed, nothing new is begun, the status names it, and they come back one by
// one: the next when the last has taken its prompt. Caught: all of them started
// at once; second deaths that counted, because those who fell first had been
// started again before the others fell, and one after the event that did.
//
// Fault: F27.
func TestMassDeathIsOneEvent(t *testing.T) {
	f := busyAgents(t, 8)
	f.run(15 * time.Minute)
	f.deeds = nil
	began := f.s.At
	kill(f, "signal 9", 1, 2)
	f.run(3 * time.Second) // these are started again
	kill(f, "signal 9", 1, 2, 3, 4, 5)
	f.run(3 * time.Second)
	if got := strings.Join(View(f.s).Problems, "\n"); !strings.Contains(got, "5 of 8 agents ended within 10s (signal 9): the machine's fault") {
		t.Errorf("problems %q", got)
	}
	if View(f.s).Gate.Why == "" {
		t.Error("the gate is open")
	}
	f.run(2 * time.Second)
	first := len(f.deeds)
	if first > 3 {
		t.Fatalf("%v after the event: %q", f.s.At.Sub(began), f.deeds)
	}
	for range 6 {
		for _, ss := range f.s.Sight.Sessions {
			if ss.Alive {
				f.hears(ss.Run.Task)
			}
		}
		f.run(2 * time.Second)
	}
	for _, ss := range f.s.Sight.Sessions {
		if !ss.Alive {
			t.Errorf("%s is still dead: %q", ss.Worker, f.deeds)
		}
	}
	for _, task := range f.s.Queue.Tasks {
		if task.Failures > 0 || task.Attempt != 1 {
			t.Errorf("#%s: %d failures", task.ID, task.Failures)
		}
	}
	if g := View(f.s).Gate; g != (Gate{}) {
		t.Errorf("the gate is still shut: %+v", g)
	}
	kill(f, "exit 1", 1) // a crash of its own, the first that counts
	f.run(20 * time.Second)
	if task, _ := f.s.Queue.Task("1"); task.Failures > 0 {
		t.Errorf("#1 pays for the event: %s", task.Note)
	}
}

// TestMassDeathThatLasts kills whatever is started: the pauses grow, nothing is
// counted, and the journal stays short.
func TestMassDeathThatLasts(t *testing.T) {
	f := busyAgents(t, 4)
	kill(f, "exit 127", 1, 2, 3, 4)
	for range 360 {
		f.run(8 * time.Second)
		kill(f, "exit 127", 1, 2, 3, 4)
	}
	if n := len(f.deeds); n < 10 || n > 30 {
		t.Errorf("%d starts in an hour: %q", n, f.deeds)
	}
	for _, task := range f.s.Queue.Tasks {
		if task.Failures > 0 || task.Attempt != 1 {
			t.Errorf("#%s: %+v", task.ID, task)
		}
	}
}

// heal lets every agent that was started again take its prompt, but the ill ones,
// which end at once.
func heal(f *film, ill ...fm.WorkerID) {
	for _, ss := range f.s.Sight.Sessions {
		switch {
		case slices.Contains(ill, ss.Worker):
			kill(f, "exit 1", ss.Worker)
		case ss.Alive:
			f.hears(ss.Run.Task)
		}
	}
}

// TestOneThatCannotComeUpHoldsUpNobody has five of eight agents end, one of them
// for good. Caught: a gate that it kept shut for ever; four agents that never had
// their turn, because it was always the first.
func TestOneThatCannotComeUpHoldsUpNobody(t *testing.T) {
	f := busyAgents(t, 8)
	kill(f, "signal 9", 1, 2, 3, 4, 5)
	for began := f.s.At; f.s.At.Sub(began) < time.Minute; {
		f.run(2 * time.Second)
		heal(f, 1)
	}
	if g := View(f.s).Gate; g != (Gate{}) {
		t.Errorf("the gate is still shut: %+v\n%q", g, f.deeds)
	}
	for _, ss := range f.s.Sight.Sessions {
		if !ss.Alive && ss.Worker != 1 {
			t.Errorf("%s is still dead: %q", ss.Worker, f.deeds)
		}
	}
	for range 60 {
		f.run(2 * time.Second)
		heal(f, 1)
	}
	if task, _ := f.s.Queue.Task("1"); task.Failures == 0 {
		t.Errorf("#1 falls again and again, and has not failed: %+v\n%q", task, f.deeds)
	}
	for _, task := range f.s.Queue.Tasks[1:] {
		if task.Failures > 0 {
			t.Errorf("#%s pays for it: %s", task.ID, task.Note)
		}
	}
}

// lose takes the terminal server away, and brings another.
func lose(f *film, server string) {
	f.s.Sight = fm.Sight{Generation: server}
}

// TestLostServerBringsThemBackOneByOne takes the server of eight agents away, and
// soon after the next one. Each is started when the last one has taken its
// prompt, nothing new is begun meanwhile, and no attempt is spent. Caught: all of
// them started at once, which is what had killed the machine; a pause of five
// seconds after each of agents that are well.
//
// Fault: F2.
func TestLostServerBringsThemBackOneByOne(t *testing.T) {
	f := busyAgents(t, 8)
	f.add(task("9", fm.Pending))
	f.s.Wanted.Workers = 9
	f.s.Wanted.Paused = true
	f.run(10 * time.Second)
	f.wants()
	f.s.Wanted.Paused = false
	for i, server := range []string{"2", "3"} {
		lose(f, server)
		for n := range 8 {
			f.run(0)
			if len(f.deeds) != 1 || !strings.Contains(f.deeds[0], " start ") {
				t.Fatalf("server %s: %d are back, ordered %q", server, n, f.deeds)
			}
			if v := View(f.s); v.Gate.Why != "8 agents ended with their terminal server; starting them again one by one" {
				t.Fatalf("the gate says %q", v.Gate.Why)
			}
			f.deeds = nil
			if i == 0 && n == 4 {
				break // the next one dies in the midst of it
			}
			heal(f)
		}
	}
	if g := View(f.s).Gate; g.Why == "" {
		t.Error("the gate is open before the last one has taken its prompt")
	}
	f.run(0)
	if f.wants("38s record claim 9 worker-9", "38s start 9.1 worker-9"); f.told("many ended at once") == 0 {
		t.Errorf("the journals say nothing: %+v", f.why)
	}
	for _, task := range f.s.Queue.Tasks {
		if task.Failures > 0 || task.Attempt > 1 {
			t.Errorf("#%s: %+v", task.ID, task)
		}
	}
}

// TestLostServerOfSilentAgents brings back agents that take no prompt for a
// minute, and one whose worker a person holds. Nobody waits for that one. Caught:
// a gate that was shut until the person had left.
func TestLostServerOfSilentAgents(t *testing.T) {
	f := busyAgents(t, 5)
	f.s.Wanted.Hands = []Hand{{Worker: 2, Held: true}}
	lose(f, "2")
	f.run(14 * time.Second)
	f.wants("0s start 1.1 worker-1", "2s start 3.1 worker-3", "4s start 4.1 worker-4", "8s start 5.1 worker-5")
	f.run(4 * time.Second)
	if g := View(f.s).Gate; g != (Gate{}) {
		t.Errorf("the gate is still shut: %+v", g)
	}
	f.s.Wanted.Hands = nil
	f.run(2 * time.Second)
	if len(f.deeds) != 1 || !strings.HasSuffix(f.deeds[0], "start 2.1 worker-2") {
		t.Errorf("released: %q", f.deeds)
	}
}

// TestTwoLostSessionsAreStartedAtOnce keeps no small project waiting, and none
// whose server has not changed.
func TestTwoLostSessionsAreStartedAtOnce(t *testing.T) {
	for _, c := range []struct {
		agents int
		server string
	}{{2, "2"}, {4, "1"}} {
		f := busyAgents(t, c.agents)
		f.run(0)
		lose(f, c.server)
		f.run(0)
		if len(f.deeds) != c.agents {
			t.Errorf("of %d ordered %q", c.agents, f.deeds)
		}
	}
}

// TestMassDeathBeforeASlowLook has the look after a mass death come late, and one
// that the others left behind is not one of them. Caught: deaths that were
// forgotten before they were counted, and a second end that was a failure; three
// of six that became three of three when the others had finished.
func TestMassDeathBeforeASlowLook(t *testing.T) {
	f := busyAgents(t, 4)
	kill(f, "exit 1", 1)
	f.run(4 * time.Second)
	f.hears("1")
	f.run(20 * time.Second)
	kill(f, "signal 9", 1, 2, 3)
	f.run(0)
	f.s, _ = Step(f.s, Ticked{At: f.s.At.Add(25 * time.Second)})
	f.run(0)
	if f.s.Mass.Since.IsZero() {
		t.Errorf("no mass death: %q", f.deeds)
	}
	if task, _ := f.s.Queue.Task("1"); task.Failures > 0 {
		t.Errorf("#1 pays for it: %s", task.Note)
	}
	f = busyAgents(t, 6)
	kill(f, "exit 1", 1, 2, 3)
	f.run(2 * time.Second)
	f.hears("1", "2", "3")
	f.run(20 * time.Second)
	snap := f.s.Queue
	snap.Tasks = slices.Clone(snap.Tasks)
	for i := range snap.Tasks[3:] {
		snap.Tasks[3+i].Status = fm.Hold
	}
	f.seq++
	snap.Seq = f.seq
	f.step(QueueRead{Snapshot: snap})
	f.run(4 * time.Second)
	if f.told("many ended at once") > 0 {
		t.Errorf("three of six long ago: %+v", f.why)
	}
}

// TestFewDeathsAreTheirOwn counts what is no mass death: two of two, three of
// six, three of four within a minute.
//
// Fault: F27.
func TestFewDeathsAreTheirOwn(t *testing.T) {
	for _, c := range []struct {
		agents int
		dead   []fm.WorkerID
		pause  time.Duration
	}{{2, []fm.WorkerID{1, 2}, 0}, {6, []fm.WorkerID{1, 2, 3}, 0}, {4, []fm.WorkerID{1, 2, 3}, 20 * time.Second}} {
		f := busyAgents(t, c.agents)
		for _, w := range c.dead {
			kill(f, "exit 1", w)
			f.run(c.pause)
		}
		f.run(4 * time.Second)
		if !f.s.Mass.Since.IsZero() {
			t.Errorf("%d of %d within %s: %s", len(c.dead), c.agents, c.pause, f.s.Mass.Text)
		}
		if f.told("a first end is forgiven: resume") != len(c.dead) {
			t.Errorf("the journal says %+v", f.why)
		}
	}
}

// TestSecondCrashIsAFailure forgives the first, and one more when the agent has
// lasted between.
//
// Fault: F3.
func TestSecondCrashIsAFailure(t *testing.T) {
	f := busyAgents(t, 2)
	kill(f, "exit 1", 1)
	f.run(4 * time.Second)
	f.wants("2s start 1.1 worker-1")
	f.hears("1")
	f.run(11 * time.Minute)
	kill(f, "exit 1", 1)
	f.run(4 * time.Second)
	f.hears("1")
	f.run(9 * time.Minute)
	kill(f, "exit 1", 1)
	f.run(8 * time.Second)
	if len(f.deeds) != 1 || !strings.HasSuffix(f.deeds[0], "start 1.1 worker-1") {
		t.Fatalf("ordered %q", f.deeds)
	}
	f.run(4 * time.Second)
	task, _ := f.s.Queue.Task("1")
	if task.Failures != 1 || !strings.Contains(task.Note, "the agent ended (exit 1), again within 10m") {
		t.Errorf("%s", fmt.Sprintf("%+v", task))
	}
}
