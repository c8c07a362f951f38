package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestADeletedWorktreeCostsTheWorkInItOnly: a worktree is deleted by hand while
// its agent is at work, when its commits are there and nothing is pushed yet, and
// before its task is begun again. The task goes on with its branch, which the
// repository has; what was not committed is the user's loss. Nobody else is held
// up, and no task is lost. Caught: an agent of which nothing was heard any more,
// because no hook runs in a folder that is gone.
//
// Fault: F12.
func TestADeletedWorktreeCostsTheWorkInItOnly(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{Verify: "until test -e " + "$HOME/verify; do sleep 0.05; done"})
	begun := append([]doing{b.waits("work")}, done("work")...)
	b.plays(
		part{"Work", [][]doing{begun, done("work"), done("work")}},
		part{"Commit", [][]doing{done("commit"), done("commit")}},
		acts("Idle", append([]doing{b.waits("idle")}, done("idle")...)...),
		acts("Beside", done("beside")...),
	)
	b.must("work", "1", "--workers", "4")
	b.until("the finished ones to be looked at", 30*time.Second, func() (any, bool) {
		_, err := os.Stat(filepath.Join(b.tree("3"), "COMPLETION.md"))
		return b.status(), err == nil && b.state("4") == string(fm.AtWork) && b.state("2") == string(fm.AtWork)
	})
	b.must("queue", "hold", "4")
	b.until("its agent to be gone", 30*time.Second, func() (any, bool) { return b.pids(), b.pids()[fm.Run{Task: "4", Attempt: 1}] == 0 })
	for _, id := range []fm.TaskID{"2", "3", "4"} {
		if err := os.RemoveAll(b.tree(id)); err != nil {
			t.Fatal(err)
		}
	}
	b.lets("work")
	b.lets("idle")
	b.must("queue", "retry", "4")
	b.lets("home/verify")
	b.until("all to be over, or to wait for a person", time.Minute, func() (any, bool) {
		s := b.status()
		for _, id := range []fm.TaskID{"2", "3"} { // after a failure, without the pause
			if task := b.task(id); task.Status == fm.Pending && !task.NotBefore.IsZero() {
				b.must("queue", "retry", string(id))
			}
		}
		return b.tasks(), s.Counts[fm.Merged] == 4
	})
	out, err := exec.CommandContext(t.Context(), "git", "-C", filepath.Join(b.dir, "remote.git"), "ls-tree", "--name-only", "main").CombinedOutput()
	for _, name := range []string{"work", "commit", "idle", "beside"} {
		if !strings.Contains(string(out), name+".txt\n") {
			t.Errorf("%s.txt is not on the remote's main (%v): %s", name, err, out)
		}
	}
}

// state is that of the agent at a task; "" for none.
func (b *bench) state(id fm.TaskID) string {
	for _, w := range b.status().Workers {
		if w.Task == id {
			return w.State
		}
	}
	return ""
}

// TestLocksThatGitLeftAreRemovedAndThoseOfOthersWaitedFor: git was killed and
// left its locks, in the repository and in the worktree of a task. Those are
// removed where they are in the way, once their owner is provably gone. One that
// a git has open, however old it is, stays, and is waited for. Nobody's attempt is
// spent on it.
//
// Fault: F11.
func TestLocksThatGitLeftAreRemovedAndThoseOfOthersWaitedFor(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	b.plays(acts("One", done("one")...), acts("Two", done("two")...))
	left := []string{"config.lock", "packed-refs.lock", "refs/heads/subissue/2.lock", "refs/remotes/origin/main.lock"}
	for _, name := range left {
		b.abandons(name)
	}
	// Somebody's: git holds the lock of its index while an editor is open.
	held, err := os.Open(b.abandons("refs/heads/subissue/3.lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Close() })
	b.must("work", "1", "--workers", "2")
	b.once("2")
	for _, name := range left {
		if _, err := os.Lstat(filepath.Join(b.project.Root, ".git", name)); err == nil {
			t.Errorf("%s still stands", name)
		}
	}
	b.problem("subissue/3")
	if _, err := os.Lstat(held.Name()); err != nil {
		t.Errorf("the lock that somebody holds: %v", err)
	}
	if err := os.Remove(held.Name()); err != nil { // its owner is done
		t.Fatal(err)
	}
	if task := b.becomes("3", fm.Merged); task.Failures != 0 {
		t.Errorf("got %+v, want no failure", task)
	}
}

// abandons makes a lock file of git's that is an hour old.
func (b *bench) abandons(name string) string {
	b.Helper()
	path := filepath.Join(b.project.Root, ".git", name)
	b.plain(path, "")
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		b.Fatal(err)
	}
	return path
}
