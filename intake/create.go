package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// maxStale bounds how often an addition is thought out anew because somebody
// else changed the queue meanwhile.
const maxStale = 5

// enqueue creates what has to be created and adds all tasks of one issue in
// one change.
func (in *Intake) enqueue(ctx context.Context, p part, prio fm.Priority, now func() time.Time) ([]fm.TaskID, error) {
	if len(p.known) > 0 && len(p.children) == 0 {
		return p.known, nil
	}
	tasks := []fm.Task{{ID: fm.TaskID(p.issue.ID), Title: p.issue.Title, Priority: p.issue.Priority}}
	switch {
	case len(p.plan.Subissues) > 0:
		created, err := in.create(ctx, p)
		if err != nil {
			return nil, err
		}
		tasks = created
	case len(p.children) > 0:
		tasks = adopted(p)
	}
	for i := range tasks {
		if prio != 0 {
			tasks[i].Priority = prio
		}
		tasks[i].Branch = fm.Branch(tasks[i].ID)
	}
	for range maxStale {
		ids, err := in.add(ctx, p, tasks, now())
		if !errors.Is(err, queue.ErrStale) {
			return ids, err
		}
	}
	return nil, fmt.Errorf("add tasks: %w", queue.ErrStale)
}

// add adds the tasks that the queue does not have. One that it has, because a
// person took it in by itself, is only given its parent, so that the parent
// waits for it; and an issue that came into the queue meanwhile stays as it is.
func (in *Intake) add(ctx context.Context, p part, tasks []fm.Task, at time.Time) ([]fm.TaskID, error) {
	snap, err := in.Queue.Refresh(ctx, at)
	if err != nil {
		return nil, err
	}
	if ids := known(p.issue.ID, snap); len(ids) > 0 && len(p.known) == 0 {
		return ids, nil
	}
	var changes []queue.Change
	ids := slices.Clone(p.known)
	for _, t := range tasks {
		ids = append(ids, t.ID)
		switch was, ok := snap.Task(t.ID); {
		case !ok:
			changes = append(changes, queue.Add(t, at))
		case was.Parent != t.Parent:
			was.Parent = t.Parent
			changes = append(changes, queue.Change{Op: queue.OpAdopt, Task: was, Why: "subissue of " + string(p.issue.ID)})
		}
	}
	_, err = in.Queue.Commit(ctx, at, changes...)
	return ids, err
}

func (in *Intake) create(ctx context.Context, p part) ([]fm.Task, error) {
	var tasks []fm.Task
	made := map[int]fm.TaskID{} // by position in the plan
	for _, i := range order(p.plan) {
		s := p.plan.Subissues[i]
		var deps []fm.IssueID
		var waits []fm.TaskID
		for _, n := range s.DependsOn {
			if id, ok := made[n-1]; ok {
				deps, waits = append(deps, fm.IssueID(id)), append(waits, id)
			}
		}
		issue, err := in.Tracker.Create(ctx, p.issue.ID, strconv.Itoa(i+1), s, deps)
		if err != nil {
			return nil, fmt.Errorf("create subissue %d: %w", i+1, err)
		}
		in.Tell(News{Kind: Created, Issue: issue})
		made[i] = fm.TaskID(issue.ID)
		tasks = append(tasks, fm.Task{
			ID: fm.TaskID(issue.ID), Parent: p.issue.ID, Title: issue.Title, DependsOn: waits, Priority: priority(s, p.issue),
		})
	}
	return tasks, nil
}

// order gives the positions of a plan so that each comes after those it
// depends on; a plan with a cycle, which only an edited file can hold, keeps
// its own order for the rest.
func order(plan fm.Split) []int {
	var out, rest []int
	for i := range plan.Subissues {
		rest = append(rest, i)
	}
	ready := func(i int) bool {
		return !slices.ContainsFunc(plan.Subissues[i].DependsOn, func(n int) bool { return slices.Contains(rest, n-1) })
	}
	for len(rest) > 0 {
		at := max(slices.IndexFunc(rest, ready), 0)
		out = append(out, rest[at])
		rest = slices.Delete(rest, at, at+1)
	}
	return out
}

// priority is the more urgent of what the analyst and the issue say.
func priority(s fm.Subissue, parent fm.Issue) fm.Priority {
	p := s.Urgency()
	if parent.Priority != 0 {
		p = min(p, parent.Priority)
	}
	return p
}

func adopted(p part) []fm.Task {
	var tasks []fm.Task
	for _, c := range p.children {
		t := fm.Task{ID: fm.TaskID(c.ID), Parent: p.issue.ID, Title: c.Title, Priority: c.Priority}
		for _, dep := range c.DependsOn {
			if p.waits[dep] && dep != c.ID {
				t.DependsOn = append(t.DependsOn, fm.TaskID(dep))
			}
		}
		tasks = append(tasks, t)
	}
	return tasks
}
