package git_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// leave makes a lock file that is so old.
func (y *yard) leave(path string, age time.Duration) string {
	y.Helper()
	path = filepath.Join(y.root, ".git", path)
	y.write(path, "")
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
		y.Fatal(err)
	}
	return path
}

func (y *yard) locks() map[string]git.Lock {
	y.Helper()
	all, err := git.Locks(y.Context(), y.options())
	if err != nil {
		y.Fatal(err)
	}
	byPath := map[string]git.Lock{}
	for _, l := range all {
		byPath[l.Path] = l
	}
	return byPath
}

// Caught: a young lock listed; one that is open taken for left; fm.lock listed;
// a lock of a worktree passed over.
func TestALockIsLeftOnlyWhenItsOwnerIsGone(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepare("1")
	left := []string{y.leave("index.lock", time.Hour), y.leave("worktrees/issue-1/index.lock", time.Hour), y.leave("refs/heads/x/y.lock", time.Hour)}
	y.leave("config.lock", time.Second)
	held, err := os.Open(y.leave("packed-refs.lock", time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Close() })
	y.leave("fm.lock", time.Hour)
	locks := y.locks()
	for _, path := range left {
		if l, ok := locks[path]; !ok || !l.Orphan {
			t.Errorf("%s: %v, %+v; want it left by a git that is gone", path, ok, l)
		}
	}
	if len(locks) != len(left) {
		t.Errorf("got %d locks, want %d: %+v", len(locks), len(left), locks)
	}
	for _, path := range left {
		if err := git.Unlock(t.Context(), locks[path]); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s after Unlock: %v", path, err)
		}
		if err := git.Unlock(t.Context(), locks[path]); err != nil {
			t.Errorf("a lock that is gone: %v", err)
		}
	}
}

// A lock that was taken anew after the look is another one. And a git that waits
// for an editor, or names the repository from elsewhere, has a lock without
// having it open.
// Caught: Unlock without a second look; an owner that is known by its folder
// alone.
func TestUnlockTakesNobodysLock(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	path := y.leave("index.lock", time.Hour)
	lock := y.locks()[path]
	if !lock.Orphan {
		t.Fatal("it is not seen as left behind")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	y.leave("index.lock.other", 0) // takes the inode
	y.leave("index.lock", time.Hour)
	if err := git.Unlock(t.Context(), lock); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("a lock that was taken anew: %v, want it refused", err)
	}
	y.leave("index.lock", time.Hour)
	if lock = y.locks()[path]; !lock.Orphan {
		t.Fatal("it is not seen as left behind")
	}
	waits := exec.CommandContext(t.Context(), "git", "--git-dir="+filepath.Join(y.root, ".git"), "cat-file", "--batch")
	waits.Dir = "/"
	stdin, err := waits.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := waits.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := waits.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = waits.Wait() }) // its input ends first
	t.Cleanup(func() { _ = stdin.Close() })
	if _, err := stdin.Write([]byte("HEAD\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 10)); err != nil { // it is up
		t.Fatal(err)
	}
	if err := git.Unlock(t.Context(), lock); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("with a git at work: %v, want it refused", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock: %v", err)
	}
}
