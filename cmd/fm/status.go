package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// statusCmd shows what the supervisor last saw; without one, what the queue
// holds.
type statusCmd struct {
	Watch bool `short:"w" help:"Show it again whenever it changes, until interrupted."`
	JSON  bool `name:"json" help:"Print status.json."`
}

func (c *statusCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	draw, over := asText, drawnOver
	if c.JSON {
		draw, over = asJSON, func(text string) string { return text }
	}
	if c.Watch {
		return h.watchStatus(ctx, draw, over)
	}
	s, err := h.status(ctx)
	if err != nil {
		return err
	}
	text, err := draw(s)
	fmt.Fprint(h.stdout, text)
	return err
}

// drawing makes a text of a Status.
type drawing func(supervisor.Status) (string, error)

func asText(s supervisor.Status) (string, error) {
	var b strings.Builder
	render(&b, s, time.Now())
	return b.String(), nil
}

func asJSON(s supervisor.Status) (string, error) {
	text, err := json.Marshal(s)
	return string(text) + "\n", err
}

// drawnOver draws over the last picture in place, so that nothing flickers:
// home; each line clears its own rest; then clear what is below.
func drawnOver(text string) string {
	return "\x1b[H" + strings.ReplaceAll(text, "\n", "\x1b[K\n") + "\x1b[J"
}

// watchStatus shows each picture that differs from the last.
func (h *house) watchStatus(ctx context.Context, draw drawing, over func(string) string) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	last := ""
	for {
		s, err := h.status(ctx)
		if err != nil {
			return err
		}
		text, err := draw(s)
		if err != nil {
			return err
		}
		if text != last {
			fmt.Fprint(h.stdout, over(text))
		}
		last = text
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// status is what the supervisor saw last; without one, what the queue says. A
// status.json that cannot be read, as after a power cut, is as good as none.
func (h *house) status(ctx context.Context) (supervisor.Status, error) {
	s, err := h.lastStatus()
	if _, alive := h.supervisorPID(); err != nil || !alive {
		return h.queueStatus(ctx, s)
	}
	return s, nil
}

// queueStatus is what can be said without a supervisor: its PID is 0.
func (h *house) queueStatus(ctx context.Context, last supervisor.Status) (supervisor.Status, error) {
	q, err := h.openQueue(ctx)
	if err != nil {
		return last, err
	}
	snap := q.Snapshot()
	state := supervisor.NewState(supervisor.Rules{})
	state.At, state.Queue, state.Finishes = time.Now(), snap, last.Finishes
	if state.Wanted, err = h.wanted(); err != nil {
		return last, err
	}
	s := supervisor.View(state)
	s.Project, s.Workers = h.project.Root, nil
	return s, nil
}

// render writes a Status for people, in at most 80 columns.
func render(w io.Writer, s supervisor.Status, now time.Time) {
	alive := s.PID != 0
	head := "supervisor is not running: fm resume"
	if alive {
		head = "up " + span(now.Sub(s.Started))
	}
	if s.Wanted.Paused {
		head += " · paused: fm resume"
	}
	if alive && s.Wanted.Stop != "" {
		head += " · stopping (" + string(s.Wanted.Stop) + ")"
	}
	fmt.Fprintf(w, "fm · %s · %s\n", fm.Line(fm.Project{Root: s.Project}.Name(), 30), head)
	if alive {
		renderWorkers(w, s, now)
	}
	fmt.Fprintf(w, "\nQUEUE\n  %s\n", counts(s.Counts))
	if s.Counts[fm.Failed]+s.Counts[fm.Blocked] > 0 {
		fmt.Fprintln(w, "  Why: fm queue show    Again: fm queue retry TASK")
	}
	if len(s.Parents) > 0 {
		fmt.Fprintln(w, "\nPARENT ISSUES")
		for _, p := range s.Parents {
			fmt.Fprintf(w, "  %s\n", parentLine(p))
		}
	}
	t := s.Throughput
	fmt.Fprintf(w, "\nTHROUGHPUT\n  Last hour: %d PRs | Today: %d PRs | Avg: %s\n", t.LastHour, t.LastDay, span(t.Average))
	if len(s.Problems) > 0 {
		fmt.Fprintln(w, "\nPROBLEMS")
		for _, p := range s.Problems {
			fmt.Fprintf(w, "  ! %s\n", fm.Line(p, 160))
		}
	}
}

func renderWorkers(w io.Writer, s supervisor.Status, now time.Time) {
	active := 0
	for _, ws := range s.Workers {
		if ws.Task != "" {
			active++
		}
	}
	fmt.Fprintf(w, "\nWORKERS (%d/%d active)\n", active, s.Wanted.Workers)
	for _, ws := range s.Workers {
		text := ws.Text
		if ws.Task != "" {
			text += " (" + span(now.Sub(ws.Since)) + ")"
		}
		if ws.Attached > 0 {
			text += " · attached"
		}
		line := fmt.Sprintf("  %-10s %-32s %s", ws.Worker, fm.Line(text, 60), fm.Line(ws.Title, 34))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// counts gives the queue in the seed's order; what is zero and unusual is left
// out.
func counts(n map[fm.Status]int) string {
	parts := []string{
		fmt.Sprintf("Pending: %d", n[fm.Pending]), fmt.Sprintf("Working: %d", n[fm.Working]),
		fmt.Sprintf("Completed: %d", n[fm.Completed]), fmt.Sprintf("Merged: %d", n[fm.Merged]),
	}
	for _, s := range []fm.Status{fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold} {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s%s: %d", strings.ToUpper(string(s[:1])), s[1:], n[s]))
		}
	}
	return strings.Join(parts, " | ")
}

func parentLine(p supervisor.ParentStatus) string {
	done := 0
	if p.Total > 0 {
		done = p.Completed * 10 / p.Total
	}
	line := fmt.Sprintf("#%s: %s%s %d%% (%d/%d subissues)", p.Parent,
		strings.Repeat("█", done), strings.Repeat("░", 10-done), p.Completed*100/max(p.Total, 1), p.Completed, p.Total)
	if p.Closed {
		line += " closed"
	}
	return line
}

// span gives a duration as people say it: 45s, 12m, 2h15m.
func span(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}
