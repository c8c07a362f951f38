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
//
// Dir is the main checkout for a site that has it. What a stacked site counts
// are the commits since its branch began, not since the base.
func (r *Repo) Inspect(ctx context.Context, at fm.Site) (fm.Work, error) {
	p, w, err := r.stand(ctx, at)
	if err != nil {
		return fm.Work{}, err
	}
	head, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return fm.Work{}, err
	}
	work := fm.Work{Head: head}
	if at.Main && !r.isMain(p) {
		if err := r.left(ctx, p); err != nil {
			return work, err
		}
	}
	if w.path != "" && !w.gone && isFolder(p.dir) {
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
	base, err := r.below(ctx, at, p, head)
	if err != nil {
		return work, err
	}
	if work.Commits, work.Files, err = r.beyond(ctx, base, head); err != nil {
		return work, err
	}
	work.Messages, err = r.messages(ctx, base, head)
	return work, err
}

// below is what the task's commits are counted from.
func (r *Repo) below(ctx context.Context, at fm.Site, p place, head string) (string, error) {
	if at.Stacked {
		start, err := r.resolve(ctx, "", p.start())
		if err != nil {
			return "", err
		}
		if start != "" {
			if on, err := r.contains(ctx, head, start); err != nil || on {
				return start, err
			}
		}
	}
	base, err := r.resolve(ctx, "", r.tracking())
	if err == nil && base == "" {
		err = fmt.Errorf("base branch %s is not known locally", r.base)
	}
	return base, err
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
	if r.isMain(p) && bisects(r.common, p) {
		return fmt.Errorf("a bisection of %s is not finished: git bisect reset: %w", p.branch, fm.ErrRefused)
	}
	on := "branch " + w.branch
	if w.branch == "" {
		on = "no branch (detached HEAD)"
	}
	what := "worktree"
	if r.isMain(p) {
		what = "main checkout"
	}
	return fmt.Errorf("the %s is on %s, not on %s: git switch %s, and bring your commits there: %w", what, on, p.branch, p.branch, fm.ErrRefused)
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
	all, err := r.status(ctx, p.dir)
	var paths []string
	for _, f := range all {
		if ownFile(f.path) || r.isMain(p) && ownFolder(f.path) {
			continue
		}
		paths = append(paths, f.path)
	}
	return paths, err
}

// uncommitted is a path that is not committed as it is.
type uncommitted struct {
	path    string // a folder ends with a slash
	tracked bool
}

func (r *Repo) status(ctx context.Context, dir string) ([]uncommitted, error) {
	out, err := r.run(ctx, call{op: "read status of", target: dir, dir: dir, args: []string{
		"-c", "core.fsmonitor=false", "status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=none",
	}})
	if err != nil {
		return nil, err
	}
	var all []uncommitted
	for _, f := range fields(out) {
		if len(f) > 3 {
			all = append(all, uncommitted{path: f[3:], tracked: !strings.HasPrefix(f, "??")})
		}
	}
	return all, nil
}

// fields splits a list that ends each entry with NUL.
func fields(out string) []string {
	if out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}
