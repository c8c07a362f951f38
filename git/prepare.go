package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// checkoutLimit is for writing out all files of a large repository.
const checkoutLimit = 10 * time.Minute

// Prepare gives the task a worktree <WorktreeDir>/issue-<id> on the site's
// branch, subissue/<id> or fix/issue-<id>, and returns its folder and the name
// of the base branch. A site in the main checkout gets its branch checked out
// there instead; see [Repo.lend].
//
// A new branch starts at the remote's base, fetched just now, or as last seen
// when the remote cannot be reached; or where the remote has the branch already,
// from another machine or from before everything here was lost. A worktree that is there is kept as it
// is, uncommitted files included; so is a branch. What a crash or a person
// left half-done is repaired where nothing can be lost by it, and refused with
// a text that says what to do where it cannot: errors wrap [fm.ErrRefused]
// then.
func (r *Repo) Prepare(ctx context.Context, at fm.Site) (dir, base string, err error) {
	p, err := r.place(at)
	if err != nil {
		return "", "", err
	}
	if at.Main {
		if err := r.lend(ctx, at, p); err != nil {
			return "", "", lendError(p, err)
		}
		return r.root, r.base, nil
	}
	if err := r.provide(ctx, p); err != nil {
		return "", "", err
	}
	return p.dir, r.base, nil
}

// provide is Prepare for a worktree.
func (r *Repo) provide(ctx context.Context, p place) error {
	if r.reserve.fresh() && r.anyReserved() {
		if done, err := r.locked(ctx, p, r.provideNew); done || err != nil {
			return err
		}
	}
	stale, err := r.askBase(ctx)
	if err != nil {
		return creationError(p, err)
	}
	_, err = r.locked(ctx, p, func(ctx context.Context, p place) (bool, error) {
		if done, err := r.provideNew(ctx, p); done || err != nil {
			return done, err
		}
		tip, err := r.knownBase(ctx, stale)
		if err != nil {
			return false, err
		}
		return true, r.ensure(ctx, p, tip)
	})
	return err
}

// locked makes a worktree with the writer lock, in a way that says whether there is
// one then.
func (r *Repo) locked(ctx context.Context, p place, way func(context.Context, place) (bool, error)) (done bool, err error) {
	release, err := r.lock(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	if err := r.exclude(); err != nil {
		return false, err
	}
	if done, err = way(ctx, p); err == nil && done {
		err = errors.Join(r.made(p), r.restored(p))
	}
	if err != nil {
		return false, creationError(p, err)
	}
	return done, nil
}

// creationError is what the user knows from the first design of fm, on fewer
// lines.
func creationError(p place, err error) error {
	return fmt.Errorf(uncreated+"%s: %w"+causes+"the branch is in use elsewhere, the folder is taken, a git command was cut off; try: git worktree prune)", p.id.Ref(), err)
}

// ensure brings the task's worktree about. The caller holds the writer lock.
func (r *Repo) ensure(ctx context.Context, p place, tip string) error {
	all, err := r.list(ctx, "")
	if err != nil {
		return err
	}
	if err := r.clearStaleLocks(p, all); err != nil {
		return err
	}
	for _, w := range all {
		switch {
		case w.path == p.dir && r.foreign(p, w):
			return theirs(p, w)
		case w.path == p.dir:
			return r.reuse(ctx, p, w, tip)
		case w.branch == p.branch && w.path == r.root:
			return fmt.Errorf("branch %s is checked out in the main checkout: switch that to another branch: %w", p.branch, fm.ErrRefused)
		case w.branch == p.branch && !w.gone:
			return inUse(p, w)
		case w.branch == p.branch:
			if err := r.forget(ctx, w); err != nil {
				return err
			}
		}
	}
	return r.add(ctx, p, tip)
}

func inUse(p place, w worktree) error {
	return fmt.Errorf("branch %s is checked out in %q: switch that to another branch, or remove it with git worktree remove: %w", p.branch, w.path, fm.ErrRefused)
}

// reuse keeps a registered worktree, or makes it anew when its folder is gone
// or was never finished.
func (r *Repo) reuse(ctx context.Context, p place, w worktree, tip string) error {
	info, err := os.Lstat(p.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := r.forget(ctx, w); err != nil {
			return err
		}
		return r.add(ctx, p, tip)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%q is not a folder: move it away: %w", p.dir, fm.ErrRefused)
	case w.locked == "initializing":
		return r.redo(ctx, p, w, tip)
	case w.gone:
		return r.reconnect(ctx, p)
	case r.astrayFile(p):
		if err := r.mendLinks(ctx, p.dir); err != nil {
			return err
		}
	}
	if done, err := r.handOn(ctx, p, w, tip); err != nil || done {
		return err
	}
	return r.settle(ctx, p, w, tip)
}

// settle makes sure that a kept worktree is on its branch, because what is
// committed elsewhere would never be pushed. What stands uncommitted in it is
// preserved, and stays in it. A branch that is gone starts anew where its
// agent was; but one issue may be a subissue now and have been mended as a whole
// before, or the other way round, and that work is none of this task's.
func (r *Repo) settle(ctx context.Context, p place, w worktree, base string) error {
	if w.branch == p.branch {
		return nil
	}
	if rebasing, err := r.rebasing(ctx, p); err != nil || rebasing {
		return err // its agent finishes or aborts that
	}
	if _, err := r.preserve(ctx, p, w); err != nil {
		return err
	}
	tip, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return err
	}
	_, others := fm.TaskOf(w.branch)
	args := []string{"switch", "--quiet", "--no-guess", p.branch}
	switch {
	case tip == "" && others:
		start, err := r.begun(ctx, p, base)
		if err != nil {
			return err
		}
		args = []string{"switch", "--quiet", "-c", p.branch, start}
	case tip == "":
		args = []string{"switch", "--quiet", "-c", p.branch}
	case others:
		if err := r.freshen(ctx, p, tip, base); err != nil {
			return err
		}
	}
	if _, err := r.run(ctx, call{step: failpoint.Name("git.switch-worktree"), op: "switch to", target: p.branch, dir: p.dir, args: args, limit: checkoutLimit}); err != nil {
		return fmt.Errorf("%w: commit or move away what is in the way in %q: %w", err, p.dir, fm.ErrRefused)
	}
	return nil
}

// rebasing says whether the worktree's branch is in the middle of a rebase.
func (r *Repo) rebasing(ctx context.Context, p place) (bool, error) {
	gitDir, err := r.gitDir(ctx, p)
	return err == nil && rebases(gitDir, p), err
}

func rebases(gitDir string, p place) bool {
	for _, kind := range []string{"rebase-merge", "rebase-apply"} {
		name, err := os.ReadFile(filepath.Join(gitDir, kind, "head-name"))
		if err == nil && strings.TrimSpace(string(name)) == p.ref() {
			return true
		}
	}
	return false
}

func (r *Repo) gitDir(ctx context.Context, p place) (string, error) {
	out, err := r.run(ctx, call{op: "find git dir of", target: p.dir, dir: p.dir, args: []string{"rev-parse", "--absolute-git-dir"}})
	return strings.TrimSuffix(out, "\n"), err
}

// add makes the worktree, with a new branch off tip or on the one that is
// there.
func (r *Repo) add(ctx context.Context, p place, tip string) error {
	if err := r.occupied(p); err != nil {
		return err
	}
	have, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return err
	}
	if have == "" {
		start, err := r.begun(ctx, p, tip)
		if err != nil {
			return err
		}
		return r.addTree(ctx, p, "-b", p.branch, "--", p.dir, start)
	}
	if err := r.freshen(ctx, p, have, tip); err != nil {
		return err
	}
	return r.addTree(ctx, p, "--", p.dir, p.branch)
}

// addTree is given a commit for a new branch, not the base's name: a branch that
// tracked the base would aim a bare `git push` of the agent at it.
func (r *Repo) addTree(ctx context.Context, p place, args ...string) error {
	args = append([]string{"worktree", "add", "--quiet"}, args...)
	_, err := r.run(ctx, call{step: failpoint.Name("git.add-worktree"), op: "add worktree", target: p.dir, args: args, limit: checkoutLimit})
	return err
}

// begun is where a new branch starts: at tip, or at the remote's branch of that
// name where it has commits beyond tip.
func (r *Repo) begun(ctx context.Context, p place, tip string) (string, error) {
	there, err := r.resolve(ctx, "", "refs/remotes/"+r.remote+"/"+p.branch)
	if err != nil || there == "" || r.remote == "" {
		return tip, err
	}
	merged, err := r.contains(ctx, tip, there)
	if err != nil || merged {
		return tip, err
	}
	return there, nil
}

// freshen moves a branch without commits of its own up to the base.
func (r *Repo) freshen(ctx context.Context, p place, have, tip string) error {
	behind, err := r.contains(ctx, tip, have)
	if err != nil || !behind || have == tip {
		return err
	}
	_, err = r.run(ctx, call{step: failpoint.Name("git.freshen"), op: "move", target: p.branch, args: durable("update-ref", p.ref(), tip, have)})
	return err
}
