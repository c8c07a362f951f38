package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// A relation is what a tracker or a plan says: an issue is blocked by another.
type relation struct{ issue, by fm.IssueID }

// groups puts parts into the order in which they are queued: each after those
// that it waits for, so that these have ids by then, and else as the user named
// them. Parts that wait for each other, and what comes behind them, are one
// group.
func groups(parts []part) [][]int {
	var out [][]int
	var rest []int
	for i := range parts {
		rest = append(rest, i)
	}
	for len(rest) > 0 {
		free := slices.IndexFunc(rest, func(i int) bool {
			return !slices.ContainsFunc(rest, func(j int) bool { return i != j && parts[i].waitsFor(parts[j]) })
		})
		if free < 0 {
			return append(out, rest)
		}
		out = append(out, []int{rest[free]})
		rest = slices.Delete(rest, free, free+1)
	}
	return out
}

// waitsFor says whether anything of p is blocked by anything of other.
func (p part) waitsFor(other part) bool {
	blocks := func(id fm.IssueID) bool {
		return id == other.issue.ID || slices.ContainsFunc(other.children, func(c fm.Issue) bool { return c.ID == id })
	}
	if slices.Contains(p.apart, other.issue.ID) || p.scope == someParts && other.has(p.issue.ID) {
		return true // a crash in between must not have a task look like one that was split
	}
	return slices.ContainsFunc(p.issue.DependsOn, blocks) ||
		slices.ContainsFunc(p.children, func(c fm.Issue) bool { return slices.ContainsFunc(c.DependsOn, blocks) })
}

// A web is who waits for whom: the tasks of the queue as they stand, and the
// drafts with what was found for them so far.
type web struct {
	of    map[fm.IssueID][]fm.Task // what an issue became: the task of that id, and those with that parent
	waits map[fm.TaskID][]fm.TaskID
}

// newWeb counts the tasks of apart, which gives subissues by their parent, among
// those of their parents.
func newWeb(snap queue.Snapshot, members []part, apart map[fm.IssueID][]fm.IssueID) web {
	w := web{of: map[fm.IssueID][]fm.Task{}, waits: map[fm.TaskID][]fm.TaskID{}}
	add := func(t fm.Task) {
		w.of[fm.IssueID(t.ID)] = append(w.of[fm.IssueID(t.ID)], t)
		if t.Parent != "" && t.Parent != fm.IssueID(t.ID) {
			w.of[t.Parent] = append(w.of[t.Parent], t)
		}
	}
	for _, t := range snap.Tasks {
		w.waits[t.ID] = t.DependsOn
		add(t)
	}
	for _, p := range members {
		for _, d := range p.drafts {
			if _, queued := snap.Task(d.task.ID); !queued {
				w.waits[d.task.ID] = d.task.DependsOn
				add(d.task)
			}
		}
	}
	for parent, subissues := range apart {
		for _, id := range subissues {
			w.of[parent] = append(w.of[parent], w.of[id]...)
		}
	}
	return w
}

// tasks gives what must be merged before the issue counts as done. Whether fm
// works on it is the second result.
func (w web) tasks(id fm.IssueID) (open []fm.TaskID, works bool) {
	for _, t := range w.of[id] {
		works = works || t.Status != fm.Cancelled
		if t.Status != fm.Cancelled && t.Status != fm.Merged {
			open = append(open, t.ID)
		}
	}
	return open, works
}

// leads says whether from waits for to, be it by way of others.
func (w web) leads(from, to fm.TaskID) bool {
	seen := map[fm.TaskID]bool{from: true}
	for next := []fm.TaskID{from}; len(next) > 0; {
		id := next[len(next)-1]
		if id == to {
			return true
		}
		next = next[:len(next)-1]
		for _, d := range w.waits[id] {
			if !seen[d] {
				seen[d] = true
				next = append(next, d)
			}
		}
	}
	return false
}

// waits finds out what each draft has to wait for. They are looked at from the
// last one to the first: a wait that would close a circle is left out, and so
// it is the one that was named first that does not wait.
func (t *taking) waits(ctx context.Context, members []part, snap queue.Snapshot) (map[fm.TaskID][]fm.TaskID, []News, error) {
	w := newWeb(snap, members, t.apart)
	news, err := t.weave(ctx, w, members, snap, part.relations)
	return w.waits, onceEach(news), err
}

// weave has the drafts wait for each other and for tasks of the queue, by what
// is said of each.
func (t *taking) weave(ctx context.Context, w web, members []part, snap queue.Snapshot, said func(part, draft) []relation) ([]News, error) {
	var news []News
	for _, p := range slices.Backward(members) {
		for _, d := range slices.Backward(p.drafts) {
			if _, queued := snap.Task(d.task.ID); queued || d.over() {
				continue
			}
			own := p.beyond(d)
			for _, r := range said(p, d) {
				more, err := t.relate(ctx, w, d.task.ID, p, r)
				if err != nil {
					return nil, err
				}
				own = append(own, more...)
			}
			news = append(own, news...)
		}
	}
	return news, nil
}

// onceEach leaves out what is said again: a parent's blocker is that of each of
// its tasks.
func onceEach(news []News) []News {
	said := map[relation]bool{}
	return slices.DeleteFunc(news, func(n News) bool {
		r := relation{n.Issue.ID, n.By}
		again := said[r]
		said[r] = true
		return again
	})
}

// over says whether the task waits for nothing any more; only a queue that is
// rebuilt gets such ones.
func (d draft) over() bool { return d.task.Status == fm.Merged || d.task.Status == fm.Cancelled }

// relations lists what a draft is blocked by: its own issue, and its parent.
func (p part) relations(d draft) []relation {
	var all []relation
	for _, by := range d.waits {
		all = append(all, relation{fm.IssueID(d.task.ID), by})
	}
	if d.task.Parent == "" {
		return all
	}
	for _, by := range p.issue.DependsOn {
		all = append(all, relation{p.issue.ID, by})
	}
	return all
}

// beyond tells of what blocks a draft, or its parent, in other repositories:
// nobody here knows when that is over.
func (p part) beyond(d draft) []News {
	var news []News
	tell := func(id fm.IssueID, refs []string) {
		for _, ref := range refs {
			news = append(news, News{Kind: Outside, Issue: fm.Issue{ID: id}, By: fm.IssueID(ref), Why: fmt.Sprintf("%s is blocked by %s, which fm does not work on", id.Ref(), fm.Line(ref, 200))})
		}
	}
	tell(fm.IssueID(d.task.ID), d.elsewhere)
	if d.task.Parent != "" {
		tell(p.issue.ID, p.issue.Elsewhere)
	}
	return news
}

// relate has a task wait as a relation wants it.
func (t *taking) relate(ctx context.Context, w web, id fm.TaskID, p part, r relation) ([]News, error) {
	tasks, works := w.tasks(r.by)
	own := func(x fm.TaskID) bool { return x == id || fm.IssueID(x) == p.issue.ID }
	switch {
	case r.by == p.issue.ID, r.by == p.issue.Parent, p.closed[r.by]:
		return nil, nil
	case !works:
		return t.outside(ctx, r)
	case r.issue == p.issue.ID && slices.ContainsFunc(w.of[r.by], func(x fm.Task) bool { return x.Parent == p.issue.ID }):
		return nil, nil // some people say in this way what its parts are
	}
	var news []News
	for _, on := range tasks {
		switch {
		case own(on), slices.Contains(w.waits[id], on):
		case w.leads(on, id):
			news = []News{{Kind: Circle, Issue: fm.Issue{ID: r.issue}, By: r.by, Why: fmt.Sprintf("%s and %s wait for each other, so %[1]s does not wait", r.issue.Ref(), r.by.Ref())}}
		default:
			w.waits[id] = append(slices.Clip(w.waits[id]), on)
		}
	}
	return news, nil
}

// outside tells of a blocker that fm does not work on: a task that waited for
// it would wait for ever.
func (t *taking) outside(ctx context.Context, r relation) ([]News, error) {
	open, looked := t.open[r.by]
	if !looked {
		issue, err := t.Tracker.Issue(ctx, r.by)
		if err != nil && !errors.Is(err, fm.ErrGone) && !errors.Is(err, fm.ErrRefused) {
			return nil, fmt.Errorf("read issue %s: %w", r.by, err)
		}
		open = err == nil && !issue.Closed
		t.open[r.by] = open
	}
	if !open {
		return nil, nil
	}
	return []News{{Kind: Outside, Issue: fm.Issue{ID: r.issue}, By: r.by, Why: fmt.Sprintf("%s is blocked by %s, which fm does not work on", r.issue.Ref(), r.by.Ref())}}, nil
}
