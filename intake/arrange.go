package intake

import (
	"context"
	"fmt"
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// arrange decides who is taken with whom, before anything is asked or made: what
// is a subissue of another issue is not done twice.
//
//	a subissue of one that was named           one of its tasks
//	a subissue of one that is in the queue     one of its tasks
//	either, but with a split or subissues      taken by itself; the other one has
//	of its own                                 its other subissues as tasks
func (in *Intake) arrange(ctx context.Context, parts []part, snap queue.Snapshot) ([]part, error) {
	var out []part
	taken := map[fm.IssueID]bool{} // as a part of its own
	for _, p := range parts {
		if !p.divided(snap) && slices.ContainsFunc(parts, func(q part) bool { return q.has(p.issue.ID) }) {
			continue
		}
		host, found := fm.Issue{}, false
		if !p.divided(snap) && len(p.known) == 0 && welcome(p.issue.Parent, parts, snap) {
			var err error
			if host, found, err = in.look(ctx, p.issue.Parent); err != nil {
				return nil, err
			}
			found = found && !host.Closed
		}
		switch at := slices.IndexFunc(out, func(q part) bool { return q.scope == someParts && q.issue.ID == host.ID }); {
		case !found:
			taken[p.issue.ID] = true
			out = append(out, p)
		case at < 0:
			out = append(out, part{issue: host, scope: someParts, children: []fm.Issue{p.issue}})
		default:
			out[at].children = append(out[at].children, p.issue)
		}
	}
	named := func(id fm.IssueID) bool {
		return slices.ContainsFunc(parts, func(p part) bool { return p.issue.ID == id })
	}
	for i := range out {
		out[i].arrange(snap, taken, named)
		if out[i].nothingLeft() {
			return nil, fmt.Errorf("%w: every subissue of %s is closed already; close it, or add an open subissue", fm.ErrRefused, out[i].issue.ID.Ref())
		}
	}
	return out, nil
}

// nothingLeft says whether somebody divided the issue, and all of its parts are
// closed.
func (p *part) nothingLeft() bool {
	open := len(p.known) + len(p.plan.Subissues) + len(p.given.Subissues) + len(p.children) + len(p.apart)
	return open == 0 && len(p.closed) > 0
}

// arrange sorts out which subissues are to be tasks, and says so of those that
// were named.
func (p *part) arrange(snap queue.Snapshot, taken map[fm.IssueID]bool, named func(fm.IssueID) bool) {
	p.children = slices.DeleteFunc(p.children, func(c fm.Issue) bool {
		t, queued := snap.Task(fm.TaskID(c.ID))
		tasks := tasksOf(c.ID, snap)
		switch {
		case taken[c.ID], !queued && len(tasks) > 0:
			p.apart = append(p.apart, c.ID)
			if !taken[c.ID] {
				p.before = slices.Concat(p.before, tasks)
			}
			p.partly(c.ID, "done by way of its own subissues")
			return true
		case named(c.ID):
			p.partly(c.ID, "taken with it")
		}
		return queued && t.Parent == p.issue.ID
	})
	if len(p.apart) > 0 && len(p.known)+len(p.plan.Subissues)+len(p.children) == 0 {
		last := &p.news[len(p.news)-1] // no task leads to its being closed
		last.Why += fmt.Sprintf("; nothing else of %s is open, so close it yourself in the end", p.issue.ID.Ref())
	}
}

// partly tells that another issue is a part of this one.
func (p *part) partly(id fm.IssueID, how string) {
	p.news = append(p.news, News{Kind: PartOf, Issue: fm.Issue{ID: id}, By: p.issue.ID, Why: fmt.Sprintf("%s is a part of %s, and %s", id.Ref(), p.issue.ID.Ref(), how)})
}

// has says whether an issue is an open subissue.
func (p part) has(id fm.IssueID) bool {
	return slices.ContainsFunc(p.children, func(c fm.Issue) bool { return c.ID == id })
}

// divided says whether the issue has, or is to have, subissues that are its
// tasks. One that is a task itself has none.
func (p part) divided(snap queue.Snapshot) bool {
	_, task := snap.Task(fm.TaskID(p.issue.ID))
	return !task && len(p.given.Subissues)+len(p.plan.Subissues)+len(p.known)+len(p.children) > 0
}

// welcome says whether an issue that was not named takes subissues in: fm works
// on it, or will as a part of another one.
func welcome(id fm.IssueID, parts []part, snap queue.Snapshot) bool {
	if id == "" || slices.ContainsFunc(parts, func(p part) bool { return p.issue.ID == id }) {
		return false
	}
	return len(tasksOf(id, snap)) > 0 || slices.ContainsFunc(parts, func(p part) bool { return p.has(id) })
}
