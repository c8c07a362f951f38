package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// restoreCmd brings the worktree of a task back, with what stood uncommitted in
// it. The queue is not asked for it, nor changed.
type restoreCmd struct {
	Task string `arg:"" help:"The task, such as 456."`
}

func (c *restoreCmd) Run(ctx context.Context, a *app) error {
	id, err := fm.ParseTaskID(c.Task)
	if err != nil {
		return usage("%v", err)
	}
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	t, ok := snap.Task(id)
	if !ok {
		t.ID = id
	}
	switch {
	case ok && t.Status == fm.Working:
		return usage("%s works on %s: its worktree is there, in %s", t.Worker, id.Ref(), h.worktree(t))
	case ok && queue.Tidying(t):
		return usage("%s was merged a moment ago, and fm is about to remove its worktree; try again when that is done", id.Ref())
	}
	repo, err := h.repo(ctx)
	if err != nil {
		return mendable(err)
	}
	restoring := h.busy("restoring the worktree of %s", id.Ref())
	dir, ref, err := repo.Restore(ctx, t.Site())
	restoring.done()
	if err != nil && dir != "" { // the worktree is back, and not all that was in it
		return exitError{code: exitFailure, err: err}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(h.stdout, "✓ %s is back, on branch %s\n", h.short(dir), t.Head())
	if ref != "" {
		fmt.Fprintf(h.stdout, "✓ What stood uncommitted in it is there again, from %s\n", ref)
	}
	fmt.Fprintf(h.stdout, "Look at it: cd %s && git status    When it is not needed: git worktree remove %[1]s\n", quoted(h.short(dir)))
	return nil
}

// short names a folder from where the user is, if that is shorter.
func (h *house) short(dir string) string {
	if rel, err := filepath.Rel(h.dir, dir); err == nil && len(rel) < len(dir) {
		return rel
	}
	return dir
}
