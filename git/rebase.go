package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Rebase puts the task's commits on top of the remote's base, fetched just now,
// publishes the branch as [Repo.Push] does, and returns its commit. Authors and
// messages stay as they are. A branch that has merges in it gets one more, of
// the base, instead: what was solved in them would have to be solved again.
//
// The work is done on objects alone. So [fm.ErrConflict], which names the files
// that both sides changed, leaves branch, worktree, index and remote as they
// were. [fm.ErrRefused] does so too where the worktree holds uncommitted files
// or something half-done, the branch is checked out elsewhere, the remote has
// commits that the branch does not, or the base has all of it already. When the
// base cannot be fetched, the error is transient.
//
// A task without a worktree has its branch moved; one without a branch here,
// as on another machine, gets the remote's, or [fm.ErrGone].
func (r *Repo) Rebase(ctx context.Context, at fm.Site) (sha string, err error) {
	p, err := r.place(at)
	if err == nil && at.Main {
		p, _, err = r.stand(ctx, at)
	}
	if err != nil {
		return "", err
	}
	if sha, err = r.rebase(ctx, p); err != nil {
		return "", fmt.Errorf("rebase %s onto %s: %w", p.branch, r.base, err)
	}
	if here, err := r.resolve(ctx, "", p.ref()); err != nil || here == "" {
		return sha, err // only the remote has the branch, and it needed nothing
	}
	return r.Push(ctx, at)
}

// rebase brings the branch here onto the base.
func (r *Repo) rebase(ctx context.Context, p place) (string, error) {
	if _, err := r.idle(ctx, p); err != nil {
		return "", err
	}
	tips, err := r.tips(ctx, p.branch)
	if err != nil {
		return "", err
	}
	there := tips[p.branch]
	here, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return "", err
	}
	head, err := r.headOf(ctx, p, here, there)
	if err != nil {
		return "", err
	}
	base, err := r.freshBase(ctx)
	if err != nil {
		return "", err
	}
	if done, err := r.contains(ctx, head, base); err != nil || done {
		return head, err
	}
	if err := r.mayReplace(ctx, p, there, head); err != nil {
		return "", err
	}
	sha, err := r.onto(ctx, p, base, head)
	if err != nil {
		return "", err
	}
	if there != "" {
		// All that is there is in what takes its place, so Push may replace it.
		if _, err := r.run(ctx, call{step: failpoint.Name("git.record-replaced"), op: "record push of", target: p.branch, args: []string{"update-ref", p.pushed(), there}}); err != nil {
			return "", err
		}
	}
	return sha, r.move(ctx, p, here, sha)
}

// headOf is the commit to rebase: the branch's here, else the remote's.
func (r *Repo) headOf(ctx context.Context, p place, here, there string) (string, error) {
	switch {
	case here != "":
		return here, nil
	case there == "":
		return "", fmt.Errorf("no such branch: %w", fm.ErrGone)
	}
	return there, r.fetch(ctx, networkLimit, "refs/heads/"+p.branch)
}

// freshBase is the remote's base as it is now.
func (r *Repo) freshBase(ctx context.Context) (string, error) {
	err := r.fetchBase(ctx)
	switch {
	case errors.Is(err, fm.ErrGone):
		return r.baseTip(ctx) // says what to do
	case err != nil:
		return "", err
	}
	return r.resolve(ctx, "", r.tracking())
}

// idle says whether the task's worktree is there. It refuses when moving the
// branch would get in the way of what somebody does with it.
func (r *Repo) idle(ctx context.Context, p place) (there bool, err error) {
	all, err := r.list(ctx, "")
	if err != nil {
		return false, err
	}
	for _, w := range all {
		switch {
		case w.gone, w.path == p.dir && (w.locked == "initializing" || !isFolder(p.dir)):
		case w.path == p.dir && w.branch != p.branch:
			return true, r.astray(ctx, p, w)
		case w.path == p.dir:
			return true, r.unfinished(ctx, p)
		case w.branch == p.branch:
			return false, fmt.Errorf("it is checked out in %q: switch that to another branch: %w", w.path, fm.ErrRefused)
		}
	}
	return false, nil
}

// unfinished refuses when the worktree is in the middle of something that git
// knows how to go on with.
func (r *Repo) unfinished(ctx context.Context, p place) error {
	gitDir, err := r.gitDir(ctx, p)
	if err != nil {
		return err
	}
	if what := underway(gitDir); what != "" {
		return fmt.Errorf("a %s in %q is not finished: finish or abort it: %w", what, p.dir, fm.ErrRefused)
	}
	return nil
}

// move sets the branch, and the worktree's files with it, from one commit to
// another; from is "" for a branch that is not there.
func (r *Repo) move(ctx context.Context, p place, from, to string) error {
	release, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	checkedOut, err := r.idle(ctx, p)
	if err != nil {
		return err
	}
	if !checkedOut {
		_, err := r.run(ctx, call{step: failpoint.Name("git.move-rebased"), op: "move", target: p.branch, args: durable("update-ref", "--create-reflog", "-m", "fm: rebase onto "+r.base, p.ref(), to, from)})
		return err
	}
	dirty, err := r.dirty(ctx, p)
	if err != nil {
		return err
	}
	if len(dirty) > 0 {
		return fmt.Errorf("%q holds what is not committed (%s): commit it, or move it away: %w", p.dir, fm.Line(dirty[0], 200)+more(dirty), fm.ErrRefused)
	}
	now, err := r.resolve(ctx, p.dir, "HEAD")
	if err != nil {
		return err
	}
	if now != from {
		return fmt.Errorf("%s got new commits meanwhile", p.branch)
	}
	// It refuses to write over a file that was changed since the look.
	_, err = r.run(ctx, call{step: failpoint.Name("git.reset-rebased"), op: "move", target: p.dir, dir: p.dir, args: durable("reset", "--quiet", "--keep", to), limit: checkoutLimit})
	return err
}

func more(names []string) string {
	if len(names) == 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", len(names)-1)
}
