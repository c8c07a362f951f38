package git_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// stray runs a git in a folder that is no child of this process, as somebody's
// who lives, until end is called or the test is over.
func (y *yard) stray(dir string, args ...string) (end func()) {
	y.Helper()
	own := y.TempDir()
	fifo, out, pid := filepath.Join(own, "in"), filepath.Join(own, "out"), filepath.Join(own, "pid")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		y.Fatal(err)
	}
	script := `"$@" >` + out + ` 2>&1 <` + fifo + ` & echo $! >` + pid
	cmd := exec.CommandContext(y.Context(), "sh", append([]string{"-c", script, "sh", "git"}, args...)...)
	cmd.Dir = dir
	if err := cmd.Run(); err != nil { // without pipes, which the git would keep open
		y.Fatal(err)
	}
	in, err := os.OpenFile(fifo, os.O_WRONLY, 0) // returns when the other end is open
	if err != nil {
		y.Fatal(err)
	}
	y.Cleanup(func() { _ = in.Close() }) // ends it
	if _, err := in.WriteString("HEAD\n"); err != nil {
		y.Fatal(err)
	}
	y.until("the git to answer", func() bool {
		text, err := os.ReadFile(out)
		return err == nil && len(text) > 0
	})
	text, err := os.ReadFile(pid)
	if err != nil {
		y.Fatal(err)
	}
	cwd := filepath.Join("/proc", strings.TrimSpace(string(text)), "cwd")
	return func() {
		y.Helper()
		if err := in.Close(); err != nil {
			y.Fatal(err)
		}
		y.until("the git to end", func() bool {
			_, err := os.Readlink(cwd) // a zombie has none
			return err != nil
		})
	}
}

func (y *yard) until(what string, ok func() bool) {
	y.Helper()
	late := time.After(time.Minute)
	for !ok() {
		select {
		case <-late:
			y.Fatalf("waited too long for %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
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
// a lock of a worktree passed over; a git of our own taken for the owner.
//
// Fault: F11.
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
	own := exec.CommandContext(t.Context(), "git", "cat-file", "--batch") // as another check's
	own.Dir = y.root
	stdin, err := own.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stdin.Close(), own.Wait() })
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
// Caught: Unlock without a second look; one that took another file with the same
// inode number for the same lock; an owner that is known by its folder
// alone.
//
// Fault: F11.
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
	y.stray(t.TempDir(), "--git-dir="+filepath.Join(y.root, ".git"), "cat-file", "--batch")
	if err := git.Unlock(t.Context(), lock); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("with a git at work: %v, want it refused", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock: %v", err)
	}
}
