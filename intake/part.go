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
	children []fm.Issue // open subissues that are not in the queue
	closed   map[fm.IssueID]bool
	plan     fm.Split
	drafts   []draft // what it adds to the queue
	news     []News
	err      error
}

// splitters bounds the splits that are asked for at the same time.
const splitters = 4

// split finds out what each issue consists of, several at a time, and tells of
// it in the order in which the user named them.
func (in *Intake) split(ctx context.Context, issues []fm.Issue, plans map[fm.IssueID]fm.Split, snap queue.Snapshot) ([]part, error) {
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
			parts[i] = in.part(ctx, issue, plans[issue.ID], snap)
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

// part finds out about one issue; given is the plan that a person made, or the
// empty one.
func (in *Intake) part(ctx context.Context, issue fm.Issue, given fm.Split, snap queue.Snapshot) part {
	p := part{issue: issue, known: known(issue.ID, snap)}
	if len(p.known) == 0 || len(given.Subissues) > 0 {
		p.plan, p.err = in.Plans.Load(issue.ID)
	}
	kept := len(p.plan.Subissues) > 0
	switch gone := errors.Is(p.err, fm.ErrGone); {
	case p.err != nil && !gone:
		return p
	case len(given.Subissues) > 0 && kept && !same(given, p.plan):
		p.err = fmt.Errorf("%w: it was split differently before, and subissues of that split may exist; work on it without a plan", fm.ErrRefused)
		return p
	case len(given.Subissues) > 0 && !kept && len(p.known) > 0:
		p.err = fmt.Errorf("%w: it is in the queue already, and a plan comes too late; work on it without one", fm.ErrRefused)
		return p
	}
	p.err = nil
	switch {
	case len(p.known) > 0:
		p.plan = fm.Split{}
		in.since(ctx, &p, snap)
	case kept:
		p.tell(Found, len(p.plan.Subissues), "planned before")
	default:
		in.begin(ctx, &p, given)
	}
	return p
}

// begin splits an issue that nothing was done about yet, unless it has
// subissues or a plan.
func (in *Intake) begin(ctx context.Context, p *part, given fm.Split) {
	children, err := in.read(ctx, p)
	switch {
	case err != nil:
		p.err = err
	case len(given.Subissues) > 0 && len(children) > 0:
		// Closed ones count as well: creation by key would find them.
		p.err = fmt.Errorf("%w: it has subissues already, and a plan would make others; work on it without one", fm.ErrRefused)
	case len(given.Subissues) > 0:
		p.plan = given
		p.tell(Found, len(given.Subissues), "as planned")
		p.err = in.Plans.Save(p.issue.ID, given)
	case len(children) > 0 && len(p.children) == 0:
		p.err = fmt.Errorf("%w: every subissue of it is closed already; close it, or add an open subissue", fm.ErrRefused)
	case len(children) > 0:
		p.tell(Adopted, len(p.children), "")
	default:
		in.ask(ctx, p)
	}
}

// since finds the subissues that an issue got after it was queued: without them
// the issue would be closed before they are done.
func (in *Intake) since(ctx context.Context, p *part, snap queue.Snapshot) {
	if _, p.err = in.read(ctx, p); p.err != nil {
		return
	}
	p.children = slices.DeleteFunc(p.children, func(c fm.Issue) bool {
		t, queued := snap.Task(fm.TaskID(c.ID))
		return queued && t.Parent == p.issue.ID
	})
	p.tell(Known, len(p.known), "")
	if len(p.children) > 0 {
		p.tell(Adopted, len(p.children), "added since")
	}
}

// read reads the subissues of an issue, and sorts them into open and closed.
func (in *Intake) read(ctx context.Context, p *part) ([]fm.Issue, error) {
	children, err := in.Tracker.Children(ctx, p.issue.ID)
	p.closed = map[fm.IssueID]bool{}
	for _, c := range children {
		if c.Closed {
			p.closed[c.ID] = true
		} else {
			p.children = append(p.children, c)
		}
	}
	return children, err
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

// ask has the issue split. An issue that cannot be split is worked on whole.
func (in *Intake) ask(ctx context.Context, p *part) {
	plan, err := in.think(ctx, p)
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

// think asks the analyst, and once more if that fails.
func (in *Intake) think(ctx context.Context, p *part) (fm.Split, error) {
	plan, err := in.Analyst.Split(ctx, p.issue)
	if err != nil && !errors.Is(err, fm.ErrRefused) && ctx.Err() == nil {
		p.tell(Retried, 0, fm.Reason(err))
		plan, err = in.Analyst.Split(ctx, p.issue)
	}
	if err == nil && len(plan.Subissues) == 0 {
		err = errors.New("the split is empty")
	}
	return plan, err
}
