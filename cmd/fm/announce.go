package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// beginLimit is how long the workers' first claims are waited for.
const beginLimit = 10 * time.Second

// announce prints what each worker begins with.
func (h *house) announce(ctx context.Context, w supervisor.Wanted, ids []fm.TaskID, q *queue.Queue) error {
	fmt.Fprintf(h.stdout, "\n🚀 Starting %s...\n", fm.Count(w.Workers, "worker"))
	h.sayMode(w)
	last, err := h.begun(ctx, w, q)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	for _, ws := range last.Workers {
		fmt.Fprintf(h.stdout, "✓ %s: %s\n", ws.Worker, beginning(ws))
	}
	if w.Paused {
		fmt.Fprintln(h.stdout, "! The project is paused: fm resume")
	}
	snap, err := q.Refresh(ctx, time.Now())
	if err != nil {
		return err
	}
	for _, id := range ids {
		if t, ok := snap.Task(id); ok && (t.Status == fm.Failed || t.Status == fm.Blocked) {
			fmt.Fprintln(h.stdout, change(t))
		}
	}
	fmt.Fprintf(h.stdout, "\n📊 Progress: %d/%d complete\n", finished(snap, ids), len(ids))
	return nil
}

// begun waits until every worker that can have a task has one.
func (h *house) begun(ctx context.Context, w supervisor.Wanted, q *queue.Queue) (last supervisor.Status, err error) {
	waiting := h.busy("waiting for the workers to begin")
	defer waiting.done()
	ctx, cancel := context.WithTimeout(ctx, beginLimit)
	defer cancel()
	err = h.until(ctx, func(s supervisor.Status, alive bool) bool {
		last = s
		if !alive || !s.Wanted.Equal(w) {
			return false
		}
		snap, err := q.Refresh(ctx, time.Now())
		return w.Paused || err == nil && settled(s, snap, time.Now())
	})
	return last, err
}

// settled says whether the workers have what there is to have. What the
// supervisor shows may be older than the queue.
func settled(s supervisor.Status, snap queue.Snapshot, now time.Time) bool {
	busy, free := 0, 0
	for _, w := range s.Workers {
		switch {
		case w.Task != "":
			busy++
		case !w.Held && !w.Person:
			free++
		}
	}
	// While workers that are not wanted any more finish what they have, fewer may begin.
	free = min(free, s.Wanted.Workers-busy)
	left := len(queue.Ready(snap.Tasks, now))
	return busy == claimed(snap) && (left == 0 || free <= 0 || s.Gate != (supervisor.Gate{}))
}

// claimed counts the tasks that a worker has: none has one whose publication is
// owed.
func claimed(snap queue.Snapshot) int {
	n := 0
	for _, t := range snap.Tasks {
		if t.Status == fm.Working && !queue.Owed(t) {
			n++
		}
	}
	return n
}

func beginning(w supervisor.WorkerStatus) string {
	if w.Task == "" {
		return w.Text
	}
	return "Working on " + w.Task.Ref()
}

// finished counts the tasks that have a pull request, open or merged.
func finished(snap queue.Snapshot, ids []fm.TaskID) int {
	n := 0
	for _, id := range ids {
		if t, ok := snap.Task(id); ok && (t.Status == fm.Completed || t.Status == fm.Merged) {
			n++
		}
	}
	return n
}
