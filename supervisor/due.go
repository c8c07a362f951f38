package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Due says when the passing of time alone will change a decision: the end of a
// backoff, of a patience, of a settling. The zero time means never. The shell
// looks again then; its slow tick is the backstop.
func Due(s State) time.Time {
	var due time.Time
	soon := func(t time.Time) {
		if t.After(s.At) && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, w := range s.Waits {
		soon(w.Until)
	}
	if s.digest.waiting {
		if t, ok := queue.NextReady(s.Queue.Tasks, s.At); ok {
			soon(t)
		}
	}
	soon(s.Outage.Until)
	if !s.Mass.Since.IsZero() {
		soon(s.Mass.Next)
	}
	for t := range s.inHand {
		if t.Status == fm.Working {
			soon(s.dueOf(t))
		}
	}
	return due
}

// settleLook is the longest pause between looks while a completion is waited for.
const settleLook = 100 * time.Millisecond

func (s State) dueOf(t fm.Task) time.Time {
	p := s.progress(t)
	rep, ok := s.report(t)
	switch {
	case !p.DeadSince.IsZero():
		return p.DeadSince.Add(deathWait)
	case ok && turnOver(rep) && rep.Turns > p.Judged && !rep.Completed && s.SightAt.Sub(rep.Since) < settle:
		if wait := rep.Settles.Sub(s.At); !rep.Settles.IsZero() && wait < settleLook {
			return s.At.Add(max(wait, time.Millisecond))
		}
		return s.At.Add(settleLook)
	}
	return time.Time{}
}
