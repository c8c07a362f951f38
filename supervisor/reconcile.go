package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// reconcile compares what should be with what is. It is the same code at the
// start and on every event, and it decides from levels only: an event that was
// missed costs a look, never a task.
//
//	queue       session of (task, n)  COMPLETION.md  then
//	pending     any of the task       –              stop the orphan, then eligible
//	working n   alive                 no             adopt
//	working n   alive or dead         yes, turn over verify, publish
//	working n   dead                  no             start n again, once; then failure of n
//	working n   most dead at once     no             start them again one by one
//	working n   alive, stopped by a   no             leave it; wake one when it may be over
//	            trouble of everybody
//	working n   alive, silent         no             climb the ladder of a stall
//	working n   none                  –              start n (again), else failure
//	working n   none, of many: the    –              start them again one by one
//	            terminal server ended
//	publishing  –                     –              look up, continue; while that
//	                                                 fails, the worker is free
//	completed…  alive                 –              stop, keep the work, free the slot
//	clearing    none                  –              give back the worktree, or the main
//	                                                 checkout
func (d *decision) reconcile() {
	s := d.state
	if s.Wanted.Stop == StopNow && s.unrecordable() {
		d.haltUnrecorded()
		return
	}
	if s.Read == Unseen || !s.idle(Record{}.key()) {
		return
	}
	d.index = newIndex(s)
	if s.Wanted.Stop == StopNow {
		d.halt()
		return
	}
	d.massDeath()
	for t := range s.inHand {
		if d.touched[t.ID] {
			continue
		}
		switch t.Status {
		case fm.Working:
			d.working(t)
		case fm.Completed:
			d.clear(t)
			d.completed(t)
		case fm.Merged:
			d.merged(t)
		case fm.Pending, fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
			d.clear(t)
		default: // a word of its user's
			d.clear(t)
		}
	}
	d.mergedByHand()
	d.parents()
	d.wake()
	if s.Sighted == Seen {
		d.revive()
		d.claim()
		d.strays()
		d.surplus()
		d.notes()
	}
	d.pulls()
	d.radar()
	d.reserve()
	d.drained()
}

// working carries one claimed task on from wherever it stands.
func (d *decision) working(t fm.Task) {
	s := d.state
	if queue.Publishing(t) {
		d.publishing(t)
		return
	}
	if s.Sighted == Unseen || !s.idle(taskKey(t.ID)) {
		return
	}
	p := s.progress(t)
	ss, ok := d.index.run[t.Run()]
	switch {
	case !ok:
		d.absent(t, p)
	case !ss.Alive:
		d.dead(t, p, ss)
	default:
		d.alive(t, p, ss)
	}
}

// publishing publishes a task's work. While that cannot be done its worker is
// free for others.
func (d *decision) publishing(t fm.Task) {
	s := d.state
	_, busy := s.Busy[taskKey(t.ID)]
	if w := s.Waits[taskKey(t.ID)]; !busy && w.Count > 0 && !queue.Owed(t) {
		d.record(queue.Owe(t, fm.Line(w.Err, 300), s.At))
		return
	}
	d.order(Publish{Task: t})
}

// maxStarts bounds the starts of one attempt on one server while no look finds
// it alive.
const maxStarts = 3

// lasting is how long a session has to live to be forgiven its starts.
const lasting = 10 * time.Minute

// absent starts a claimed task that has no session: it was just claimed, or
// its session went with the server. Neither is the task's fault.
func (d *decision) absent(t fm.Task, p Progress) {
	s := d.state
	switch {
	case t.Worker == 0:
		d.record(queue.Release(t, "no worker is named", s.At))
	case d.claims(t, p) || s.Sight.Generation == "":
	case !s.Mass.Since.IsZero():
		d.startAgain(t)
	case p.Server == s.Sight.Generation && p.Starts >= maxStarts:
		d.fail(t, "the session could not be kept", s.Rules.Attempts)
	case d.index.live[t.ID]: // an older attempt is stopped first
	case d.free(t.Worker):
		d.act(Start{Worker: t.Worker, Task: t}, "claimed, and no session of it", "")
	}
}

// free says whether the worker's session may be used for another task now.
func (d *decision) free(w fm.WorkerID) bool { return !d.index.handled[w] && d.usable(w) }

// usable says whether it may be used as soon as fm itself is done with it.
func (d *decision) usable(w fm.WorkerID) bool {
	s := d.state
	ss, ok := d.index.slot[w]
	switch {
	case handOf(s.Wanted.Hands, w).Held:
		return false
	case !ok:
		return true
	case s.present(ss):
		return false
	case !ss.Alive:
		return true
	}
	// What works for nobody may be replaced; what the queue does not know is
	// not ours to end.
	t, known := s.Queue.Task(ss.Run.Task)
	return known && (t.Status == fm.Completed || t.Status == fm.Merged || queue.Owed(t))
}

// claims orders the check of a completion that was not refused yet.
func (d *decision) claims(t fm.Task, p Progress) bool {
	rep, _ := d.state.report(t)
	if !d.unchecked(t, p) {
		return false
	}
	if ss, found := d.index.run[t.Run()]; found && ss.Alive && !turnOver(rep) && !struck(rep) {
		return false
	}
	return d.act(Verify{Task: t, Turns: rep.Turns}, "it says that it has finished", d.state.believed(rep))
}

// unchecked says whether a task has a completion that was not refused yet.
func (d *decision) unchecked(t fm.Task, p Progress) bool {
	rep, ok := d.state.report(t)
	return ok && rep.Completed && p.Checked < max(rep.Turns, 1)
}

func turnOver(r fm.Report) bool { return r.State == fm.AtPrompt || r.State == fm.Exited }
