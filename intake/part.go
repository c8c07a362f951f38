package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// part is one issue on its way into the queue: what it became before, with the
// subissues that it got since; or else what it is to become: its children and
// those of its plan, or, without any of them, one task.
type part struct {
	issue    fm.Issue
	scope    scope
	known    []fm.TaskID // what it became before
	before   []fm.TaskID // of what is in the queue, what the order is about
	ranked   []fm.TaskID // of these, which get the priority of the order
	children []fm.Issue  // open subissues that are to be tasks
	apart    []fm.IssueID
	closed   map[fm.IssueID]bool
	given    fm.Split // by a person
	plan     fm.Split // given or kept, or what the analyst said
	drafts   []draft  // what it adds to the queue
	news     []News
	err      error
}

// scope is how much of an issue the order is about.
type scope string

const (
	allParts  scope = ""
	someParts scope = "some" // nothing but its children that were named; it is in the queue, or a task of this order
)

// survey finds out what there is of each issue, several at a time, before
// anything is asked or made for one of them.
func (in *Intake) survey(ctx context.Context, issues []fm.Issue, plans map[fm.IssueID]fm.Split, snap queue.Snapshot) ([]part, error) {
	parts := make([]part, len(issues))
	slots := make(chan struct{}, readers)
	var wg sync.WaitGroup
	for i, issue := range issues {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			parts[i] = in.found(ctx, issue, plans[issue.ID], snap)
		})
	}
	wg.Wait()
	for _, p := range parts {
		if p.err != nil {
			return nil, p.err
		}
	}
	return parts, nil
}

// found finds out about one issue; given is the plan that a person made, or the
// empty one.
func (in *Intake) found(ctx context.Context, issue fm.Issue, given fm.Split, snap queue.Snapshot) part {
	p := part{issue: issue, given: given, known: tasksOf(issue.ID, snap)}
	p.before = p.known
	if in.Plans != nil && (len(p.known) == 0 || len(given.Subissues) > 0) {
		p.plan, p.err = in.Plans.Load(issue.ID)
	}
	kept := len(p.plan.Subissues) > 0
	switch {
	case p.err != nil && !errors.Is(p.err, fm.ErrGone):
		return p
	case len(given.Subissues) > 0 && kept && !same(given, p.plan):
		p.reject("%s was split differently before, and subissues of that split may exist; work on it without a plan")
		return p
	case len(given.Subissues) > 0 && !kept && len(p.known) > 0:
		p.reject("%s is in the queue already, and a plan comes too late; work on it without one")
		return p
	}
	if len(p.known) > 0 {
		p.plan = fm.Split{}
	}
	if p.err = in.read(ctx, &p); p.err != nil {
		return p
	}
	if len(given.Subissues) > 0 && !kept && len(p.children)+len(p.closed) > 0 {
		// Closed ones count as well: creation by key would find them.
		p.reject("%s has subissues already, and a plan would make others; work on it without one")
	}
	return p
}

// reject says what stands against the given plan.
func (p *part) reject(format string) {
	p.err = PlanError{Issue: p.issue.ID, Err: fmt.Errorf("%w: "+format, fm.ErrRefused, p.issue.ID.Ref())}
}

// splitters bounds the splits that are asked for at the same time.
const splitters = 4

// split has split what is to be split, several at a time, and tells of all parts
// in the order in which the user named them.
func (in *Intake) split(ctx context.Context, parts []part) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make([]chan struct{}, len(parts))
	slots := make(chan struct{}, splitters)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel() // one that failed ends the others
	for i := range parts {
		done[i] = make(chan struct{})
		wg.Go(func() {
			defer close(done[i])
			slots <- struct{}{}
			defer func() { <-slots }()
			in.begin(ctx, &parts[i])
		})
	}
	for i := range parts {
		<-done[i]
		for _, n := range parts[i].news {
			in.Tell(n)
		}
		if err := parts[i].err; err != nil {
			return err
		}
	}
	return nil
}

// begin says what an issue is to become, and has it split if nothing was done
// about it yet and it has neither subissues nor a plan.
func (in *Intake) begin(ctx context.Context, p *part) {
	said := p.news // who is a part of it
	p.news = nil
	defer func() { p.news = append(p.news, said...) }()
	switch {
	case p.scope == someParts:
	case len(p.known) > 0:
		if len(p.ranked) == 0 { // else it is told with the change
			p.tell(Known, len(p.known), "")
		}
		if len(p.children) > 0 {
			// Without them the issue would be closed before they are done.
			p.tell(Adopted, len(p.children), "added since")
		}
	case len(p.plan.Subissues) > 0:
		p.tell(Found, len(p.plan.Subissues), "planned before")
	case len(p.given.Subissues) > 0:
		p.plan = p.given
		p.tell(Found, len(p.plan.Subissues), "as planned")
		p.err = in.Plans.Save(p.issue.ID, p.plan)
	case len(p.children) > 0:
		p.tell(Adopted, len(p.children), "")
	case len(p.apart) > 0:
	default:
		in.ask(ctx, p)
	}
}

// read reads the subissues of an issue, and sorts them into open and closed.
func (in *Intake) read(ctx context.Context, p *part) error {
	children, err := in.Tracker.Children(ctx, p.issue.ID)
	p.closed = map[fm.IssueID]bool{}
	for _, c := range children {
		if c.Closed {
			p.closed[c.ID] = true
		} else {
			p.children = append(p.children, c)
		}
	}
	return err
}

func (p *part) tell(k NewsKind, n int, why string) {
	p.news = append(p.news, News{Kind: k, Issue: p.issue, Count: n, Why: why})
}

// tasksOf lists the tasks that an issue became before.
func tasksOf(id fm.IssueID, snap queue.Snapshot) []fm.TaskID {
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
