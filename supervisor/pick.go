package supervisor

import (
	"math"
	"strings"

	"github.com/founder-mode/fm"
)

// lookahead bounds the tasks of one priority that are passed over, for the sake
// of others that nobody else's work is near to.
const lookahead = 64

// pick chooses among ready tasks, which are offered to it best first. Within one
// priority those come first whose files nobody else changes; but no worker stays
// without work for that. Those in the main checkout keep their order.
type pick struct {
	limit int
	fixes int       // issues that may still begin to be mended
	main  fm.TaskID // which has the main checkout; "" for none
	taken files     // that others change
	picks []fm.Task
	later []fm.Task // passed over, of the priority that is offered now
}

// picking begins a choice with what is under way.
func (d *decision) picking(limit int) *pick {
	s := d.state
	p := &pick{limit: limit, fixes: math.MaxInt, main: s.digest.main, taken: files{}}
	if s.Wanted.Fixes > 0 {
		p.fixes = s.Wanted.Fixes
	}
	for t := range s.inHand {
		if t.Status == fm.Working && t.Terms.Fix && t.Worker != 0 {
			p.fixes--
		}
		if t.Status == fm.Working || t.Status == fm.Completed && t.Pull != "" {
			p.taken.add(t.Paths)
		}
	}
	return p
}

// offer takes a task into account. It is false when no more need be offered.
func (p *pick) offer(t fm.Task) bool {
	if n := len(p.later); n >= lookahead || n > 0 && p.later[0].Priority != t.Priority {
		p.flush()
	}
	switch {
	case !p.may(t):
	case !t.Terms.Main && p.taken.meet(t.Paths):
		p.later = append(p.later, t)
	default:
		p.take(t)
	}
	return len(p.picks) < p.limit
}

// may says whether a task's terms allow it to begin now. Where they do not, no
// later task has to wait for it.
func (p *pick) may(t fm.Task) bool {
	switch {
	case len(p.picks) >= p.limit:
		return false
	case t.Terms.Main && p.main != "" && p.main != t.ID:
		return false
	}
	return !t.Terms.Fix || p.fixes > 0
}

func (p *pick) take(t fm.Task) {
	if t.Terms.Fix {
		p.fixes--
	}
	if t.Terms.Main {
		p.main = t.ID
	}
	p.taken.add(t.Paths)
	p.picks = append(p.picks, t)
}

// flush takes those that were passed over.
func (p *pick) flush() {
	for _, t := range p.later {
		if p.may(t) {
			p.take(t)
		}
	}
	p.later = nil
}

func (p *pick) done() []fm.Task {
	p.flush()
	return p.picks
}

// files is a set of paths, of files and of folders. Asked what it has in common
// with other paths it answers as [fm.Overlap] does, in a time that does not grow
// with the set: each path is in it with the folders above it.
type files map[string]depth

// depth says what a path is to a set of files.
type depth int

const (
	above depth = iota + 1 // a path of the set lies in it
	whole                  // it is in the set, with all that lies in it
)

// top is the folder that has all.
const top = "."

func (f files) add(paths []string) {
	for _, path := range paths {
		path = strings.TrimSuffix(path, "/")
		f[path] = whole
		for folder := range folders(path) {
			f[folder] = max(f[folder], above)
		}
	}
}

// meet says whether one of these paths is in the set, or lies in a folder of it,
// or is a folder with something of the set.
func (f files) meet(paths []string) bool {
	if len(f) == 0 {
		return false
	}
	for _, path := range paths {
		path = strings.TrimSuffix(path, "/")
		if path == top || f[path] > 0 || f[top] == whole {
			return true
		}
		for folder := range folders(path) {
			if f[folder] == whole {
				return true
			}
		}
	}
	return false
}

// folders yields the folders that a path lies in.
func folders(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := range len(path) {
			if path[i] == '/' && !yield(path[:i]) {
				return
			}
		}
	}
}
