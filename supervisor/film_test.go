package supervisor

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// film steps a state through time, with a look every two seconds, and carries
// out what is ordered: the sessions and reports in it are the world.
type film struct {
	tb    testing.TB
	s     State
	seq   uint64
	began time.Time
	deeds []string // what was ordered, each with the time since the beginning
	why   []Decision
	fails map[string]FailureKind    // of orders, by their names
	on    func(f *film, eff Effect) // what the world does about an order
}

func newFilm(tb testing.TB, s State) *film {
	tb.Helper()
	return &film{tb: tb, s: s, seq: 1, began: s.At, fails: map[string]FailureKind{}, on: func(*film, Effect) {}}
}

// run lets time pass.
func (f *film) run(d time.Duration) {
	f.tb.Helper()
	for end := f.s.At.Add(d); !f.s.At.After(end); {
		at := f.s.At
		f.step(Observed{At: at, Sight: f.s.Sight, Reports: f.s.Reports})
		f.s, _ = Step(f.s, Ticked{At: at.Add(lookEvery)})
	}
}

func (f *film) step(ev Event) {
	f.tb.Helper()
	for queued := []Event{ev}; len(queued) > 0; queued = queued[1:] {
		var effects []Effect
		f.s, effects = Step(f.s, queued[0])
		for _, eff := range effects {
			queued = append(queued, f.carryOut(eff)...)
		}
	}
}

func (f *film) carryOut(eff Effect) []Event {
	f.tb.Helper()
	switch eff := eff.(type) {
	case Explain:
		f.why = append(f.why, eff.Decisions...)
		return nil
	case Note:
		return []Event{Noted(eff)}
	case Record:
		f.say(eff)
		return []Event{Recorded{Snapshot: f.commit(eff)}}
	case Start:
		f.say(eff)
		if kind, ok := f.fails[names([]Effect{eff})[0]]; ok {
			return []Event{EffectFailed{Effect: eff, Kind: kind, Err: "fault"}}
		}
		f.on(f, eff)
		return []Event{Started{Worker: eff.Worker, Run: eff.Task.Run()}}
	case Stop:
		f.say(eff)
		f.on(f, eff)
		f.session(eff.Worker, func(ss *fm.Session) { ss.Alive = false })
		return []Event{Stopped{Worker: eff.Worker, Run: eff.Run}}
	case Tell:
		f.say(eff)
		if kind, ok := f.fails[names([]Effect{eff})[0]]; ok {
			return []Event{EffectFailed{Effect: eff, Kind: kind, Err: "fault"}}
		}
		f.on(f, eff)
		return []Event{Told{Worker: eff.Worker, Run: eff.Run}}
	case Revive, Close, Verify, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Warn, Clear, Tidy, CloseParent, Exit:
		f.say(eff)
	}
	return nil
}

func (f *film) say(eff Effect) {
	for _, name := range names([]Effect{eff}) {
		f.deeds = append(f.deeds, f.s.At.Sub(f.began).Round(time.Second).String()+" "+name)
	}
}

// commit takes changes over as they are.
func (f *film) commit(rec Record) queue.Snapshot {
	snap := f.s.Queue
	snap.Tasks = slices.Clone(snap.Tasks)
	for _, c := range rec.Changes {
		for i := range snap.Tasks {
			if snap.Tasks[i].ID == c.Task.ID {
				day := queue.Day(f.s.At)
				snap.Days = cloned(snap.Days)
				snap.Days[day] = snap.Days[day].Plus(fm.Spending{Cost: c.Task.Spent.Cost - snap.Tasks[i].Spent.Cost})
				snap.Tasks[i] = c.Task
			}
		}
	}
	f.seq++
	snap.Seq = f.seq
	return snap
}

// add puts a task into the queue.
func (f *film) add(t fm.Task) {
	f.tb.Helper()
	snap := f.s.Queue
	f.seq++
	snap.Tasks, snap.Seq = append(slices.Clone(snap.Tasks), t), f.seq
	f.step(QueueRead{Snapshot: snap})
}

// report changes what the agent of a task says.
func (f *film) report(id fm.TaskID, change func(*fm.Report)) {
	reports := cloned(f.s.Reports)
	rep := reports[id]
	if rep.Run.Task == "" {
		t, _ := f.s.Queue.Task(id)
		rep.Run = t.Run()
	}
	change(&rep)
	reports[id] = rep
	f.s.Reports = reports
}

// session changes what a worker's session looks like.
func (f *film) session(w fm.WorkerID, change func(*fm.Session)) {
	f.s.Sight.Sessions = slices.Clone(f.s.Sight.Sessions)
	for i := range f.s.Sight.Sessions {
		if f.s.Sight.Sessions[i].Worker == w {
			change(&f.s.Sight.Sessions[i])
		}
	}
}

func (f *film) wants(want ...string) {
	f.tb.Helper()
	if got := fmt.Sprintf("%q", f.deeds); got != fmt.Sprintf("%q", want) {
		f.tb.Errorf("ordered\n%s, want\n%q", got, want)
	}
	f.deeds = nil
}

// told says whether the journal has a line of the rule.
func (f *film) told(rule string) int {
	n := 0
	for _, d := range f.why {
		if d.Rule == rule {
			n++
		}
	}
	return n
}

// busyAgents is a film of n workers at work since noon, on tasks 1 to n.
func busyAgents(tb testing.TB, n int) *film {
	tb.Helper()
	var tasks []fm.Task
	for i := range n {
		tasks = append(tasks, working(fm.TaskID(fmt.Sprint(1+i)), fm.WorkerID(1+i)))
	}
	s := seen(tasks...)
	s.Wanted.Workers = n
	for i := range n {
		s = s.with(live(fm.WorkerID(1+i), tasks[i].ID, 1), atWork())
	}
	return newFilm(tb, s)
}
