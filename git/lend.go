package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// lend gives the main checkout to a task: HEAD is on the task's branch when it
// returns. What the checkout was on is noted before anything is touched, and
// goes back there with [Repo.Remove].
//
// A checkout that is on the branch already is kept as it is, uncommitted files
// included: the attempt goes on. Any other must be clean; see [Repo.Idle]. A
// new branch starts where one in a worktree would, or, for a stacked site, at
// the last stacked branch that was completed, if that has all that its user's
// own branch has, else at the user's branch. What was cut off anywhere is
// carried on by the next call.
//
// A worktree that has the branch, of an earlier attempt, is preserved and
// removed, unless a process is at work in it.
func (r *Repo) lend(ctx context.Context, at fm.Site, p place) error {
	tip := ""
	if !at.Stacked {
		var err error
		if tip, err = r.baseTip(ctx); err != nil {
			return err
		}
	}
	release, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer r.sweep()
	defer release()
	c, err := r.checkout(ctx)
	if err != nil {
		return err
	}
	if err := r.clearMainLocks(c, p); err != nil {
		return err
	}
	user := ""
	if c.home.way == entering && c.main.head == c.home.from {
		user = c.home.from
	}
	if _, err := r.mend(ctx, c, user); err != nil {
		return err
	}
	if r.holds(c, p) {
		return r.hold(ctx, c, p)
	}
	if err := r.exclude(); err != nil {
		return err
	}
	if err := r.unused(ctx, c); err != nil {
		return err
	}
	return r.enter(ctx, at, p, c, tip)
}

func lendError(p place, err error) error {
	return fmt.Errorf("use the main checkout for issue %s: %w", p.id.Ref(), err)
}

// hold keeps a checkout that the task has. Where a person switched to the
// branch, that is what it goes back to.
func (r *Repo) hold(ctx context.Context, c checkout, p place) error {
	h := c.home.arrived()
	if h.branch == "" {
		h = home{ref: p.ref(), commit: c.main.head}
	}
	if h.branch = p.branch; h != c.home {
		if err := r.writeHome(ctx, h); err != nil {
			return err
		}
	}
	return r.exclude()
}

// enter checks the branch out in a checkout that is clean.
func (r *Repo) enter(ctx context.Context, at fm.Site, p place, c checkout, tip string) error {
	h := c.homeFor(p.branch)
	have, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return err
	}
	start, err := r.startOf(ctx, at, p, h, have, tip)
	if err != nil {
		return err
	}
	h.way, h.from, h.to = entering, c.main.head, start
	if err := r.mayEnter(ctx, h, have); err != nil {
		return err
	}
	if err := r.vacate(ctx, p, c.rest); err != nil {
		return err
	}
	if c.main.branch == "" { // no branch has what was committed there
		if safe, err := r.published(ctx, p, c.main.head); err != nil {
			return err
		} else if !safe {
			if _, err := r.keep(ctx, p, c.main.head); err != nil {
				return err
			}
		}
	}
	// From here on it is carried to its end: a git that is killed in the middle
	// leaves half of the files.
	ctx = context.WithoutCancel(ctx)
	if err := r.writeHome(ctx, h); err != nil {
		return err
	}
	if err := r.exclude(); err != nil {
		return err
	}
	if err := r.begin(ctx, at, p, have, start); err != nil {
		return err
	}
	if err := r.dropMarkers(ctx); err != nil {
		return err
	}
	if err := r.carry(ctx, h, p.ref()); err != nil {
		return err
	}
	return r.writeHome(ctx, h.arrived())
}

// startOf is the commit that the branch is to be at: where it is, once it has
// commits of its own.
func (r *Repo) startOf(ctx context.Context, at fm.Site, p place, h home, have, tip string) (string, error) {
	if !at.Stacked {
		if have == "" {
			return r.begun(ctx, p, tip)
		}
		if behind, err := r.contains(ctx, tip, have); err != nil || !behind {
			return have, err
		}
		return tip, nil
	}
	if have != "" {
		old, err := r.resolve(ctx, "", p.start())
		if err != nil || old != have {
			return have, err
		}
	}
	return r.stackTip(ctx, h)
}

// stackRef is the last stacked branch that was completed.
const stackRef = "refs/fm/stack"

func (r *Repo) stackTip(ctx context.Context, h home) (string, error) {
	tip, err := r.homeTip(ctx, h)
	if err != nil {
		return "", err
	}
	top, err := r.resolve(ctx, "", stackRef)
	if err != nil || top == "" {
		return tip, err
	}
	if on, err := r.contains(ctx, top, tip); err != nil || !on {
		return tip, err
	}
	return top, nil
}

// homeTip is where the user's branch is now, or was last.
func (r *Repo) homeTip(ctx context.Context, h home) (string, error) {
	if h.ref == "" {
		return h.commit, nil
	}
	tip, err := r.resolve(ctx, "", h.ref)
	if err == nil && tip == "" {
		tip = h.commit
	}
	return tip, err
}

// begin makes the branch, or moves one without commits of its own, and notes
// where a stacked one begins.
func (r *Repo) begin(ctx context.Context, at fm.Site, p place, have, start string) error {
	if have == start {
		return nil
	}
	if at.Stacked {
		if _, err := r.run(ctx, call{step: failpoint.Name("git.note-start"), op: "note", target: p.start(), args: durable("update-ref", p.start(), start)}); err != nil {
			return err
		}
	}
	_, err := r.run(ctx, call{step: failpoint.Name("git.make-branch"), op: "make", target: p.branch, args: durable("update-ref", "--create-reflog", "-m", "fm: begin", p.ref(), start, have)})
	return err
}

// mayEnter refuses while nothing is touched yet what would stand in the way.
func (r *Repo) mayEnter(ctx context.Context, h home, have string) error {
	if have == "" {
		out, err := r.run(ctx, call{op: "read", target: h.to, args: append([]string{"ls-tree", "--name-only", h.to, "--"}, markers()...)})
		if err != nil {
			return err
		}
		if name, _, _ := strings.Cut(out, "\n"); name != "" {
			return fmt.Errorf("%s is a file of the repository, and fm writes one of that name: rename it, or work in worktrees: %w", name, fm.ErrRefused)
		}
	}
	if _, err := os.Lstat(filepath.Join(r.root, ".gitmodules")); err == nil {
		out, err := r.run(ctx, call{op: "compare with", target: h.to, args: []string{"diff-tree", "-r", "-z", "--no-renames", "--raw", h.from, h.to}})
		if err != nil {
			return err
		}
		if name := submodule(fields(out)); name != "" {
			return fmt.Errorf("submodule %s is another one on the task's branch: git pull, and git submodule update, or work in worktrees: %w", fm.Line(name, 200), fm.ErrRefused)
		}
	}
	return r.free(ctx, h.from, h.to)
}

// submodule gives the first one of what `git diff-tree --raw -z` lists.
func submodule(raw []string) string {
	for i := 0; i+1 < len(raw); i += 2 {
		if strings.HasPrefix(raw[i], ":160000 ") || strings.Contains(raw[i], " 160000 ") {
			return raw[i+1]
		}
	}
	return ""
}

// dropMarkers removes what fm and the last task's agent left in the checkout
// beside the work.
func (r *Repo) dropMarkers(ctx context.Context) error {
	out, err := r.run(ctx, call{op: "list files of", target: r.root, args: append([]string{"ls-files", "-z", "--"}, markers()...)})
	if err != nil {
		return err
	}
	tracked := "\x00" + out
	for _, name := range markers() {
		if !strings.Contains(tracked, "\x00"+name+"\x00") {
			_ = os.Remove(filepath.Join(r.root, name)) // git does not see what is left
		}
	}
	return nil
}
