// Package intake turns issues into queued tasks: it splits each issue once,
// creates its subissues once, and queues all children of a parent in one
// change, so that a parent can never look finished while some of its children
// are still being created.
//
// A crash anywhere loses nothing and doubles nothing: the plan of a split is
// kept before the first subissue is created, creation goes by key, and a second
// intake of the same issue carries on. The package never starts a worker; the
// supervisor does, when it reads the queue.
//
// Start reading at [Intake.Take].
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
	Issue fm.Issue // the parent; for [Created] the subissue
	Count int      // of subissues
	Why   string
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
)

// Order is what a user asks for.
type Order struct {
	Issues   []fm.IssueID
	Priority fm.Priority // for all tasks; 0 leaves it to the issues
}

// splitters bounds the splits that are asked for at the same time.
const splitters = 4

// Take takes issues in and returns the ids of their tasks, those included that
// the queue had before. Issues that cannot be worked on (unknown, closed) are
// named together in one error that wraps [fm.ErrRefused], and then nothing was
// changed.
func (in *Intake) Take(ctx context.Context, o Order, now func() time.Time) ([]fm.TaskID, error) {
	issues, err := in.fetch(ctx, o.Issues)
	if err != nil {
		return nil, err
	}
	snap, err := in.Queue.Refresh(ctx, now())
	if err != nil {
		return nil, err
	}
	parts, err := in.split(ctx, issues, snap)
	if err != nil {
		return nil, err
	}
	var ids []fm.TaskID
	for _, p := range parts {
		added, err := in.enqueue(ctx, p, o.Priority, now)
		if err != nil {
			return ids, fmt.Errorf("take issue %s: %w", p.issue.ID, err)
		}
		ids = append(ids, added...)
	}
	return ids, nil
}

// Check names the issues that cannot be worked on, as [Intake.Take] does, and
// changes nothing. It needs the tracker alone; without the queue, an issue that
// was closed when its work was done is refused like any other closed one.
func (in *Intake) Check(ctx context.Context, ids []fm.IssueID) error {
	_, err := in.fetch(ctx, ids)
	return err
}

// finished says whether everything that the issue became is merged: whoever
// gives the same order again, after a crash say, has no need to find out what
// was done meanwhile.
func (in *Intake) finished(id fm.IssueID) bool {
	if in.Queue == nil {
		return false
	}
	snap := in.Queue.Snapshot()
	tasks := known(id, snap)
	return len(tasks) > 0 && !slices.ContainsFunc(tasks, func(task fm.TaskID) bool {
		t, _ := snap.Task(task)
		return t.Status != fm.Merged
	})
}

// fetch reads all issues before anything is done with one of them.
func (in *Intake) fetch(ctx context.Context, ids []fm.IssueID) ([]fm.Issue, error) {
	var issues []fm.Issue
	var unknown, closed []string
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		issue, err := in.Tracker.Issue(ctx, id)
		switch {
		case errors.Is(err, fm.ErrGone):
			unknown = append(unknown, "#"+string(id))
		case err != nil:
			return nil, fmt.Errorf("read issue %s: %w", id, err)
		case issue.Closed && !in.finished(id):
			closed = append(closed, "#"+string(id))
		default:
			issues = append(issues, issue)
		}
	}
	var faults []string
	if len(unknown) > 0 {
		faults = append(faults, "not found: "+strings.Join(unknown, ", "))
	}
	if len(closed) > 0 {
		faults = append(faults, "closed: "+strings.Join(closed, ", "))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%w: issues %s", fm.ErrRefused, strings.Join(faults, "; "))
	}
	return issues, nil
}
