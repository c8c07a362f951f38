package supervisor

import (
	"fmt"
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

// TestFewDeathsAreTheirOwn counts what is no mass death: two of two, three of
// six, three of four within a minute.
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
