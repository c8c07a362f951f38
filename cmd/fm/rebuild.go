package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
	"github.com/founder-mode/fm/queue"
)

// queueRebuildCmd restores a queue from what there is of it.
type queueRebuildCmd struct {
	From   string `placeholder:"WHAT" help:"ledger, queue or tracker: what to go by (default: what there is, in this order)."`
	Source string `placeholder:"PLACE" help:"With the tracker: local, github or jira, as in fm work."`
}

// Run takes the first of what there is: the ledger, queue.txt, and where issues
// and pull requests live.
func (c *queueRebuildCmd) Run(ctx context.Context, a *app) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	kept := exists(h.project.Ledger()) || exists(h.project.Queue())
	switch c.From {
	case "tracker":
		return h.rebuildFromTracker(ctx, c.Source)
	case "":
		if !kept {
			return h.rebuildFromTracker(ctx, c.Source)
		}
	case "ledger", "queue":
	default:
		return unwanted("--from", c.From, []string{"ledger", "queue", "tracker"})
	}
	if !kept {
		return usage("there is neither a ledger nor a queue.txt in %s: fm queue rebuild --from tracker", h.project.Dir())
	}
	return h.rebuildFromFiles(ctx, c.From)
}

func (h *house) rebuildFromFiles(ctx context.Context, want string) error {
	q, err := h.openQueue(ctx)
	if err != nil && !errors.Is(err, queue.ErrCorrupt) {
		return err
	}
	damaged := errors.Is(err, queue.ErrCorrupt)
	pid, alive := h.supervisorPID()
	from, rebuild := "the ledger", q.RebuildView
	switch {
	case damaged && want == "ledger":
		return usage("the ledger is damaged; fm queue rebuild goes by what is left of it and by queue.txt")
	case damaged && alive:
		return usage("the ledger is damaged and a supervisor (pid %d) runs: fm stop --now, then fm queue rebuild", pid)
	case want == "queue" && alive:
		return usage("a supervisor (pid %d) runs and writes the ledger: fm stop, then fm queue rebuild --from queue", pid)
	case damaged || want == "queue":
		from, rebuild = "queue.txt", q.RebuildLedger
	}
	snap, err := rebuild(ctx, time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(h.stdout, "✓ Rebuilt from %s: %s\n", from, fm.Count(len(snap.Tasks), "task"))
	for _, p := range snap.Problems {
		fmt.Fprintf(h.stdout, "! %s: %s\n", fm.Line(p.What, 160), fm.Line(p.Do, 160))
	}
	return nil
}

// rebuildFromTracker restores what is in no file any more from subissues, pull
// requests and branches, and says what those do not tell.
func (h *house) rebuildFromTracker(ctx context.Context, source string) error {
	if err := h.choose(ctx, source); err != nil {
		return err
	}
	o, err := h.office(ctx)
	if err != nil {
		return err
	}
	if err := o.check(ctx); err != nil {
		return err
	}
	repo, err := h.repo(ctx)
	if err != nil {
		return mendable(err)
	}
	branches := map[string]string{}
	for _, prefix := range fm.BranchPrefixes() {
		found, err := repo.RemoteBranches(ctx, prefix)
		if err != nil {
			return err
		}
		maps.Copy(branches, found)
	}
	remains := intake.Remains{Archive: o.tracker, Offers: o.forge(repo), Branches: branches, Left: func(id fm.TaskID) bool {
		t := fm.Task{ID: id}
		_, there := branches[t.Head()]
		return exists(h.worktree(t)) || there && h.config.DeleteBranch
	}}
	if err := h.anything(ctx, remains, o.place); err != nil {
		return err
	}
	if err := h.settle(); err != nil {
		return err
	}
	if err := h.move(ctx); err != nil {
		return err
	}
	release, err := h.oneIntake(ctx)
	if err != nil {
		return err
	}
	defer release()
	q, err := h.openQueue(ctx)
	if err != nil {
		return err
	}
	if remains.Attempts, err = h.attempts(ctx); err != nil {
		return err
	}
	tell := &news{out: h.stdout, waiting: h.busy("reading the %s", o.place)}
	in := intake.Intake{Tracker: o.tracker, Plans: plans{h.project}, Queue: q, Tell: tell.tell}
	added, unknown, err := in.Rebuild(ctx, remains, time.Now)
	tell.waiting.done()
	if err != nil {
		return err
	}
	h.tellRebuilt(o.place, q.Snapshot(), added, unknown)
	return nil
}

// anything refuses to begin in a project in which fm never worked.
func (h *house) anything(ctx context.Context, r intake.Remains, p place) error {
	made, err := r.Archive.Made(ctx)
	if err != nil || len(made)+len(r.Branches) > 0 || h.used() {
		return err
	}
	pulls, err := r.Offers.All(ctx, "")
	ours := func(p fm.PullRequest) bool { _, ok := fm.TaskOf(p.Head); return ok }
	if err == nil && !slices.ContainsFunc(pulls, ours) {
		err = usage("nothing has been started in %s, and nothing among the %s is fm's; begin with: fm work ISSUES", h.project.Root, p)
	}
	return err
}

// tellRebuilt says what there is again, and what nobody knows any more.
func (h *house) tellRebuilt(p place, snap queue.Snapshot, added []fm.TaskID, unknown []string) {
	fmt.Fprintf(h.stdout, "✓ Rebuilt from the %s: %s\n", p, fm.Count(len(added), "task"))
	for _, id := range added {
		if t, ok := snap.Task(id); ok {
			fmt.Fprintf(h.stdout, "  %s %s%s: %s\n", t.ID.Ref(), t.Status, pull(t), fm.Line(t.Title, 100))
		}
	}
	if len(unknown) > 0 {
		fmt.Fprintln(h.stdout, "\nNot known any more:")
	}
	for _, what := range unknown {
		fmt.Fprintf(h.stdout, "! %s\n", fm.Line(what, 300))
	}
	if len(added) > 0 {
		fmt.Fprintln(h.stdout, "\nLook it over with: fm queue    Go on with: fm resume")
	}
}

// attempts finds the highest attempt of each task that files or sessions are
// named after, so that none is given a second time.
func (h *house) attempts(ctx context.Context) (map[fm.TaskID]int, error) {
	last := map[fm.TaskID]int{}
	note := func(r fm.Run) { last[r.Task] = max(last[r.Task], r.Attempt) }
	for _, dir := range []string{"events", "launch"} {
		entries, err := os.ReadDir(h.project.File(dir))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if run, err := fm.ParseRun(e.Name()); err == nil {
				note(run)
			}
		}
	}
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return nil, err
	}
	sight, err := terminal.Observe(ctx)
	for _, s := range sight.Sessions {
		if s.Run.Task != "" {
			note(s.Run)
		}
	}
	return last, err
}
