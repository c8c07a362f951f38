package supervisor

import (
	"math"

	"github.com/founder-mode/fm"
)

// lookahead bounds the tasks of one priority that are passed over, for the sake
// of others that nobody else's work is near to.
const lookahead = 64

// pick chooses among ready tasks, which are offered to it best first. Within one
// priority those come first whose files nobody else changes; but no worker stays
// without work for that.
type pick struct {
	limit int
	fixes int       // issues that may still begin to be mended
	main  fm.TaskID // which has the main checkout; "" for none
	taken []string  // files that others change
	picks []fm.Task
	later []fm.Task // passed over, of the priority that is offered now
}

// picking begins a choice with what is under way.
func (d *decision) picking(limit int) *pick {
	s := d.state
	p := &pick{limit: limit, fixes: math.MaxInt, main: s.digest.main}
	if s.Wanted.Fixes > 0 {
		p.fixes = s.Wanted.Fixes
	}
	for t := range s.inHand {
		if t.Status == fm.Working && t.Terms.Fix && t.Worker != 0 {
			p.fixes--
		}
		if t.Status == fm.Working || t.Status == fm.Completed && t.Pull != "" {
			p.taken = append(p.taken, t.Paths...)
		}
	}
	return p
}

// offer takes a task into account. It is false when no more need be offered.
func (p *pick) offer(t fm.Task) bool {
	if len(p.later) > 0 && p.later[0].Priority != t.Priority {
		p.flush()
	}
	switch {
	case len(p.picks) >= p.limit || len(p.later) >= lookahead:
		return false
	case !t.Terms.Main && len(fm.Overlap(t.Paths, p.taken)) > 0: // those of the main checkout keep their order
		p.later = append(p.later, t)
	default:
		p.take(t)
	}
	return len(p.picks) < p.limit
}

// take picks a task, where its terms allow that now.
func (p *pick) take(t fm.Task) {
	switch {
	case len(p.picks) >= p.limit:
		return
	case t.Terms.Main && p.main != "" && p.main != t.ID:
		return
	case t.Terms.Fix && p.fixes <= 0:
		return
	}
	if t.Terms.Fix {
		p.fixes--
	}
	if t.Terms.Main {
		p.main = t.ID
	}
	p.taken = append(p.taken, t.Paths...)
	p.picks = append(p.picks, t)
}

func (p *pick) flush() {
	for _, t := range p.later {
		p.take(t)
	}
	p.later = nil
}

func (p *pick) done() []fm.Task {
	p.flush()
	return p.picks
}
