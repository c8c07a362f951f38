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
	Workers  *int     `short:"w" placeholder:"N" help:"How many workers (default: what the project had, or 4)."`
	Priority string   `short:"p" placeholder:"WORD" help:"critical, high, normal or low, for all subissues."`
	Wait     bool     `help:"Stay until everything is over; exit code 0 only if all was merged."`
}

// sanity bounds a worker count that was given without its flag: an issue
// number taken for one would start hundreds of agents.
const sanity = 50

func (c *workCmd) Run(ctx context.Context, a *app) error {
	ids, workers, err := c.parse()
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
	return h.work(ctx, job{order: intake.Order{Issues: ids, Priority: prio}, workers: workers, wait: c.Wait})
}

// parse tells issues from the number of workers, which is 0 when none was
// given.
func (c *workCmd) parse() (ids []fm.IssueID, workers int, err error) {
	words := c.Words
	if c.Workers != nil {
		workers = *c.Workers
	} else if last := len(words) - 1; last > 0 {
		if n, err := strconv.Atoi(words[last]); err == nil {
			if n > sanity {
				return nil, 0, ambiguous(words, n)
			}
			workers, words = n, words[:last]
		}
	}
	if (c.Workers != nil || len(words) < len(c.Words)) && (workers < 1 || workers > fm.MaxWorkers) {
		return nil, 0, usage("%s: want 1 to %d", plural(workers, "worker"), fm.MaxWorkers)
	}
	ids, err = parseIssues(words)
	return ids, workers, err
}

// ambiguous refuses a number of workers that is more likely an issue.
func ambiguous(words []string, n int) error {
	advice := ""
	if n <= fm.MaxWorkers {
		advice = fmt.Sprintf("; if you do want %d workers: fm work %s --workers %d", n, strings.Join(words[:len(words)-1], ","), n)
	}
	return usage("%d as the number of workers? Issues are separated by commas: fm work %s%s", n, strings.Join(words, ","), advice)
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

// job is what fm work, add and try have in common.
type job struct {
	order   intake.Order
	workers int // 0: as many as there were
	wait    bool
}

// work takes issues in, sees that the supervisor runs, and shows that the
// workers began.
func (h *house) work(ctx context.Context, j job) error {
	if err := h.known(ctx, j.order.Issues); err != nil {
		return err
	}
	if err := h.check(ctx); err != nil {
		return err
	}
	ids, q, err := h.take(ctx, j.order)
	if err != nil {
		return err
	}
	w, err := h.want(ctx, func(w *supervisor.Wanted) {
		w.Stop = ""
		if j.workers > 0 {
			w.Workers = j.workers
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
	if !j.wait {
		fmt.Fprintf(h.stdout, "\nWatch:  fm status --watch    Join a worker:  fm attach worker-1    End:  fm stop\n")
		return nil
	}
	return h.follow(ctx, q, ids)
}

// known refuses issues that cannot be worked on, and kept plans that cannot be
// read.
func (h *house) known(ctx context.Context, ids []fm.IssueID) error {
	tracker := h.tracker()
	in := intake.Intake{Tracker: tracker}
	err := in.Check(ctx, ids)
	unknown := func(id fm.IssueID) bool {
		_, err := tracker.Issue(ctx, id)
		return errors.Is(err, fm.ErrGone)
	}
	if err != nil && slices.ContainsFunc(ids, unknown) {
		return fmt.Errorf("%w (an issue is a Markdown file in %s, such as 0012-title.md)", err, h.project.Issues())
	}
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := (plans{h.project}).Load(id); err != nil && !errors.Is(err, fm.ErrGone) {
			return err
		}
	}
	return nil
}

// check finds out what would fail later, before anything is changed.
func (h *house) check(ctx context.Context) error {
	if _, err := h.wanted(); err != nil {
		return err
	}
	if _, err := h.agent(); err != nil {
		return mendable(err)
	}
	repo, err := h.repo(ctx)
	if err != nil {
		return mendable(err)
	}
	// A remote that does not answer now may do so later.
	switch _, err := repo.Head(ctx, repo.Base()); {
	case errors.Is(err, fm.ErrGone):
		return usage("the remote has no branch %s yet: make a first commit, then git push -u %s %[1]s", repo.Base(), h.config.Remote)
	case errors.Is(err, fm.ErrRefused), errors.Is(err, context.Canceled):
		return err
	}
	if _, err := h.terminal(ctx, func() {}); err != nil {
		return mendable(err)
	}
	if h.used() {
		if _, err := h.openQueue(ctx); err != nil {
			return err
		}
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
		fmt.Fprintf(n.out, "✓ %s: Found %s%s\n", id, plural(x.Count, "logical subissue"), because(x.Why))
	case intake.Adopted:
		fmt.Fprintf(n.out, "✓ %s: Has %s already%s\n", id, plural(x.Count, "open subissue"), because(x.Why))
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
	fmt.Fprintf(h.stdout, "\n🚀 Starting %s...\n", plural(w.Workers, "worker"))
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
	ctx, cancel := context.WithTimeout(ctx, beginLimit)
	defer cancel()
	err = h.until(ctx, func(s supervisor.Status, alive bool) bool {
		last = s
		if !alive || s.Wanted != w {
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
	busy := 0
	for _, w := range s.Workers {
		if w.Task != "" {
			busy++
		}
	}
	left := len(queue.Ready(snap.Tasks, now))
	return busy == queue.Counts(snap.Tasks)[fm.Working] && (left == 0 || busy == len(s.Workers))
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
