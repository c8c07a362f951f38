package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
)

// Idle refuses with one line, which names up to five paths and says what to do,
// when the main checkout cannot be given to a task: something is not committed
// there, or a merge or the like is not finished. Ignored files do not count. One
// that a task has already is in fm's hands, and idle as far as its user goes.
// Nothing is changed, and no remote asked.
func (r *Repo) Idle(ctx context.Context) error {
	c, err := r.checkout(ctx)
	if err != nil {
		return err
	}
	if t, ok := fm.TaskOf(c.home.branch); ok {
		if p, err := r.place(t.Site()); err == nil && r.holds(c, p) {
			return nil
		}
	}
	return r.unused(ctx, c)
}

// unused is Idle for a checkout that another task may have had.
func (r *Repo) unused(ctx context.Context, c checkout) error {
	if strings.Trim(c.main.head, "0") == "" {
		return fmt.Errorf("the main checkout has no commit yet: make one, or git pull: %w", fm.ErrRefused)
	}
	if what := underway(r.common); what != "" {
		return fmt.Errorf("a %s in the main checkout is not finished: finish or abort it: %w", what, fm.ErrRefused)
	}
	all, err := r.status(ctx, r.root)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range all {
		if !r.passes(f) {
			names = append(names, f.path)
		}
	}
	if len(names) > 0 {
		return fmt.Errorf("the main checkout holds what is not committed (%s): commit it, or put it aside with git stash -u: %w", some(names), fm.ErrRefused)
	}
	if c.home.branch != "" || r.marked() {
		return nil // what stands there under fm's names is fm's
	}
	for _, name := range markers() {
		if _, err := os.Lstat(filepath.Join(r.root, name)); err == nil {
			return fmt.Errorf("%s is in the main checkout, where fm writes a file of that name: move it away, or work in worktrees: %w", name, fm.ErrRefused)
		}
	}
	return nil
}

// passes says whether an uncommitted path of the main checkout is fm's own.
// Settings that are tracked are the user's.
func (r *Repo) passes(f uncommitted) bool {
	if f.path == configPath {
		return !f.tracked
	}
	if ownFile(strings.TrimSuffix(f.path, "/")) || ownFolder(f.path) {
		return true
	}
	trees, err := filepath.Rel(r.root, r.worktrees)
	return err == nil && !f.tracked && filepath.IsLocal(trees) && strings.HasPrefix(f.path, filepath.ToSlash(trees)+"/")
}

// underway names what git is in the middle of; "" for nothing.
func underway(gitDir string) string {
	for _, sign := range []struct{ file, what string }{
		{"rebase-merge", "rebase"},
		{"rebase-apply", "git am or rebase"},
		{"MERGE_HEAD", "merge"},
		{"CHERRY_PICK_HEAD", "cherry-pick"},
		{"REVERT_HEAD", "revert"},
		{"sequencer", "cherry-pick or revert"},
		{"BISECT_START", "bisection"},
	} {
		if _, err := os.Lstat(filepath.Join(gitDir, sign.file)); err == nil {
			return sign.what
		}
	}
	return ""
}

// some names the first five of them.
func some(names []string) string {
	shown := names[:min(len(names), 5)]
	for i := range shown {
		shown[i] = fm.Line(shown[i], 100)
	}
	text := strings.Join(shown, ", ")
	if left := len(names) - len(shown); left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}
