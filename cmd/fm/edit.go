package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// edit makes the change of a task that a person wants, and says in a line what
// has become of it, or refuses.
type edit func(fm.Task) (queue.Change, string, error)

type queuePriorityCmd struct {
	Task string `arg:"" help:"The task, such as 456."`
	Word string `arg:"" name:"priority" help:"critical, high, normal or low."`
}

func (c *queuePriorityCmd) Run(ctx context.Context, a *app) error {
	p, err := parsePriority(c.Word)
	if err != nil {
		return err
	}
	return a.edit(ctx, []string{c.Task}, reprioritize(p))
}

func reprioritize(p fm.Priority) edit {
	return func(t fm.Task) (queue.Change, string, error) {
		return queue.Reprioritize(t, p), fmt.Sprintf("%s is %s now", t.ID.Ref(), p), sensible(t, queue.Ranked)
	}
}

type queueRetryCmd struct {
	Tasks []string `arg:"" help:"The tasks, such as 789."`
}

func (c *queueRetryCmd) Run(ctx context.Context, a *app) error { return a.edit(ctx, c.Tasks, retry) }

func retry(t fm.Task) (queue.Change, string, error) {
	return queue.Retry(t, time.Now()), t.ID.Ref() + " is pending again", sensible(t, queue.Anew)
}

type queueRetryAllCmd struct{}

func (queueRetryAllCmd) Run(ctx context.Context, a *app) error {
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, t := range snap.Tasks {
		if t.Status == fm.Failed || t.Status == fm.Blocked {
			ids = append(ids, string(t.ID))
		}
	}
	if len(ids) == 0 {
		fmt.Fprintln(h.stdout, "Nothing is failed or blocked.")
		return nil
	}
	return a.edit(ctx, ids, retry)
}

type queueHoldCmd struct {
	Tasks []string `arg:"" help:"The tasks, such as 789."`
}

func (c *queueHoldCmd) Run(ctx context.Context, a *app) error { return a.edit(ctx, c.Tasks, setAside) }

// setAside puts a task on hold.
func setAside(t fm.Task) (queue.Change, string, error) {
	return queue.Hold(t, "a person set it to hold", time.Now()), t.ID.Ref() + " is on hold" + left(t), sensible(t, queue.Aside)
}

type queueCancelCmd struct {
	Tasks []string `arg:"" help:"The tasks, such as 789."`
}

func (c *queueCancelCmd) Run(ctx context.Context, a *app) error { return a.edit(ctx, c.Tasks, callOff) }

// callOff cancels a task.
func callOff(t fm.Task) (queue.Change, string, error) {
	return queue.Cancel(t, "a person cancelled it", time.Now()), t.ID.Ref() + " is cancelled" + left(t), sensible(t, queue.Off)
}

// sensible refuses what makes no sense for a task as it is.
func sensible(t fm.Task, w queue.Wish) error {
	why := queue.Refused(t, w)
	switch {
	case why == "":
		return nil
	case t.Status == fm.Hold || t.Status == fm.Cancelled:
		return usage("%s; have it done with: fm queue retry %s", why, t.ID)
	}
	return usage("%s", why)
}

// left says what is left of a task that is given up.
func left(t fm.Task) string {
	switch {
	case t.Status == fm.Working && t.Worker != 0:
		return fmt.Sprintf("; %s stops, and its work is kept", t.Worker)
	case t.Pull != "":
		return "; its pull request #" + t.Pull + " stays as it is"
	}
	return ""
}

// edit changes tasks, all or none.
func (a *app) edit(ctx context.Context, words []string, change edit) error {
	var ids []fm.TaskID
	for _, word := range words {
		id, err := fm.ParseTaskID(word)
		if err != nil {
			return usage("%v", err)
		}
		ids = append(ids, id)
	}
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	lines, err := h.edit(ctx, ids, change)
	if err != nil {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(h.stdout, "✓", line)
	}
	h.remind()
	return nil
}

// edit changes tasks, all or none, and says of each what has become of it.
func (h *house) edit(ctx context.Context, ids []fm.TaskID, change edit) ([]string, error) {
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		lines, err := h.editOnce(ctx, q, ids, change)
		if !errors.Is(err, queue.ErrStale) || try == 5 { // else the supervisor was faster: look again
			return lines, err
		}
	}
}

func (h *house) editOnce(ctx context.Context, q *queue.Queue, ids []fm.TaskID, change edit) ([]string, error) {
	snap, err := q.Refresh(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	var changes []queue.Change
	var lines []string
	for _, id := range ids {
		t, ok := snap.Task(id)
		if !ok {
			return nil, unqueued(id)
		}
		c, line, err := change(t)
		if err != nil {
			return nil, err
		}
		changes, lines = append(changes, c), append(lines, line)
	}
	_, err = q.Commit(ctx, time.Now(), changes...)
	return lines, err
}
