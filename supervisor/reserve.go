package supervisor

import (
	"github.com/founder-mode/fm"
)

// Supply is what is known of the worktrees that are kept ready for tasks to come.
type Supply struct {
	Sighting Sighting // Unseen as soon as something may have changed it
	Count    int      // how many there should be, when they were seen to last
}

// reserve has worktrees made ready for tasks that are still to be begun, so that
// these need not wait for them, and removed when no task will need them. It never
// competes with the work: while something else is to be done in worktrees it waits,
// and when it fails nothing but the next try waits for it.
func (d *decision) reserve() {
	s := d.state
	count := s.toCome()
	if s.Rules.Ready == 0 || s.Supply == (Supply{Seen, count}) || len(d.changes) > 0 || s.handing() {
		return
	}
	if d.order(Stock{Count: count}) {
		s.Supply = Supply{Seen, count}
	}
}

// toCome is how many worktrees should be ready.
func (s State) toCome() int {
	if s.Wanted.Stop != "" {
		return 0
	}
	return min(s.digest.fresh, s.Rules.Ready)
}

// fresh says whether a task will need a worktree that nobody has made yet.
func fresh(t fm.Task) bool { return t.Status == fm.Pending && t.Attempt == 0 && !t.Terms.Main }

// handing says whether something is under way that may wait for its turn to write
// to the repository, or that hands a worker from one task to the next: making
// worktrees would take the machine from that. After a merge they are made from the
// new base at once.
func (s State) handing() bool {
	for _, eff := range s.Busy {
		switch eff := eff.(type) {
		case Start, Publish, Merge, Rebase, Tidy, Clear:
			return true
		case Stop:
			if eff.Keep != (fm.Site{}) {
				return true
			}
		case Record, Revive, Close, Tell, Verify, Rerun, Look, Scan, Warn, Stock, CloseParent, Exit, Note, Explain:
		}
	}
	return false
}

// used takes note of what may have taken from the reserve, or left it behind the
// base: it is seen to again, if there is one.
func (s *State) used() {
	if s.Supply.Count > 0 {
		s.Supply.Sighting = Unseen
	}
}

// emptied says whether the supervisor may end as far as the reserve goes: none is
// left, or it cannot be removed. It has it removed.
func (d *decision) emptied() bool {
	s := d.state
	if s.Rules.Ready == 0 {
		return true
	}
	d.reserve()
	_, busy := s.Busy[Stock{}.key()]
	return !busy && (s.Supply == Supply{Seen, 0} || s.Waits[Stock{}.key()].Count >= drainTries)
}
