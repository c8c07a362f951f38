package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// giveBack returns the main checkout to its user: what is uncommitted is
// preserved, the tree is clean, fm's own files are gone, ignored ones stay, also
// those that the task's branch has added, and HEAD is where it was before [Repo.lend], or on no branch at that branch's last
// commit when the branch is gone or checked out elsewhere: the remark says so. A
// rebase or merge that was not finished is left off.
//
// When HEAD is on another branch, its user has taken the checkout back, and
// nothing is touched but fm's own files, which go.
//
// For a stacked site it says that the task is completed: the next stacked one
// starts on top of it, if it has commits and nothing was uncommitted. For one
// that has failed, the caller says Stacked false.
func (r *Repo) giveBack(ctx context.Context, at fm.Site, p place) (remark string, err error) {
	c, err := r.checkout(ctx)
	if err != nil {
		return "", err
	}
	ours := c.home.branch == p.branch
	cut := ours && c.home.way != ""
	if !r.holds(c, p) && !cut {
		return "", r.release(ctx, c, p) // whatever its user does there is not waited for
	}
	if err := r.clearMainLocks(c, p); err != nil {
		return "", err
	}
	mended := false
	if ours {
		home, err := r.homeTip(ctx, c.home)
		if err != nil {
			return "", err
		}
		if mended, err = r.mend(ctx, c, home); err != nil {
			return "", err
		}
	}
	if !r.holds(c, p) {
		return "", r.release(ctx, c, p)
	}
	p = r.inMain(p)
	h := c.home
	if h.branch == "" {
		h = home{branch: p.branch, ref: p.ref(), commit: c.main.head}
	}
	if !mended || h.way == entering {
		if err := r.clear(ctx, at, p, h); err != nil {
			return "", err
		}
	}
	return r.leave(ctx, p, h)
}

// release forgets that the task had the checkout, which is on something else by
// now, and takes away what fm wrote there.
func (r *Repo) release(ctx context.Context, c checkout, p place) error {
	if c.home.branch == p.branch {
		if err := r.dropMarkers(ctx); err != nil {
			return err
		}
		return r.forgetHome(ctx)
	}
	return r.exclude() // which may have been cut off the last time
}

// clear preserves what is uncommitted, and then removes it.
func (r *Repo) clear(ctx context.Context, at fm.Site, p place, h home) error {
	to, err := r.homeTip(ctx, h)
	if err != nil {
		return err
	}
	l, err := r.look(ctx, p, to)
	if err != nil {
		return fmt.Errorf("preserve: %w", err)
	}
	defer l.done()
	top, err := r.stack(ctx, p, l.head, l.staged, l.files)
	if err != nil {
		return err
	}
	if _, err := r.save(ctx, p, top); err != nil {
		return err
	}
	if top == l.head && at.Stacked {
		if err := r.heap(ctx, p, l.head); err != nil {
			return err
		}
	}
	ctx = context.WithoutCancel(ctx)
	h.way, h.from, h.to = clearing, top, l.head
	if err := r.writeHome(ctx, h); err != nil {
		return err
	}
	return r.wipe(ctx, l, to)
}

// heap makes a branch the one that the next stacked task starts on.
func (r *Repo) heap(ctx context.Context, p place, head string) error {
	tip, err := r.resolve(ctx, "", p.ref())
	if err != nil || tip != head {
		return err
	}
	start, err := r.resolve(ctx, "", p.start())
	if err != nil || start == "" || start == head {
		return err
	}
	if on, err := r.contains(ctx, head, start); err != nil || !on {
		return err
	}
	_, err = r.run(ctx, call{step: failpoint.Name("git.note-stack"), op: "note", target: stackRef, args: durable("update-ref", stackRef, head)})
	return err
}

// leave switches a clean checkout back to what its user had.
func (r *Repo) leave(ctx context.Context, p place, h home) (remark string, err error) {
	ctx = context.WithoutCancel(ctx)
	if err := r.leaveOff(ctx, p); err != nil {
		return "", err
	}
	if err := r.dropMarkers(ctx); err != nil {
		return "", err
	}
	if h.ref == p.ref() {
		return "", r.forgetHome(ctx)
	}
	head, err := r.resolve(ctx, "", "HEAD")
	if err != nil {
		return "", err
	}
	to, err := r.homeTip(ctx, h)
	if err != nil {
		return "", err
	}
	ref, remark, err := r.freeRef(ctx, h)
	if err != nil {
		return "", err
	}
	h.way, h.from, h.to = leaving, head, to
	if err := r.writeHome(ctx, h); err != nil {
		return "", err
	}
	if err := r.carry(ctx, h, ref); err != nil {
		return "", err
	}
	return remark, r.forgetHome(ctx)
}

// freeRef is the user's branch, "" when it is gone or in use elsewhere, which
// the remark tells.
func (r *Repo) freeRef(ctx context.Context, h home) (ref, remark string, err error) {
	c, err := r.checkout(ctx)
	if err != nil || h.ref == "" {
		return "", "", err
	}
	const detached = ": the main checkout is on a detached HEAD: git switch BRANCH"
	for _, w := range c.rest {
		if "refs/heads/"+w.branch == h.ref {
			return "", fmt.Sprintf("branch %s is checked out in %q", fm.Line(h.name(), 100), w.path) + detached, nil
		}
	}
	tip, err := r.resolve(ctx, "", h.ref)
	if err != nil || tip == "" {
		return "", "branch " + fm.Line(h.name(), 100) + " is gone" + detached, err
	}
	return h.ref, "", nil
}

// leaveOff has git forget what it is in the middle of. The files are HEAD's.
func (r *Repo) leaveOff(ctx context.Context, p place) error {
	for _, sign := range []struct {
		file string
		args []string
	}{
		{"rebase-merge", []string{"rebase", "--quit"}},
		{"rebase-apply/applying", []string{"am", "--quit"}},
		{"rebase-apply", []string{"rebase", "--quit"}},
		{"MERGE_HEAD", []string{"merge", "--quit"}},
		{"CHERRY_PICK_HEAD", []string{"cherry-pick", "--quit"}},
		{"REVERT_HEAD", []string{"revert", "--quit"}},
		{"sequencer", []string{"cherry-pick", "--quit"}},
		{"BISECT_START", []string{"bisect", "reset", "HEAD"}},
	} {
		if _, err := os.Lstat(filepath.Join(r.common, filepath.FromSlash(sign.file))); err != nil {
			continue
		}
		if _, err := r.run(ctx, call{step: failpoint.Name("git.leave-off"), op: "leave off", target: strings.Join(sign.args[:1], " ") + " of " + p.branch, args: sign.args, limit: checkoutLimit}); err != nil {
			return err
		}
	}
	return nil
}

// vacate takes the branch out of the worktree that an earlier attempt had.
func (r *Repo) vacate(ctx context.Context, p place, all []worktree) error {
	for _, w := range all {
		switch {
		case w.path == p.dir && (w.branch == p.branch || rebases(r.adminDir(p), p)):
			if pid := inhabitant(p.dir); pid != "" {
				return fmt.Errorf("%s is checked out in %q, where process %s is at work: end that first: %w", p.branch, p.dir, pid, fm.ErrRefused)
			}
			if err := r.takeOut(ctx, p, w); err != nil {
				return err
			}
		case w.branch == p.branch && w.gone:
			if err := r.forget(ctx, w); err != nil {
				return err
			}
		case w.branch == p.branch:
			return inUse(p, w)
		}
	}
	return nil
}

// inhabitant gives the id of a process whose working folder is dir or below; ""
// when there is none, or where there is no /proc to ask.
func inhabitant(dir string) string {
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return ""
	}
	for _, e := range procs {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd"))
		if err == nil && (cwd == dir || within(cwd, dir)) {
			return e.Name()
		}
	}
	return ""
}
