package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/intake"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// workCmd is the main job.
type workCmd struct {
	choice

	Words    []string `arg:"" optional:"" name:"issues" help:"Issues, as 12,13 or one by one; on GitHub also as owner/repo#12 or by their addresses. Without --workers a last word of its own is the number of workers: fm work 12,13 4."`
	Plan     []string `sep:"none" placeholder:"FILE" help:"Take the plan of an issue from a file that fm plan wrote; repeated for several."`
	Workers  *int     `short:"w" placeholder:"N" help:"How many workers (default: what the project had, or 4)."`
	Priority string   `short:"p" placeholder:"WORD" help:"critical, high, normal or low, for all subissues that are not begun."`
	Mode     string   `name:"permission-mode" placeholder:"MODE" help:"Claude's permission mode for agents that start from now on: dontAsk, acceptEdits, default, auto, or bypassPermissions, which checks nothing (default: what the project had)."`
	Wait     bool     `help:"Stay until everything is over; exit code 0 only if all was merged."`
}

// sanity bounds a worker count that was given without its flag: an issue
// number taken for one would start hundreds of agents.
const sanity = 50

func (c *workCmd) Run(ctx context.Context, a *app) error {
	words, workers, err := c.parse()
	if err != nil {
		return err
	}
	prio, err := parsePriority(c.Priority)
	if err != nil {
		return err
	}
	mode, err := a.permission(c.Mode)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	return h.work(ctx, job{verb: "fm work", words: words, doubt: c.doubt(words), choice: c.choice, plans: c.Plan, priority: prio, workers: workers, mode: mode, wait: c.Wait})
}

// parse tells issues from the number of workers, which is 0 when none was
// given. A word behind a comma goes on with the issues: 12, 13.
func (c *workCmd) parse() (words []string, workers int, err error) {
	words = c.Words
	if c.Workers != nil {
		workers = *c.Workers
	} else if last := len(words) - 1; last > 0 && !strings.HasSuffix(words[last-1], ",") {
		if n, err := strconv.Atoi(words[last]); err == nil {
			if n > sanity {
				return nil, 0, ambiguous(words, n)
			}
			workers, words = n, words[:last]
		}
	}
	if (c.Workers != nil || len(words) < len(c.Words)) && (workers < 1 || workers > fm.MaxWorkers) {
		return nil, 0, usage("%s: want 1 to %d", fm.Count(workers, "worker"), fm.MaxWorkers)
	}
	return words, workers, nil
}

// doubt gives the only word, where it may be the number of workers as well: the
// issues may be those of a plan, or those with a label.
func (c *workCmd) doubt(words []string) string {
	if c.Workers != nil || len(c.Words) != 1 || len(c.Plan) == 0 && !c.asks() {
		return ""
	}
	if n, err := strconv.Atoi(words[0]); err != nil || n < 1 || n > sanity {
		return ""
	}
	return words[0]
}

// ambiguous refuses a number of workers that is more likely an issue.
func ambiguous(words []string, n int) error {
	advice := ""
	if n <= fm.MaxWorkers {
		advice = fmt.Sprintf("; if you do want %d workers: fm work %s --workers %d", n, strings.Join(words[:len(words)-1], ","), n)
	}
	return usage("%d as the number of workers? Issues are separated by commas: fm work %s%s", n, strings.Join(words, ","), advice)
}

func parsePriority(word string) (fm.Priority, error) {
	if word == "" {
		return 0, nil
	}
	p, err := fm.ParsePriority(word)
	if err != nil {
		return 0, unwanted("priority", word, priorities())
	}
	return p, nil
}

// job is what fm work, add and try have in common.
type job struct {
	verb     string   // the command: "fm work"
	words    []string // the issues
	doubt    string   // the one of them that may be the number of workers; "" for none
	choice   choice   // what they have in common, and where they are
	plans    []string // files
	priority fm.Priority
	workers  int    // 0: as many as there were
	mode     string // "": the permission mode that there was
	wait     bool
	parting  string // what a user is told who interrupts the wait; "": that the workers go on
}

// work takes issues in, sees that the supervisor runs, and shows that the
// workers began.
func (h *house) work(ctx context.Context, j job) error {
	files, err := h.readPlans(j.plans)
	if err != nil {
		return err
	}
	order, err := h.admit(ctx, j, files)
	if err != nil {
		return err
	}
	if err := h.move(ctx); err != nil {
		return err
	}
	// The mode first: a supervisor that runs may begin with a task at once.
	undo, err := h.setMode(ctx, j.mode)
	if err != nil {
		return err
	}
	tasks, q, err := h.take(ctx, order, &news{out: h.stdout, heading: "🤖 Analyzing issues..."})
	if err != nil {
		return errors.Join(inFile(files, err), undo())
	}
	h.tellShared(q.Snapshot(), tasks)
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
	if err := h.announce(ctx, w, tasks, q); err != nil {
		return err
	}
	if !j.wait {
		fmt.Fprintf(h.stdout, "\nWatch:  fm dashboard, or fm status --watch    Join a worker:  fm attach worker-1    End:  fm stop\n")
		return nil
	}
	return h.follow(ctx, q, tasks, cmp.Or(j.parting, goOn("fm status --watch")))
}

// admit finds the issues, and out what would fail later, before anything is
// changed.
func (h *house) admit(ctx context.Context, j job, files []planFile) (intake.Order, error) {
	order := intake.Order{Priority: j.priority, Plans: map[fm.IssueID]fm.Split{}}
	for _, f := range files {
		if string(f.issue) == j.doubt {
			j.doubt = ""
		}
		j.words, order.Plans[f.issue] = append(j.words, string(f.issue)), f.split
	}
	if j.doubt != "" {
		return order, usage("%[1]s: the number of workers, or an issue? Write --workers %[1]s, or '#%[1]s' for the issue", j.doubt)
	}
	if err := h.choose(ctx, j.choice.Source); err != nil {
		return order, err
	}
	o, err := h.office(ctx)
	if err != nil {
		return order, err
	}
	if order.Issues, err = h.wanting(ctx, o, j.words, j.choice, j.verb); err != nil {
		return order, err
	}
	if o.splits != nil {
		if err := o.splits(ctx); err != nil {
			return order, err
		}
	}
	if err := h.foresee(ctx, o, order); err != nil {
		return order, inFile(files, err)
	}
	return order, h.check(ctx)
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
	asking := h.busy("asking the remote for its branch %s", repo.Base())
	defer asking.done()
	// A remote that does not answer now may do so later.
	switch _, err := repo.Head(ctx, repo.Base()); {
	case errors.Is(err, fm.ErrGone):
		return usage("the remote has no branch %s yet: make a first commit, then git push -u %s %[1]s", repo.Base(), repo.Remote())
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

// take splits and queues, one command at a time: two that split one issue at
// once would create the parts of two different plans.
func (h *house) take(ctx context.Context, order intake.Order, tell *news) ([]fm.TaskID, *queue.Queue, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, nil, err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, nil, err
	}
	agent, err := h.agent()
	if err != nil {
		return nil, nil, err
	}
	release, err := h.oneIntake(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	tell.begin()
	tell.waiting = h.busy("taking in %s", fm.Count(len(order.Issues), "issue"))
	in := intake.Intake{Tracker: o.tracker, Analyst: agent, Plans: plans{h.project}, Queue: q, Tell: tell.tell}
	ids, err := in.Take(ctx, order, time.Now)
	tell.waiting.done()
	return ids, q, tell.cutOff(err, len(ids))
}

// oneIntake has no other command take issues in until it is released.
func (h *house) oneIntake(ctx context.Context) (release func(), err error) {
	lock, holder, err := acquire(ctx, h.project.File("intake.lock"), fmt.Sprintf("pid %d", os.Getpid()))
	if errors.Is(err, disk.ErrHeld) {
		return nil, usage("another fm work or fm add takes issues in (%s); try again when it is done", holder)
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Release() }, nil // the end of the process frees it, too
}
