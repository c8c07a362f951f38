package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// look is what stands in a worktree, as trees, read through an index of its
// own: the agent's is not touched.
type look struct {
	head   string // commit
	staged string // tree; "" when the index is unmerged: both sides are in the files and in commits
	files  string // tree of all files but ignored ones
	index  string // file that holds files
	in     func(op string, c call) (string, error)
}

// done removes the index. A leftover is swept with the worktree, or when the main
// checkout changes hands.
func (l *look) done() {
	_ = os.Remove(l.index)
	_ = os.Remove(l.index + ".lock")
}

// look reads the files of a worktree. In the main checkout it leaves out fm's own
// folder, whose files are nobody's work, and takes in also ignored files that
// stand where one of the commits has a file. The caller calls done.
func (r *Repo) look(ctx context.Context, p place, commits ...string) (*look, error) {
	head, err := r.resolve(ctx, p.dir, "HEAD")
	if err != nil {
		return nil, err
	}
	gitDir, err := r.gitDir(ctx, p)
	if err != nil {
		return nil, err
	}
	// It stands beside the real index, because a split index names its other
	// half relative to itself.
	index, err := copyIndex(gitDir)
	if err != nil {
		return nil, err
	}
	l := &look{head: head, index: index}
	l.in = func(op string, c call) (string, error) {
		c.op, c.target, c.dir, c.env, c.limit = op, p.dir, p.dir, []string{"GIT_INDEX_FILE=" + index}, checkoutLimit
		c.args = durable(c.args...)
		return r.run(ctx, c)
	}
	if err := r.read(ctx, p, l, commits); err != nil {
		l.done()
		return nil, err
	}
	return l, nil
}

func (r *Repo) read(ctx context.Context, p place, l *look, commits []string) (err error) {
	if r.isMain(p) {
		if err := l.leaveOut(); err != nil {
			return err
		}
	}
	if l.staged, err = l.tree(); err != nil {
		l.staged = ""
	}
	args := []string{"-c", "core.fsmonitor=false", "-c", "core.safecrlf=false", "-c", "advice.addEmbeddedRepo=false", "add", "--all", "--sparse", "--", "."}
	if _, err := l.in("read files of", call{args: args}); err != nil {
		return unreadable(err)
	}
	if r.isMain(p) {
		err = errors.Join(l.leaveOut(), r.takeIn(ctx, l, append([]string{l.head}, commits...)))
	} else {
		err = r.checkNested(ctx, p, l)
	}
	if err != nil {
		return err
	}
	l.files, err = l.tree()
	return err
}

func (l *look) tree() (string, error) {
	out, err := l.in("write files of", call{args: []string{"write-tree"}})
	return strings.TrimSpace(out), err
}

// without gives the trees of the files and of HEAD without some of them. The index
// is that of the first one then.
func (l *look) without(names []string) (files, head string, err error) {
	list := strings.Join(names, "\x00") + "\x00"
	drop := call{args: []string{"update-index", "--force-remove", "-z", "--stdin"}, stdin: list}
	kept := l.index + ".kept"
	defer func() { _ = os.Remove(kept) }()
	for _, step := range []func() error{
		func() error { _, err := l.in("leave out files of", drop); return err },
		func() error { files, err = l.tree(); return err },
		func() error { return os.Rename(l.index, kept) },
		func() error { _, err := l.in("read files of", call{args: []string{"read-tree", "HEAD"}}); return err },
		func() error { _, err := l.in("leave out files of", drop); return err },
		func() error { head, err = l.tree(); return err },
		func() error { return os.Rename(kept, l.index) },
	} {
		if err := step(); err != nil {
			return "", "", err
		}
	}
	return files, head, nil
}

// unreadable tells files that git will never read, as they are, from a machine
// in trouble.
func unreadable(err error) error {
	var e *Error
	if errors.As(err, &e) && (strings.Contains(e.Stderr, "does not have a commit checked out") || strings.Contains(e.Stderr, "Permission denied")) {
		e.kind = fm.ErrRefused
	}
	return err
}

// indexPrefix is the start of the names that indexes of looks have.
const indexPrefix = "fm-index-"

// copyIndex copies the worktree's index, so that unchanged files need not be
// read again. A worktree without one yields an empty index.
func copyIndex(gitDir string) (string, error) {
	tmp, err := os.CreateTemp(gitDir, indexPrefix+"*")
	if err != nil {
		return "", err
	}
	src, err := os.Open(filepath.Join(gitDir, "index"))
	if errors.Is(err, os.ErrNotExist) {
		return tmp.Name(), errors.Join(tmp.Close(), os.Remove(tmp.Name())) // git takes an absent file for empty, not an empty one
	}
	if err == nil {
		_, err = io.Copy(tmp, src)
		err = errors.Join(err, sameAge(src, tmp.Name()), src.Close())
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		_ = os.Remove(tmp.Name()) // the first error counts
		return "", err
	}
	return tmp.Name(), nil
}

// sameAge gives the copy of an index the time of the index. git trusts what it
// knows of a file only if that was written before the index was; behind a younger
// one it would overlook a file that was changed within the same tick of the clock
// ([racy git]).
//
// [racy git]: https://git-scm.com/docs/racy-git
func sameAge(index *os.File, copied string) error {
	info, err := index.Stat()
	if err != nil {
		return err
	}
	return os.Chtimes(copied, time.Time{}, info.ModTime())
}

// checkNested refuses when a repository within the worktree, submodule or
// clone, holds what only it has: a tree keeps of it no more than a commit id.
// In the main checkout such a one stays where it is.
func (r *Repo) checkNested(ctx context.Context, p place, l *look) error {
	out, err := l.in("list files of", call{args: []string{"ls-files", "--stage", "-z"}})
	if err != nil {
		return err
	}
	for _, line := range fields(out) {
		meta, name, _ := strings.Cut(line, "\t")
		if !strings.HasPrefix(meta, "160000 ") {
			continue
		}
		dir := filepath.Join(p.dir, filepath.FromSlash(name))
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err != nil {
			continue // not checked out
		}
		status, err := r.run(ctx, call{op: "read status of", target: dir, dir: dir, args: []string{"-c", "core.fsmonitor=false", "status", "--porcelain", "--untracked-files=normal"}})
		if err == nil && status == "" {
			status, err = r.run(ctx, call{op: "look for commits of", target: dir, dir: dir, args: []string{"rev-list", "-1", "--all", "HEAD", "--not", "--remotes"}})
		}
		if err != nil {
			return err
		}
		if status != "" {
			return fmt.Errorf("%q is a repository of its own with work that is nowhere else: push that, or move it away: %w", dir, fm.ErrRefused)
		}
	}
	return nil
}
