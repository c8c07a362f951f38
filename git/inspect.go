package git

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// Inspect says what stands on the task's branch, and what in its worktree is
// not committed. A task without a branch has an empty Head; one without a
// worktree, an empty Dir. When the worktree is on another branch, its commits
// would never be pushed: that is an error that wraps [fm.ErrRefused] and says
// how to get back.
func (r *Repo) Inspect(ctx context.Context, at fm.Site) (fm.Work, error) {
	p, err := r.place(at)
	if err != nil {
		return fm.Work{}, err
	}
	head, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return fm.Work{}, err
	}
	work := fm.Work{Head: head}
	w, registered, err := r.find(ctx, p.dir)
	if err != nil {
		return fm.Work{}, err
	}
	if registered && !w.gone && isFolder(p.dir) {
		work.Dir = p.dir
		if work.Dirty, err = r.dirty(ctx, p); err != nil {
			return fm.Work{}, err
		}
		if w.branch != p.branch {
			return work, r.astray(ctx, p, w)
		}
	}
	if head == "" {
		return work, nil
	}
	base, err := r.resolve(ctx, "", r.tracking())
	if err != nil {
		return work, err
	}
	if base == "" {
		return work, fmt.Errorf("base branch %s is not known locally", r.base)
	}
	if work.Commits, work.Files, err = r.beyond(ctx, base, head); err != nil {
		return work, err
	}
	work.Messages, err = r.messages(ctx, base, head)
	return work, err
}

// maxMessages is how much is kept of the messages of a task's commits.
const maxMessages = 64 << 10

// messages gives those of the commits beyond the base, oldest first.
func (r *Repo) messages(ctx context.Context, base, head string) (string, error) {
	out, err := r.run(ctx, call{op: "read messages of", target: head, most: maxMessages, args: []string{
		"log", "--reverse", "--topo-order", "--encoding=UTF-8", "--no-show-signature", "--no-notes", "--format=%B", base + ".." + head, "--",
	}})
	return strings.TrimSpace(strings.ToValidUTF8(out, "")), err
}

func (r *Repo) astray(ctx context.Context, p place, w worktree) error {
	if rebasing, err := r.rebasing(ctx, p); err != nil || rebasing {
		if err != nil {
			return err
		}
		return fmt.Errorf("a rebase of %s is not finished: git rebase --continue, or --abort: %w", p.branch, fm.ErrRefused)
	}
	on := "branch " + w.branch
	if w.branch == "" {
		on = "no branch (detached HEAD)"
	}
	return fmt.Errorf("the worktree is on %s, not on %s: git switch %s, and bring your commits there: %w", on, p.branch, p.branch, fm.ErrRefused)
}

func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// beyond counts the commits that the base does not have, and names the files
// in which the two differ since they parted.
func (r *Repo) beyond(ctx context.Context, base, head string) (int, []string, error) {
	out, err := r.run(ctx, call{op: "count commits of", target: head, args: []string{"rev-list", "--count", base + ".." + head}})
	if err != nil {
		return 0, nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		return 0, nil, fmt.Errorf("count commits of %s: %w", head, err)
	}
	files, err := r.changed(ctx, base, head)
	if err != nil {
		return 0, nil, err
	}
	var theirs []string
	for _, f := range files {
		if !ownFile(f) {
			theirs = append(theirs, f)
		}
	}
	return n, theirs, nil
}

// changed names all files that differ, fm's own included.
func (r *Repo) changed(ctx context.Context, base, head string) ([]string, error) {
	out, err := r.run(ctx, call{op: "compare with base", target: head, args: []string{
		"diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", base + "..." + head, "--",
	}})
	if err != nil {
		return nil, err
	}
	return fields(out), nil
}

// dirty names the uncommitted paths; a folder without any tracked file stands
// for all that is in it.
func (r *Repo) dirty(ctx context.Context, p place) ([]string, error) {
	out, err := r.run(ctx, call{op: "read status of", target: p.dir, dir: p.dir, args: []string{
		"-c", "core.fsmonitor=false", "status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=none",
	}})
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range fields(out) {
		if len(f) > 3 && !ownFile(f[3:]) {
			paths = append(paths, f[3:])
		}
	}
	return paths, nil
}

// fields splits a list that ends each entry with NUL.
func fields(out string) []string {
	if out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}
