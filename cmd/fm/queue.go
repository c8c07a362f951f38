package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// queueCmd shows and changes the queue. The file queue.txt may as well be
// edited by hand.
type queueCmd struct {
	Show     queueShowCmd     `cmd:"" default:"1" help:"Show the queue."`
	Priority queuePriorityCmd `cmd:"" help:"Change a task's priority: fm queue priority 456 high."`
	Retry    queueRetryCmd    `cmd:"" help:"Have a failed or blocked task done again."`
	RetryAll queueRetryAllCmd `cmd:"" help:"Have all failed and blocked tasks done again."`
	Rebuild  queueRebuildCmd  `cmd:"" help:"Rebuild queue.txt from the ledger, a damaged ledger from queue.txt, or both from issues and pull requests."`
}

type queueShowCmd struct{}

func (queueShowCmd) Run(ctx context.Context, a *app) error {
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	if len(snap.Tasks) == 0 {
		fmt.Fprintln(h.stdout, "The queue is empty. Fill it with: fm work ISSUES")
		return nil
	}
	// What costs nothing needs no column for it.
	column, cost := "", func(fm.Spending) string { return "" }
	if slices.ContainsFunc(snap.Tasks, func(t fm.Task) bool { return t.Spent.Cost > 0 }) {
		column, cost = "COST\t", func(s fm.Spending) string { return dash(spent("", s)) + "\t" }
	}
	w := tabwriter.NewWriter(h.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "TASK\tPARENT\tPRIORITY\tSTATUS\tWORKER\t%sTITLE\tNOTE\n", column)
	for _, t := range snap.Tasks {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s%s\t%s\n", t.ID.Ref(), hash(t.Parent), t.Priority, fm.Line(string(t.Status), 12), dash(t.Worker.String()),
			cost(t.Spent), fm.Line(t.Title, 44), fm.Line(remark(t, snap), 300))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	h.costs(snap)
	return nil
}

// costs says what each parent issue cost, and the day.
func (h *house) costs(snap queue.Snapshot) {
	var parents []fm.IssueID
	sums := map[fm.IssueID]fm.Spending{}
	for _, t := range snap.Tasks {
		if _, known := sums[t.Parent]; !known {
			parents = append(parents, t.Parent)
		}
		sums[t.Parent] = sums[t.Parent].Plus(t.Spent)
	}
	var parts []string
	for _, id := range parents {
		if id != "" && sums[id].Cost > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", id.Ref(), sums[id].Cost))
		}
	}
	if today := snap.Days[queue.Day(time.Now())]; today.Cost > 0 {
		parts = append(parts, "today "+today.Cost.String())
	}
	if len(parts) > 0 {
		fmt.Fprintf(h.stdout, "Spent: %s\n", strings.Join(parts, " · "))
	}
}

func hash(id fm.IssueID) string {
	if id == "" {
		return "-"
	}
	return id.Ref()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// remark says what a person may want to know beside the status.
func remark(t fm.Task, snap queue.Snapshot) string {
	switch waits := queue.WaitsFor(t, snap.Tasks); {
	case t.Status == fm.Pending && len(waits) > 0:
		var names []string
		for _, id := range waits {
			names = append(names, id.Ref())
		}
		return "waits for " + strings.Join(names, ", ")
	case t.Note != "":
		return fm.Line(t.Note, 0)
	case t.Pull != "":
		return "PR #" + t.Pull
	}
	return ""
}

type queuePriorityCmd struct {
	Task string `arg:"" help:"The task, such as 456."`
	Word string `arg:"" name:"priority" help:"critical, high, normal or low."`
}

func (c *queuePriorityCmd) Run(ctx context.Context, a *app) error {
	p, err := parsePriority(c.Word)
	if err != nil {
		return err
	}
	return a.change(ctx, []string{c.Task}, func(t fm.Task) (queue.Change, string, error) {
		return queue.Reprioritize(t, p), fmt.Sprintf("✓ %s is %s now", t.ID.Ref(), p), nil
	})
}

type queueRetryCmd struct {
	Tasks []string `arg:"" help:"The tasks, such as 789."`
}

func (c *queueRetryCmd) Run(ctx context.Context, a *app) error { return a.change(ctx, c.Tasks, retry) }

func retry(t fm.Task) (queue.Change, string, error) {
	switch t.Status {
	case fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold, fm.Pending:
		return queue.Retry(t, time.Now()), fmt.Sprintf("✓ %s is pending again", t.ID.Ref()), nil
	case fm.Working, fm.Completed, fm.Merged:
	}
	return queue.Change{}, "", usage("%s is %s: only a task that is failed, blocked, cancelled, on hold or waiting can be retried", t.ID.Ref(), t.Status)
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
	return a.change(ctx, ids, retry)
}

// change changes tasks, all or none.
func (a *app) change(ctx context.Context, words []string, change func(fm.Task) (queue.Change, string, error)) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		lines, err := h.changeOnce(ctx, q, words, change)
		if errors.Is(err, queue.ErrStale) && try < 5 {
			continue // the supervisor was faster: look again
		}
		for _, line := range lines {
			fmt.Fprintln(h.stdout, line)
		}
		if err == nil {
			h.remind()
		}
		return err
	}
}

func (h *house) changeOnce(ctx context.Context, q *queue.Queue, words []string, change func(fm.Task) (queue.Change, string, error)) ([]string, error) {
	snap, err := q.Refresh(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	var changes []queue.Change
	var lines []string
	for _, word := range words {
		id, err := fm.ParseTaskID(word)
		if err != nil {
			return nil, usage("%v", err)
		}
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
	if _, err := q.Commit(ctx, time.Now(), changes...); err != nil {
		return nil, err
	}
	return lines, nil
}
