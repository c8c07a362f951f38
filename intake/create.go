package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// A draft is a task that is to be queued.
type draft struct {
	task      fm.Task
	waits     []fm.IssueID // what its own issue is blocked by
	elsewhere []string     // the same, in other repositories
}

// drafts creates what has to be created, and gives all that an issue adds to
// the queue.
func (t *taking) drafts(ctx context.Context, p part) ([]draft, error) {
	var drafts []draft
	switch {
	case len(p.known)+len(p.apart) > 0 && len(p.plan.Subissues)+len(p.children) == 0:
		return nil, nil
	case len(p.plan.Subissues)+len(p.children) > 0:
		var err error
		if drafts, err = t.create(ctx, p); err != nil {
			return nil, err
		}
		for _, c := range p.children {
			if slices.ContainsFunc(drafts, func(d draft) bool { return d.task.ID == fm.TaskID(c.ID) }) {
				continue // creation by key found it
			}
			task := fm.Task{ID: fm.TaskID(c.ID), Parent: p.issue.ID, Title: c.Title, Priority: c.Priority}
			drafts = append(drafts, draft{task: task, waits: c.DependsOn, elsewhere: c.Elsewhere})
		}
	default:
		task := fm.Task{ID: fm.TaskID(p.issue.ID), Title: p.issue.Title, Priority: p.issue.Priority}
		drafts = []draft{{task: task, waits: p.issue.DependsOn, elsewhere: p.issue.Elsewhere}}
	}
	for i := range drafts {
		if t.priority != 0 {
			drafts[i].task.Priority = t.priority
		}
		drafts[i].task.Branch = drafts[i].task.Head()
	}
	return drafts, nil
}

func (t *taking) create(ctx context.Context, p part) ([]draft, error) {
	var drafts []draft
	made := map[int]fm.IssueID{} // by position in the plan
	for _, i := range order(p.plan) {
		s := p.plan.Subissues[i]
		var deps []fm.IssueID
		for _, n := range s.DependsOn {
			if id, ok := made[n-1]; ok {
				deps = append(deps, id)
			}
		}
		// The tracker says the same as the queue, which may have to be rebuilt.
		prio := cmp.Or(t.priority, priority(s, p.issue))
		s.Priority = prio.String()
		issue, err := t.Tracker.Create(ctx, p.issue.ID, strconv.Itoa(i+1), s, deps)
		if err != nil {
			return nil, fmt.Errorf("create subissue %d: %w", i+1, err)
		}
		t.Tell(News{Kind: Created, Issue: issue})
		made[i] = issue.ID
		drafts = append(drafts, draft{
			task:  fm.Task{ID: fm.TaskID(issue.ID), Parent: p.issue.ID, Title: issue.Title, Priority: prio, Paths: cleanPaths(s.Paths), Estimate: hours(s.Hours)},
			waits: deps,
		})
	}
	return drafts, nil
}

// hours is an estimate as a task has it: whole minutes, so that a queue line
// stays readable.
func hours(h float64) time.Duration {
	return time.Duration(h * float64(time.Hour)).Round(time.Minute)
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
