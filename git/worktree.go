package git

import (
	"context"
	"errors"
	"strings"
)

// worktree is one entry of `git worktree list`.
type worktree struct {
	path   string
	head   string // commit
	branch string // short name; "" when detached
	bare   bool
	locked string // the reason, or "locked" when none was given; "" when not locked
	gone   bool   // registered, but its folder is not there
}

// list reads all worktrees of the repository that dir is in, the main checkout
// first.
func (r *Repo) list(ctx context.Context, dir string) ([]worktree, error) {
	out, err := r.run(ctx, call{op: "list worktrees", dir: dir, args: []string{"worktree", "list", "--porcelain", "-z"}})
	if err != nil {
		return nil, err
	}
	return parseWorktrees(out), nil
}

func parseWorktrees(out string) []worktree {
	var all []worktree
	for record := range strings.SplitSeq(out, "\x00\x00") {
		var w worktree
		for line := range strings.SplitSeq(strings.TrimPrefix(record, "\x00"), "\x00") {
			key, value, _ := strings.Cut(line, " ")
			switch key {
			case "worktree":
				w.path = value
			case "HEAD":
				w.head = value
			case "branch":
				w.branch = strings.TrimPrefix(value, "refs/heads/")
			case "bare":
				w.bare = true
			case "locked":
				if w.locked = value; value == "" {
					w.locked = "locked"
				}
			case "prunable":
				w.gone = true
			}
		}
		if w.path != "" {
			all = append(all, w)
		}
	}
	return all
}

// find returns the registered worktree at a path.
func (r *Repo) find(ctx context.Context, path string) (w worktree, ok bool, err error) {
	all, err := r.list(ctx, "")
	if err != nil {
		return worktree{}, false, err
	}
	for _, w := range all[min(1, len(all)):] {
		if w.path == path {
			return w, true, nil
		}
	}
	return worktree{}, false, nil
}

// resolve gives the commit of a full ref or an object id, and "" when there is
// no such commit.
func (r *Repo) resolve(ctx context.Context, dir, ref string) (string, error) {
	out, err := r.run(ctx, call{op: "resolve", target: ref, dir: dir, args: []string{"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"}})
	var e *Error
	if errors.As(err, &e) && e.ExitCode == 1 {
		return "", nil
	}
	return strings.TrimSpace(out), err
}

// contains says whether commit is an ancestor of tip, or tip itself.
func (r *Repo) contains(ctx context.Context, tip, commit string) (bool, error) {
	_, err := r.run(ctx, call{op: "compare", target: commit, args: []string{"merge-base", "--is-ancestor", commit, tip}})
	var e *Error
	if errors.As(err, &e) && e.ExitCode == 1 {
		return false, nil
	}
	return err == nil, err
}
