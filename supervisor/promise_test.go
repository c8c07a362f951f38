package supervisor

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestMain bounds the properties, so that the whole package stays a matter of
// seconds; -rapid.checks on the command line asks for more.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": rapidChecks, "rapid.steps": "120", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	flag.Parse()
	os.Exit(m.Run())
}

// actions are all that may happen to a running supervisor.
func (m *machine) actions() map[string]func(*rapid.T) {
	pick := func(t *rapid.T, n int) int { return rapid.IntRange(0, n-1).Draw(t, "which") }
	return map[string]func(*rapid.T){
		"look":  func(*rapid.T) { m.beginLook(); m.endLook() },
		"begin": func(*rapid.T) { m.beginLook() },
		"end":   func(*rapid.T) { m.endLook() },
		"blind": func(*rapid.T) { m.seen = nil; m.deliver(ObserveFailed{Err: "fault"}) },
		"finish": func(t *rapid.T) {
			if len(m.fly) > 0 {
				m.finish(pick(t, len(m.fly)), "", false)
			}
		},
		"receive": func(t *rapid.T) {
			if len(m.inbox) > 0 {
				m.receive(pick(t, len(m.inbox)))
			}
		},
		"both": func(t *rapid.T) {
			for len(m.fly) > 0 {
				m.finish(pick(t, len(m.fly)), "", false)
			}
			for len(m.inbox) > 0 {
				m.receive(pick(t, len(m.inbox)))
			}
		},
		"fault": func(t *rapid.T) {
			if len(m.fly) == 0 {
				return
			}
			kind := rapid.SampledFrom([]FailureKind{Transient, Transient, Transient, Refused, Conflicted, NotFound}).Draw(t, "kind")
			m.finish(pick(t, len(m.fly)), kind, kind == Transient && rapid.Bool().Draw(t, "after"))
		},
		"repeat": func(t *rapid.T) { m.repeat(t) },
		"agent": func(t *rapid.T) {
			if runs := m.agents(); len(runs) > 0 {
				m.live(runs[pick(t, len(runs))], rapid.SampledFrom(agentDeeds()).Draw(t, "deed"))
			}
		},
		"agents": func(*rapid.T) {
			for _, r := range m.agents() {
				m.live(r, "good")
			}
		},
		"time": func(t *rapid.T) {
			m.w.now = m.w.now.Add(rapid.SampledFrom([]time.Duration{100 * time.Millisecond, time.Second, 10 * time.Second, 2 * time.Minute, time.Hour}).Draw(t, "long"))
		},
		"die": func(t *rapid.T) {
			runs := append(m.agents(), fm.Run{})
			if m.w.server != "" && rapid.IntRange(0, 3).Draw(t, "really") == 0 {
				m.w.die(runs[pick(t, len(runs))])
			}
		},
		"massacre": func(t *rapid.T) {
			if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
				for _, r := range m.agents() {
					m.live(r, "crash")
				}
			}
		},
		"api": func(t *rapid.T) {
			m.w.down = rapid.IntRange(0, 3).Draw(t, "down") == 0
			m.w.limit = m.w.now.Add(time.Duration(rapid.IntRange(-90, 30).Draw(t, "limit")) * time.Minute)
			m.say("the API: down %v, limit until %s", m.w.down, m.w.limit)
		},
		"full":   func(t *rapid.T) { m.full = rapid.IntRange(0, 2).Draw(t, "full") == 0 },
		"wanted": func(t *rapid.T) { m.want(t) },
		"person": func(t *rapid.T) { m.visit(t) },
		"edit":   func(t *rapid.T) { m.edit(t) },
		"forge":  func(t *rapid.T) { m.review(t) },
	}
}

// repeat delivers a result once more: the same one, long after.
func (m *machine) repeat(t *rapid.T) {
	if len(m.past) == 0 {
		return
	}
	ev := m.past[rapid.IntRange(0, len(m.past)-1).Draw(t, "which")]
	order := orderOf(ev)
	if slices.ContainsFunc(m.fly, func(eff Effect) bool { return identity(eff) == identity(order) }) ||
		slices.ContainsFunc(m.inbox, func(other Event) bool { return identity(orderOf(other)) == identity(order) }) {
		return // it could not be told from the result that is still to come
	}
	m.say("REPEAT")
	before := fmt.Sprintf("%+v", m.s)
	m.deliver(Ticked{At: m.w.now})
	busy := len(m.s.Busy)
	runs := fmt.Sprint(m.s.Runs)
	sight := fmt.Sprint(m.s.Sight)
	m.s, _ = step(m.s, Ticked{At: m.w.now})
	plain, a := step(m.s, QueueRead{Snapshot: m.s.Queue})
	late, b := step(m.s, ev)
	if m.s.Read == Seen && (fmt.Sprint(names(a)) != fmt.Sprint(names(b)) || fmt.Sprint(plain.Busy, plain.Sight, plain.Runs, plain.Waits) != fmt.Sprint(late.Busy, late.Sight, late.Runs, late.Waits)) {
		m.fail("a late %T changes something:\n%v\n%v\n%s %d %s %s", ev, names(a), names(b), before, busy, runs, sight)
	}
}

func (m *machine) want(t *rapid.T) {
	m.wanted = Wanted{
		Workers: rapid.IntRange(1, 4).Draw(t, "workers"),
		Paused:  rapid.IntRange(0, 4).Draw(t, "paused") == 0,
		Stop:    rapid.SampledFrom([]StopMode{"", "", "", "", StopDrain, StopNow}).Draw(t, "stop"),
		Fixes:   rapid.IntRange(0, 2).Draw(t, "fixes"),
	}
	for id := fm.WorkerID(1); id < 5; id++ {
		switch rapid.IntRange(0, 9).Draw(t, "hand") {
		case 0:
			m.wanted.Hands = append(m.wanted.Hands, Hand{Worker: id, Held: true, At: m.w.now})
		case 1:
			m.wanted.Hands = append(m.wanted.Hands, Hand{Worker: id, At: m.w.now})
		}
	}
	m.w.hands = m.wanted.Hands
	m.exited = false
	m.say("wanted %+v", m.wanted)
}

// visit lets a person come, type, or go.
func (m *machine) visit(t *rapid.T) {
	p := m.w.panes[fm.WorkerID(rapid.IntRange(1, 4).Draw(t, "worker"))]
	if p == nil {
		return
	}
	p.clients = rapid.IntRange(0, 1).Draw(t, "clients")
	if p.clients > 0 {
		p.lastKey = m.w.now
	}
}

// edit is a person's change of a line, by the rules of the queue's merge.
func (m *machine) edit(t *rapid.T) {
	task := &m.w.tasks[rapid.IntRange(0, len(m.w.tasks)-1).Draw(t, "task")]
	to := rapid.SampledFrom([]fm.Status{fm.Pending, fm.Cancelled, fm.Hold, ""}).Draw(t, "to")
	switch {
	case to == "":
		task.Priority = fm.Priority(rapid.IntRange(1, 4).Draw(t, "priority"))
	case task.Status == fm.Merged, task.Status == fm.Working && to == fm.Pending, to != fm.Pending && rapid.IntRange(0, 2).Draw(t, "rarely") > 0:
		return
	case to == fm.Pending:
		c := queue.Retry(*task, m.w.now)
		*task = c.Task
	case to == fm.Cancelled:
		*task = queue.Cancel(*task, "user", m.w.now).Task
	case to == fm.Hold:
		*task = queue.Hold(*task, "user", m.w.now).Task
	}
	task.Revision++
	m.w.seq++
	m.say("edit %s %s", task.ID, task.Status)
}

// review lets something happen to a pull request.
func (m *machine) review(t *rapid.T) {
	if len(m.w.pulls) == 0 {
		return
	}
	p := &m.w.pulls[rapid.IntRange(0, len(m.w.pulls)-1).Draw(t, "pull")]
	what := rapid.SampledFrom(pullEvents()).Draw(t, "event")
	m.say("pull request %s: %s", p.Number, what)
	m.w.event(p, what, rapid.IntRange(0, 1000).Draw(t, "salt"))
}

// TestPromises runs a supervisor through nights in which everything happens.
// After every event the promises of the package hold (see machine.obeys and
// world.check), and when the faults end everything comes to rest.
//
// Caught: claims while paused; claims of more than are wanted; an order of what
// is under way; results that are not compared with what is under way; a task
// that its person cancelled and that became completed; a text typed over a
// person, or to an agent that is starting; a record while the queue cannot be
// written; sessions left alive at an end; reasons given for ever; a task that
// cannot be started and keeps its worker.
func TestPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(m.actions())
		m.settle()
		m.rests()
		m.restsQuietly()
	})
}

// TestCrashForgetsNothing throws the State away at any point. Queue and world
// stay, and what was under way happens or does not.
//
// Caught: a session that is used under a person's hands; an agent that stays
// silent at its prompt after a restart and is left there; and most of what
// TestPromises caught.
//
// Fault: F1.
func TestCrashForgetsNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		actions := m.actions()
		actions["crash"] = func(t *rapid.T) {
			m.crash(func(n int) int { return rapid.IntRange(0, n).Draw(t, "happened") })
		}
		t.Repeat(actions)
		m.crash(func(int) int { return 0 })
		m.settle()
		m.rests()
		m.restsQuietly()
	})
}

// restsQuietly checks that nothing is done while nothing changes.
func (m *machine) restsQuietly() {
	if len(m.w.cursed) > 0 {
		return
	}
	for range 5 {
		m.w.now = m.w.now.Add(7 * time.Minute)
		m.beginLook()
		m.endLook()
		for _, eff := range m.fly {
			if _, ok := eff.(Look); !ok {
				m.fail("ordered %v, and nothing changed", names(m.fly))
			}
			m.finish(0, "", false)
			m.receive(0)
		}
	}
}
