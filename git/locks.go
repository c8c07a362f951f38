package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
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
	folders, err := r.folders(ctx)
	if err != nil {
		return nil, err
	}
	var locks []Lock
	for _, path := range r.lockFiles() {
		if l, left := r.orphan(path, folders); left {
			locks = append(locks, l)
		}
	}
	return locks, nil
}

// Unlock removes a lock whose owner is provably gone. It looks once more
// before, and refuses with [fm.ErrRefused] when anything has changed.
func Unlock(ctx context.Context, l Lock) error {
	folders, err := l.repo.folders(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(l.Path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if now, left := l.repo.orphan(l.Path, folders); !left || !now.Orphan || !sameLock(now.info, l.info) {
		return fmt.Errorf("remove %s: its owner may live: %w", l.Path, fm.ErrRefused)
	}
	defer failpoint.Step("git.unlock")()
	return os.Remove(l.Path)
}

// folders are those that git works in.
func (r *Repo) folders(ctx context.Context) ([]string, error) {
	all, err := r.list(ctx, "")
	folders := []string{r.common}
	for _, w := range all {
		folders = append(folders, w.path, unlinked(w.path)) // as a command line may name it, and as /proc does
	}
	return folders, err
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

// orphan is stricter than abandoned: also a git that only names the repository may
// be the owner. What this process itself runs there is none, because a lock that
// old was there before.
func (r *Repo) orphan(path string, folders []string) (Lock, bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || time.Since(info.ModTime()) < staleAge {
		return Lock{}, false
	}
	l := Lock{Path: path, info: info, repo: r}
	if fds, err := os.ReadDir("/proc/self/fd"); err != nil || len(fds) == 0 {
		return l, time.Since(info.ModTime()) >= blindAge
	}
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return Lock{}, false
	}
	for _, e := range procs {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		proc := filepath.Join("/proc", e.Name())
		if opens(proc, path) || gitIn(proc, folders) && !below(pid, os.Getpid()) {
			return Lock{}, false
		}
	}
	l.Orphan = ofThisUser(info)
	return l, true
}

// gitIn says whether a process is a git that works in one of the folders, or
// names one.
func gitIn(proc string, folders []string) bool {
	name, err := os.ReadFile(filepath.Join(proc, "comm"))
	if err != nil || !strings.HasPrefix(string(name), "git") {
		return false
	}
	cwd, _ := os.Readlink(filepath.Join(proc, "cwd")) // another user's cannot be read, and has made no lock of ours
	words, _ := os.ReadFile(filepath.Join(proc, "cmdline"))
	environ, _ := os.ReadFile(filepath.Join(proc, "environ"))
	return slices.ContainsFunc(folders, func(f string) bool {
		return cwd == f || within(cwd, f) || strings.Contains(string(words), f) || strings.Contains(string(environ), f)
	})
}

func ofThisUser(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}
