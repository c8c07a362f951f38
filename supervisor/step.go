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
// comes before all others but what was seen; what depends on it is decided when
// the queue is read back.
func Step(s State, ev Event) (State, []Effect) {
	if tick, ok := ev.(Ticked); ok {
		return s.ticked(wall(tick.At)), nil
	}
	s = s.copied()
	d := &decision{state: &s, touched: map[fm.TaskID]bool{}, closed: map[fm.IssueID]bool{}, claimed: map[fm.WorkerID]bool{}}
	d.note(ev)
	d.reconcile()
	return s, d.orders()
}

// wall gives a time that passes while the machine sleeps. The clock that Go
// adds to the times of a process stands still then, and no gap would be seen.
func wall(t time.Time) time.Time { return t.Round(0) }

// decision collects what one Step decides.
type decision struct {
	state   *State
	changes []queue.Change
	effects []Effect
	touched map[fm.TaskID]bool  // changed in this step: decide again when it is read back
	closed  map[fm.IssueID]bool // likewise
	claimed map[fm.WorkerID]bool
	index   index      // of the state as the event left it
	seen    []Decision // for the journals, in any case
	decided []Decision // for the journals, once the changes are durable
}

// record asks for a change of the queue. At most one per task and step; while
// the queue cannot be read or written none at all: what is true then is still
// true later.
func (d *decision) record(c queue.Change) {
	if d.touched[c.Task.ID] || d.state.Unfit != "" || !d.state.idle(Record{}.key()) {
		return
	}
	if c.Task.ID != "" {
		d.touched[c.Task.ID] = true
	} else {
		d.closed[c.Parent] = true
	}
	d.changes = append(d.changes, d.charged(c))
	if c.Op != queue.OpSpend && c.Task.ID != "" {
		d.explain(c.Task.Run(), string(c.Op), c.Why, d.state.becomes(c))
	}
}

// order asks for an effect, unless one on the same thing is under way or has
// to wait after a failure.
func (d *decision) order(eff Effect) bool {
	if !d.state.idle(eff.key()) || d.state.entangled(eff) {
		return false
	}
	d.state.Busy[eff.key()] = eff
	d.outdate(eff)
	if w := workerOf(eff); w != 0 {
		d.index.handled[w] = true
	}
	d.effects = append(d.effects, eff)
	return true
}

func (d *decision) orders() []Effect {
	var before []Effect
	if len(d.seen) > 0 {
		before = append(before, Explain{Decisions: d.seen})
	}
	if len(d.changes) > 0 {
		before = append(before, Record{Changes: d.changes})
	}
	all := append(before, d.effects...)
	if len(d.decided) > 0 {
		all = append(all, Explain{Decisions: d.decided})
	}
	return all
}

// note folds the event's fact into the state.
func (d *decision) note(ev Event) {
	s := d.state
	switch ev := ev.(type) {
	case Ticked:
		*s = s.ticked(wall(ev.At))
	case QueueRead:
		d.queueRead(ev.Snapshot)
	case Recorded:
		delete(s.Waits, Record{}.key())
		d.queueRead(ev.Snapshot)
	case WantedRead:
		s.Wanted = s.wantedNow(ev.Wanted)
	case Observed:
		d.seenNow(ev)
	case ObserveFailed:
		s.Sighted = Unseen
	case RecordFailed:
		if s.idle(Record{}.key()) {
			d.wait(Record{}.key(), ev.Err)
		}
	case QueueUnread:
		s.Read, s.Unfit = Unseen, ev.Err
	case Remembered:
		s.Finishes = ev.Finishes
	case PullsSeen:
		look, _ := s.Busy[Look{}.key()].(Look)
		if d.done(Look{}) {
			delete(s.Waits, Look{}.key())
			d.pullsSeen(look.Offers, ev)
		}
	case EffectFailed:
		if d.done(ev.Effect) {
			if _, ok := ev.Effect.(Stock); ok {
				s.Supply.Sighting = Unseen
			}
			d.effectFailed(ev)
		}
	case Revived, Started, Stopped, Closed, Told, Noted, Verified, Published, PullMerged, Rebased, ChecksRerun, Tidied, SiteCleared, Scanned, Stocked, Warned, ParentClosed:
		if d.done(orderOf(ev)) {
			delete(s.Waits, orderOf(ev).key())
			d.succeeded(ev)
		}
	}
}

// seenNow takes a look in. Of a worker whose session an effect changed while
// the look was under way, what was known before counts.
func (d *decision) seenNow(ev Observed) {
	s := d.state
	believed := s.Sight.Sessions
	ev.At = wall(ev.At)
	s.Unread = ev.Unread
	if ev.At.Sub(s.SightAt) > sleep {
		s.AwakeAt = ev.At
	}
	if ev.Sight.Generation != s.Sight.Generation {
		s.Notes = nil
	}
	s.Sight, s.Reports, s.Sighted, s.SightAt, s.Stamp = s.sightNow(ev), s.reportsNow(ev), Seen, ev.At, ev.Stamp
	if len(ev.Kept) > 0 && s.Sight.Generation != "" {
		d.keep(ev, believed)
	}
	d.follow()
}

// keep puts back what was believed of the workers that the look is too old for.
func (d *decision) keep(ev Observed, believed []fm.Session) {
	s := d.state
	kept := func(ss fm.Session) bool { return slices.Contains(ev.Kept, ss.Worker) }
	s.Sight.Sessions = slices.DeleteFunc(slices.Clone(ev.Sight.Sessions), kept)
	for _, ss := range believed {
		if kept(ss) {
			s.Sight.Sessions = append(s.Sight.Sessions, ss)
			delete(s.Reports, ss.Run.Task)
		}
	}
}

func (d *decision) queueRead(snap queue.Snapshot) {
	s := d.state
	if s.Read == Unseen || snap.Seq != s.Queue.Seq || snap.Seq == 0 {
		s.digest = digestOf(snap)
	}
	s.Queue, s.Read, s.Unfit = snap, Seen, ""
	for _, p := range snap.Problems {
		if slices.Contains(snap.Standing, p) {
			continue // it is told as long as it stands
		}
		again := func(old queue.Problem) bool { return old == p } // a full disk is told at each try
		s.Problems = latest(append(slices.DeleteFunc(slices.Clone(s.Problems), again), p), maxProblems)
	}
	for id, p := range s.Runs {
		if t, ok := s.Queue.Task(id); !ok || t.Status != fm.Working || t.Attempt != p.Attempt {
			delete(s.Runs, id)
		}
	}
	s.settled()
}

// maxProblems bounds what is kept of the queue's problems, which it tells once.
const maxProblems = 20

func latest[T any](all []T, limit int) []T { return all[max(0, len(all)-limit):] }

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

// wait puts off the next try of what has the key: 1 s, doubled each time, at
// most 5 min, and 15 s for the queue, on which everything waits. Causes of the
// environment end here; they spend no attempt.
func (d *decision) wait(key, why string) {
	s := d.state
	limit := maxWait
	if key == (Record{}).key() {
		limit = 15 * time.Second
	}
	d.waitFor(key, why, min(time.Second<<min(s.Waits[key].Count, 9), limit))
}

// waitFor puts it off for so long.
func (d *decision) waitFor(key, why string, pause time.Duration) {
	s := d.state
	s.Waits[key] = Wait{Until: s.At.Add(pause), Count: s.Waits[key].Count + 1, Err: why}
	for k, w := range s.Waits {
		if s.At.Sub(w.Until) > maxWait { // nobody tried again: it does not matter any more
			delete(s.Waits, k)
		}
	}
}

const maxWait = 5 * time.Minute
