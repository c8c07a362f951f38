package supervisor

import (
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// digest is what reconcile asks of the queue. It is made once per reading, so
// that a step costs what is in hand and not what the queue holds.
type digest struct {
	inHand  []int         // positions of tasks that fm still has to do with
	watched []int         // positions of tasks whose pull request is looked at
	waiting bool          // a pending task has a backoff
	sites   []fm.Site     // of the work that is not merged yet
	main    fm.TaskID     // which has the main checkout; "" for none
	fresh   int           // tasks that will need a worktree that nobody has made yet
	unknown []int         // positions of tasks with a status that means nothing
	parents []CloseParent // whose every child is merged and cleared up
}

func digestOf(snap queue.Snapshot) digest {
	var d digest
	families := map[fm.IssueID]*family{}
	var order []fm.IssueID
	for i := range snap.Tasks {
		t := &snap.Tasks[i]
		d.take(i, *t)
		if _, closed := snap.Closed[t.Parent]; closed || t.Parent == "" {
			continue
		}
		f := families[t.Parent]
		if f == nil {
			f = &family{}
			families[t.Parent], order = f, append(order, t.Parent)
		}
		f.children = append(f.children, i)
		f.unsettled = f.unsettled || t.Status != fm.Merged || queue.Tidying(*t)
	}
	for _, parent := range order {
		if f := families[parent]; !f.unsettled && !ownWork(parent, snap) {
			d.parents = append(d.parents, f.close(parent, snap))
		}
	}
	return d
}

// take sorts the i-th task in.
func (d *digest) take(i int, t fm.Task) {
	inHand := queue.Clearing(t)
	switch t.Status {
	case fm.Working, fm.Completed:
		inHand = true
		d.sites = append(d.sites, t.Site())
	case fm.Merged:
		inHand = queue.Tidying(t)
	case fm.Pending:
		d.waiting = d.waiting || !t.NotBefore.IsZero()
	case fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
	default:
		d.unknown = append(d.unknown, i)
	}
	if inHand {
		d.inHand = append(d.inHand, i)
	}
	if fresh(t) {
		d.fresh++
	}
	if watchable(t) {
		d.watched = append(d.watched, i)
	}
	if d.main == "" && queue.Holds(t) {
		d.main = t.ID
	}
}

// ownWork says whether a parent is a task itself that is not merged and cleared up:
// an issue that was taken as a whole can get subissues afterwards.
func ownWork(parent fm.IssueID, snap queue.Snapshot) bool {
	own, ok := snap.Task(fm.TaskID(parent))
	return ok && (own.Status != fm.Merged || queue.Tidying(own))
}

// family is the tasks of one parent.
type family struct {
	children  []int // positions
	unsettled bool  // one is not merged, or not cleared up
}

func (f family) close(parent fm.IssueID, snap queue.Snapshot) CloseParent {
	eff := CloseParent{Parent: parent}
	for _, i := range f.children {
		eff.Children = append(eff.Children, snap.Tasks[i])
	}
	return eff
}

// watchable says whether the task ends when its pull request is merged. Where an
// agent is at work, or a person said no, it does not.
func watchable(t fm.Task) bool {
	waits := []fm.Status{fm.Completed, fm.Pending, fm.Blocked, fm.Failed}
	return t.Pull != "" && slices.Contains(waits, t.Status)
}

// watched yields the tasks whose pull request is looked at, in the queue's order.
func (s State) watched(yield func(fm.Task) bool) {
	for _, i := range s.digest.watched {
		if !yield(s.Queue.Tasks[i]) {
			return
		}
	}
}

// inHand yields the tasks that fm still has to do with, in the queue's order.
func (s State) inHand(yield func(fm.Task) bool) {
	for _, i := range s.digest.inHand {
		if !yield(s.Queue.Tasks[i]) {
			return
		}
	}
}
