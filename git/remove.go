package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// trash is the start of the names that worktrees get on their way out.
const trash = ".removed-"

// Remove preserves what is in the task's worktree (see [Repo.Preserve]) and
// then removes it, ignored files included. The branch stays. When preserving
// fails, nothing is removed. An absent worktree is no error; a folder in its
// place that is not a worktree of this repository, and a worktree that a
// person locked, are refused with [fm.ErrRefused]. A site in the main checkout
// is given back to its user; see [Repo.giveBack].
//
// The remark tells a person in a line what there is to know: where uncommitted
// work is kept, and that the main checkout could not go back to its branch. It
// is "" for nothing.
func (r *Repo) Remove(ctx context.Context, at fm.Site) (remark string, err error) {
	p, err := r.place(at)
	if err != nil {
		return "", err
	}
	release, err := r.lock(ctx)
	if err != nil {
		return "", err
	}
	defer r.sweep() // after the release: deleting many files takes its time
	defer release()
	if at.Main {
		if remark, err = r.giveBack(ctx, at, p); err != nil {
			return "", fmt.Errorf("give the main checkout back after issue %s: %w", p.id.Ref(), err)
		}
	}
	all, err := r.entries()
	if err != nil {
		return "", err
	}
	if _, err := r.mendTaken(ctx, p, all); err != nil {
		return "", err
	}
	w, _, err := r.find(ctx, p.dir)
	if err != nil {
		return "", err
	}
	if err := r.takeOut(ctx, p, w); err != nil {
		return "", err
	}
	return r.remark(ctx, p, remark)
}

// remark puts before another one what was uncommitted when the task's files were
// preserved last. It tells that also where an earlier call preserved them, and
// was cut off.
func (r *Repo) remark(ctx context.Context, p place, other string) (string, error) {
	k, err := r.recall(ctx, p)
	if err != nil || k.ref == "" || k.head == k.commit {
		return other, err
	}
	kept := fmt.Sprintf("what stood uncommitted is kept in %s: fm restore %s", k.ref, p.id)
	if other == "" {
		return kept, nil
	}
	return kept + "; " + other, nil
}

// takeOut needs the writer lock. The zero worktree stands for one that is not
// registered.
func (r *Repo) takeOut(ctx context.Context, p place, w worktree) error {
	registered := w.path != ""
	info, err := os.Lstat(p.dir)
	absent := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !absent:
		return fmt.Errorf("remove worktree: %w", err)
	case !registered && absent:
		return nil
	case !absent && (!registered || !info.IsDir()):
		return fmt.Errorf("remove %q: it is not a worktree of this repository: look at it, and remove it by hand: %w", p.dir, fm.ErrRefused)
	case !absent && r.foreign(p, w):
		return theirs(p, w)
	case !absent && w.gone:
		return fmt.Errorf("remove %q: it has lost its .git file, so its content cannot be preserved: look at it, and remove it by hand: %w", p.dir, fm.ErrRefused)
	case w.locked != "" && w.locked != "initializing":
		return fmt.Errorf("remove %q: it is locked (%s): git worktree unlock it: %w", p.dir, fm.Line(w.locked, 80), fm.ErrRefused)
	}
	if _, err := r.preserve(ctx, p, w); err != nil {
		return err
	}
	return r.discard(ctx, p, w)
}

// discard moves the folder out of the way first. So a process that still
// writes in it, or a file that cannot be deleted, leaves no half worktree in
// the task's place.
func (r *Repo) discard(ctx context.Context, p place, w worktree) error {
	for n := 1; isFolder(p.dir); n++ {
		to := filepath.Join(r.worktrees, trash+filepath.Base(p.dir)+"-"+strconv.Itoa(n))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		done := failpoint.Step("git.take-out")
		err := os.Rename(p.dir, to)
		done()
		if err != nil {
			return fmt.Errorf("remove worktree: %w", err)
		}
	}
	return r.forget(ctx, w)
}

// sweep deletes what discard moved away. What cannot be deleted yet is tried
// again by the next call of Remove.
func (r *Repo) sweep() {
	root, err := os.OpenRoot(r.worktrees)
	if err != nil {
		return
	}
	defer func() { _ = root.Close() }() // opened for reading
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), trash) {
			continue
		}
		done := failpoint.Step("git.sweep")
		if root.RemoveAll(e.Name()) != nil {
			// A module cache makes its folders read-only.
			_ = fs.WalkDir(root.FS(), e.Name(), func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					_ = root.Chmod(path, 0o700)
				}
				return nil
			})
			_ = root.RemoveAll(e.Name())
		}
		done()
	}
}
