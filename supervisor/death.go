package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
)

// deathWait lets the reports that follow a death be read before it counts. This
// wait and the others below end with a look, never with the clock alone: when
// the machine slept, what is believed may be an hour old.
const deathWait = 300 * time.Millisecond

// dead decides about an attempt whose process is gone. A first end is
// forgiven, and the conversation goes on; a second one soon after is a failure,
// when it is sure that most others did not end with it. What a person holds is
// left as it is.
func (d *decision) dead(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	if p.DeadSince.IsZero() {
		p.DeadSince = s.At
		if p.EndedAt.IsZero() {
			d.died(t.Run(), ss.Exit)
		}
		s.Runs[t.ID] = p
	}
	dead := s.SightAt.Sub(p.DeadSince)
	if d.claims(t, p) || dead < deathWait || s.present(ss) {
		return
	}
	why := "the agent ended"
	if ss.Exit != "" {
		why += " (" + fm.Line(ss.Exit, 60) + ")"
	}
	start := Start{Worker: ss.Worker, Task: t}
	switch {
	case !p.EndedAt.IsZero():
		if d.free(ss.Worker) {
			d.act(start, "interrupted: resume", "")
		}
	case !s.Mass.Since.IsZero():
		d.startAgain(t)
	case p.Crashes > 0 && dead < massWindow: // it may be one of many
	case p.Crashes > 0:
		if p.Reasons != "" {
			why += ": " + p.Reasons
		}
		d.fail(t, why+", again within "+lasting.String(), s.Rules.Attempts)
	case d.free(ss.Worker):
		d.act(start, "a first end is forgiven: resume", why)
	}
}
