package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// part is one issue on its way into the queue: what it became before, with the
// subissues that it got since; or else exactly one of children, plan or none of
// them (the issue is one task).
type part struct {
	issue    fm.Issue
	known    []fm.TaskID
	children []fm.Issue          // open subissues that are not in the queue
	waits    map[fm.IssueID]bool // what they may wait for: all that are open
	plan     fm.Split
	news     []News
	err      error
}

// split finds out what each issue consists of, several at a time, and tells of
// it in the order in which the user named them.
func (in *Intake) split(ctx context.Context, issues []fm.Issue, snap queue.Snapshot) ([]part, error) {
	ctx, cancel := context.WithCancel(ctx)
	parts := make([]part, len(issues))
	done := make([]chan struct{}, len(issues))
	slots := make(chan struct{}, splitters)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel() // one that failed ends the others
	for i, issue := range issues {
		done[i] = make(chan struct{})
		wg.Go(func() {
			defer close(done[i])
			slots <- struct{}{}
			defer func() { <-slots }()
			parts[i] = in.part(ctx, issue, snap)
		})
	}
	for i := range parts {
		<-done[i]
		for _, n := range parts[i].news {
			in.Tell(n)
		}
		if err := parts[i].err; err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func (in *Intake) part(ctx context.Context, issue fm.Issue, snap queue.Snapshot) part {
	p := part{issue: issue}
	if p.known = known(issue.ID, snap); len(p.known) > 0 {
		in.since(ctx, &p, snap)
		return p
	}
	plan, err := in.Plans.Load(issue.ID)
	if err == nil {
		p.plan = plan
		p.tell(Found, len(plan.Subissues), "planned before")
		return p
	}
	if !errors.Is(err, fm.ErrGone) {
		p.err = err
		return p
	}
	if p.children, p.err = in.open(ctx, issue.ID); p.err != nil {
		return p
	}
	p.waits = ids(p.children)
	if len(p.children) > 0 {
		p.tell(Adopted, len(p.children), "")
		return p
	}
	in.ask(ctx, &p)
	return p
}

// since finds the subissues that an issue got after it was queued: without them
// the issue would be closed before they are done.
func (in *Intake) since(ctx context.Context, p *part, snap queue.Snapshot) {
	children, err := in.Tracker.Children(ctx, p.issue.ID)
	if err != nil {
		p.err = err
		return
	}
	children = slices.DeleteFunc(children, func(c fm.Issue) bool { return c.Closed })
	p.waits = ids(children)
	p.children = slices.DeleteFunc(children, func(c fm.Issue) bool {
		t, queued := snap.Task(fm.TaskID(c.ID))
		return queued && t.Parent == p.issue.ID
	})
	p.tell(Known, len(p.known), "")
	if len(p.children) > 0 {
		p.tell(Adopted, len(p.children), "added since")
	}
}

func ids(issues []fm.Issue) map[fm.IssueID]bool {
	set := map[fm.IssueID]bool{}
	for _, i := range issues {
		set[i.ID] = true
	}
	return set
}

func (p *part) tell(k NewsKind, n int, why string) {
	p.news = append(p.news, News{Kind: k, Issue: p.issue, Count: n, Why: why})
}

// known lists the tasks that an issue became before.
func known(id fm.IssueID, snap queue.Snapshot) []fm.TaskID {
	var ids []fm.TaskID
	for _, t := range snap.Tasks {
		if t.Parent == id || t.ID == fm.TaskID(id) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// open lists the open subissues that an issue has already. One whose
// subissues are all closed is not split again.
func (in *Intake) open(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	children, err := in.Tracker.Children(ctx, parent)
	if err != nil || len(children) == 0 {
		return nil, err
	}
	children = slices.DeleteFunc(children, func(c fm.Issue) bool { return c.Closed })
	if len(children) == 0 {
		return nil, fmt.Errorf("%w: every subissue of it is closed already; close it, or add an open subissue", fm.ErrRefused)
	}
	return children, nil
}

// ask has the issue split, and once more if that fails. An issue that cannot
// be split is worked on whole.
func (in *Intake) ask(ctx context.Context, p *part) {
	plan, err := in.Analyst.Split(ctx, p.issue)
	if err != nil && !errors.Is(err, fm.ErrRefused) && ctx.Err() == nil {
		p.tell(Retried, 0, fm.Reason(err))
		plan, err = in.Analyst.Split(ctx, p.issue)
	}
	if err == nil && len(plan.Subissues) == 0 {
		err = errors.New("the split is empty")
	}
	switch {
	case errors.Is(err, fm.ErrRefused), err != nil && ctx.Err() != nil:
		p.err = err
	case err != nil:
		p.tell(Whole, 1, fm.Reason(err))
	default:
		p.plan = plan
		p.tell(Found, len(plan.Subissues), "")
		p.err = in.Plans.Save(p.issue.ID, plan)
	}
}
