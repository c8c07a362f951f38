package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// workCmd is the main job.
type workCmd struct {
	Words    []string `arg:"" name:"issues" help:"Issues, as 12,13 or one by one. Without --workers a last word of its own is the number of workers: fm work 12,13 4."`
	Workers  int      `short:"w" placeholder:"N" help:"How many workers (default: what the project had, or 4)."`
	Priority string   `short:"p" placeholder:"WORD" help:"critical, high, normal or low, for all subissues."`
	Wait     bool     `help:"Stay until everything is over; exit code 0 only if all was merged."`
}

// sanity bounds a worker count that was given without its flag: an issue
// number taken for one would start hundreds of agents.
const sanity = 50

func (c *workCmd) Run(ctx context.Context, a *app) error {
	ids, err := c.parse()
	if err != nil {
		return err
	}
	prio, err := parsePriority(c.Priority)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	return h.work(ctx, intake.Order{Issues: ids, Priority: prio}, c.Workers, c.Wait)
}

// parse tells issues from the number of workers.
func (c *workCmd) parse() ([]fm.IssueID, error) {
	words := c.Words
	if last := len(words) - 1; last > 0 && c.Workers == 0 {
		if n, err := strconv.Atoi(words[last]); err == nil {
			if n < 1 || n > sanity {
				return nil, usage("%s as the number of workers? Write --workers %s if so; issues are separated by commas: fm work %s", words[last], words[last], strings.Join(words, ","))
			}
			c.Workers, words = n, words[:last]
		}
	}
	if c.Workers < 0 || c.Workers > fm.MaxWorkers {
		return nil, usage("--workers %d: want 1 to %d", c.Workers, fm.MaxWorkers)
	}
	return parseIssues(words)
}

func parseIssues(words []string) ([]fm.IssueID, error) {
	var ids []fm.IssueID
	for _, word := range words {
		for part := range strings.SplitSeq(word, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			id, err := fm.ParseIssueID(part)
			if err != nil {
				return nil, usage("%v", err)
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil, usage("which issues? Example: fm work 12,13 --workers 4")
	}
	return ids, nil
}

func parsePriority(word string) (fm.Priority, error) {
	if word == "" {
		return 0, nil
	}
	p, err := fm.ParsePriority(word)
	if err != nil {
		return 0, usage("%v", err)
	}
	return p, nil
}

// work takes issues in, sees that the supervisor runs, and shows that the
// workers began.
func (h *house) work(ctx context.Context, o intake.Order, workers int, wait bool) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	ids, q, err := h.take(ctx, o)
	if err != nil {
		return err
	}
	w, err := h.want(ctx, func(w *supervisor.Wanted) {
		w.Stop = ""
		if workers > 0 {
			w.Workers = workers
		}
	})
	if err != nil {
		return err
	}
	if err := h.ensure(ctx); err != nil {
		return err
	}
	if err := h.announce(ctx, w, ids, q); err != nil {
		return err
	}
	if !wait {
		fmt.Fprintf(h.stdout, "\nWatch:  fm status --watch    Join a worker:  fm attach worker-1    End:  fm stop\n")
		return nil
	}
	return h.follow(ctx, q, ids)
}

// check finds out what would fail later, before anything is changed.
func (h *house) check(ctx context.Context) error {
	if _, err := h.repo(ctx); err != nil {
		return err
	}
	if _, err := h.agent(); err != nil {
		return err
	}
	if _, err := h.terminal(func() {}); err != nil {
		return err
	}
	return h.settle()
}

// take splits and queues.
func (h *house) take(ctx context.Context, o intake.Order) ([]fm.TaskID, *queue.Queue, error) {
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, nil, err
	}
	agent, err := h.agent()
	if err != nil {
		return nil, nil, err
	}
	tell := &news{out: h.stdout}
	fmt.Fprintln(h.stdout, "🤖 Analyzing issues...")
	in := intake.Intake{Tracker: h.tracker(), Analyst: agent, Plans: plans{h.project}, Queue: q, Tell: tell.tell}
	ids, err := in.Take(ctx, o, time.Now)
	return ids, q, err
}

// news prints what happens while issues are taken in.
type news struct {
	out      io.Writer
	creating bool
}

func (n *news) tell(x intake.News) {
	id := "Issue #" + string(x.Issue.ID)
	switch x.Kind {
	case intake.Found:
		fmt.Fprintf(n.out, "✓ %s: Found %d logical subissues%s\n", id, x.Count, because(x.Why))
	case intake.Adopted:
		fmt.Fprintf(n.out, "✓ %s: Has %d open subissues already\n", id, x.Count)
	case intake.Known:
		fmt.Fprintf(n.out, "✓ %s: Is in the queue already\n", id)
	case intake.Retried:
		fmt.Fprintf(n.out, "! %s: Could not be split, trying once more%s\n", id, because(x.Why))
	case intake.Whole:
		fmt.Fprintf(n.out, "! %s: Becomes one task, because it could not be split%s\n", id, because(x.Why))
	case intake.Created:
		if !n.creating {
			n.creating = true
			fmt.Fprintln(n.out, "\n📋 Creating subissues...")
		}
		fmt.Fprintf(n.out, "✓ Created #%s: %s\n", x.Issue.ID, fm.Line(x.Issue.Title, 120))
	}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + fm.Line(why, 200) + ")"
}

// beginLimit is how long the workers' first claims are waited for.
const beginLimit = 10 * time.Second

// announce prints what each worker begins with.
func (h *house) announce(ctx context.Context, w supervisor.Wanted, ids []fm.TaskID, q *queue.Queue) error {
	fmt.Fprintf(h.stdout, "\n🚀 Starting %d workers...\n", w.Workers)
	ctx, cancel := context.WithTimeout(ctx, beginLimit)
	defer cancel()
	var last supervisor.Status
	err := h.until(ctx, func(s supervisor.Status, alive bool) bool {
		last = s
		return alive && s.Wanted == w && (w.Paused || begun(s))
	})
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
	fmt.Fprintf(h.stdout, "\n📊 Progress: %d/%d complete\n", finished(snap, ids), len(ids))
	return nil
}

// begun says whether every worker that could have a task has one.
func begun(s supervisor.Status) bool {
	busy := 0
	for _, w := range s.Workers {
		if w.Task != "" {
			busy++
		}
	}
	return busy > 0 && (busy == len(s.Workers) || s.Counts[fm.Pending] == 0) || s.Counts[fm.Pending]+s.Counts[fm.Working] == 0
}

func beginning(w supervisor.WorkerStatus) string {
	if w.Task == "" {
		return w.Text
	}
	return "Working on #" + string(w.Task)
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
