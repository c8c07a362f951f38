package supervisor

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Step folds one event into the state and decides what is to be done now. It
// is pure, and it never changes the State it was given.
//
// The effects are in the order in which they are to be carried out. A Record
// comes first; what depends on it is decided when the queue is read back.
func Step(s State, ev Event) (State, []Effect) {
	if tick, ok := ev.(Ticked); ok {
		s.At = tick.At
		return s, nil
	}
	s = s.copied()
	d := &decision{state: &s, touched: map[fm.TaskID]bool{}, claimed: map[fm.WorkerID]bool{}}
	d.note(ev)
	d.reconcile()
	return s, d.orders()
}

// decision collects what one Step decides.
type decision struct {
	state   *State
	changes []queue.Change
	effects []Effect
	touched map[fm.TaskID]bool // changed in this step: decide again when it is read back
	claimed map[fm.WorkerID]bool
}

// record asks for a change of the queue. At most one per task and step; while
// the queue cannot be written none at all: what is true then is still true
// later.
func (d *decision) record(c queue.Change) {
	if d.touched[c.Task.ID] || !d.state.idle(Record{}.key()) {
		return
	}
	if c.Task.ID != "" {
		d.touched[c.Task.ID] = true
	}
	d.changes = append(d.changes, c)
}

// order asks for an effect, unless one on the same thing is under way or has
// to wait after a failure.
func (d *decision) order(eff Effect) bool {
	if !d.state.idle(eff.key()) {
		return false
	}
	d.state.Busy[eff.key()] = eff
	d.effects = append(d.effects, eff)
	return true
}

func (d *decision) orders() []Effect {
	if len(d.changes) == 0 {
		return d.effects
	}
	return slices.Insert(d.effects, 0, Effect(Record{Changes: d.changes}))
}

// note folds the event's fact into the state.
func (d *decision) note(ev Event) {
	s := d.state
	switch ev := ev.(type) {
	case Ticked:
		s.At = ev.At
	case QueueRead:
		d.queueRead(ev.Snapshot)
	case Recorded:
		delete(s.Waits, Record{}.key())
		d.queueRead(ev.Snapshot)
	case WantedRead:
		s.Wanted = ev.Wanted
	case Observed:
		s.Sight, s.Reports, s.Sighted = ev.Sight, ev.Reports, Seen
	case ObserveFailed:
		s.Sighted = Unseen
	case Revived:
		d.done(Revive{})
		s.Sighted = Unseen // the new server has not been looked at
	case Started:
		d.started(ev)
	case Stopped:
		d.done(Stop{Worker: ev.Worker})
		s.Sight.Sessions = ended(s.Sight.Sessions, ev)
	case Closed:
		d.done(Close{Worker: ev.Worker})
		s.Sight.Sessions = slices.DeleteFunc(slices.Clone(s.Sight.Sessions), func(ss fm.Session) bool { return ss.Worker == ev.Worker })
	case Told:
		d.done(Tell{Run: ev.Run})
		d.update(ev.Run, func(p *Progress) { p.Reasons = "" })
	case Verified:
		d.verified(ev)
	case Published:
		d.published(ev)
	case PullMerged:
		d.pullMerged(ev)
	case PullsSeen:
		d.done(Look{})
		s.LookedAt = s.At
		d.pullsSeen(ev.Pulls)
	case Tidied:
		d.done(Tidy{Task: fm.Task{ID: ev.Run.Task}})
		if t, ok := d.current(ev.Run, fm.Merged); ok {
			d.record(queue.Tidied(t, s.At))
		}
	case ParentClosed:
		d.done(CloseParent{Parent: ev.Parent})
		d.record(queue.CloseParent(ev.Parent, "every child is merged"))
	case EffectFailed:
		d.effectFailed(ev)
	case RecordFailed:
		d.wait(Record{}.key(), ev.Err)
	case Remembered:
		s.Finishes = ev.Finishes
	}
}

func (d *decision) queueRead(snap queue.Snapshot) {
	s := d.state
	s.Queue, s.Read = snap, Seen
	s.Problems = latest(append(slices.Clone(s.Problems), snap.Problems...), maxProblems)
	for id, p := range s.Runs {
		if t, ok := s.Queue.Task(id); !ok || t.Status != fm.Working || t.Attempt != p.Attempt {
			delete(s.Runs, id)
		}
	}
}

// maxProblems bounds what is kept of the queue's problems, which it tells once.
const maxProblems = 20

func latest[T any](all []T, limit int) []T { return all[max(0, len(all)-limit):] }

// done says that an effect is no longer under way and went well.
func (d *decision) done(eff Effect) {
	delete(d.state.Busy, eff.key())
	delete(d.state.Waits, eff.key())
}

// current gives the task of a run if the run is still its current attempt and
// its status is the one expected: the fence against stale events.
func (d *decision) current(r fm.Run, want fm.Status) (fm.Task, bool) {
	t, ok := d.state.Queue.Task(r.Task)
	return t, ok && t.Attempt == r.Attempt && t.Status == want
}

// update changes what is known of a run, if it is still the current one.
func (d *decision) update(r fm.Run, change func(*Progress)) {
	if t, ok := d.current(r, fm.Working); ok {
		p := d.state.progress(t)
		change(&p)
		d.state.Runs[t.ID] = p
	}
}

// progress gives what is known of a task's current attempt.
func (s State) progress(t fm.Task) Progress {
	if p := s.Runs[t.ID]; p.Attempt == t.Attempt {
		return p
	}
	return Progress{Attempt: t.Attempt}
}

func (d *decision) started(ev Started) {
	d.done(Start{Task: fm.Task{ID: ev.Run.Task}})
	d.update(ev.Run, func(p *Progress) { p.StartedAt, p.DeadSince = d.state.At, time.Time{} })
	ss := slices.DeleteFunc(slices.Clone(d.state.Sight.Sessions), func(ss fm.Session) bool { return ss.Worker == ev.Worker })
	old, _ := d.state.slot(ev.Worker)
	old.Worker, old.Run, old.Alive, old.PID, old.Exit = ev.Worker, ev.Run, true, 0, ""
	d.state.Sight.Sessions = append(ss, old)
}

// ended marks the session that a Stop was about as dead.
func ended(sessions []fm.Session, ev Stopped) []fm.Session {
	out := slices.Clone(sessions)
	for i, ss := range out {
		if ss.Worker == ev.Worker && ss.Run == ev.Run {
			out[i].Alive = false
		}
	}
	return out
}

// wait puts off the next try of what has the key: 1 s, doubled each time, at
// most 5 min. Causes of the environment end here; they spend no attempt.
func (d *decision) wait(key, why string) {
	w := d.state.Waits[key]
	pause := time.Second << min(w.Count, 9)
	d.state.Waits[key] = Wait{Until: d.state.At.Add(min(pause, 5*time.Minute)), Count: w.Count + 1, Err: why}
}
