package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Fix is an order to mend each issue as a whole: nothing is split, nobody is
// asked for anything, and no plan is read or kept.
type Fix struct {
	Terms fm.Terms // of every task; [fm.Terms.Fix] is set in any case
	// After has issues wait for others, besides what the tracker says of them.
	After map[fm.IssueID][]fm.IssueID
	// Paths are the files and folders that an issue will probably change.
	Paths map[fm.IssueID][]string
}

// mending is one call of [Intake.Take] with [Order.Fix].
type mending struct {
	*taking
	fix    Fix
	issues []fm.Issue
	before queue.Snapshot            // from before the issues were read
	parts  map[fm.IssueID][]fm.Issue // their open subissues, as far as these were read
}

// mend takes issues in that are to be mended as they are, all of them in one
// change.
func (in *Intake) mend(ctx context.Context, o Order, now func() time.Time) ([]fm.TaskID, error) {
	m, err := in.mending(ctx, o, now)
	if err != nil {
		return nil, err
	}
	for range maxStale {
		if err = m.take(ctx, now()); !errors.Is(err, queue.ErrStale) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	ids := make([]fm.TaskID, len(m.issues))
	for i, issue := range m.issues {
		ids[i] = fm.TaskID(issue.ID)
	}
	return ids, nil
}

// surveyFix finds out what mend would refuse.
func (in *Intake) surveyFix(ctx context.Context, o Order, now func() time.Time) error {
	m, err := in.mending(ctx, o, now)
	if err != nil {
		return err
	}
	_, err = m.fates(ctx, m.before)
	return err
}

// mending reads the issues that are to be mended.
func (in *Intake) mending(ctx context.Context, o Order, now func() time.Time) (*mending, error) {
	before, err := in.refresh(ctx, now())
	if err != nil {
		return nil, err
	}
	m := &mending{taking: newTaking(in, o.Priority, now), fix: *o.Fix, before: before, parts: map[fm.IssueID][]fm.Issue{}}
	m.fix.Terms.Fix = true
	m.issues, err = in.fetch(ctx, o.Issues, in.mends)
	return m, err
}

// take decides by the queue as it is now, and records what it decided.
func (m *mending) take(ctx context.Context, at time.Time) error {
	snap, err := m.Queue.Refresh(ctx, at)
	if err != nil {
		return err
	}
	fates, err := m.fates(ctx, snap)
	if err != nil {
		return err
	}
	news, err := m.wait(ctx, fates, snap)
	if err != nil {
		return err
	}
	var changes []queue.Change
	for _, f := range fates {
		changes = append(changes, f.changes(at)...)
	}
	if len(changes) > 0 {
		if _, err := m.Queue.Commit(ctx, at, changes...); err != nil {
			return fmt.Errorf("take issues: %w", err)
		}
	}
	for _, f := range fates {
		f.tell(m.Tell, m.fix.Terms)
	}
	for _, n := range news {
		m.Tell(n)
	}
	return nil
}

// fates decides for each issue, and refuses those that are divided.
func (m *mending) fates(ctx context.Context, snap queue.Snapshot) ([]fate, error) {
	fates := make([]fate, len(m.issues))
	for i, issue := range m.issues {
		fates[i] = m.decide(issue, snap)
	}
	return fates, m.undivided(ctx, fates, snap)
}

// A fate is what becomes of an issue.
type fate struct {
	kind  fateKind
	issue fm.Issue
	was   fm.Task // the task that it is already
	task  fm.Task // the one that it is to be; it has no status of its own yet
}

type fateKind string

const (
	added   fateKind = "added"   // it is no task so far
	renewed fateKind = "renewed" // it is one that was never begun: it gets the terms of this order
	retried fateKind = "retried" // it is one that came to an end: it is taken up anew
	known   fateKind = "known"   // it is one that takes its course
)

// decide says what becomes of an issue. Of a task that is taken up anew, what
// fm work has begun stays what it was: its branch has another name, and its
// parent waits for it.
func (m *mending) decide(issue fm.Issue, snap queue.Snapshot) fate {
	was, queued := snap.Task(fm.TaskID(issue.ID))
	f := fate{kind: known, issue: issue, was: was, task: was}
	switch {
	case !queued:
		f.kind = added
		f.task = fm.Task{ID: fm.TaskID(issue.ID), Title: issue.Title, Priority: issue.Priority}
	case unbegun(was):
		f.kind = renewed
	case m.ended(issue, was):
		f.kind = retried
	}
	if f.kind == known {
		return f
	}
	if was.Terms.Fix || was.Parent == "" && !begun(was) {
		f.task.Terms = m.fix.Terms
		f.task.Terms.Main = f.task.Terms.Main || queue.Holds(was) // or nobody would give it back
		f.task.Branch = f.task.Head()
	}
	if paths := cleanPaths(m.fix.Paths[issue.ID]); len(paths) > 0 {
		f.task.Paths = paths
	}
	if m.priority != 0 {
		f.task.Priority = m.priority
	}
	return f
}

// begun says whether there may be work of a task.
func begun(t fm.Task) bool { return t.Attempt > 0 || t.Pull != "" }

// unbegun says whether a task waits to be begun for the first time.
func unbegun(t fm.Task) bool { return t.Status == fm.Pending && !begun(t) }

// ended says whether a task is over, and not because its work is done. A merged
// one is not done where its issue is open again; that it is still open only means
// something once fm has closed it.
func (m *mending) ended(issue fm.Issue, was fm.Task) bool {
	switch was.Status {
	case fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
		return true
	case fm.Merged:
		before, _ := m.before.Task(was.ID)
		return !issue.Closed && before.Status == fm.Merged && before.Attempt == was.Attempt && !queue.Tidying(before)
	case fm.Pending, fm.Working, fm.Completed:
	}
	return false
}

// changes are the steps that lead there.
func (f fate) changes(at time.Time) []queue.Change {
	var c queue.Change
	switch f.kind {
	case added:
		c = queue.Add(f.task, at)
	case retried:
		c = queue.Retry(f.task, at)
	case renewed:
		if f.unchanged() {
			return nil
		}
		c = queue.Change{Op: queue.OpEdit, Task: f.task}
	case known:
		return nil
	}
	c.Why = "fm fix"
	return []queue.Change{c}
}

func (f fate) unchanged() bool {
	a, b := f.was, f.task
	return a.Terms == b.Terms && a.Branch == b.Branch && a.Priority == b.Priority && slices.Equal(a.Paths, b.Paths) && slices.Equal(a.DependsOn, b.DependsOn)
}

// tell tells of an issue that is a task already, and what is made of that.
func (f fate) tell(tell func(News), wanted fm.Terms) {
	n := News{Kind: Known, Issue: f.issue, Count: 1}
	switch f.kind {
	case added:
		return
	case retried:
		n.Why = string(f.was.Status) + " before, and taken up anew"
		if f.was.Status == fm.Merged {
			n.Why = "merged before, and taken up anew because it is open again"
		}
	case renewed:
		if !f.unchanged() {
			n.Why = changed
		}
	case known:
	}
	n.Why = strings.TrimPrefix(n.Why+f.kept(wanted), "; ")
	tell(n)
}

// kept says what is not as this order wants it, because of one that came before:
// the end of a sentence, or "".
func (f fate) kept(wanted fm.Terms) string {
	over := f.kind == known && f.was.Status == fm.Completed
	switch {
	case f.task.Terms.NoPull == wanted.NoPull, over && wanted.NoPull, f.was.Status == fm.Merged:
		return ""
	case wanted.NoPull:
		return "; its pull request is opened all the same, as was ordered before"
	case over:
		return "; mended without a pull request, and its work is on the branch " + f.task.Head()
	}
	return "; no pull request is opened, as was ordered before"
}
