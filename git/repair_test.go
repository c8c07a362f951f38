package git_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm/git"
)

// atWork runs a git in a folder, as somebody's who lives, until end is called.
func (y *yard) atWork(dir string) (end func()) {
	y.Helper()
	return y.stray(dir, "cat-file", "--batch")
}

// Somebody's receiver is at work in a remote that is named by a link, and waits
// for a hook.
// Caught: its lock taken from it, for /proc names folders and files without links.
func TestAReceiverBehindALinkKeepsItsLock(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"", "file://"} {
		y := newYard(t, "")
		link := filepath.Join(t.TempDir(), "link.git")
		if err := os.Symlink(y.remote, link); err != nil {
			t.Fatal(err)
		}
		y.git(y.root, "remote", "set-url", "origin", scheme+link)
		sha := y.offer("1", "a.txt", "a\n")
		lock := filepath.Join(y.remote, "refs", "heads", "main.lock")
		y.write(lock, "")
		age(t, lock)
		end := y.atWork(y.remote)
		for range 2 {
			if _, err := y.merge("1", sha); err == nil {
				t.Fatal("merged past a lock whose owner lives")
			}
		}
		if _, err := os.Lstat(lock); err != nil {
			t.Errorf("the lock: %v", err)
		}
		end()
		if _, err := y.merge("1", sha); err != nil {
			t.Error(err)
		}
	}
}

// A lock stands in a folder that is named by a link, as a worktree that its user
// moved, and is held open, or a git is at work there.
// Caught: neither of them found.
func TestAnOwnerIsFoundBehindALink(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(y.root, link); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(link, ".git", "index.lock")
	y.leave("index.lock", time.Hour)
	end := y.atWork(y.root)
	if git.LeftLock(lock, time.Minute, link) != nil {
		t.Error("a lock is taken from a git that works there")
	}
	end()
	held, err := os.Open(lock)
	if err != nil {
		t.Fatal(err)
	}
	if git.LeftLock(lock, time.Minute, link) != nil {
		t.Error("a lock is taken from who has it open")
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	// A process that was forked meanwhile has it open until its exec.
	y.until("one whose owner is gone to be known", func() bool { return git.LeftLock(lock, time.Minute, link) != nil })
}

// A git of ours is at work in the repository, as a fetch is most of the time.
// Caught: a lock that was there before it kept for its sake, and the task that
// it stops waiting; a lock that it may have taken itself removed.
func TestAGitOfOursOwnsNoLockThatWasThereBefore(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	ours := exec.CommandContext(t.Context(), "git", "cat-file", "--batch")
	ours.Dir = y.root
	input, err := ours.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.Start(); err != nil {
		t.Fatal(err)
	}
	if git.LeftLock(y.leave("index.lock", time.Hour), time.Minute, y.root) == nil {
		t.Error("one that was there before is not seen as left behind")
	}
	if git.LeftLock(y.leave("packed-refs.lock", 0), 0, y.root) != nil {
		t.Error("one that it may have taken is seen as left behind")
	}
	if err := errors.Join(input.Close(), ours.Wait()); err != nil {
		t.Fatal(err)
	}
	if git.LeftLock(y.leave("packed-refs.lock", 0), 0, y.root) == nil {
		t.Error("one whose owner is gone is not known")
	}
}

// Another git takes the lock while all processes are looked at.
// Caught: the lock of that one removed, and its index written by two.
func TestALockThatIsTakenDuringTheLookStays(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	lock := y.leave("index.lock", time.Hour)
	was := git.LeftLock(lock, time.Minute, y.root)
	if was == nil {
		t.Fatal("it is not seen as left behind")
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	y.write(lock, "") // often with the same inode
	if err := git.RemoveLeft(lock, was); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(lock); err != nil {
		t.Errorf("the other one's lock: %v", err)
	}
	if was = git.LeftLock(lock, 0, y.root); was == nil {
		t.Fatal("it is not seen as left behind")
	}
	if err := git.RemoveLeft(lock, was); err != nil {
		t.Error(err)
	}
	if err := git.RemoveLeft(lock, was); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a lock that is gone: %v", err)
	}
}

// lockOf is what is known of a lock of a user.
type lockOf struct {
	fs.FileInfo
	uid uint32
}

func (l lockOf) Sys() any { return &syscall.Stat_t{Uid: l.uid} }

// Caught: a lock of root's or of a colleague's in a shared repository, whose
// process cannot be looked at, taken for one that was left.
func TestALockOfAnotherUserIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		owner uint32
		uid   int
		want  bool
	}{{1000, 1000, true}, {0, 1000, false}, {1001, 1000, false}, {1000, 0, true}, {0, 0, true}} {
		if got := git.MayClear(lockOf{uid: c.owner}, c.uid); got != c.want {
			t.Errorf("a lock of %d, to %d: %t, want %t", c.owner, c.uid, got, c.want)
		}
	}
}
