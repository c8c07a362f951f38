package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/founder-mode/fm"
)

// Lock is a lock file of git's that has stood for longer than a git command
// takes, and whose owner was not seen.
type Lock struct {
	Path string
	// Orphan says that the owner is provably gone. Where there is no /proc to
	// look at, nothing is proven.
	Orphan bool

	info os.FileInfo
	repo *Repo
}

// Locks lists the locks that were left in the repository. It changes nothing.
func Locks(ctx context.Context, o Options) ([]Lock, error) {
	r, err := surveyed(ctx, o)
	if err != nil {
		return nil, err
	}
	all, err := r.list(ctx, "")
	if err != nil {
		return nil, err
	}
	folders := []string{r.common}
	for _, w := range all {
		folders = append(folders, w.path)
	}
	var locks []Lock
	for _, path := range r.lockFiles() {
		info, err := os.Lstat(path)
		if err != nil || !abandoned(path, staleAge, folders...) {
			continue
		}
		locks = append(locks, Lock{Path: path, Orphan: orphaned(info, folders), info: info, repo: r})
	}
	return locks, nil
}

// lockFiles lists all that there are at this moment, of a live git too.
func (r *Repo) lockFiles() []string {
	var files []string
	for _, pattern := range []string{"*.lock", "worktrees/*/*.lock"} {
		found, _ := filepath.Glob(filepath.Join(globEscape(r.common), filepath.FromSlash(pattern))) // a bad pattern is an empty answer
		files = append(files, found...)
	}
	_ = filepath.WalkDir(filepath.Join(r.common, "refs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".lock") {
			files = append(files, path)
		}
		return nil
	})
	// A file of fm's own, which stays, and is locked by other means.
	return slices.DeleteFunc(files, func(path string) bool { return path == filepath.Join(r.common, "fm.lock") })
}

// orphaned is stricter than abandoned: the lock is this user's, so that its
// owner would be seen, and no git of anybody's names the repository.
func orphaned(info os.FileInfo, folders []string) bool {
	procs, err := os.ReadDir("/proc")
	if err != nil || !ofThisUser(info) {
		return false
	}
	for _, e := range procs {
		proc := filepath.Join("/proc", e.Name())
		name, err := os.ReadFile(filepath.Join(proc, "comm"))
		if err != nil || !strings.HasPrefix(string(name), "git") {
			continue
		}
		for _, file := range []string{"cmdline", "environ"} {
			text, _ := os.ReadFile(filepath.Join(proc, file)) // another user's cannot have made the lock
			if slices.ContainsFunc(folders, func(f string) bool { return strings.Contains(string(text), f) }) {
				return false
			}
		}
	}
	_, err = os.Stat("/proc/self/fd")
	return err == nil
}

// Unlock removes a lock whose owner is provably gone. It looks once more
// before, and refuses with [fm.ErrRefused] when anything has changed.
func Unlock(ctx context.Context, l Lock) error {
	all, err := l.repo.list(ctx, "")
	if err != nil {
		return err
	}
	folders := []string{l.repo.common}
	for _, w := range all {
		folders = append(folders, w.path)
	}
	info, err := os.Lstat(l.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !os.SameFile(info, l.info) || !abandoned(l.Path, staleAge, folders...) || !orphaned(info, folders) {
		return fmt.Errorf("remove %s: its owner may live: %w", l.Path, fm.ErrRefused)
	}
	return os.Remove(l.Path)
}

func ofThisUser(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}
