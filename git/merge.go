package git

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// mergeTries is how often a base that moves under the merge is followed.
const mergeTries = 5

// MergeBranch merges commit sha, which must be the tip of branch head on the
// remote, into branch base on the remote, and returns the merge commit. It
// works on objects alone: neither the user's checkout nor the local base
// branch is touched or needs to be up to date; the user pulls when it suits.
//
// The base is swapped under a lease, so that a concurrent push to it is merged
// with, not overwritten; merges of this process wait for each other. When the base contains sha already, its tip is
// returned and no commit is made: repeating a merge is safe. Errors wrap
// [fm.ErrRefused] when head moved or the remote declines, [fm.ErrConflict]
// (naming the files) when both sides changed the same lines, and [fm.ErrGone]
// when a branch does not exist.
func (r *Repo) MergeBranch(ctx context.Context, base, head, sha, message string) (mergeSHA string, err error) {
	if err := errors.Join(checkBranch(base), checkBranch(head), checkObject(sha)); err != nil {
		return "", err
	}
	select {
	case r.merging <- struct{}{}:
		defer func() { <-r.merging }()
	case <-ctx.Done():
		return "", fmt.Errorf("merge %s: wait for another merge: %w", head, ctx.Err())
	}
	for range mergeTries {
		mergeSHA, err = r.mergeOnce(ctx, base, head, sha, message)
		if !errors.Is(err, errMoved) && !errors.Is(err, errLocked) {
			return mergeSHA, err
		}
	}
	if errors.Is(err, errLocked) {
		return "", err
	}
	return "", fmt.Errorf("merge %s: %s moved %d times meanwhile", head, base, mergeTries) // transient
}

func (r *Repo) mergeOnce(ctx context.Context, base, head, sha, message string) (string, error) {
	tips, err := r.tips(ctx, base, head)
	if err != nil {
		return "", err
	}
	old := tips[base]
	if old == "" {
		return "", fmt.Errorf("merge into %s: the branch is not on %s: %w", base, r.remote, fm.ErrGone)
	}
	contained, err := r.obtain(ctx, base, head, old, sha, tips[head])
	if err != nil {
		return "", err
	}
	switch {
	case contained:
		return old, nil
	case tips[head] == "":
		return "", fmt.Errorf("merge %s: the branch is not on %s: %w", head, r.remote, fm.ErrGone)
	case tips[head] != sha:
		return "", fmt.Errorf("merge %s: its head is %.12s now, not %.12s: look at it again: %w", head, tips[head], sha, fm.ErrRefused)
	}
	tree, err := r.mergeTree(ctx, old, sha, head)
	if err != nil {
		return "", err
	}
	if message = strings.TrimSpace(fm.Plain(message)); message == "" {
		message = "Merge branch '" + head + "'"
	}
	commit, err := r.commitTree(ctx, tree, message, nil, old, sha)
	if err != nil {
		return "", err
	}
	if err := r.pushCommit(ctx, "", base, old, commit); err != nil {
		return "", err
	}
	return commit, nil
}

// obtain fetches what the merge needs, and says whether base contains sha
// already.
func (r *Repo) obtain(ctx context.Context, base, head, old, sha, tip string) (contained bool, err error) {
	haveOld, err := r.resolve(ctx, "", old)
	if err != nil {
		return false, err
	}
	haveSHA, err := r.resolve(ctx, "", sha)
	if err != nil {
		return false, err
	}
	if haveOld == "" || haveSHA == "" {
		refs := []string{"refs/heads/" + base}
		if tip != "" {
			refs = append(refs, "refs/heads/"+head)
		}
		if err := r.fetch(ctx, networkLimit, refs...); err != nil {
			return false, err
		}
		if haveSHA, err = r.resolve(ctx, "", sha); err != nil || haveSHA == "" {
			return false, err // neither here nor there: not contained
		}
	}
	return r.contains(ctx, old, sha)
}

// mergeTree merges without a checkout; see git-merge-tree(1), OUTPUT.
func (r *Repo) mergeTree(ctx context.Context, old, sha, head string) (string, error) {
	out, err := r.run(ctx, call{op: "merge", target: head, args: durable("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", old, sha), limit: checkoutLimit})
	var e *Error
	if errors.As(err, &e) && e.ExitCode == 1 {
		names := fields(out)
		if len(names) > 0 {
			names = names[1:] // the first is the tree
		}
		for i := range names {
			names[i] = fm.Line(names[i], 200)
		}
		return "", fmt.Errorf("merge %s: both sides changed %s: %w", head, strings.Join(names, ", "), fm.ErrConflict)
	}
	return strings.TrimRight(out, "\x00\n"), err
}
