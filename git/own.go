package git

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// marked says whether the files under fm's names in the main checkout are fm's:
// the issue is written in its form. A task left them that could not clear up.
func (r *Repo) marked() bool {
	text, err := os.ReadFile(filepath.Join(r.root, "ISSUE.json"))
	var issue struct{ ID, Title, Body *string }
	return err == nil && json.Unmarshal(text, &issue) == nil && issue.ID != nil && issue.Title != nil && issue.Body != nil
}

// madeFile stands in what git keeps of a worktree, for one that fm has worked in
// on the task's branch.
const madeFile = "fm-made"

// made notes that a worktree is fm's.
func (r *Repo) made(p place) error {
	file := filepath.Join(r.adminDir(p), madeFile)
	if _, err := os.Lstat(file); err == nil {
		return nil
	}
	defer failpoint.Step("git.mark-worktree")()
	if err := os.WriteFile(file, nil, 0o644); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("note whose worktree it is: %w", err)
	}
	return nil
}

// foreign says whether a registered worktree in the task's place is a user's own:
// fm has not made it, nor made it ready, and no branch of the task is checked out
// in it.
func (r *Repo) foreign(p place, w worktree) bool {
	if t, ok := fm.TaskOf(w.branch); ok && t.ID == p.id || w.locked == "initializing" || !isFolder(p.dir) {
		return false
	}
	admin := r.adminDir(p)
	for _, file := range []string{madeFile, readyFile} {
		if _, err := os.Lstat(filepath.Join(admin, file)); err == nil {
			return false
		}
	}
	return !rebases(admin, p)
}

func theirs(p place, w worktree) error {
	on := w.branch
	if on == "" {
		on = "no branch"
	}
	return fmt.Errorf("%q is a worktree of yours, on %s: move it away (git worktree move %q ELSEWHERE): %w", p.dir, fm.Line(on, 100), p.dir, fm.ErrRefused)
}
