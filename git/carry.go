package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// carry brings the main checkout, which is clean, from one commit to another,
// and HEAD with it: to the branch ref, or to the commit alone when ref is "".
// It does what git switch does, but for two things: ignored files in the way are
// not overwritten, and fm's own folder stays as it is whatever the two commits
// have of it. The caller has noted the way.
func (r *Repo) carry(ctx context.Context, h home, ref string) error {
	keep := []string{ownPath}
	shared, err := r.sharesConfig(ctx, h.from, h.to)
	if err != nil {
		return err
	}
	if shared {
		keep = append(keep, ":(exclude)"+configPath)
	}
	step := func(args ...string) (string, error) {
		return r.run(ctx, call{step: failpoint.Name("git.switch-main"), op: "switch to", target: h.target(ref), args: durable(args...), limit: checkoutLimit})
	}
	// What the index has of fm's folder is made equal to what the new commit has,
	// so that the merge below has nothing to do there.
	if _, err := step(append([]string{"reset", "--quiet", h.to, "--"}, keep...)...); err != nil {
		return err
	}
	if err := r.files(ctx, h, step); err != nil {
		_, undo := step(append([]string{"reset", "--quiet", "HEAD", "--"}, keep...)...)
		return errors.Join(err, undo)
	}
	said := fmt.Sprintf("checkout: moving from %.12s to %s (fm)", h.from, h.target(ref))
	if ref != "" {
		_, err = step("symbolic-ref", "-m", said, "HEAD", ref)
	} else {
		_, err = step("update-ref", "--no-deref", "-m", said, "HEAD", h.to)
	}
	if err != nil {
		return err
	}
	// Git lets it fail too: the branch is switched by then.
	_, _ = step("hook", "run", "--ignore-missing", "post-checkout", "--", h.from, h.to, "1")
	return nil
}

func (h home) target(ref string) string {
	if ref == "" {
		return fmt.Sprintf("%.12s", h.to)
	}
	return strings.TrimPrefix(ref, "refs/heads/")
}

// files writes the files of the new commit. What the index does not have stays as
// it is: what is spared on the way back, and on the way there what is alike.
func (r *Repo) files(ctx context.Context, h home, step func(...string) (string, error)) error {
	if _, err := step("update-index", "-q", "--refresh"); err != nil {
		return err
	}
	tree, err := step("write-tree")
	if err != nil {
		return err
	}
	if tree, err = r.adopt(ctx, h, strings.TrimSpace(tree)); err != nil {
		return err
	}
	_, err = step("read-tree", "-m", "-u", "--no-recurse-submodules", tree, h.to)
	return inTheWay(err)
}

// adopt takes files that git does not know into the index, where they are as in
// the new commit, and gives the tree with them. It refuses when others stand in
// its way.
func (r *Repo) adopt(ctx context.Context, h home, tree string) (string, error) {
	found, err := r.obstaclesNow(ctx, tree, h.to)
	if err != nil || len(found) == 0 {
		return tree, err
	}
	with, err := r.index(ctx, found, "--add")
	if err != nil {
		return "", err
	}
	differ, err := r.unlike(ctx, with, h.to, found)
	if err == nil && len(differ) > 0 {
		err = blocked(differ)
	}
	if err != nil {
		_, undo := r.index(ctx, found, "--force-remove")
		return "", errors.Join(err, undo)
	}
	return with, nil
}

// index puts files into the index of the main checkout, or takes them out of it,
// and gives its tree.
func (r *Repo) index(ctx context.Context, names []string, how string) (string, error) {
	if _, err := r.run(ctx, call{step: failpoint.Name("git.adopt-index"), op: "write index of", target: r.root, args: durable("update-index", how, "-z", "--stdin"), stdin: strings.Join(names, "\x00") + "\x00"}); err != nil {
		return "", err
	}
	out, err := r.run(ctx, call{op: "write files of", target: r.root, args: durable("write-tree")})
	return strings.TrimSpace(out), err
}

// obstaclesNow are those of the index as it is.
func (r *Repo) obstaclesNow(ctx context.Context, tree, to string) ([]string, error) {
	return r.obstacles(ctx, func(op string, c call) (string, error) {
		c.op, c.target = op, r.root
		return r.run(ctx, c)
	}, tree, to)
}

// free refuses when files that git does not know stand where a commit has others.
// It changes nothing.
func (r *Repo) free(ctx context.Context, tree, to string) error {
	found, err := r.obstaclesNow(ctx, tree, to)
	if err != nil || len(found) == 0 {
		return err
	}
	l, err := r.look(ctx, r.inMain(place{}), to)
	if err != nil {
		return err
	}
	defer l.done()
	differ, err := r.unlike(ctx, l.files, to, found)
	if err == nil && len(differ) > 0 {
		err = blocked(differ)
	}
	return err
}

func blocked(names []string) error {
	return fmt.Errorf("files that git ignores in the main checkout are in the way (%s): move them away: %w", some(names), fm.ErrRefused)
}

// wipe makes the main checkout what HEAD has, but for what is spared on the way
// to the user's commit, which is "" when it is not on the way there. Everything in
// the look has to be kept somewhere; a file that has changed since is not
// overwritten.
func (r *Repo) wipe(ctx context.Context, l *look, home string) error {
	from, to := l.files, "HEAD"
	if home != "" {
		names, err := r.spared(ctx, l.files, home)
		if err != nil {
			return err
		}
		if len(names) > 0 {
			if from, to, err = l.without(names); err != nil {
				return err
			}
		}
	}
	if _, err := l.in("clear", call{args: []string{"read-tree", "-m", "-u", "--no-recurse-submodules", from, to}}); err != nil {
		return err
	}
	defer failpoint.Step("git.clear-main")()
	// As git does it: whoever makes the lock file may replace the index. The
	// flags that a user has set on files in it stay so.
	lock := filepath.Join(r.common, "index.lock")
	if err := os.Link(l.index, lock); err != nil {
		return fmt.Errorf("write index of %q: %w", r.root, err)
	}
	return os.Rename(lock, filepath.Join(r.common, "index"))
}

// mend undoes what was cut off on the way between two commits. It says whether
// it did: not when somebody has worked in the checkout since. See wipe for home.
func (r *Repo) mend(ctx context.Context, c checkout, home string) (bool, error) {
	h := c.home
	if h.way == "" || (c.main.head != h.from && c.main.head != h.to) {
		return false, nil
	}
	l, err := r.look(ctx, r.inMain(place{}), h.from, h.to)
	if err != nil {
		return false, err
	}
	defer l.done()
	trees := []string{l.files}
	if h.way != clearing && l.staged != "" {
		trees = append(trees, l.staged) // what was staged before is preserved, and anything since is not
	}
	for _, tree := range trees {
		if mixed, err := r.mixed(ctx, tree, h.from, h.to); err != nil || !mixed {
			return false, err
		}
	}
	return true, r.wipe(ctx, l, home)
}

// mixed says whether each file of a tree is as in one of two commits, or missing
// as in one of them.
func (r *Repo) mixed(ctx context.Context, tree, a, b string) (bool, error) {
	var differ [2][]string
	for i, commit := range []string{a, b} {
		out, err := r.run(ctx, call{op: "compare with", target: commit, args: []string{"diff-tree", "-r", "-z", "--name-only", "--no-renames", tree, commit, "--", ".", notOwn}})
		if err != nil {
			return false, err
		}
		differ[i] = fields(out)
	}
	other := map[string]bool{}
	for _, name := range differ[0] {
		other[name] = true
	}
	return !slices.ContainsFunc(differ[1], func(name string) bool { return other[name] }), nil
}

// clearMainLocks does for the main checkout what clearStaleLocks does for
// worktrees. The processes of a task that has it are gone; a user's are not.
func (r *Repo) clearMainLocks(c checkout, p place) error {
	left, _ := filepath.Glob(filepath.Join(globEscape(r.common), indexPrefix+"*")) // a bad pattern is an empty answer
	for _, path := range left {
		_ = os.Remove(path) // of a look that was cut off: the caller holds the writer lock
	}
	age := staleAge
	if r.holds(c, p) {
		age = youngAge
	}
	for _, path := range []string{filepath.Join(r.common, "index.lock"), filepath.Join(r.common, "HEAD.lock")} {
		if err := clearLock(path, age, r.root); err != nil {
			return err
		}
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("a git command may be at work in %q: it holds %q", r.root, path)
		}
	}
	return r.clearStaleLocks(p, c.rest)
}
