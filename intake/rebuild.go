package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Archive lists all issues that fm made, whatever their state, in the order of
// their creation, with their parents.
type Archive interface {
	Made(ctx context.Context) ([]fm.Issue, error)
}

// Offers lists every pull request of a branch that begins with prefix, whatever
// its state.
type Offers interface {
	All(ctx context.Context, prefix string) ([]fm.PullRequest, error)
}

// Remains is what is left of a queue outside of it.
type Remains struct {
	Archive  Archive
	Offers   Offers
	Branches map[string]string // of the remote, to their commits
	Attempts map[fm.TaskID]int // the last one of which there may be files: the next one has a higher number
	// Left says whether a task that is merged left something that is to go, such
	// as a worktree; nil for never.
	Left func(fm.TaskID) bool
}

// Rebuild restores the tasks of a queue that was lost from trackers and forges
// alone, and says what these could not tell. It returns the tasks that it added;
// what the queue has already stays as it is. All of it is one change of the
// queue, so that after a crash there is either nothing of it or everything, and
// a second call adds nothing.
//
//	merged     the pull request is merged; it is still to be tidied up if its issue
//	           is open, or something is left of it
//	completed  it is open
//	blocked    it is a draft, or was closed without merging while the issue is open
//	pending    there is none, and the issue is open
//	cancelled  the issue is closed, and no pull request is open or merged
//
// A task whose branch is that of an issue that was mended as a whole is one of
// fm fix, and has no parent. The parent of any other is what the tracker links
// its issue to. That some of its
// other subissues may never have been queued is no matter for it: it is not
// closed before they are.
//
// Errors are those of the ports.
func (in *Intake) Rebuild(ctx context.Context, r Remains, now func() time.Time) ([]fm.TaskID, []string, error) {
	w, err := in.dig(ctx, r)
	if err != nil {
		return nil, nil, fmt.Errorf("rebuild queue: %w", err)
	}
	t := newTaking(in, 0, now)
	for range maxStale {
		added, unknown, err := t.restore(ctx, w, now())
		if err == nil {
			return added, unknown, nil
		}
		if !errors.Is(err, queue.ErrStale) {
			return nil, nil, fmt.Errorf("rebuild queue: %w", err)
		}
	}
	return nil, nil, fmt.Errorf("rebuild queue: %w", queue.ErrStale)
}

// restore adds what the queue does not have by now.
func (t *taking) restore(ctx context.Context, w ruins, at time.Time) (added []fm.TaskID, unknown []string, err error) {
	snap, err := t.Queue.Refresh(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	changes, unknown, err := t.rebuild(ctx, w, snap, at)
	if err != nil || len(changes) == 0 {
		return nil, unknown, err
	}
	for _, c := range changes {
		if c.Op == queue.OpAdd {
			added = append(added, c.Task.ID)
		}
	}
	_, err = t.Queue.Commit(ctx, at, changes...)
	return added, unknown, err
}

// rebuild gives the changes that add what the queue does not have.
func (t *taking) rebuild(ctx context.Context, w ruins, snap queue.Snapshot, at time.Time) ([]queue.Change, []string, error) {
	waits, news, err := t.waits(ctx, w.parts, snap)
	if err != nil {
		return nil, nil, err
	}
	var changes []queue.Change
	var mended []fm.TaskID
	unknown := slices.Clone(w.unknown)
	for _, p := range w.parts {
		for _, d := range p.drafts {
			if _, there := snap.Task(d.task.ID); there {
				continue
			}
			d.task.DependsOn = waits[d.task.ID]
			changes = append(changes, w.restore(d.task, at)...)
			unknown = append(unknown, w.guessed(d.task)...)
			if d.task.Terms.Fix && !d.over() {
				mended = append(mended, d.task.ID)
			}
		}
		if _, told := snap.Closed[p.issue.ID]; p.issue.Closed && p.drafts[0].task.Parent == p.issue.ID && !told {
			changes = append(changes, queue.CloseParent(p.issue.ID, "rebuilt: it is closed"))
		}
	}
	for _, n := range news {
		unknown = append(unknown, n.Why)
	}
	if len(mended) > 0 {
		unknown = append(unknown, "the terms of "+refs(mended)+", such as --no-pr, --sequential and --timeout: they count as without")
	}
	if len(changes) > 0 {
		unknown = append(unknown, lostForGood()...)
	}
	return changes, unknown, nil
}

// guessed says where the status of a task is no more than a guess.
func (w ruins) guessed(t fm.Task) []string {
	switch {
	case t.Status == fm.Cancelled:
		return []string{fmt.Sprintf("whether %s, which was closed without a merged pull request, was done: it counts as cancelled", t.ID.Ref())}
	case t.Status == fm.Blocked && w.pulls[t.ID].State == fm.PullOpen:
		return []string{fmt.Sprintf("whether an agent was to go on with %s, whose pull request %s is a draft: it is blocked; to have one go on: fm queue retry %s", t.ID.Ref(), w.pulls[t.ID].Number, t.ID)}
	}
	return nil
}

// lostForGood is what nobody but the queue ever knew.
func lostForGood() []string {
	return []string{
		"what was spent, how often attempts failed, and when things happened",
		"holds, and the priorities, notes, order and dependencies that people set by hand",
		"which failed checks were run again, and which reviews were handed on: an agent may be given one a second time",
		"issues, and subissues that people made, that were queued and have no branch yet: take them in again",
	}
}

// restore gives the steps that a task has taken, as far as they left something.
func (w ruins) restore(t fm.Task, at time.Time) []queue.Change {
	status := t.Status
	pull := w.pulls[t.ID]
	t.Attempt = w.attempts[t.ID]
	var steps []queue.Change
	step := func(c queue.Change) {
		c.Why = "rebuilt: " + string(status)
		steps = append(steps, c)
		t = c.Task
		t.Revision++
	}
	step(queue.Add(t, at))
	if pull.Number != "" && status != fm.Cancelled {
		step(queue.Complete(t, pull.Number, at))
	}
	switch status {
	case fm.Merged:
		step(queue.Merge(t, at))
		if w.closed[t.ID] && !w.left(t.ID) {
			step(queue.Tidied(t, at))
		}
	case fm.Blocked:
		note := "pull request " + pull.Number + " was closed without merging"
		if pull.State == fm.PullOpen {
			note = "pull request " + pull.Number + " is a draft: only a part of the work is done"
		}
		step(queue.Block(t, note, at))
	case fm.Cancelled:
		step(queue.Cancel(t, "", at))
	case fm.Pending, fm.Working, fm.Completed, fm.Failed, fm.Hold:
	}
	return steps
}

// statusOf says where a task stands by its issue and its pull request.
func statusOf(issue fm.Issue, pull fm.PullRequest) fm.Status {
	switch {
	case pull.State == fm.PullMerged:
		return fm.Merged
	case pull.State == fm.PullOpen && pull.Draft:
		return fm.Blocked
	case pull.State == fm.PullOpen:
		return fm.Completed
	case issue.Closed:
		return fm.Cancelled
	case pull.State == fm.PullClosed:
		return fm.Blocked
	}
	return fm.Pending
}
