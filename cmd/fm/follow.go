package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// follow prints what becomes of the tasks, a line for each change, until all
// are over and their parents closed. It returns an error with exit code 3 if
// not all of them were merged. Who interrupts it is told the parting words.
func (h *house) follow(ctx context.Context, q *queue.Queue, ids []fm.TaskID, parting string) error {
	seen := map[fm.TaskID]fm.Task{}
	closed := map[fm.IssueID]bool{}
	calls := calls{out: h.stdout}
	var last queue.Snapshot
	err := h.looks(ctx, q, parting, func(snap queue.Snapshot, s supervisor.Status) (over bool, err error) {
		last = snap
		h.changes(snap, ids, seen, finished(snap, ids))
		calls.tell(s, time.Now())
		return h.over(snap, ids, closed), nil
	})
	if err != nil {
		return err
	}
	return outcome(last, ids)
}

// goOn is said to a user who leaves the workers at work, and how to come back.
func goOn(back string) string { return "The workers go on. Come back with: " + back }

// looks shows what there is to see, several times a second, until that says that
// it is over, the supervisor ends or the user interrupts it, who is told the
// parting words then.
func (h *house) looks(ctx context.Context, q *queue.Queue, parting string, see func(queue.Snapshot, supervisor.Status) (over bool, err error)) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var last supervisor.Status
	var dead time.Time // since when there is no supervisor; zero while there is
	for {
		_, alive := h.supervisorPID() // one that has ended has written all
		snap, err := q.Refresh(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			return err
		}
		if s, err := h.lastStatus(); err == nil {
			last = s
		}
		over, err := see(snap, last)
		switch {
		case over || err != nil:
			return err
		case alive:
			dead = time.Time{}
		case dead.IsZero():
			dead = time.Now()
		}
		if ctx.Err() == nil && !alive && h.ended(time.Since(dead)) {
			return exitError{code: exitUnfinished, err: errors.New("the supervisor has ended; go on with: fm resume")}
		}
		select {
		case <-ctx.Done():
			fmt.Fprintf(h.stdout, "\n%s\n", parting)
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// reviveLimit is how long a supervisor that died may take to be there again: its
// guard starts it anew.
const reviveLimit = 15 * time.Second

// ended says whether a supervisor that is not there for so long does not come
// back by itself.
func (h *house) ended(gone time.Duration) bool {
	w, err := h.wanted()
	return err == nil && w.Stop != "" || gone > reviveLimit
}

// changes prints a line for each task whose status changed, with how many are done.
func (h *house) changes(snap queue.Snapshot, ids []fm.TaskID, seen map[fm.TaskID]fm.Task, done int) {
	for _, id := range ids {
		t, ok := snap.Task(id)
		old, known := seen[id]
		if !ok || known && old.Status == t.Status && old.Attempt == t.Attempt {
			continue
		}
		seen[id] = t
		if line := change(t); line != "" {
			fmt.Fprintf(h.stdout, "%s [%d/%d]\n", line, done, len(ids))
		}
	}
}

func change(t fm.Task) string {
	name := t.ID.Ref() + " " + fm.Line(t.Title, 60)
	switch t.Status {
	case fm.Pending:
		if t.Failures > 0 {
			return "↻ " + name + ": will be tried again: " + fm.Line(t.Note, 400)
		}
		return ""
	case fm.Working:
		return "▶ " + name + ": " + t.Worker.String() + attempt(t)
	case fm.Completed:
		if t.Pull == "" {
			return "✓ " + name + ": done, on branch " + t.Head()
		}
		return "✓ " + name + ": PR #" + t.Pull + " created"
	case fm.Merged:
		return "✓ " + name + ": merged" + pull(t)
	case fm.Failed, fm.Blocked:
		return "✗ " + name + ": " + string(t.Status) + ": " + ended(t)
	case fm.Cancelled, fm.Hold:
		return "- " + name + ": " + string(t.Status)
	}
	return "? " + name + ": " + fm.Line(string(t.Status), 20)
}

// ended says why a task ended. Where to look comes with the result.
func ended(t fm.Task) string {
	if limit, ok := supervisor.TimedOut(t); ok {
		return "timed out after " + inWords(limit)
	}
	return fm.Line(t.Note, 400)
}

// pull names the pull request: that it was created may have passed unseen.
func pull(t fm.Task) string {
	if t.Pull == "" {
		return ""
	}
	return " (PR #" + t.Pull + ")"
}

func attempt(t fm.Task) string {
	if t.Attempt < 2 {
		return ""
	}
	return fmt.Sprintf(" (attempt %d)", t.Attempt)
}

// over says whether nothing more will happen by itself, and prints each parent
// that is closed.
func (h *house) over(snap queue.Snapshot, ids []fm.TaskID, closed map[fm.IssueID]bool) bool {
	over := true
	for _, id := range ids {
		t, ok := snap.Task(id)
		switch {
		case !ok:
		case !t.Status.Over() && !stuck(snap, t, given, nil):
			over = false
		case queue.Tidying(t):
			over = false
		}
	}
	for _, p := range h.parentsOf(snap, ids) {
		if _, done := snap.Closed[p.Parent]; done && !closed[p.Parent] {
			closed[p.Parent] = true
			fmt.Fprintf(h.stdout, "✓ Closed %s: %s merged\n", p.Parent.Ref(), all(p.Total))
		} else if !done && p.Complete() {
			over = false
		}
	}
	return over
}

func all(subissues int) string {
	if subissues == 1 {
		return "its only subissue"
	}
	return fmt.Sprintf("all %d subissues", subissues)
}

// given says whether a task will not be merged by itself.
func given(t fm.Task) bool { return t.Status.Over() && t.Status != fm.Merged }

// stuck says whether a pending task waits for one that will not be merged by
// itself. The path breaks cycles, which only an edited queue can hold.
func stuck(snap queue.Snapshot, t fm.Task, given func(fm.Task) bool, path []fm.TaskID) bool {
	if t.Status != fm.Pending {
		return false
	}
	if slices.Contains(path, t.ID) {
		return true
	}
	for _, id := range queue.WaitsFor(t, snap.Tasks) {
		dep, ok := snap.Task(id)
		if !ok || given(dep) || stuck(snap, dep, given, append(path, t.ID)) {
			return true
		}
	}
	return false
}

func (h *house) parentsOf(snap queue.Snapshot, ids []fm.TaskID) []queue.Progress {
	mine := map[fm.IssueID]bool{}
	for _, id := range ids {
		if t, ok := snap.Task(id); ok && t.Parent != "" {
			mine[t.Parent] = true
		}
	}
	var out []queue.Progress
	for _, p := range queue.Parents(snap.Tasks) {
		if mine[p.Parent] {
			out = append(out, p)
		}
	}
	return out
}

func outcome(snap queue.Snapshot, ids []fm.TaskID) error {
	merged := 0
	for _, id := range ids {
		if t, ok := snap.Task(id); ok && t.Status == fm.Merged {
			merged++
		}
	}
	if merged == len(ids) {
		return nil
	}
	return exitError{code: exitUnfinished, err: fmt.Errorf("%d of %d tasks were merged; see: fm queue show", merged, len(ids))}
}
