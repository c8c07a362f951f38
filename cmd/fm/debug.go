package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/tmux"
)

// debugCmd shows all that is known of a task, and how to look further by hand.
type debugCmd struct {
	Task string `arg:"" help:"The task, such as 456."`
}

func (c *debugCmd) Run(ctx context.Context, a *app) error {
	v, err := a.visitTask(ctx, c.Task)
	if err != nil {
		return err
	}
	h, t := v.house, v.task
	h.debugTask(t, v.snap)
	if err := h.debugHistory(ctx, v.queue, t.ID); err != nil {
		return err
	}
	h.debugDecisions(t.ID)
	h.debugSession(ctx, t)
	h.debugWork(ctx, t)
	return nil
}

func (h *house) debugTask(t fm.Task, snap queue.Snapshot) {
	fmt.Fprintf(h.stdout, "%s %s\n  status %s since %s, priority %s, attempt %d, failures %d\n", t.ID.Ref(), fm.Line(t.Title, 100),
		fm.Line(string(t.Status), 20), t.Since.Format(time.RFC3339), t.Priority, t.Attempt, t.Failures)
	if t.Parent != "" {
		fmt.Fprintf(h.stdout, "  part of %s\n", t.Parent.Ref())
	}
	if text := remark(t, snap); text != "" {
		fmt.Fprintf(h.stdout, "  %s\n", fm.Line(text, 1000))
	}
	if t.NotBefore.After(time.Now()) {
		fmt.Fprintf(h.stdout, "  tried again at %s\n", t.NotBefore.Format(time.RFC3339))
	}
	if t.Spent != (fm.Spending{}) {
		fmt.Fprintf(h.stdout, "  spent %s, %d tokens\n", t.Spent.Cost, t.Spent.Tokens)
	}
}

func (h *house) debugHistory(ctx context.Context, q *queue.Queue, id fm.TaskID) error {
	entries, err := q.History(ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintln(h.stdout, "\nHISTORY")
	for _, e := range entries {
		if e.Op == queue.OpSpend { // there are hundreds; the sum stands above
			continue
		}
		fmt.Fprintf(h.stdout, "  %s  %-10s %-10s a=%d %s\n", e.At.Format(time.DateTime), e.Op, e.Task.Worker, e.Task.Attempt, fm.Line(e.Why, 160))
	}
	return nil
}

// debugDecisions shows the last of what the supervisor decided; fm why has all.
func (h *house) debugDecisions(id fm.TaskID) {
	const last = 15
	decisions, err := h.journal().read(id)
	if err != nil {
		fmt.Fprintf(h.stdout, "\nDECISIONS\n  %s\n", text(err))
		return
	}
	if len(decisions) == 0 {
		return
	}
	fmt.Fprintf(h.stdout, "\nDECISIONS (the last %d of %d; the whole log: fm why %s)\n", min(last, len(decisions)), len(decisions), id)
	for _, d := range decisions[max(0, len(decisions)-last):] {
		decided(d).print(h.stdout)
	}
}

// debugSession shows the agent's side. What cannot be had is said, and the
// rest is shown.
func (h *house) debugSession(ctx context.Context, t fm.Task) {
	fmt.Fprintln(h.stdout, "\nSESSION")
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
		return
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
	}
	for _, s := range sight.Sessions {
		if s.Run.Task == t.ID {
			fmt.Fprintf(h.stdout, "  %s runs %s: %s, pid %d, %d attached; join it with: fm attach %s\n", s.Worker, s.Run, life(s), s.PID, s.Clients, s.Worker)
			h.debugScreen(ctx, terminal, s.Worker)
		}
	}
	if t.Attempt == 0 {
		return
	}
	agent, err := h.reader()
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
		return
	}
	rep, err := agent.Report(ctx, t.Run(), h.worktree(t))
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
		return
	}
	fmt.Fprintf(h.stdout, "  agent %s since %s, %s, conversation %s\n", dash(string(rep.State)), rep.Since.Format(time.RFC3339), fm.Count(rep.Turns, "turn"), dash(fm.Line(rep.Session, 60)))
	h.debugReport(rep)
	fmt.Fprintf(h.stdout, "  events %s\n  launcher %s\n", h.project.Events(t.Run()), h.project.Launch(t.Run()))
	if c, err := agent.Completion(ctx, t.Run(), h.worktree(t)); err == nil {
		fmt.Fprintf(h.stdout, "  COMPLETION.md says %s: %s\n", c.Outcome, fm.Line(c.Summary, 200))
	}
}

// debugReport shows what the state is believed for, and what is in the way.
func (h *house) debugReport(rep fm.Report) {
	if e := rep.Evidence; e.What != "" {
		fmt.Fprintf(h.stdout, "  believed for: %s, %s, %s\n", e.Source, fm.Line(e.What, 100), e.At.Format(time.RFC3339))
	}
	if q := rep.Question; q.Kind != "" || q.Text != "" {
		fmt.Fprintf(h.stdout, "  asks for a person: %s\n", asks(q))
	}
	if rep.Trouble != fm.NoTrouble {
		fmt.Fprintf(h.stdout, "  trouble %s: %s\n", rep.Trouble, fm.Line(rep.Says, 200))
	}
	if rep.Spent != (fm.Spending{}) {
		fmt.Fprintf(h.stdout, "  spent by this attempt: %s, %d tokens; at work for %s\n", rep.Spent.Cost, rep.Spent.Tokens, fm.Span(rep.Worked))
	}
}

func life(s fm.Session) string {
	switch {
	case s.Alive:
		return "alive"
	case s.Exit != "":
		return "ended (" + fm.Line(s.Exit, 60) + ")"
	}
	return "ended"
}

// debugScreen shows the end of what the pane shows: a dialog, or last words.
func (h *house) debugScreen(ctx context.Context, terminal *tmux.Server, w fm.WorkerID) {
	const lines = 12
	screen, err := terminal.Capture(ctx, w, lines)
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
		return
	}
	for line := range strings.Lines(screen) {
		fmt.Fprintf(h.stdout, "    │ %s\n", strings.TrimRight(line, " \n"))
	}
}

func (h *house) debugWork(ctx context.Context, t fm.Task) {
	fmt.Fprintln(h.stdout, "\nWORK")
	repo, err := h.repo(ctx)
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
		return
	}
	work, err := repo.Inspect(ctx, t.Site())
	if err != nil {
		fmt.Fprintf(h.stdout, "  %s\n", text(err))
		return
	}
	fmt.Fprintf(h.stdout, "  branch %s, worktree %s\n  %d commits beyond the base, files: %s\n", t.Head(), dash(work.Dir), work.Commits, fm.Line(fmt.Sprint(work.Files), 300))
	if len(work.Dirty) > 0 {
		fmt.Fprintf(h.stdout, "  not committed: %s\n", fm.Line(fmt.Sprint(work.Dirty), 300))
	}
	if work.Dir != "" {
		fmt.Fprintf(h.stdout, "  look at it with: cd %s && git status && cat COMPLETION.md\n", work.Dir)
	}
	fmt.Fprintf(h.stdout, "  kept by fm, if anything was: git for-each-ref refs/fm/preserved/%s\n", t.ID)
}
