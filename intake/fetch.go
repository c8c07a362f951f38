package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/founder-mode/fm"
)

// readers bounds the issues that are read at the same time.
const readers = 8

// Read reads issues, several at a time, and gives each once, in the order of the
// user. Those that cannot be worked on are named together, as [Intake.Check]
// does. Of closed ones those are given that are to be mended as a whole, and take
// their course in the queue.
func (in *Intake) Read(ctx context.Context, ids []fm.IssueID) ([]fm.Issue, error) {
	return in.fetch(ctx, ids, in.mends)
}

// Check names the issues that cannot be worked on, as [Intake.Take] does, and
// changes nothing. It needs the tracker alone; without the queue, an issue that
// was closed when its work was done is refused like any other closed one.
func (in *Intake) Check(ctx context.Context, ids []fm.IssueID) error {
	_, err := in.fetch(ctx, ids, in.finished)
	return err
}

// fetch reads all issues before anything is done with one of them, and gives
// them in the order of the user. Closed ones are for those that welcome names.
func (in *Intake) fetch(ctx context.Context, ids []fm.IssueID, welcome func(fm.IssueID) bool) ([]fm.Issue, error) {
	ids = unique(ids)
	issues, errs := make([]fm.Issue, len(ids)), make([]error, len(ids))
	reading, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, readers)
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			issues[i], errs[i] = in.Tracker.Issue(reading, id)
			if err := errs[i]; err != nil && !errors.Is(err, fm.ErrGone) && !errors.Is(err, fm.ErrRefused) {
				cancel(fmt.Errorf("read issue %s: %w", id, err)) // the first one counts
			}
		})
	}
	wg.Wait()
	if err := context.Cause(reading); err != nil {
		return nil, err
	}
	if err := faults(ids, issues, errs, welcome); err != nil {
		return issues, err
	}
	return distinct(issues), nil
}

// distinct leaves out what was read under two names: a tracker may take 03 for 3.
func distinct(issues []fm.Issue) []fm.Issue {
	seen := map[fm.IssueID]bool{}
	return slices.DeleteFunc(issues, func(issue fm.Issue) bool {
		again := seen[issue.ID]
		seen[issue.ID] = true
		return again
	})
}

func unique(ids []fm.IssueID) []fm.IssueID {
	var once []fm.IssueID
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

// faults names all issues that cannot be worked on.
func faults(ids []fm.IssueID, issues []fm.Issue, errs []error, welcome func(fm.IssueID) bool) error {
	var unknown, closed, kinds, reasons []string
	refused := map[string][]string{} // by reason
	for i, id := range ids {
		name := id.Ref()
		switch {
		case errors.Is(errs[i], fm.ErrGone):
			unknown = append(unknown, name)
		case errs[i] != nil:
			why := fm.Line(fm.Reason(cause(errs[i])), 300)
			if len(refused[why]) == 0 {
				reasons = append(reasons, why)
			}
			refused[why] = append(refused[why], name)
		case issues[i].Closed && !welcome(issues[i].ID):
			closed = append(closed, name)
		}
	}
	if len(unknown) > 0 {
		kinds = append(kinds, "not found: "+strings.Join(unknown, ", "))
	}
	if len(closed) > 0 {
		kinds = append(kinds, "closed: "+strings.Join(closed, ", "))
	}
	if len(kinds) > 0 {
		kinds[0] = "issues " + kinds[0]
	}
	for _, why := range reasons {
		kinds = append(kinds, strings.Join(refused[why], ", ")+": "+why)
	}
	if len(kinds) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", fm.ErrRefused, strings.Join(kinds, "; "))
}

// cause takes off what only says that an issue was read, so that what stands
// against all of them is said once.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil || inner == fm.ErrRefused || !errors.Is(inner, fm.ErrRefused) { //nolint:errorlint // the sentinel itself ends the chain
			return err
		}
		err = inner
	}
}

// finished says whether everything that the issue became is done: whoever gives
// the same order again, after a crash say, has no need to find out what was done
// meanwhile. An issue that was mended as a whole may be closed before fm sees
// that its work is merged, which nobody may ever do here.
func (in *Intake) finished(id fm.IssueID) bool {
	if in.Queue == nil {
		return false
	}
	snap := in.Queue.Snapshot()
	tasks := tasksOf(id, snap)
	return len(tasks) > 0 && !slices.ContainsFunc(tasks, func(task fm.TaskID) bool {
		t, _ := snap.Task(task)
		return t.Status != fm.Merged && (t.Status != fm.Completed || !t.Terms.Fix)
	})
}

// mends says whether the issue is a task that takes its course, or has: whoever
// gives the same order again joins it, though somebody has closed it meanwhile.
func (in *Intake) mends(id fm.IssueID) bool {
	if in.Queue == nil {
		return false
	}
	t, queued := in.Queue.Snapshot().Task(fm.TaskID(id))
	return queued && slices.Contains([]fm.Status{fm.Pending, fm.Working, fm.Completed, fm.Merged}, t.Status)
}
