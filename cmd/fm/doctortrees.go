package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/queue"
)

// checkTrees looks for worktrees that nobody needs, and for what is in the way of
// one that is needed.
func (v *visit) checkTrees(ctx context.Context) []finding {
	trees, err := git.Trees(ctx, v.gitOptions())
	if err != nil {
		return failed(err, "git worktree list")
	}
	if len(trees) == 0 {
		return well("none")
	}
	q, err := v.queue()
	if err != nil { // the check of the queue has said it
		return []finding{{level: aside, found: "not known, because the queue does not say which tasks are over"}}
	}
	needed := 0
	var found []finding
	for _, t := range trees {
		task, known := q.snap.Task(t.Task)
		switch f, stale := (taskTree{Tree: t, visit: v, task: task, known: known}).judge(ctx); {
		case stale:
			found = append(found, f)
		case t.Task != "" && t.State == git.Standing:
			needed++
		}
	}
	if len(found) > 0 {
		return some(found, "worktrees")
	}
	return well("%d, needed by tasks that are not over", needed)
}

// taskTree is a worktree with the task that it is of.
type taskTree struct {
	git.Tree
	*visit

	task  fm.Task
	known bool // to the queue
}

// judge is false where nothing is to be said of it.
func (t taskTree) judge(ctx context.Context) (finding, bool) {
	switch {
	case t.State == git.Leaving:
		return t.leaving(), true
	case t.State == git.Ready:
		return t.spare(), !t.holder().alive && !t.awaited()
	case t.State == git.Vanished && t.Task == "":
		return finding{level: warning, fix: "git worktree prune", found: fmt.Sprintf("git knows a worktree of yours, %s, whose folder is gone", t.Path)}, true
	case t.Task == "" || t.State == git.Theirs || t.isSupervisors(t.task, t.known):
		return finding{}, false
	case t.State == git.Vanished:
		return finding{level: warning, found: fmt.Sprintf("%s is gone, and git still knows it", t.Path), mend: t.remove}, true
	case t.State == git.Unknown && t.needed():
		return finding{
			level: wrong, fix: fmt.Sprintf("mv %s %s", quoted(t.Path), quoted(t.Path+".old")),
			found: fmt.Sprintf("%s is no worktree of this repository, and %s needs one there", t.Path, t.Task.Ref()),
		}, true
	case t.State == git.Unknown:
		return finding{level: warning, found: t.Path + " is no worktree of this repository: look at it", fix: "ls -la " + quoted(t.Path)}, true
	case t.needed():
		return finding{}, false
	}
	return t.stale(ctx), true
}

// needed says whether the task may still need it. One that failed may be tried
// again, and people look at it.
func (t taskTree) needed() bool {
	over := t.task.Status == fm.Merged || t.task.Status == fm.Cancelled
	return t.known && (!over || queue.Tidying(t.task) || queue.Clearing(t.task))
}

// stale is a worktree whose task is over.
func (t taskTree) stale(ctx context.Context) finding {
	why := "is in the queue no more"
	if t.known {
		why = "is " + string(t.task.Status)
	}
	f := finding{level: warning, found: fmt.Sprintf("%s: %s %s", t.Path, t.Task.Ref(), why)}
	b, err := t.burden(ctx)
	switch {
	case err != nil:
		f.found += "; what is in it cannot be told: " + text(err)
		f.fix = "git -C " + quoted(t.Path) + " status"
	case len(b.Dirty) > 0:
		f.found += ", and it holds what is not committed: " + fm.Line(strings.Join(b.Dirty, ", "), 80)
		f.fix = fmt.Sprintf("git -C %s stash -u && git worktree remove %[1]s", quoted(t.Path))
	case b.Unmerged:
		f.found += ", and it holds commits that are neither pushed nor merged; its branch keeps them"
		f.fix = "git worktree remove " + quoted(t.Path)
	case b.Inside != 0:
		f.found += fmt.Sprintf(", and process %d (%s) is in it", b.Inside, b.InsideCmd)
	default:
		f.mend = t.remove
	}
	return f
}

func (t taskTree) burden(ctx context.Context) (git.Burden, error) {
	repo, err := t.repo(ctx)
	if err != nil {
		return git.Burden{}, err
	}
	return repo.Burden(ctx, t.site())
}

// remove removes it as the supervisor would: what is in it is looked at once
// more, and preserved.
func (t taskTree) remove(ctx context.Context) (string, error) {
	if was := t.holder(); !was.alive && t.house.incumbent().alive {
		return "", errCameBack
	}
	b, err := t.burden(ctx)
	if err == nil && !b.None() {
		err = fmt.Errorf("somebody has begun to work in %s", t.Path)
	}
	if err != nil {
		return "", err
	}
	repo, err := t.repo(ctx)
	if err != nil {
		return "", err
	}
	remark, err := repo.Remove(ctx, t.site())
	if err != nil {
		return "", err
	}
	did := "removed " + t.Path
	if t.State == git.Vanished {
		did = "had git forget " + t.Path
	}
	if remark != "" {
		did += "; " + remark
	}
	return did, nil
}

// site is where the task stands. Of one that the queue does not know, the branch
// tells.
func (t taskTree) site() fm.Site {
	task := t.task
	if !t.known {
		task = fm.Task{ID: t.Task}
		if of, ok := fm.TaskOf(t.Branch); ok && of.ID == t.Task {
			task = of
		}
	}
	at := task.Site()
	at.Main, at.Stacked = false, false
	return at
}

// awaited says whether tasks are to come, to which the next supervisor gives what
// stands ready.
func (t taskTree) awaited() bool {
	q, err := t.queue()
	return err != nil || slices.ContainsFunc(q.snap.Tasks, func(t fm.Task) bool { return t.Status == fm.Pending })
}

// spare stands ready, and no supervisor runs that would give it to a task.
func (t taskTree) spare() finding {
	return finding{
		level: warning, found: t.Path + " stands ready, and no task is to come",
		mend: func(ctx context.Context) (string, error) {
			if t.house.incumbent().alive {
				return "", errCameBack
			}
			return did("removed "+t.Path, t.unstock(ctx))
		},
	}
}

// unstock removes the worktrees that stand ready.
func (h *house) unstock(ctx context.Context) error {
	repo, err := h.repo(ctx)
	if err != nil {
		return err
	}
	return repo.Stock(ctx, 0)
}

// leaving is what is left of a worktree that was removed.
func (t taskTree) leaving() finding {
	return finding{
		level: warning, found: t.Path + " is left of a worktree that was removed",
		mend: func(ctx context.Context) (string, error) {
			return did("deleted "+t.Path, git.Sweep(ctx, t.gitOptions()))
		},
	}
}
