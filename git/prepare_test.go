package git_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// refused checks that an error is one, and that it says what it should.
func refused(tb testing.TB, err error, says ...string) {
	tb.Helper()
	if !errors.Is(err, fm.ErrRefused) {
		tb.Fatalf("got %v, want a refusal", err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			tb.Fatalf("%q does not say %q", err, s)
		}
	}
}

// age makes a file old enough to be called stale.
func age(tb testing.TB, path string) {
	tb.Helper()
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		tb.Fatal(err)
	}
}

// Two Repos stand for two processes: flock does not tell them apart.
//
// Fault: F13.
func TestParallelPreparesAllSucceed(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	repos := []*git.Repo{y.repo, y.open()}
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, _, errs[i] = repos[i%2].Prepare(t.Context(), on(fm.TaskID(fmt.Sprint(i+1))))
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("task %d: %v", i+1, err)
		}
	}
	if n := strings.Count(y.git(y.root, "worktree", "list"), "subissue/"); n != 8 {
		t.Errorf("%d worktrees, want 8", n)
	}
}

func TestPrepareKeepsAWorktreeWithItsDirt(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	sha := y.commit(dir, "a.txt", "a\n")
	y.write(filepath.Join(dir, "main.txt"), "edited\n")
	if again := y.prepare("1"); again != dir {
		t.Fatalf("got %q, want %q", again, dir)
	}
	if got := y.read(filepath.Join(dir, "main.txt")); got != "edited\n" || y.git(dir, "rev-parse", "HEAD") != sha {
		t.Fatalf("the worktree was changed: %q", got)
	}
}

func TestPrepareKeepsABranchWithoutWorktree(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	sha := y.commit(dir, "a.txt", "a\n")
	y.git(y.root, "worktree", "remove", "--force", dir)
	y.prepare("1")
	if got := y.git(dir, "rev-parse", "HEAD"); got != sha {
		t.Fatalf("the branch is at %s, want %s", got, sha)
	}
}

// Fault: F12.
func TestPrepareMakesADeletedFolderAgain(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	sha := y.commit(dir, "a.txt", "a\n")
	// A worktree on a drive that is not plugged in is nobody's to prune.
	away := filepath.Join(t.TempDir(), "away")
	y.git(y.root, "worktree", "add", "--quiet", "-b", "mine", away)
	for _, gone := range []string{dir, away} {
		if err := os.RemoveAll(gone); err != nil {
			t.Fatal(err)
		}
	}
	y.prepare("1")
	if got := y.git(dir, "rev-parse", "HEAD"); got != sha {
		t.Fatalf("the branch is at %s, want %s", got, sha)
	}
	if list := y.git(y.root, "worktree", "list"); !strings.Contains(list, away) {
		t.Fatalf("the user's worktree was pruned:\n%s", list)
	}
}

// A git was killed before it had registered what it was making, or is not so far
// yet; another one has just registered it, or moved it from the reserve.
// Caught: a task that is blocked for good, because a supervisor was killed while a
// worktree was made.
func TestPrepareWaitsForAGitThatMayBeMakingTheWorktree(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := filepath.Join(y.root, ".worktrees", "issue-1")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	later := func(err error) {
		t.Helper()
		if err == nil || errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "another git command is still making") {
			t.Errorf("got %v, want a failure that a later try may not meet", err)
		}
	}
	_, _, err := y.repo.Prepare(t.Context(), on("1"))
	later(err)
	if got := y.git(y.root, "branch", "--list", "subissue/*"); got != "" {
		t.Errorf("branches: %s", got)
	}
	age(t, dir)
	if got := y.git(y.prepare("1"), "branch", "--show-current"); got != "subissue/1" {
		t.Errorf("the worktree is on %q", got)
	}
	later(git.Occupied(y.repo, on("1")))

	y.stock(1)
	if err := os.Rename(y.ready()[0], filepath.Join(y.root, ".worktrees", "issue-2")); err != nil {
		t.Fatal(err)
	}
	later(git.Occupied(y.repo, on("2")))
	y.prepare("2")
}

func TestPrepareRefusesAFolderThatIsNoWorktree(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	if err := os.Mkdir(filepath.Join(y.root, ".worktrees"), 0o700); err != nil {
		t.Fatal(err)
	}
	theirs := t.TempDir()
	age(t, theirs)
	if err := os.Symlink(theirs, filepath.Join(y.root, ".worktrees", "issue-2")); err != nil {
		t.Fatal(err)
	}
	_, _, err := y.repo.Prepare(t.Context(), on("2"))
	refused(t, err, "issue-2", "move it away")
	dir := filepath.Join(y.root, ".worktrees", "issue-1")
	y.write(filepath.Join(dir, "precious.txt"), "x")
	_, _, err = y.repo.Prepare(t.Context(), on("1"))
	refused(t, err, "issue-1", "move it away", "issue #1", "git worktree prune")
	refused(t, y.tryRemove(on("1")), "by hand")
	if got := y.read(filepath.Join(dir, "precious.txt")); got != "x" {
		t.Fatal("the folder was touched")
	}
}

func TestPrepareRefusesABranchInUseElsewhere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	other := filepath.Join(t.TempDir(), "other")
	y.git(y.root, "worktree", "add", "--quiet", "-b", "subissue/1", other)
	_, _, err := y.repo.Prepare(t.Context(), on("1"))
	refused(t, err, other)
}

// A `git worktree add` that was killed leaves the mark "initializing".
//
// Fault: F11.
func TestPrepareRedoesWhatAKilledAddLeft(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	admin := filepath.Join(y.root, ".git", "worktrees", "issue-1")
	for _, gone := range []string{filepath.Join(dir, "main.txt"), filepath.Join(admin, "index")} {
		if err := os.Remove(gone); err != nil {
			t.Fatal(err)
		}
	}
	y.write(filepath.Join(admin, "locked"), "initializing\n")
	if _, _, err := y.repo.Prepare(t.Context(), on("1")); err == nil || errors.Is(err, fm.ErrRefused) {
		t.Fatalf("got %v, want to be told to wait for a git that may be alive", err)
	}
	age(t, filepath.Join(admin, "locked"))
	y.prepare("1")
	if got := y.git(dir, "status", "--porcelain"); got != "" {
		t.Fatalf("not a clean checkout: %s", got)
	}
}

// Caught: removing without asking for the age; for the owner.
//
// Fault: F11.
func TestPrepareRemovesOnlyAbandonedLocks(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	lock := filepath.Join(y.root, ".git", "worktrees", "issue-1", "index.lock")
	stays := func(what string) {
		t.Helper()
		_, _, err := y.repo.Prepare(t.Context(), on("1"))
		if err == nil || errors.Is(err, fm.ErrRefused) {
			t.Fatalf("%s: got %v, want to be told to wait", what, err)
		}
		if _, err := os.Lstat(lock); err != nil {
			t.Fatalf("%s was removed", what)
		}
	}
	y.write(lock, "")
	now := time.Now().Add(time.Minute) // young for as long as this test runs
	if err := os.Chtimes(lock, now, now); err != nil {
		t.Fatal(err)
	}
	stays("a young lock")
	owner, err := os.Open(lock)
	if err != nil {
		t.Fatal(err)
	}
	age(t, lock)
	stays("a lock that a process holds open")
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	// A process that was forked meanwhile has it open until its exec.
	y.until("the lock to be nobody's", func() bool { return git.LeftLock(lock, time.Second, dir) != nil })
	y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
}

// An agent that was killed in the middle of a commit is started again within
// seconds. Caught: the minute that other locks are given, in which the next
// agent could not commit anything; the lock of the branch, left out.
//
// Fault: F11.
func TestACommitThatWasCutOffDoesNotStopTheNextAttempt(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"worktrees/issue-1/index.lock", "worktrees/issue-1/HEAD.lock", "refs/heads/subissue/1.lock"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			dir := y.prepare("1")
			lock := filepath.Join(y.root, ".git", filepath.FromSlash(name))
			y.write(lock, "")
			young := time.Now().Add(time.Minute)
			if err := os.Chtimes(lock, young, young); err != nil {
				t.Fatal(err)
			}
			if _, _, err := y.repo.Prepare(t.Context(), on("1")); err == nil || errors.Is(err, fm.ErrRefused) {
				t.Fatalf("a young lock: got %v, want to be told to wait", err)
			}
			cut := time.Now().Add(-2 * time.Second)
			if err := os.Chtimes(lock, cut, cut); err != nil {
				t.Fatal(err)
			}
			y.prepare("1")
			y.commit(dir, "a.txt", "a\n")
		})
	}
}

// Fault: F11.
func TestAWorktreeThatAPersonLockedIsKept(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.git(y.root, "worktree", "lock", "--reason", "looking at it", dir)
	y.prepare("1")
	refused(t, y.tryRemove(on("1")), "looking at it", "git worktree unlock")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	_, _, err := y.repo.Prepare(t.Context(), on("1"))
	refused(t, err, "git worktree unlock")
}

func TestPrepareWorksOffAFreshBase(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	elsewhere := filepath.Join(t.TempDir(), "clone")
	y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
	sha := y.commit(elsewhere, "new.txt", "new\n")
	y.git(elsewhere, "push", "--quiet")
	if got := y.git(y.prepare("1"), "rev-parse", "HEAD"); got != sha {
		t.Fatalf("worktree at %s, want %s", got, sha)
	}
	// A branch without commits of its own follows the base.
	if err := y.tryRemove(on("1")); err != nil {
		t.Fatal(err)
	}
	sha = y.commit(elsewhere, "newer.txt", "newer\n")
	y.git(elsewhere, "push", "--quiet")
	if got := y.git(y.prepare("1"), "rev-parse", "HEAD"); got != sha {
		t.Fatalf("worktree at %s, want %s", got, sha)
	}
}

func TestPrepareWorksWithoutNetwork(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "remote", "set-url", "origin", filepath.Join(y.root, "nowhere"))
	y.prepare("1")
}

func TestPrepareRefusesABaseThatIsNotPushed(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "switch", "--quiet", "-c", "topic")
	repo, err := git.Open(t.Context(), git.Options{Root: y.root, Base: "topic", Environ: y.env})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = repo.Prepare(t.Context(), on("1"))
	refused(t, err, "git push origin topic")
}

// An agent that left its branch would commit where nothing is pushed from.
func TestPrepareBringsAWorktreeBackToItsBranch(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.git(dir, "switch", "--quiet", "--detach")
	lost := y.commit(dir, "a.txt", "a\n")
	_, err := y.repo.Inspect(t.Context(), on("1"))
	refused(t, err, "detached HEAD", "git switch subissue/1")
	y.prepare("1")
	if got := y.git(dir, "branch", "--show-current"); got != "subissue/1" {
		t.Fatalf("on branch %q", got)
	}
	if got := y.git(y.root, "rev-parse", "refs/fm/preserved/1/1"); got != lost {
		t.Fatalf("preserved %s, want the commits made off the branch, %s", got, lost)
	}
}

func TestARebaseIsLeftToTheAgent(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "main.txt", "mine\n")
	y.commit(y.root, "main.txt", "theirs\n")
	if out, err := y.tryGit(dir, "rebase", "main"); err == nil {
		t.Fatalf("the rebase went through: %s", out)
	}
	y.prepare("1")
	_, err := y.repo.Inspect(t.Context(), on("1"))
	refused(t, err, "git rebase --continue")
}

func TestFilesOfFMNeverShow(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	exclude := filepath.Join(y.root, ".git", "info", "exclude")
	y.write(exclude, "*.mine") // no newline at the end
	dir := y.prepare("1")
	for _, name := range []string{"TASK.md", "ISSUE.json", "COMPLETION.md", ".founder-mode/queue.txt", "x.mine"} {
		y.write(filepath.Join(dir, name), "x")
		y.write(filepath.Join(y.root, name), "x")
	}
	for _, name := range []string{"config.json", "issues/0001-x.md", "issues/.lock"} {
		y.write(filepath.Join(y.root, ".founder-mode", name), "x")
	}
	if got := y.git(dir, "status", "--porcelain", "-uall"); got != "" {
		t.Errorf("shown in the worktree:\n%s", got)
	}
	want := "?? .founder-mode/config.json\n?? .founder-mode/issues/0001-x.md"
	if diff := cmp.Diff(want, y.git(y.root, "status", "--porcelain", "-uall")); diff != "" {
		t.Error(diff)
	}
	first := y.read(exclude)
	y.write(exclude, first+"*.later\n")
	y.prepare("2")
	if diff := cmp.Diff(first+"*.later\n", y.read(exclude)); diff != "" {
		t.Error("not idempotent, or lines of the user's were lost:", diff)
	}
}

// The id becomes a path that is removed and a ref that is forced.
//
// Fault: F20.
func TestHostileIDsAreRefused(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	for _, id := range []fm.TaskID{
		"", ".", "..", "../../x", "-rf", "--upload-pack=touch pwn", "a/b", "#1", "a..b", "a.lock", "x\n1", "x y", "ünï", "a\x00b",
		fm.TaskID(strings.Repeat("x", 300)), "$(touch pwn)", "HEAD~1", "a:b", "@{0}",
	} {
		_, _, err := y.repo.Prepare(t.Context(), on(id))
		refused(t, err)
		_, err = y.repo.Inspect(t.Context(), on(id))
		refused(t, err)
		_, err = y.repo.Push(t.Context(), on(id))
		refused(t, err)
		_, err = y.repo.Preserve(t.Context(), on(id))
		refused(t, err)
		refused(t, y.tryRemove(on(id)))
	}
	if got := y.git(y.root, "worktree", "list"); strings.Count(got, "\n") != 0 {
		t.Fatalf("worktrees were made:\n%s", got)
	}
}

// Whoever lost everything here, or sits at another machine, goes on with what
// was pushed; what is in the base already is no reason for an old start.
//
// Caught: a new branch off the base, whose push is refused.
func TestPrepareGoesOnWithABranchOfAnotherMachine(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	another := y.clone()
	old := y.offer("1", "a.txt", "a\n")
	dir := another.prepare("1")
	if got := another.git(dir, "rev-parse", "HEAD"); got != old {
		t.Fatalf("it begins at %s, want %s", got, old)
	}
	sha := another.commit(dir, "b.txt", "b\n")
	another.push("1")
	if got := y.git(y.remote, "rev-parse", "subissue/1"); got != sha {
		t.Fatalf("the remote has %s, want %s", got, sha)
	}
	if _, err := another.merge("1", sha); err != nil {
		t.Fatal(err)
	}
	third := y.clone()
	third.git(third.root, "fetch", "--quiet")
	base := third.git(third.remote, "rev-parse", "main")
	if got := third.git(third.prepare("1"), "rev-parse", "HEAD"); got != base {
		t.Fatalf("it begins at %s, want the base at %s", got, base)
	}
}
