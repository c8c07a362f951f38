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
	d.index = newIndex(s)
	if s.Wanted.Stop == StopNow {
		d.halt()
		return
	}
	for t := range s.inHand {
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
	case p.Server == s.Sight.Generation && p.Starts >= maxStarts:
		d.fail(t, "the session could not be kept", s.Rules.Attempts)
	case d.index.live[t.ID]: // an older attempt is stopped first
	case d.free(t.Worker):
		d.order(Start{Worker: t.Worker, Task: t})
	}
}

// free says whether the worker's session may be used for another task now.
func (d *decision) free(w fm.WorkerID) bool {
	s := d.state
	ss, ok := d.index.slot[w]
	switch {
	case d.index.handled[w]:
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
	return known && (t.Status == fm.Completed || t.Status == fm.Merged)
}

// deathWait lets the reports that follow a death be read before it counts. This
// wait and the others below end with a look, never with the clock alone: when
// the machine slept, what is believed may be an hour old.
const deathWait = 500 * time.Millisecond

// dead decides about an attempt whose process is gone.
func (d *decision) dead(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	if p.DeadSince.IsZero() {
		p.DeadSince = s.At
		s.Runs[t.ID] = p
	}
	if d.claims(t, p) || s.SightAt.Sub(p.DeadSince) < deathWait {
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

// claims orders the check of a completion that was not refused yet.
func (d *decision) claims(t fm.Task, p Progress) bool {
	rep, ok := d.state.report(t)
	if !ok || !rep.Completed || p.Checked >= max(rep.Turns, 1) {
		return false
	}
	if ss, found := d.index.run[t.Run()]; found && ss.Alive && !turnOver(rep) {
		return false
	}
	return d.order(Verify{Task: t, Turns: rep.Turns})
}

func turnOver(r fm.Report) bool { return r.State == fm.AtPrompt || r.State == fm.Exited }

// alive leaves a working agent alone, and answers one whose turn is over. An
// agent whose signs cannot be read is left alone too.
func (d *decision) alive(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	p.DeadSince = time.Time{}
	if p.StartedAt.IsZero() {
		p.StartedAt = s.At // adopted
	}
	if s.At.Sub(p.StartedAt) > lasting {
		p.Starts = 0
	}
	if rep, ok := s.report(t); ok {
		d.answer(t, &p, ss, rep)
	}
	if !d.touched[t.ID] {
		s.Runs[t.ID] = p
	}
}

// settle is how long after a turn's end a COMPLETION.md may still turn up.
const settle = 2 * time.Second

func (d *decision) answer(t fm.Task, p *Progress, ss fm.Session, rep fm.Report) {
	s := d.state
	fresh := rep.Turns > p.Judged
	if fresh || !p.ToldAt.IsZero() && !turnOver(rep) {
		p.Reasons, p.ToldAt, p.Checked = "", time.Time{}, 0 // the agent went on
	}
	if !turnOver(rep) {
		hangs := rep.State == fm.Starting || !rep.Prompted && rep.State != fm.Waiting
		if hangs && !s.present(ss) && s.SightAt.Sub(p.StartedAt) > s.Rules.StartLimit {
			d.fail(t, "the agent did not take its prompt within "+s.Rules.StartLimit.String(), s.Rules.Attempts)
		}
		return
	}
	switch {
	case p.Reasons != "" && p.ToldAt.IsZero():
		d.sendBack(t, *p, ss, rep)
	case rep.Completed && p.Checked < max(rep.Turns, 1) && (rep.Trouble == "" || p.SentBack == 0):
		// Also when the Stop itself was never heard; but in trouble a claim that
		// was refused before is the old one.
		delete(s.Waits, agentKey(t.ID))
		d.claims(t, *p)
	case !fresh:
		d.nudge(p, ss, rep)
	case rep.Trouble != "":
		p.Judged, p.Reasons = rep.Turns, "The last request to the API failed ("+fm.Line(string(rep.Trouble), 60)+"). Please continue where you stopped."
		d.wait(agentKey(t.ID), string(rep.Trouble))
	case s.SightAt.Sub(rep.Since) < settle:
		// The file may have been written a moment ago and not be stable yet.
	default:
		p.Judged = rep.Turns
		p.sendBack(missing)
	}
}

const missing = "COMPLETION.md is missing: finish the task, commit, then write it as /work-on-subissue says."

// nudge gives reasons again to an agent that stays at its prompt, although it
// was told to go on, or was interrupted.
func (d *decision) nudge(p *Progress, ss fm.Session, rep fm.Report) {
	since := rep.Since
	for _, t := range []time.Time{p.StartedAt, p.ToldAt, ss.LastKey} {
		if t.After(since) {
			since = t
		}
	}
	if rep.State != fm.AtPrompt || d.state.SightAt.Sub(since) <= d.state.Rules.StartLimit {
		return
	}
	if p.Reasons == "" {
		p.Reasons = missing
	}
	p.sendBack(p.Reasons)
}

// sendBack tells the agent why its work was not accepted, and asks a person
// when that did not help. It types at a prompt only, never into a dialog.
func (d *decision) sendBack(t fm.Task, p Progress, ss fm.Session, rep fm.Report) {
	s := d.state
	switch {
	case p.SentBack > MaxSentBack:
		d.record(queue.Block(t, p.Reasons, s.At))
	case rep.State != fm.AtPrompt || s.present(ss) || d.index.handled[ss.Worker] || !s.idle(agentKey(t.ID)):
	default:
		d.order(Tell{Worker: ss.Worker, Run: t.Run(), Text: p.Reasons})
	}
}
