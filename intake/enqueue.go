package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// taking is one call of [Intake.Take].
type taking struct {
	*Intake
	priority fm.Priority
	now      func() time.Time
	open     map[fm.IssueID]bool // of blockers that fm does not work on, once they were looked up
	apart    map[fm.IssueID][]fm.IssueID
}

func newTaking(in *Intake, prio fm.Priority, now func() time.Time) *taking {
	return &taking{Intake: in, priority: prio, now: now, open: map[fm.IssueID]bool{}, apart: map[fm.IssueID][]fm.IssueID{}}
}

// changed is said of what is in the queue, and not as the order wants it.
const changed = "not begun yet, and changed to what this order says"

// maxStale bounds how often an addition is thought out anew because somebody
// else changed the queue meanwhile.
const maxStale = 5

// enqueue creates what has to be created for a group of parts, and adds all
// their tasks in one change. It notes under each part's index what it became.
func (t *taking) enqueue(ctx context.Context, parts []part, group []int, added [][]fm.TaskID) error {
	snap, err := t.Queue.Refresh(ctx, t.now())
	if err != nil {
		return err
	}
	var members []part
	for _, i := range group {
		p := parts[i]
		if len(p.meanwhile(snap)) == 0 {
			if p.drafts, err = t.drafts(ctx, p); err != nil {
				return err
			}
		}
		members = append(members, p)
	}
	for range maxStale {
		ids, err := t.add(ctx, members, t.now())
		for n, i := range group {
			if n < len(ids) {
				added[i] = ids[n]
			}
		}
		if !errors.Is(err, queue.ErrStale) {
			return err
		}
	}
	return fmt.Errorf("add tasks: %w", queue.ErrStale)
}

// meanwhile lists the tasks that an issue became by somebody else's doing, since
// it was found out that it had none.
func (p part) meanwhile(snap queue.Snapshot) []fm.TaskID {
	if len(p.known) > 0 || p.scope == someParts {
		return nil
	}
	return tasksOf(p.issue.ID, snap)
}

// add adds the tasks that the queue does not have. One that it has, because a
// person took it in by itself, is only given its parent, so that the parent
// waits for it; and an issue that came into the queue meanwhile stays as it is.
func (t *taking) add(ctx context.Context, members []part, at time.Time) ([][]fm.TaskID, error) {
	snap, err := t.Queue.Refresh(ctx, at)
	if err != nil {
		return nil, err
	}
	ids := make([][]fm.TaskID, len(members))
	members = slices.Clone(members)
	for i, p := range members {
		if there := p.meanwhile(snap); len(there) > 0 {
			ids[i], members[i].drafts = there, nil
		} else {
			ids[i] = slices.Clone(p.before)
		}
	}
	waits, news, err := t.waits(ctx, members, snap)
	if err != nil {
		return nil, err
	}
	var changes []queue.Change
	for i, p := range members {
		if len(p.ranked) > 0 {
			ranked := t.rank(p, snap)
			changes = append(changes, ranked...)
			news = append(news, p.again(len(ranked)))
		}
		for _, d := range p.drafts {
			ids[i] = append(ids[i], d.task.ID)
			d.task.DependsOn = waits[d.task.ID]
			changes = append(changes, t.join(p, d.task, snap, at)...)
		}
	}
	if len(changes) > 0 {
		if _, err := t.Queue.Commit(ctx, at, changes...); err != nil {
			return ids, err
		}
	}
	for _, n := range news {
		t.Tell(n)
	}
	return ids, nil
}

// join adds a task of a part, or gives the one that there is its parent.
func (t *taking) join(p part, task fm.Task, snap queue.Snapshot, at time.Time) []queue.Change {
	was, queued := snap.Task(task.ID)
	switch {
	case !queued:
		return []queue.Change{queue.Add(task, at)}
	case was.Parent == task.Parent:
		return nil
	}
	was.Parent = task.Parent
	if reranks(t.priority, was) {
		was.Priority = t.priority
	}
	return []queue.Change{{Op: queue.OpAdopt, Task: was, Why: "subissue of " + string(p.issue.ID)}}
}

// reranks says whether a task gets the priority of an order: one that was never
// begun, and has another.
func reranks(prio fm.Priority, t fm.Task) bool {
	return prio != 0 && prio != t.Priority && unbegun(t)
}

// rank gives the priority of the order to the tasks of a part that are to have
// it, as far as nobody has begun them since.
func (t *taking) rank(p part, snap queue.Snapshot) []queue.Change {
	var changes []queue.Change
	for _, id := range p.ranked {
		if was, queued := snap.Task(id); queued && reranks(t.priority, was) {
			c := queue.Reprioritize(was, t.priority)
			c.Why = "said when it was ordered again"
			changes = append(changes, c)
		}
	}
	return changes
}

// again tells of an issue that is in the queue, and of how many of its tasks
// got the priority of the order.
func (p part) again(n int) News {
	news := News{Kind: Known, Issue: p.issue, Count: len(p.before)}
	if n > 0 {
		news.Why = changed
		if n < len(p.before) {
			news.Why = fmt.Sprintf("%d of %d: %s", n, len(p.before), changed)
		}
	}
	return news
}
