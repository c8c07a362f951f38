package supervisor

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// done says that an effect is no longer under way. It is false when none like
// it was: a result that comes late, or twice, changes nothing.
func (d *decision) done(eff Effect) bool {
	busy, ok := d.state.Busy[eff.key()]
	if !ok || identity(busy) != identity(eff) {
		return false
	}
	delete(d.state.Busy, eff.key())
	return true
}

// succeeded folds the result of an effect that was under way.
func (d *decision) succeeded(ev Event) {
	s := d.state
	switch ev := ev.(type) {
	case Revived:
		s.Sighted = Unseen // the new server has not been looked at
	case Started:
		d.started(ev)
	case Stopped:
		s.Sight.Sessions = ended(s.Sight.Sessions, ev)
		s.unnoted(ev.Worker)
	case Closed:
		s.Sight.Sessions = without(s.Sight.Sessions, ev.Worker)
	case Told:
		d.told(ev.Run)
	case Noted:
		s.Notes = cloned(s.Notes)
		s.Notes[ev.Worker] = ev.Text
	case Verified:
		d.verified(ev)
	case Published:
		d.published(ev)
	case PullMerged:
		d.pullMerged(ev)
	case Rebased:
		d.rebased(ev)
	case ChecksRerun:
		d.rerun(ev.Run)
	case Tidied:
		if t, ok := d.current(ev.Run, fm.Merged); ok {
			c := queue.Tidied(t, s.At)
			c.Why = ev.Remark
			d.record(c)
		}
	case SiteCleared:
		d.cleared(ev.Run, ev.Remark, "")
	case Scanned:
		s.Scan = Survey{At: s.At, Stamp: ev.Stamp, Sites: ev.Sites, Conflicts: ev.Conflicts}
	case Stocked, Warned:
	case ParentClosed:
		d.record(queue.CloseParent(ev.Parent, "every child is merged"))
	case Ticked, QueueRead, Recorded, WantedRead, Observed, ObserveFailed, PullsSeen, EffectFailed, RecordFailed, QueueUnread, Remembered:
	}
}

// orderOf gives the effect that the event is the result of, as far as an
// effect is told from another; nil when it is no result.
func orderOf(ev Event) Effect {
	switch ev := ev.(type) {
	case Revived:
		return Revive{}
	case Started:
		return Start{Worker: ev.Worker, Task: taskOfRun(ev.Run)}
	case Stopped:
		return Stop{Worker: ev.Worker, Run: ev.Run}
	case Closed:
		return Close(ev)
	case Told:
		return Tell{Worker: ev.Worker, Run: ev.Run}
	case Noted:
		return Note(ev)
	case Verified:
		return Verify{Task: taskOfRun(ev.Run)}
	case Published, PullMerged, Rebased, ChecksRerun, PullsSeen:
		return orderOfPull(ev)
	case Tidied:
		return Tidy{Task: taskOfRun(ev.Run)}
	case SiteCleared:
		return Clear{Task: taskOfRun(ev.Run)}
	case Scanned:
		return Scan{}
	case Stocked:
		return Stock(ev)
	case Warned:
		return Warn{Worker: ev.Worker, Run: ev.Run}
	case ParentClosed:
		return CloseParent{Parent: ev.Parent}
	case EffectFailed:
		return ev.Effect
	case Ticked, QueueRead, Recorded, WantedRead, Observed, ObserveFailed, RecordFailed, QueueUnread, Remembered:
	}
	return nil
}

// orderOfPull is orderOf for what is about a pull request.
func orderOfPull(ev Event) Effect {
	switch ev := ev.(type) { //nolint:gochecksumtype // the others are no business of the forge
	case Published:
		return Publish{Task: taskOfRun(ev.Run)}
	case PullMerged:
		return Merge{Task: taskOfRun(ev.Run)}
	case Rebased:
		return Rebase{Task: taskOfRun(ev.Run)}
	case ChecksRerun:
		return Rerun{Task: taskOfRun(ev.Run)}
	case PullsSeen:
		return Look{}
	}
	return nil
}

// taskOfRun is the task of a run, as far as an effect is told from another by it.
func taskOfRun(r fm.Run) fm.Task { return fm.Task{ID: r.Task, Attempt: r.Attempt} }

func (d *decision) started(ev Started) {
	s := d.state
	s.used()
	d.update(ev.Run, func(p *Progress) {
		if p.Server != s.Sight.Generation {
			p.Server, p.Starts = s.Sight.Generation, 0
		}
		if !p.DeadSince.IsZero() && p.EndedAt.IsZero() && s.Mass.Since.IsZero() {
			p.Crashes++ // only now: a start that did not succeed has forgiven nothing
		}
		p.Starts, p.Title = p.Starts+1, ev.Title
		p.StartedAt, p.DeadSince, p.EndedAt, p.StruckAt = s.At, time.Time{}, time.Time{}, time.Time{}
	})
	s.Reports = cloned(s.Reports)
	delete(s.Reports, ev.Run.Task) // what was said before the start says nothing of what runs now
	ss, _ := s.slot(ev.Worker)
	ss.Worker, ss.Run, ss.Alive, ss.PID, ss.Exit = ev.Worker, ev.Run, true, 0, ""
	s.Sight.Sessions = append(without(s.Sight.Sessions, ev.Worker), ss)
	s.unnoted(ev.Worker)
}

// told takes note of a text that an agent has taken: reasons, a nudge, or the
// call that wakes it.
func (d *decision) told(r fm.Run) {
	s := d.state
	if s.Outage.Probe.Run == r {
		s.Outage.Probe.ToldAt = s.At
	}
	d.update(r, func(p *Progress) {
		if p.Rung == Nudged && p.NudgedAt.IsZero() {
			p.NudgedAt = s.At
			return
		}
		p.ToldAt = s.At
	})
}

func without(sessions []fm.Session, w fm.WorkerID) []fm.Session {
	return slices.DeleteFunc(slices.Clone(sessions), func(ss fm.Session) bool { return ss.Worker == w })
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
