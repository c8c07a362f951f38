package supervisor

import (
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// digest is what reconcile asks of the queue. It is made once per reading, so
// that a step costs what is in hand and not what the queue holds.
type digest struct {
	inHand  []int     // positions of tasks that fm still has to do with
	watched []int     // positions of tasks whose pull request is looked at
	waiting bool      // a pending task has a backoff
	sites   []fm.Site // of the work that is not merged yet
	main    fm.TaskID // which has the main checkout; "" for none
	// detained has the main checkout, and waits for others; "" for none.
	detained fm.TaskID
	unknown  []int         // positions of tasks with a status that means nothing
	parents  []CloseParent // whose every child is merged and cleared up
}

func digestOf(snap queue.Snapshot) digest {
	var d digest
	families := map[fm.IssueID]*family{}
	var order []fm.IssueID
	for i := range snap.Tasks {
		t := &snap.Tasks[i]
		tidying := false
		if watchable(*t) {
			d.watched = append(d.watched, i)
		}
		switch t.Status {
		case fm.Working, fm.Completed:
			d.inHand = append(d.inHand, i)
			d.sites = append(d.sites, t.Site())
		case fm.Merged:
			if tidying = queue.Tidying(*t); tidying {
				d.inHand = append(d.inHand, i)
			}
		case fm.Pending:
			d.waiting = d.waiting || !t.NotBefore.IsZero()
		case fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
			if queue.Clearing(*t) {
				d.inHand = append(d.inHand, i)
			}
		default:
			d.unknown = append(d.unknown, i)
			if queue.Clearing(*t) {
				d.inHand = append(d.inHand, i)
			}
		}
		if _, closed := snap.Closed[t.Parent]; closed || t.Parent == "" {
			continue
		}
		f := families[t.Parent]
		if f == nil {
			f = &family{}
			families[t.Parent], order = f, append(order, t.Parent)
		}
		f.children = append(f.children, i)
		f.unsettled = f.unsettled || tidying || t.Status != fm.Merged
	}
	d.mainCheckout(snap.Tasks)
	for _, parent := range order {
		if f := families[parent]; !f.unsettled && !ownWork(parent, snap) {
			d.parents = append(d.parents, f.close(parent, snap))
		}
	}
	return d
}

// mainCheckout finds the task that has the main checkout: rather one that is at
// work or done there than one that goes on there. One that waits for another task
// before it goes on is to give it back: that one may need it.
func (d *digest) mainCheckout(tasks []fm.Task) {
	holder := -1
	for i := range tasks {
		if queue.Holds(tasks[i]) && (holder < 0 || tasks[i].Status != fm.Pending) {
			holder = i
			if tasks[i].Status != fm.Pending {
				break
			}
		}
	}
	if holder < 0 {
		return
	}
	t := tasks[holder]
	d.main = t.ID
	if t.Status == fm.Pending && len(queue.WaitsFor(t, tasks)) > 0 {
		d.detained = t.ID
		d.inHand = append(d.inHand, holder)
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
