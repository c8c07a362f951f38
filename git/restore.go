package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Restore brings a removed worktree back: on the task's branch, with what
// stood uncommitted in it when it was preserved last. A branch that is gone is
// made again from what was kept of it. The index is as it was, unless the
// branch has moved on since. Ignored files are gone for good, and a repository
// within the worktree comes back as an empty folder. What stood in the main
// checkout comes back in a worktree too: the checkout is its user's again.
//
// It returns the worktree's folder, and the ref under refs/fm/preserved/ that
// the uncommitted work came from, "" when there was none.
//
// Nothing that is there is overwritten. A folder in the worktree's place is
// left as it is: that is an error that wraps [fm.ErrRefused]. When the worktree
// came back, but what was preserved does not fit the branch any more, the
// folder, the ref and an error come back, which says how to go on and wraps
// [fm.ErrConflict] when both changed the same lines, else [fm.ErrRefused].
// [fm.ErrGone] means that nothing of the task is kept. One that was cut off can
// be asked for again.
func (r *Repo) Restore(ctx context.Context, at fm.Site) (dir, ref string, err error) {
	p, err := r.place(at)
	if err != nil {
		return "", "", err
	}
	release, err := r.lock(ctx)
	if err != nil {
		return "", "", err
	}
	defer r.sweep() // after the release: deleting many files takes its time
	defer release()
	k, err := r.standUp(ctx, p)
	if err == nil {
		dir = p.dir
		ref, err = r.putBack(ctx, p, k)
	}
	if ctx.Err() == nil {
		err = errors.Join(err, r.restored(p))
	}
	if err != nil {
		return dir, ref, restoreError(p, err)
	}
	return dir, ref, nil
}

// standUp makes the worktree anew, and says what was kept of it.
func (r *Repo) standUp(ctx context.Context, p place) (kept, error) {
	if err := r.undoHalf(ctx, p); err != nil {
		return kept{}, err
	}
	k, err := r.recall(ctx, p)
	if err != nil {
		return k, err
	}
	if err := r.vacant(ctx, p, k); err != nil {
		return k, err
	}
	tip, err := r.lastTip(ctx, p, k)
	if err != nil {
		return k, err
	}
	if err := r.exclude(); err != nil {
		return k, err
	}
	if err := r.restoring(p, k.commit); err != nil {
		return k, err
	}
	if err := r.ensure(ctx, p, tip); err != nil {
		return k, err
	}
	return k, r.made(p)
}

func restoreError(p place, err error) error {
	return fmt.Errorf("restore worktree of issue %s: %w", p.id.Ref(), err)
}

// kept is what a worktree held when it was preserved last.
type kept struct {
	commit string // "" when nothing is known
	ref    string // under refs/fm/preserved/; "" when a pushed branch has it
	head   string // what the worktree was at; commit itself, when nothing stood uncommitted
	staged string // a commit of the index, when that differed
}

// recall finds what the worktree held last, or, where an older fm removed it,
// what was preserved last.
func (r *Repo) recall(ctx context.Context, p place) (kept, error) {
	all, err := r.preservedRefs(ctx, p)
	if err != nil {
		return kept{}, err
	}
	var k kept
	if k.commit, err = r.resolve(ctx, "", p.last()); err != nil {
		return kept{}, err
	}
	if k.commit == "" && len(all) > 0 {
		k.commit = all[0].Commit
	}
	if k.commit == "" {
		return k, nil
	}
	for _, one := range all {
		if one.Commit == k.commit {
			k.ref = one.Ref
		}
	}
	k.head = k.commit
	out, err := r.run(ctx, call{op: "read commit", target: k.commit, args: []string{"show", "--no-patch", "--no-show-signature", "--format=%P%n%s", "--end-of-options", k.commit}})
	if err != nil {
		return kept{}, err
	}
	line, subject, _ := strings.Cut(strings.TrimSpace(out), "\n")
	if parents := strings.Fields(line); subject == p.uncommitted() && len(parents) > 0 {
		k.head = parents[0]
		k.staged = strings.Join(parents[1:], "")
	}
	return k, nil
}

// vacant refuses when something stands in the worktree's place. What a killed
// `git worktree add` left there is nothing: nobody has worked in it.
func (r *Repo) vacant(ctx context.Context, p place, k kept) error {
	_, err := os.Lstat(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w, registered, err := r.find(ctx, p.dir)
	if err != nil || registered && w.locked == "initializing" {
		return err
	}
	also := ""
	if k.ref != "" {
		also = "; what was preserved last is " + k.ref
	}
	return fmt.Errorf("%q is there already, and was left as it is%s: %w", p.dir, also, fm.ErrRefused)
}

// lastTip is where the branch is, or where it was as far as is known here.
func (r *Repo) lastTip(ctx context.Context, p place, k kept) (string, error) {
	tip, err := r.resolve(ctx, "", p.ref())
	if err != nil || tip != "" {
		return tip, err
	}
	pushed, err := r.resolve(ctx, "", p.pushed())
	switch {
	case err != nil:
		return "", err
	case pushed == "" && k.head == "":
		return "", fmt.Errorf("nothing of it is kept, neither branch %s nor %s: have it done again with fm queue retry %s: %w", p.branch, strings.TrimSuffix(p.preserved(), "/"), p.id, fm.ErrGone)
	case pushed == "":
		return k.head, nil
	case k.head == "":
		return pushed, nil
	}
	if newer, err := r.contains(ctx, pushed, k.head); err != nil || newer {
		return pushed, err
	}
	return k.head, nil
}

// putBack makes what was preserved the uncommitted content of a worktree that
// was just made, and says where it came from.
func (r *Repo) putBack(ctx context.Context, p place, k kept) (ref string, err error) {
	if k.commit == "" {
		return "", nil
	}
	if k.ref == "" {
		k.ref = p.last() // on a pushed branch, as far as was known then
	}
	tip, err := r.resolve(ctx, p.dir, "HEAD")
	if err != nil {
		return k.ref, err
	}
	if has, err := r.contains(ctx, tip, k.commit); err != nil || has {
		return "", err
	}
	if on, err := r.contains(ctx, tip, k.head); err != nil || !on {
		if err == nil {
			err = fmt.Errorf("the worktree is back, but %s has not the commits of %s: look at git log %s..%s, and merge it or leave it: %w", p.branch, k.ref, p.branch, k.ref, fm.ErrRefused)
		}
		return k.ref, err
	}
	tree, index := k.commit, k.staged
	if tip != k.head {
		index = ""
		if tree, err = r.mergeTree(ctx, tip, k.commit, k.ref); err != nil {
			return k.ref, byHand(p, k, err)
		}
	}
	if err := r.lay(ctx, p, tree, index); err != nil {
		return k.ref, byHand(p, k, err)
	}
	return k.ref, nil
}

func byHand(p place, k kept, err error) error {
	return fmt.Errorf("the worktree is back, but without what stood uncommitted in it: %w (it is kept; to put it in by hand: cd %q && git cherry-pick --no-commit -m 1 %s)", err, p.dir, k.ref)
}

// lay writes the files of a tree into a clean worktree, and leaves its index
// as it was, or makes it what was staged.
func (r *Repo) lay(ctx context.Context, p place, tree, staged string) error {
	if staged == "" {
		staged = "HEAD"
	}
	// The two-way merge refuses to write over a file that git does not know,
	// such as one that a post-checkout hook made.
	for _, args := range [][]string{
		{"read-tree", "-m", "-u", "HEAD", tree},
		{"read-tree", staged},
		{"update-index", "-q", "--refresh"},
	} {
		if _, err := r.run(ctx, call{step: failpoint.Name("git.restore-files"), op: "write files of", target: p.dir, dir: p.dir, args: args, limit: checkoutLimit}); err != nil {
			return inTheWay(err)
		}
	}
	return nil
}

func inTheWay(err error) error {
	var e *Error
	if errors.As(err, &e) && strings.Contains(e.Stderr, "would be overwritten") {
		e.kind = fm.ErrRefused
	}
	return err
}
