package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm/failpoint"
)

// provideNew gives a worktree to a task of which nothing is there yet, with as few
// processes as that takes: one from the reserve, where a branch can begin at the
// base, else a new one. It is false, and has done nothing, wherever more
// has to be looked at: ensure does that. The caller holds the writer lock, and
// has asked the remote for its base, or need not.
func (r *Repo) provideNew(ctx context.Context, p place) (bool, error) {
	all, err := r.entries()
	if err != nil {
		return false, err
	}
	if mended, err := r.mendTaken(ctx, p, all); err != nil || mended || !r.untouched(p, all) {
		return false, err
	}
	var known []worktree
	for _, e := range all {
		known = append(known, worktree{path: e.path})
	}
	if err := r.clearStaleLocks(p, append(known, worktree{path: r.root})); err != nil {
		return false, err
	}
	refs, err := r.commits(ctx, r.tracking(), p.ref(), r.there(p))
	tip := refs[r.tracking()]
	if err != nil || tip == "" || refs[p.ref()] != "" || refs[r.there(p)] != "" {
		return false, err
	}
	for _, e := range all {
		if !r.reserved(e) || !r.sound(ctx, e) {
			continue
		}
		if err := r.take(ctx, p, e, tip); err == nil || ctx.Err() != nil {
			return true, err
		}
		// Whatever it was, it may be the ready worktree's fault.
		return false, r.putAway(ctx, p)
	}
	return true, r.addTree(ctx, p, "-b", p.branch, "--", p.dir, tip)
}

// untouched says whether nothing stands in the task's place, and its branch is
// checked out nowhere, not even before its first commit.
func (r *Repo) untouched(p place, all []entry) bool {
	if _, err := os.Lstat(p.dir); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	heads := []string{firstLine(filepath.Join(r.common, "HEAD"))}
	for _, e := range all {
		if e.path == p.dir {
			return false
		}
		heads = append(heads, e.head)
	}
	for _, h := range heads {
		// In a repository with reftables the file tells nothing.
		if h == "" || h == "ref: "+p.ref() || h == "ref: refs/heads/.invalid" {
			return false
		}
	}
	return true
}

// there is where the remote's branch of the task is known.
func (r *Repo) there(p place) string { return "refs/remotes/" + r.remote + "/" + p.branch }

// take moves a ready worktree into the task's place. Cut off anywhere, it leaves
// what provideNew and ensure carry on: the folder, then git's note of it, then the
// branch, each tells what was meant.
func (r *Repo) take(ctx context.Context, p place, e entry, tip string) error {
	if _, err := r.run(ctx, call{step: failpoint.Name("git.take-ready"), op: "move worktree to", target: p.dir, args: []string{"worktree", "move", "--", e.path, p.dir}}); err != nil {
		return err
	}
	e.path = p.dir
	if err := r.branchOff(ctx, e, "-c", p.branch, tip); err != nil {
		return err
	}
	return r.hand(ctx, e, tip)
}

// branchOff brings a ready worktree to the task's branch, wherever the base is by
// now. It keeps from hooks that it was there before: to them it comes into being
// with hand.
func (r *Repo) branchOff(ctx context.Context, e entry, to ...string) error {
	args := append([]string{"-c", "core.hooksPath=/dev/null", "switch", "--quiet", "--no-guess"}, to...)
	_, err := r.in(ctx, e, call{step: failpoint.Name("git.take-branch"), op: "switch branch in", args: args})
	return err
}

// hand runs the hook that `git worktree add` would have run, as it would have, and
// notes that the worktree is the task's.
func (r *Repo) hand(ctx context.Context, e entry, tip string) error {
	// It may fail: the worktree is there by then.
	_, _ = r.in(ctx, e, call{op: "run hook in", args: []string{
		"hook", "run", "--ignore-missing", "post-checkout", "--", strings.Repeat("0", len(tip)), tip, "1",
	}})
	defer failpoint.Step("git.take-hand")()
	return os.Rename(filepath.Join(e.dir, readyFile), filepath.Join(e.dir, madeFile))
}

// handOn carries on with a worktree that was taken for the task, and not handed to
// it before fm was killed. Nobody has worked in it. It is false for any other.
func (r *Repo) handOn(ctx context.Context, p place, w worktree, tip string) (bool, error) {
	all, err := r.entries()
	if err != nil {
		return false, err
	}
	e, _ := at(all, p.dir)
	if e.ready == "" || gitFile(p.dir) != e.dir {
		return false, nil
	}
	if w.branch == "" {
		if err := r.branchAgain(ctx, p, e, tip); err != nil {
			return false, err
		}
	}
	return w.branch == "" || w.branch == p.branch, r.hand(ctx, e, tip)
}

// branchAgain is branchOff after a kill, which may have cut off another one.
func (r *Repo) branchAgain(ctx context.Context, p place, e entry, tip string) error {
	if err := r.reset(ctx, e, tip); err != nil {
		return err
	}
	have, err := r.resolve(ctx, "", p.ref())
	if err != nil {
		return err
	}
	if have != "" {
		return r.branchOff(ctx, e, p.branch)
	}
	start, err := r.begun(ctx, p, tip)
	if err != nil {
		return err
	}
	return r.branchOff(ctx, e, "-c", p.branch, start)
}

// putAway takes a ready worktree out of the task's place, of which none could be
// made there.
func (r *Repo) putAway(ctx context.Context, p place) error {
	all, err := r.entries()
	if err != nil {
		return err
	}
	if mended, err := r.mendTaken(ctx, p, all); err != nil || mended {
		return err
	}
	if e, ok := at(all, p.dir); ok && e.ready != "" && e.head == e.ready {
		return r.discard(ctx, p, worktree{path: p.dir})
	}
	return nil
}

// commits gives the commits of those of the refs that there are.
func (r *Repo) commits(ctx context.Context, names ...string) (map[string]string, error) {
	out, err := r.run(ctx, call{op: "resolve", target: strings.Join(names, " "), args: append([]string{"for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", "--"}, names...)})
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for line := range strings.Lines(out) {
		// A name is also a folder of names, which are not asked for.
		if words := strings.Fields(line); len(words) == 3 && words[0] == "commit" {
			found[words[2]] = words[1]
		}
	}
	return found, nil
}
