package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// restoringFile notes that a task's worktree is being restored, and from which
// commit. It is there until that is over, whatever came of it: where it is found,
// a restore was cut off.
func (r *Repo) restoringFile(p place) string {
	return filepath.Join(r.common, "fm-restoring", fm.Worktree(p.id))
}

// restoring writes the note.
func (r *Repo) restoring(p place, commit string) error {
	file := r.restoringFile(p)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("note what is restored: %w", err)
	}
	defer failpoint.Step("git.restoring")()
	if err := os.WriteFile(file, []byte(commit+"\n"), 0o644); err != nil {
		return fmt.Errorf("note what is restored: %w", err)
	}
	return nil
}

// restored takes the note away: what stands in the worktree is its agent's, or a
// person's.
func (r *Repo) restored(p place) error {
	file := r.restoringFile(p)
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	defer failpoint.Step("git.restored")()
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("note that it is restored: %w", err)
	}
	return nil
}

// undoHalf takes away the worktree of a restore that was cut off, so that it can
// begin anew, with what it meant to bring back. Whatever stands there by now is
// preserved like anything else that is removed.
func (r *Repo) undoHalf(ctx context.Context, p place) error {
	file := r.restoringFile(p)
	if _, err := os.Lstat(file); err != nil {
		return nil //nolint:nilerr // no restore was cut off
	}
	w, registered, err := r.find(ctx, p.dir)
	if err != nil || !registered || w.gone || !isFolder(p.dir) || w.locked != "" || r.foreign(p, w) {
		return err
	}
	if _, err := r.preserve(ctx, p, w); err != nil {
		return err
	}
	if commit := firstLine(file); commit != "" {
		if err := r.noteLast(ctx, p, commit); err != nil {
			return err
		}
	}
	return r.discard(ctx, p, w)
}
