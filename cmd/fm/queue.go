package main

import (
	"context"
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
	Priority queuePriorityCmd `cmd:"" remarks:"" help:"Change a task's priority: fm queue priority 456 high."`
	Retry    queueRetryCmd    `cmd:"" remarks:"" help:"Have a failed or blocked task done again."`
	RetryAll queueRetryAllCmd `cmd:"" remarks:"" help:"Have all failed and blocked tasks done again."`
	Hold     queueHoldCmd     `cmd:"" remarks:"" help:"Set tasks aside until they are retried; who works on one stops."`
	Cancel   queueCancelCmd   `cmd:"" remarks:"" help:"Have tasks never done; who works on one stops."`
	Rebuild  queueRebuildCmd  `cmd:"" remarks:"" help:"Rebuild queue.txt from the ledger, a damaged ledger from queue.txt, or both from issues and pull requests."`
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
