package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// whyCmd says why a task is where it is, and how it came there.
type whyCmd struct {
	Task string `arg:"" help:"The task, such as 456."`
	JSON bool   `name:"json" help:"Print it as JSON."`
}

func (c *whyCmd) Run(ctx context.Context, a *app) error {
	v, err := a.visitTask(ctx, c.Task)
	if err != nil {
		return err
	}
	h, t := v.house, v.task
	x, err := h.scene(ctx, t, v.snap)
	if err != nil {
		return err
	}
	past, err := h.past(ctx, v.queue, t.ID)
	if err != nil {
		return err
	}
	answer := explanation{Task: t.ID, Status: t.Status, Why: x.reason(), Log: past}
	if c.JSON {
		return json.NewEncoder(h.stdout).Encode(answer)
	}
	fmt.Fprintf(h.stdout, "%s %s\n%s\n\nHOW IT CAME THERE\n", t.ID.Ref(), fm.Line(t.Title, 100), answer.Why)
	for _, step := range past {
		step.print(h.stdout)
	}
	return nil
}

// explanation is the answer of fm why --json.
type explanation struct {
	Task   fm.TaskID `json:"task"`
	Status fm.Status `json:"status"`
	Why    string    `json:"why"`
	Log    []step    `json:"log"`
}

// step is something that happened to a task: a change in the ledger, or a
// decision in the journal.
type step struct {
	At       time.Time `json:"at"`
	Attempt  int       `json:"attempt,omitempty"`
	Rule     string    `json:"rule"`
	Evidence string    `json:"evidence,omitempty"`
	Then     string    `json:"then,omitempty"`
}

func (s step) print(w io.Writer) {
	fmt.Fprintf(w, "  %s  %s\n", s.At.Local().Format(time.DateTime), s.line())
}

// line tells what happened, without when.
func (s step) line() string {
	line := fm.Line(s.Rule, 60) + ": " + fm.Line(s.Then, 200)
	if s.Evidence != "" {
		line += "  (" + fm.Line(s.Evidence, 300) + ")"
	}
	return strings.TrimRight(line, ": ")
}

// past merges the ledger and the journal of a task, oldest first.
func (h *house) past(ctx context.Context, q *queue.Queue, id fm.TaskID) ([]step, error) {
	entries, err := q.History(ctx, id)
	if err != nil {
		return nil, err
	}
	decisions, err := h.journal().read(id)
	if err != nil {
		return nil, err
	}
	shared, err := h.journal().read("")
	if err != nil {
		return nil, err
	}
	return merged(entries, append(decisions, concerning(shared, entries)...)), nil
}

// merged tells each change of the queue once: by the words of the ledger, and
// at the time of the journal, which is finer.
func merged(entries []queue.Entry, decisions []supervisor.Decision) []step {
	steps := []step{}
	for _, e := range entries {
		if e.Op == queue.OpSpend {
			continue // money is told as a sum
		}
		s := recorded(e)
		same := func(d supervisor.Decision) bool {
			return d.Rule == s.Rule && d.Run.Attempt == s.Attempt && d.At.Sub(s.At).Abs() < time.Second
		}
		if i := slices.IndexFunc(decisions, same); i >= 0 {
			s.At = decisions[i].At
			decisions = slices.Delete(decisions, i, i+1)
		}
		steps = append(steps, s)
	}
	for _, d := range decisions {
		if d.Rule != string(queue.OpSpend) {
			steps = append(steps, decided(d))
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.At.Compare(b.At) })
	return steps
}

// concerning picks from the decisions about all tasks those of the time that a
// task was in the hands of a worker.
func concerning(shared []supervisor.Decision, entries []queue.Entry) []supervisor.Decision {
	var during []supervisor.Decision
	for _, d := range shared {
		working := false
		for _, e := range entries {
			if !e.At.After(d.At) {
				working = e.Task.Status == fm.Working && !queue.Owed(e.Task)
			}
		}
		if working {
			during = append(during, d)
		}
	}
	return during
}

func decided(d supervisor.Decision) step {
	return step{At: d.At, Attempt: d.Run.Attempt, Rule: d.Rule, Evidence: d.Evidence, Then: d.Then}
}

// recorded tells a change of the queue in words.
func recorded(e queue.Entry) step {
	t := e.Task
	s := step{At: e.At, Attempt: t.Attempt, Rule: string(e.Op), Evidence: e.Why}
	switch {
	case e.Op == queue.OpClaim:
		s.Then = fmt.Sprintf("%s begins attempt %d", t.Worker, t.Attempt)
	case e.Op == queue.OpOwe:
		s.Then = "its pull request is owed"
	case e.Op == queue.OpPublish:
		s.Then = "its branch, as a pull request"
	case e.Op == queue.OpTidy:
		s.Then = "its worktree is gone, its subissue closed"
	case e.Op == queue.OpPrioritize:
		s.Then = "to " + t.Priority.String()
	case e.Op == queue.OpRerun:
		s.Then = "the checks of PR #" + t.Pull + " that failed"
	case t.Pull != "" && (t.Status == fm.Completed || t.Status == fm.Merged):
		s.Then = string(t.Status) + ", PR #" + t.Pull
	default:
		s.Then = string(t.Status)
	}
	if t.NotBefore.After(e.At) {
		s.Then += ", again at " + clock(t.NotBefore, e.At)
	}
	return s
}
