package supervisor

import (
	"errors"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Unrecorded begins the problem of a queue that cannot be read. Nobody's work can
// end as long as it stands.
const Unrecorded = "nothing can be recorded: "

// unfit says why the queue cannot be read, and what its user can do about a
// damage, which a supervisor that runs cannot mend.
func unfit(err error) string {
	why := fm.Reason(err)
	if errors.Is(err, queue.ErrCorrupt) {
		why = strings.ReplaceAll(why, ": run `fm queue rebuild`", "") + ": fm stop --now, fm queue rebuild, fm resume"
	}
	return why
}

// unrecordable says whether an end cannot wait for the queue any more: it cannot
// be read, or has refused to be written too often.
func (s State) unrecordable() bool {
	return s.Unfit != "" || !s.idle(Record{}.key()) && s.Waits[Record{}.key()].Count >= drainTries
}

// haltUnrecorded stops the agents, keeps their work, and ends. Their tasks stay
// claimed: the next supervisor goes on with them, as after a crash.
func (d *decision) haltUnrecorded() {
	if d.state.Sighted == Unseen {
		return
	}
	d.index = newIndex(d.state)
	if d.haltSessions() == 0 && !d.bound() && d.emptied() {
		d.order(Exit{})
	}
}
