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
//	working n   dead                  no             failure of n
//	working n   none                  –              start n (again), else failure
//	publishing  –                     –              look up, continue
//	completed…  alive                 –              stop, keep the work, free the slot
func (d *decision) reconcile() {
	s := d.state
	if s.Read == Unseen || !s.idle(Record{}.key()) {
		return
	}
	if s.Wanted.Stop == StopNow {
		d.halt()
		return
	}
	for _, t := range s.Queue.Tasks {
		if d.touched[t.ID] {
			continue
		}
		switch t.Status {
		case fm.Working:
			d.working(t)
		case fm.Completed:
			d.completed(t)
		case fm.Merged:
			d.merged(t)
		case fm.Pending, fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
		}
	}
	d.parents()
	if s.Sighted == Seen {
		d.revive()
		d.claim()
		d.strays()
		d.surplus()
	}
	d.pulls()
	d.drained()
}

// working carries one claimed task on from wherever it stands.
func (d *decision) working(t fm.Task) {
	s := d.state
	if queue.Publishing(t) {
		d.order(Publish{Task: t})
		return
	}
	if s.Sighted == Unseen || !s.idle(taskKey(t.ID)) {
		return
	}
	p := s.progress(t)
	ss, ok := s.session(t.Run())
	switch {
	case !ok:
		d.absent(t, p)
	case !ss.Alive:
		d.dead(t, p, ss)
	default:
		d.alive(t, p, ss)
	}
}

// maxStarts bounds the starts of one attempt on one server while no look finds
// it alive.
const maxStarts = 3

// absent starts a claimed task that has no session: it was just claimed, or
// its session went with the server. Neither is the task's fault.
func (d *decision) absent(t fm.Task, p Progress) {
	s := d.state
	if d.claims(t, p) || s.Sight.Generation == "" {
		return
	}
	if p.Server != s.Sight.Generation {
		p.Server, p.Starts = s.Sight.Generation, 0
	}
	if p.Starts >= maxStarts {
		d.fail(t, "the session could not be kept", s.Rules.Attempts)
		return
	}
	if s.lives(t.ID) || !d.free(t.Worker) { // an older attempt is stopped first
		return
	}
	if d.order(Start{Worker: t.Worker, Task: t}) {
		p.Starts++
		p.DeadSince = time.Time{}
		s.Runs[t.ID] = p
	}
}

// free says whether the worker's session may be used for another task now.
func (d *decision) free(w fm.WorkerID) bool {
	s := d.state
	if w == 0 || s.handled(w) {
		return false
	}
	ss, ok := s.slot(w)
	if !ok {
		return true
	}
	if s.present(ss) {
		return false
	}
	other, known := s.Queue.Task(ss.Run.Task)
	switch {
	case !ss.Alive:
		return true
	case !known:
		return false // not ours to end
	}
	return other.Status == fm.Completed || other.Status == fm.Merged
}

// deathWait lets the reports that follow a death be read before it counts.
const deathWait = 500 * time.Millisecond

// dead decides about an attempt whose process is gone.
func (d *decision) dead(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	if p.DeadSince.IsZero() {
		p.DeadSince = s.At
		s.Runs[t.ID] = p
	}
	if d.claims(t, p) || s.At.Sub(p.DeadSince) < deathWait {
		return
	}
	why := "the agent ended"
	if ss.Exit != "" {
		why += " (" + fm.Line(ss.Exit, 60) + ")"
	}
	if p.Reasons != "" {
		why += ": " + p.Reasons
	}
	d.fail(t, why, s.Rules.Attempts)
}

// claims orders the check of a completion that has not been judged yet.
func (d *decision) claims(t fm.Task, p Progress) bool {
	rep, ok := d.state.report(t)
	ss, found := d.state.session(t.Run())
	over := !found || !ss.Alive || turnOver(rep)
	if !ok || !rep.Completed || !over || p.Reasons != "" || rep.Turns <= p.Judged && p.Judged > 0 {
		return false
	}
	return d.order(Verify{Task: t, Turns: max(rep.Turns, 1)})
}

func turnOver(r fm.Report) bool { return r.State == fm.AtPrompt || r.State == fm.Exited }

// alive leaves a working agent alone, and acts on one whose turn is over.
func (d *decision) alive(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	if p.StartedAt.IsZero() {
		p.StartedAt = s.At // adopted
	}
	p.Starts, p.DeadSince = 0, time.Time{}
	rep, _ := d.state.report(t)
	switch {
	case p.Reasons != "":
		d.sendBack(t, p, ss)
	case !rep.Prompted && rep.State != fm.Waiting && s.At.Sub(p.StartedAt) > s.Rules.StartLimit:
		d.fail(t, "the agent did not take its prompt within "+s.Rules.StartLimit.String(), s.Rules.Attempts)
	case !turnOver(rep) || rep.Turns <= p.Judged:
	case rep.Trouble != "":
		p.Judged, p.Reasons = rep.Turns, "The last request to the API failed ("+rep.Trouble+"). Please continue where you stopped."
		d.wait(taskKey(t.ID), rep.Trouble)
	case rep.Completed:
		d.claims(t, p)
	case s.At.Sub(rep.Since) < settle:
		// The file may have been written a moment ago and not be stable yet.
	default:
		p.Judged, p.SentBack = rep.Turns, p.SentBack+1
		p.Reasons = "COMPLETION.md is missing: finish the task, commit, then write it as /work-on-subissue says."
	}
	if !d.touched[t.ID] {
		s.Runs[t.ID] = p
	}
}

// settle is how long after a turn's end a COMPLETION.md may still turn up.
const settle = 2 * time.Second

// sendBack tells the agent why its work was not accepted, and asks a person
// when that did not help.
func (d *decision) sendBack(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	switch {
	case p.SentBack > MaxSentBack:
		d.record(queue.Block(t, p.Reasons, s.At))
	case s.present(ss) || s.handled(ss.Worker):
	default:
		d.order(Tell{Worker: ss.Worker, Run: t.Run(), Text: p.Reasons})
	}
}
