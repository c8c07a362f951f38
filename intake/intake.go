// Package intake turns issues into queued tasks: it splits each issue once,
// creates its subissues once, and queues all children of a parent in one
// change, so that a parent can never look finished while some of its children
// are still being created. What blocks an issue at the tracker becomes what its
// tasks wait for.
//
// A crash anywhere loses nothing and doubles nothing: the plan of a split is
// kept before the first subissue is created, creation goes by key, and a second
// intake of the same issue carries on. The package never starts a worker; the
// supervisor does, when it reads the queue.
//
// Start reading at [Intake.Take]. [RenderPlan] and [ParsePlan] are a plan as
// people edit it, [Intake.Read], [Kind] and [Scope] are what a person sees of
// issues before they are taken in, and [Intake.Rebuild] is the way back from trackers and forges
// to a queue.
package intake

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Tracker is where issues live; see supervisor.Tracker for the contract.
type Tracker interface {
	Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error)
	Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error)
	Create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error)
}

// Analyst splits an issue. An error that wraps [fm.ErrRefused] ends the intake:
// asking again, or working without a split, would fail as well.
type Analyst interface {
	Split(ctx context.Context, issue fm.Issue) (fm.Split, error)
}

// Plans keeps a split until its subissues exist.
type Plans interface {
	// Load returns the kept plan of an issue; [fm.ErrGone] when there is none.
	Load(id fm.IssueID) (fm.Split, error)
	// Save makes a plan durable.
	Save(id fm.IssueID, s fm.Split) error
}

// Intake takes issues in. Its fields are ports; it keeps no state of its own.
type Intake struct {
	Tracker Tracker
	Analyst Analyst
	Plans   Plans
	Queue   *queue.Queue
	Tell    func(News) // what happens, in order; called by one goroutine at a time
}

// News is one thing that a person may want to read while issues are taken in.
type News struct {
	Kind  NewsKind
	Issue fm.Issue   // the parent; for [Created] the subissue; of [Outside], [Circle] and [PartOf] the id alone
	Count int        // of subissues
	By    fm.IssueID // of [Outside] perhaps in another repository: owner/name#9
	Why   string     // of [Outside], [Circle] and [PartOf]: a sentence that says all; of [Known] what is made of it, "" for nothing
}

// NewsKind says what happened.
type NewsKind string

// The kinds of news.
const (
	Found   NewsKind = "found"   // the issue was split into Count subissues
	Adopted NewsKind = "adopted" // the issue had Count open subissues already
	Whole   NewsKind = "whole"   // the issue becomes one task; Why says why
	Known   NewsKind = "known"   // the issue is in the queue already
	Created NewsKind = "created" // a subissue exists now
	Retried NewsKind = "retried" // a split failed and is tried once more
	Outside NewsKind = "outside" // the issue is blocked by one that fm does not work on, By: nobody waits for it
	Circle  NewsKind = "circle"  // the issue and By wait for each other: this one does not wait
	PartOf  NewsKind = "part-of" // the issue is a subissue of By: it is a task of that one, or has tasks of its own
)

// Order is what a user asks for.
type Order struct {
	Issues   []fm.IssueID
	Priority fm.Priority // for all tasks; 0 leaves it to the issues
	// Plans are splits that a person has seen or written; these issues are not
	// split again.
	Plans map[fm.IssueID]fm.Split
	// Fix, when it is not nil, has each issue mended as a whole.
	Fix *Fix
}

// Take takes issues in and returns the ids of their tasks, those included that
// the queue had before. Issues that cannot be worked on (unknown, closed, or
// refused by the tracker) are named together in one error that wraps
// [fm.ErrRefused], and then nothing was changed; so is a plan for an issue that
// has subissues, is in the queue, or was split differently before, which is a
// [PlanError].
//
// No issue is done twice, as a part of another and by itself. What is a subissue
// of another one that was named, or that is in the queue, becomes a task of that
// one, and nobody is asked to split it. Where its own split was begun before, it
// has open subissues, or there is a plan for it, its subissues are the tasks, and
// it is none itself: its parent has the other ones as tasks, and is not closed
// before this one is. Either is told as [PartOf].
//
// [Order.Priority] is also that of tasks that the queue had before and that were
// never begun, which is told with [Known].
//
// A task waits for the tasks of every issue that blocks its own issue or its
// parent, as far as these are in the order or in the queue, and not cancelled.
// What blocks it otherwise is told as [Outside]. Where issues wait for each
// other in a circle, the one that the user named first does not wait, which is
// told as [Circle].
//
// With [Order.Fix] each issue becomes one task, which has its id and no parent,
// and all of them are queued in one change. Those that have open subissues, or
// are in the queue by way of such, are named together in an error that wraps
// [fm.ErrRefused]. A task that there is already takes its course, and is told as
// [Known]. One that failed, is blocked, cancelled or on hold, or is merged while
// its issue is open again, is taken up anew; one that was never begun, or that
// was of such an order before, gets the terms of this one. What [Fix.After] says
// gives way to what blocks an issue at the tracker.
func (in *Intake) Take(ctx context.Context, o Order, now func() time.Time) ([]fm.TaskID, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Fix != nil {
		return in.mend(ctx, o, now)
	}
	parts, err := in.parts(ctx, o, now)
	if err != nil {
		return nil, err
	}
	if err = in.split(ctx, parts); err != nil {
		return nil, err
	}
	t := newTaking(in, o.Priority, now)
	for _, p := range parts {
		t.apart[p.issue.ID] = p.apart
	}
	added := make([][]fm.TaskID, len(parts))
	for _, group := range groups(parts) {
		if err = t.enqueue(ctx, parts, group, added); err != nil {
			err = fmt.Errorf("take issue %s: %w", parts[group[0]].issue.ID, err)
			break
		}
	}
	return slices.Concat(added...), err
}

// Survey finds out what [Intake.Take] would refuse before it changes anything,
// and changes nothing itself. It needs the tracker alone; without the queue and
// the plans it goes by what is said of issues that are in none.
func (in *Intake) Survey(ctx context.Context, o Order, now func() time.Time) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.Fix != nil {
		return in.surveyFix(ctx, o, now)
	}
	_, err := in.parts(ctx, o, now)
	return err
}

// parts finds out what there is of the issues, and who is taken with whom.
func (in *Intake) parts(ctx context.Context, o Order, now func() time.Time) ([]part, error) {
	issues, err := in.fetch(ctx, o.Issues, in.finished)
	if err != nil {
		return nil, err
	}
	snap, err := in.refresh(ctx, now())
	if err != nil {
		return nil, err
	}
	parts, err := in.survey(ctx, issues, o.Plans, snap)
	if err != nil {
		return nil, err
	}
	if parts, err = in.arrange(ctx, parts, snap); err != nil {
		return nil, err
	}
	for i, p := range parts {
		parts[i].ranked = slices.DeleteFunc(slices.Clone(p.before), func(id fm.TaskID) bool {
			t, _ := snap.Task(id)
			return !reranks(o.Priority, t)
		})
	}
	return parts, nil
}

// refresh gives the queue as it is now; without one it is empty.
func (in *Intake) refresh(ctx context.Context, at time.Time) (queue.Snapshot, error) {
	if in.Queue == nil {
		return queue.Snapshot{}, nil
	}
	return in.Queue.Refresh(ctx, at)
}

// PlanError says what stands against the plan that a person made for an issue.
type PlanError struct {
	Issue fm.IssueID
	Err   error // wraps [fm.ErrRefused], and names the issue
}

func (e PlanError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e PlanError) Unwrap() error { return e.Err }

// check finds what is wrong with the plans of an order.
func (o Order) check() error {
	for id, plan := range o.Plans {
		if o.Fix != nil {
			return fmt.Errorf("%w: there is a plan for %s, which is to be mended as a whole", fm.ErrRefused, id.Ref())
		}
		if !slices.Contains(o.Issues, id) {
			return fmt.Errorf("%w: there is a plan for %s, which is not among the issues", fm.ErrRefused, id.Ref())
		}
		if at, err := sound(plan); err != nil {
			return fmt.Errorf("%w: plan for %s, subissue %d: %w", fm.ErrRefused, id.Ref(), at+1, err)
		}
	}
	return nil
}
