package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/report"
	"github.com/founder-mode/fm/supervisor"
)

// reportCmd tells what became of a night: for the one who comes back to it.
type reportCmd struct {
	Since  string `default:"24h" placeholder:"WHEN" help:"Since when: 12h, 3d, 22:15, 2026-11-20 (default: ${default})."`
	Output string `short:"o" placeholder:"FILE" help:"Write it to FILE, which is replaced, instead of the terminal."`
	JSON   bool   `name:"json" help:"Print it as JSON, with all that was measured."`
}

func (c *reportCmd) Run(ctx context.Context, a *app) error {
	now := time.Now()
	from, err := parseSince(c.Since, now)
	if err != nil {
		return err
	}
	h, q, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	reading := a.busy("reading the ledger and the journals")
	in, err := h.reported(ctx, q, snap, from, now)
	reading.done()
	if err != nil {
		return err
	}
	r := report.Make(in)
	text := []byte(r.Markdown(time.Local))
	if c.JSON {
		if text, err = json.MarshalIndent(r, "", "  "); err != nil {
			return err
		}
		text = append(text, '\n')
	}
	if c.Output == "" {
		_, err := h.stdout.Write(text)
		return err
	}
	if err := os.WriteFile(a.path(c.Output), text, 0o644); err != nil { //nolint:gosec // for others to read
		return mendable(err)
	}
	fmt.Fprintf(h.stdout, "✓ The report is in %s\n", c.Output)
	return nil
}

// reported collects what a report is made of.
func (h *house) reported(ctx context.Context, q *queue.Queue, snap queue.Snapshot, from, to time.Time) (report.Input, error) {
	in := report.Input{From: from, To: to, Tasks: snap.Tasks}
	var err error
	if in.History, err = q.History(ctx, ""); err != nil {
		return in, err
	}
	if in.Status, err = h.status(ctx); err != nil {
		return in, err
	}
	box, err := h.inbox(ctx, in.Status, snap)
	if err != nil {
		return in, err
	}
	in.Questions = []report.Question{}
	for _, asked := range box.Questions {
		text := asks(fm.Question{Kind: asked.Kind, Text: asked.Text})
		in.Questions = append(in.Questions, report.Question{Worker: asked.Worker, Task: asked.Task, Text: text, Since: asked.Since})
	}
	in.Decisions = h.decisions(in.History, from)
	return in, nil
}

// decisions reads the journals of those tasks that anything happened to.
func (h *house) decisions(history []queue.Entry, from time.Time) []supervisor.Decision {
	var all []supervisor.Decision
	seen := map[fm.TaskID]bool{}
	for _, e := range history {
		if e.At.Before(from) || seen[e.Task.ID] {
			continue
		}
		seen[e.Task.ID] = true
		some, _ := h.journal().read(e.Task.ID) // a journal is for people: what cannot be read is left out
		all = append(all, some...)
	}
	return all
}
