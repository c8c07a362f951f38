package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// staleAge is how old a lock file must be before fm asks whether its owner is
// gone; youngAge is enough for those that an agent's commit takes, for its
// processes are gone when the worktree is prepared. blindAge applies where there is no /proc to ask.
const (
	youngAge = time.Second
	staleAge = time.Minute
	blindAge = 10 * time.Minute
)

// forget drops the registration of a worktree whose folder is gone. Only this
// one: a general `git worktree prune` would also drop the worktree that a user
// keeps on a drive that is not plugged in.
func (r *Repo) forget(ctx context.Context, w worktree) error {
	if w.locked != "" && w.locked != "initializing" {
		return fmt.Errorf("worktree %q is gone but locked (%s): git worktree unlock it if it will not come back: %w", w.path, fm.Line(w.locked, 80), fm.ErrRefused)
	}
	_, err := r.run(ctx, call{step: failpoint.Name("git.forget-worktree"), op: "forget worktree", target: w.path, args: []string{"worktree", "remove", "--force", "--force", "--", w.path}})
	return err
}

// redo removes what a `git worktree add` left that was killed. Nobody has
// worked in it, for Prepare never returned it.
func (r *Repo) redo(ctx context.Context, p place, w worktree, tip string) error {
	mark := filepath.Join(r.adminDir(p), "locked")
	if abandoned(mark, staleAge, p.dir) == nil {
		return beingMade(p)
	}
	if err := r.forget(ctx, w); err != nil {
		return err
	}
	return r.add(ctx, p, tip)
}

// occupied says why no worktree can be made in a place where git knew of none a
// moment ago. A git that outlived the fm that began it may be making one there
// just now: then the next try sees what became of it. An empty folder that is old
// is what it leaves when it is killed, too, and git takes it.
func (r *Repo) occupied(p place) error {
	info, err := os.Lstat(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the place of a worktree: %w", err)
	}
	all, err := r.entries()
	if err != nil {
		return err
	}
	_, registered := at(all, p.dir)
	files, err := os.ReadDir(p.dir)
	empty := err == nil && len(files) == 0 && info.IsDir() // and no link to somebody's folder
	switch {
	case registered, taken(p, all), empty && time.Since(info.ModTime()) < staleAge:
		return beingMade(p)
	case empty:
		return nil
	}
	return fmt.Errorf("%q exists and is not a worktree of this repository: move it away: %w", p.dir, fm.ErrRefused)
}

func beingMade(p place) error { return fmt.Errorf("another git command is still making %q", p.dir) }

// reconnect mends a worktree whose .git file is gone or points elsewhere, but
// whose folder and registration stand: a moved repository, mostly.
func (r *Repo) reconnect(ctx context.Context, p place) error {
	if _, err := os.Lstat(filepath.Join(p.dir, ".git")); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%q has lost its .git file: move the folder away, or run git worktree repair: %w", p.dir, fm.ErrRefused)
	}
	return r.mendMove(ctx, p.dir)
}

// astrayFile says whether the worktree's .git file names another folder than the
// one where git has the worktree registered. The list of git does not tell.
func (r *Repo) astrayFile(p place) bool {
	text, err := os.ReadFile(filepath.Join(p.dir, ".git"))
	to, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if err != nil || !ok {
		return err == nil
	}
	there, err := os.Stat(to)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	admin, err := os.Stat(r.adminDir(p))
	return err == nil && !os.SameFile(there, admin)
}

// clearStaleLocks removes the lock files that dead git commands left and that
// would stop this task. A young one, or one whose owner may live, stays: git
// then fails, and the call is made again later. Those that an agent's commit
// takes have to go first, because there it is the agent that would fail: its
// every commit, and the work with it.
func (r *Repo) clearStaleLocks(p place, all []worktree) error {
	folders := []string{r.common, p.dir}
	for _, w := range all {
		folders = append(folders, w.path)
	}
	admin := r.adminDir(p)
	branch := filepath.Join(r.common, filepath.FromSlash(p.ref())+".lock")
	for _, path := range []string{filepath.Join(admin, "index.lock"), filepath.Join(admin, "HEAD.lock"), branch} {
		users := []string{p.dir}
		if path == branch {
			users = folders
		}
		if err := clearLock(path, youngAge, users...); err != nil {
			return err
		}
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("a git command may be at work in %q: it holds %q", p.dir, path)
		}
	}
	for _, path := range []string{
		filepath.Join(r.common, "config.lock"),
		filepath.Join(r.common, "packed-refs.lock"),
		filepath.Join(r.common, filepath.FromSlash(p.pushed())+".lock"),
		filepath.Join(r.common, filepath.FromSlash(r.tracking())+".lock"),
	} {
		if err := clearLock(path, staleAge, folders...); err != nil {
			return err
		}
	}
	return nil
}

// clearNamed removes the lock in this repository that stopped a command of ours,
// if it was left there by a git that was killed: whatever it locks, our next try
// would fail on it, too.
func (r *Repo) clearNamed(stderr string) error {
	before, _, found := strings.Cut(stderr, lockedSign)
	_, path, named := strings.Cut(before[strings.LastIndexByte(before, '\n')+1:], "Unable to create '")
	if path = filepath.Clean(path + ".lock"); !found || !named || r.common == "" || !within(path, r.common) {
		return nil
	}
	folders := []string{r.common, r.root}
	all, err := r.entries() // also those that a user keeps elsewhere
	if err != nil {
		return err
	}
	for _, e := range all {
		folders = append(folders, e.path)
	}
	return clearLock(path, staleAge, folders...)
}

func clearLock(path string, age time.Duration, folders ...string) error {
	was := abandoned(path, age, folders...)
	if was == nil {
		return nil
	}
	if err := removeStill(path, was); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale lock: %w", err)
	}
	return nil
}

// removeStill removes a file, unless it is another one by now: while all
// processes were looked at, a git may have taken the lock anew.
func removeStill(path string, was fs.FileInfo) error {
	now, err := os.Lstat(path)
	if err != nil || !sameLock(now, was) {
		return err
	}
	defer failpoint.Step("git.clear-lock")()
	return os.Remove(path)
}

// sameLock asks for the time, too: a lock that was taken anew often has the inode
// of the old one.
func sameLock(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime())
}

// abandoned gives what is known of a lock file that is there, is old, and has no
// owner left: no process has it open, and no git that may have taken it runs in
// the folders that it protects. It is nil for any other.
// git closes a lock file while it waits for an editor or a hook, so the open
// file alone would not tell.
func abandoned(path string, old time.Duration, folders ...string) fs.FileInfo {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || !readableOwner(info, os.Geteuid()) {
		return nil
	}
	age := time.Since(info.ModTime())
	if age < old {
		return nil
	}
	procs, err := os.ReadDir("/proc/self/fd")
	if err != nil || len(procs) == 0 {
		if age < blindAge {
			return nil
		}
		return info
	}
	if owned(path, age, folders) {
		return nil
	}
	return info
}

// readableOwner says whether /proc would show whoever has made a lock: a process
// of this user, or to root any.
func readableOwner(info fs.FileInfo, uid int) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && (uid == 0 || int(st.Uid) == uid)
}
