package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/process"
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
		switch f, stale := v.tree(ctx, t, q); {
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

// tree judges one; false where nothing is to be said of it.
func (v *visit) tree(ctx context.Context, t git.Tree, q queueFacts) (finding, bool) {
	task, known := q.snap.Task(t.Task)
	busy := t.Task != "" && v.isSupervisors(task, known)
	switch {
	case t.State == git.Leaving:
		return v.leaving(t), true
	case t.State == git.Vanished && t.Task == "":
		return finding{level: warning, fix: "git worktree prune", found: fmt.Sprintf("git knows a worktree of yours, %s, whose folder is gone", t.Path)}, true
	case t.Task == "" || t.State == git.Theirs || busy:
		return finding{}, false
	case t.State == git.Vanished:
		return finding{level: warning, found: fmt.Sprintf("%s is gone, and git still knows it", t.Path), mend: v.removing(t, task, known)}, true
	case t.State == git.Unknown:
		return v.inTheWay(t, known && !done(task))
	case known && !done(task):
		return finding{}, false
	}
	return v.stale(ctx, t, task, known), true
}

// done says whether a task needs its worktree no more. One that failed may be
// tried again, and people look at it.
func done(t fm.Task) bool {
	return (t.Status == fm.Merged || t.Status == fm.Cancelled) && !queue.Tidying(t) && !queue.Clearing(t)
}

// inTheWay is a folder that is no worktree, where one would be.
func (v *visit) inTheWay(t git.Tree, needed bool) (finding, bool) {
	f := finding{level: warning, found: t.Path + " is no worktree of this repository: look at it", fix: "ls -la " + quoted(t.Path)}
	if needed {
		f.level, f.found = wrong, fmt.Sprintf("%s is no worktree of this repository, and %s needs one there", t.Path, t.Task.Ref())
		f.fix = fmt.Sprintf("mv %s %s", quoted(t.Path), quoted(t.Path+".old"))
	}
	return f, true
}

// stale is a worktree whose task is over.
func (v *visit) stale(ctx context.Context, t git.Tree, task fm.Task, known bool) finding {
	why := "is in the queue no more"
	if known {
		why = "is " + string(task.Status)
	}
	f := finding{level: warning, found: fmt.Sprintf("%s: %s %s", t.Path, t.Task.Ref(), why)}
	b, err := v.burden(ctx, t, task, known)
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
		f.mend = v.removing(t, task, known)
	}
	return f
}

// removing removes a worktree as the supervisor would: what is in it is looked
// at once more, and preserved.
func (v *visit) removing(t git.Tree, task fm.Task, known bool) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if v.isSupervisors(task, known) {
			return "nothing: the supervisor came back, and does it", nil
		}
		b, err := v.burden(ctx, t, task, known)
		if err != nil || !b.None() {
			return "nothing: somebody has begun to work in " + t.Path, err
		}
		repo, err := v.repo(ctx)
		if err != nil {
			return "", err
		}
		remark, err := repo.Remove(ctx, site(t, task, known))
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
}

func (v *visit) burden(ctx context.Context, t git.Tree, task fm.Task, known bool) (git.Burden, error) {
	repo, err := v.repo(ctx)
	if err != nil {
		return git.Burden{}, err
	}
	return repo.Burden(ctx, site(t, task, known))
}

// site is where a worktree's task stands. Of one that the queue does not know,
// the branch tells.
func site(t git.Tree, task fm.Task, known bool) fm.Site {
	if !known {
		task = fm.Task{ID: t.Task}
		if of, ok := fm.TaskOf(t.Branch); ok && of.ID == t.Task {
			task = of
		}
	}
	at := task.Site()
	at.Main, at.Stacked = false, false
	return at
}

// leaving is what is left of a worktree that was removed.
func (v *visit) leaving(t git.Tree) finding {
	return finding{
		level: warning, found: t.Path + " is left of a worktree that was removed",
		mend: func(ctx context.Context) (string, error) {
			return "deleted " + t.Path, git.Sweep(ctx, v.gitOptions())
		},
	}
}

// checkLocks looks for locks that hold everybody up.
func (v *visit) checkLocks(ctx context.Context) []finding {
	var found []finding
	for _, path := range []string{v.project.File("ledger.lock"), v.project.StateFile() + ".lock", v.project.File("intake.lock"), v.project.LockFile()} {
		if pid, stopped := process.LockHolder(path); stopped {
			found = append(found, finding{
				level: wrong, fix: fmt.Sprintf("kill -CONT %d", pid),
				found: fmt.Sprintf("%s is held by process %d, which was stopped: nobody else gets on", filepath.Base(path), pid),
			})
		}
	}
	locks, err := git.Locks(ctx, v.gitOptions())
	if err != nil {
		return append(found, failed(err, "git status")...)
	}
	for _, l := range locks {
		f := finding{level: warning, found: l.Path + " has stood for a while, and nobody is seen who holds it", fix: "rm " + quoted(l.Path)}
		if l.Orphan {
			f = finding{level: wrong, found: l.Path + " was left by a git that is gone, and stops every other", mend: func(ctx context.Context) (string, error) {
				return "removed " + l.Path, git.Unlock(ctx, l)
			}}
		}
		found = append(found, f)
	}
	if len(found) > 0 {
		return some(found, "locks")
	}
	return well("none is left behind")
}

// quoted is a path as one word of the shell.
func quoted(path string) string {
	plain := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@%=:,", r))
	}
	if !strings.ContainsFunc(path, plain) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
