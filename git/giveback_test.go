package git_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// busy starts a process in a folder, and returns what ends it.
func (y *yard) busy(dir string) (end func()) {
	y.Helper()
	cmd := exec.CommandContext(y.Context(), "sleep", "600")
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		y.Fatal(err)
	}
	end = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	}
	y.Cleanup(end)
	return end
}

// Caught: a checkout that is cleared without being preserved.
func TestGivingBackLosesNothing(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.write(filepath.Join(y.root, ".git/info/exclude"), "*.ignored\n")
	y.write(filepath.Join(y.root, "mine.ignored"), "mine\n")
	before := y.mainFiles()
	y.prepareAt(inMain("7"))
	y.mess(y.root)
	y.write(filepath.Join(y.root, "TASK.md"), "fm\n")
	head := y.git(y.root, "rev-parse", "HEAD")
	y.removeAt(inMain("7"))
	y.isOn("main")
	y.leftNothing()
	if diff := cmp.Diff(before, y.mainFiles()); diff != "" {
		t.Error("the checkout is not as it was:", diff)
	}
	for name, want := range map[string]string{"mine.ignored": "mine\n", "big.ignored": "ignored\n"} {
		if got := y.read(filepath.Join(y.root, name)); got != want {
			t.Errorf("%s holds %q", name, got)
		}
	}
	const ref = "refs/fm/preserved/7/1"
	if got := y.git(y.root, "rev-parse", ref+"^1"); got != head {
		t.Errorf("preserved on %s, want %s", got, head)
	}
	if got := y.git(y.root, "show", ref+"^2:staged.txt"); got != "staged" {
		t.Errorf("what was staged is %q", got)
	}
	// It comes back in a worktree: the checkout is its user's.
	dir, from, err := y.repo.Restore(t.Context(), inMain("7"))
	if err != nil || from != ref || dir != filepath.Join(y.root, ".worktrees", "issue-7") {
		t.Fatalf("%q, %q, %v", dir, from, err)
	}
	for name, want := range map[string]string{"main.txt": "edited\n", "staged.txt": "edited after staging\n", "-rf": "dash\n", "sub dir/ünï \"q\"\n.txt": "untracked\n"} {
		if got := y.read(filepath.Join(dir, name)); got != want {
			t.Errorf("%s holds %q", name, got)
		}
	}
	if work := y.inspectAt(inMain("7")); work.Dir != dir || len(work.Dirty) == 0 {
		t.Errorf("unexpected work: %+v", work)
	}
	y.isOn("main")
	// The next attempt takes the branch from it again.
	y.prepareAt(inMain("7"))
	y.isOn("fix/issue-7")
	if _, err := os.Lstat(dir); err == nil {
		t.Error("the worktree is still there")
	}
}

// HEAD is on no branch in some of them, and the checkout is the task's all the
// same.
func TestGivingBackLeavesOffWhatIsHalfDone(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string][]string{
		"rebase":      {"rebase", "other"},
		"apply":       {"rebase", "--apply", "other"},
		"merge":       {"merge", "other"},
		"cherry-pick": {"cherry-pick", "other"},
		"revert":      {"revert", "--no-edit", "HEAD~1"},
		"bisection":   {"bisect", "start", "HEAD", "HEAD~2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			y.git(y.root, "switch", "--quiet", "-c", "other")
			y.commit(y.root, "main.txt", "other\n")
			y.git(y.root, "switch", "--quiet", "main")
			y.prepareAt(inMain("7"))
			y.commit(y.root, "main.txt", "mine\n")
			tip := y.commit(y.root, "main.txt", "mine again\n")
			y.write(filepath.Join(y.root, "new.txt"), "new\n")
			if out, err := y.tryGit(y.root, begin...); (err == nil) != (name == "bisection") {
				t.Fatal(out)
			}
			_, err := y.repo.Inspect(t.Context(), inMain("7"))
			if name == "rebase" || name == "bisection" {
				refused(t, err, "is not finished")
			}
			y.prepareAt(inMain("7"))
			merged := y.read(filepath.Join(y.root, "main.txt"))
			y.removeAt(inMain("7"))
			y.isOn("main")
			y.leftNothing()
			for _, sign := range []string{"rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "sequencer", "BISECT_START"} {
				if _, err := os.Lstat(filepath.Join(y.root, ".git", sign)); err == nil {
					t.Errorf("%s is left", sign)
				}
			}
			if got := y.git(y.root, "rev-parse", "fix/issue-7"); got != tip {
				t.Errorf("the branch is at %s, want %s", got, tip)
			}
			if got := y.git(y.root, "show", "refs/fm/preserved/7/1:main.txt") + "\n"; got != merged {
				t.Errorf("preserved %q, want %q", got, merged)
			}
			if got := y.git(y.root, "show", "refs/fm/preserved/7/1:new.txt"); got != "new" {
				t.Errorf("preserved %q", got)
			}
			if err := y.repo.Idle(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestACheckoutThatItsUserTookBackIsLeftAlone(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepareAt(inMain("7"))
	y.commit(y.root, "a.txt", "a\n")
	y.git(y.root, "switch", "--quiet", "-c", "mine", "main")
	y.write(filepath.Join(y.root, "main.txt"), "edited\n")
	y.write(filepath.Join(y.root, "new.txt"), "new\n")
	_, err := y.repo.Inspect(t.Context(), inMain("7"))
	refused(t, err, "the main checkout is on branch mine, not on fix/issue-7", "git switch fix/issue-7")
	want := y.mainFiles()
	y.removeAt(inMain("7"))
	if diff := cmp.Diff(want, y.mainFiles()); diff != "" {
		t.Fatal(diff)
	}
	if got := y.git(y.root, "branch", "--show-current"); got != "mine" {
		t.Fatalf("on %q", got)
	}
	if work := y.inspectAt(inMain("7")); work.Dir != "" || work.Commits != 1 {
		t.Fatalf("unexpected work: %+v", work)
	}
	y.leftNothing()
}

// Another task has the checkout by now: a late Remove of the first is not about
// that. Caught: homeFor that takes a task's branch for the user's.
func TestALateRemoveLeavesTheNextTaskAlone(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepareAt(inMain("7"))
	y.commit(y.root, "a.txt", "a\n")
	y.prepareAt(inMain("8")) // without a Remove of the first, which was lost
	y.write(filepath.Join(y.root, "b.txt"), "b\n")
	y.removeAt(inMain("7"))
	if got := y.git(y.root, "branch", "--show-current"); got != "fix/issue-8" || y.read(filepath.Join(y.root, "b.txt")) != "b\n" {
		t.Fatalf("on %q", got)
	}
	y.removeAt(inMain("8"))
	y.isOn("main")
	y.leftNothing()
}

func TestAUsersBranchThatIsGoneOrTakenIsLeftToHim(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(y *yard){
		"gone":  func(y *yard) { y.git(y.root, "branch", "--quiet", "-D", "mine") },
		"taken": func(y *yard) { y.git(y.root, "worktree", "add", "--quiet", filepath.Join(y.TempDir(), "away"), "mine") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			y.git(y.root, "switch", "--quiet", "-c", "mine")
			sha := y.commit(y.root, "a.txt", "a\n")
			y.prepareAt(inMain("7"))
			away(y)
			y.removeAt(inMain("7"))
			y.isOn("")
			y.leftNothing()
			if got := y.git(y.root, "rev-parse", "HEAD"); got != sha {
				t.Fatalf("at %s, want %s", got, sha)
			}
		})
	}
}

// A user who went to the task's branch himself stays there.
func TestAUserOnTheTasksBranchStaysThere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "switch", "--quiet", "-c", "fix/issue-7")
	y.prepareAt(inMain("7"))
	y.write(filepath.Join(y.root, "a.txt"), "a\n")
	y.removeAt(inMain("7"))
	y.isOn("fix/issue-7")
	y.leftNothing()
	if got := y.git(y.root, "show", "refs/fm/preserved/7/1:a.txt"); got != "a" {
		t.Fatalf("preserved %q", got)
	}
}

// What the task's branch has made an ignored file of, and its user's has not,
// is in the way twice. Caught: takeIn for HEAD alone.
func TestAFileThatTheTaskHasGitIgnoreIsPreserved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.commit(y.root, "conf", "old\n")
	y.commit(y.root, "dir", "a file\n")
	y.git(y.root, "push", "--quiet")
	y.prepareAt(inMain("7"))
	y.git(y.root, "rm", "--quiet", "--cached", "conf")
	y.git(y.root, "rm", "--quiet", "dir")
	y.write(filepath.Join(y.root, ".gitignore"), "conf\ndir\n")
	y.git(y.root, "add", ".gitignore")
	y.git(y.root, "commit", "--quiet", "-m", "ignore conf")
	y.write(filepath.Join(y.root, "conf"), "precious\n")
	y.write(filepath.Join(y.root, "dir/x"), "precious too\n")
	y.removeAt(inMain("7"))
	y.isOn("main")
	if y.read(filepath.Join(y.root, "conf")) != "old\n" || y.read(filepath.Join(y.root, "dir")) != "a file\n" {
		t.Fatal("the user's files are not back")
	}
	for name, want := range map[string]string{"conf": "precious", "dir/x": "precious too"} {
		if got := y.git(y.root, "show", "refs/fm/preserved/7/1:"+name); got != want {
			t.Errorf("%s: preserved %q", name, got)
		}
	}
}

func TestPreserveLeavesTheMainCheckoutAsItIs(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepareAt(inMain("7"))
	y.mess(y.root)
	want, status := y.mainFiles(), y.git(y.root, "status", "--porcelain")
	for range 2 {
		ref, err := y.repo.Preserve(t.Context(), inMain("7"))
		if err != nil || ref != "refs/fm/preserved/7/1" {
			t.Fatalf("%q, %v", ref, err)
		}
	}
	if diff := cmp.Diff(want, y.mainFiles()) + cmp.Diff(status, y.git(y.root, "status", "--porcelain")); diff != "" {
		t.Fatal(diff)
	}
	y.removeAt(inMain("7"))
	if got := y.git(y.root, "for-each-ref", "--format=%(refname)", "refs/fm/preserved"); got != "refs/fm/preserved/7/1" {
		t.Fatalf("preserved: %s", got)
	}
}

// Caught: a rebase that looks for the worktree of a site in the main checkout.
func TestABranchOfTheMainCheckoutIsRebased(t *testing.T) {
	t.Parallel()
	for _, there := range []bool{false, true} {
		y := newYard(t, "")
		y.prepareAt(inMain("7"))
		y.commit(y.root, "a.txt", "a\n")
		if _, err := y.repo.Push(t.Context(), inMain("7")); err != nil {
			t.Fatal(err)
		}
		elsewhere := filepath.Join(t.TempDir(), "clone")
		y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
		base := y.commit(elsewhere, "new.txt", "new\n")
		y.git(elsewhere, "push", "--quiet")
		if !there {
			y.removeAt(inMain("7"))
		}
		sha, err := y.repo.Rebase(t.Context(), inMain("7"))
		if err != nil {
			t.Fatal(err)
		}
		if got := y.git(y.remote, "rev-parse", "fix/issue-7"); got != sha || y.git(y.root, "rev-parse", sha+"^") != base {
			t.Fatalf("the remote has %s, want %s on %s", got, sha, base)
		}
		y.isOn(map[bool]string{false: "main", true: "fix/issue-7"}[there])
		if there {
			y.write(filepath.Join(y.root, "b.txt"), "b\n")
			y.commit(elsewhere, "newer.txt", "newer\n")
			y.git(elsewhere, "push", "--quiet")
			_, err := y.repo.Rebase(t.Context(), inMain("7"))
			refused(t, err, "b.txt")
		}
	}
}

// One worktree folder serves an issue that is a subissue now and is mended as a
// whole then. Caught: settle with a new branch off the other one's.
func TestAWorktreeChangesFromOneKindOfBranchToTheOther(t *testing.T) {
	t.Parallel()
	for name, dirty := range map[string]string{"free": "dirty.txt", "in the way": "main.txt"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			base := y.git(y.root, "rev-parse", "HEAD")
			dir := y.prepareAt(on("7"))
			old := y.commit(dir, "main.txt", "subissue\n")
			y.write(filepath.Join(dir, dirty), "precious\n")
			again, _, err := y.repo.Prepare(t.Context(), mending("7"))
			if name == "in the way" {
				refused(t, err, "commit or move away")
			} else if err != nil || again != dir {
				t.Fatalf("%q, %v", again, err)
			}
			if got := y.read(filepath.Join(dir, dirty)); got != "precious\n" {
				t.Fatalf("%s holds %q", dirty, got)
			}
			if got := y.git(y.root, "show", "refs/fm/preserved/7/1:"+dirty); got != "precious" {
				t.Fatalf("preserved %q", got)
			}
			if got := y.git(y.root, "rev-parse", "subissue/7"); got != old {
				t.Fatalf("subissue/7 is at %s, want %s", got, old)
			}
			if name == "in the way" {
				return
			}
			if got := y.git(dir, "rev-parse", "HEAD"); got != base || y.git(dir, "branch", "--show-current") != "fix/issue-7" {
				t.Fatalf("fix/issue-7 begins at %s, want %s", got, base)
			}
			fixed := y.commit(dir, dirty, "fixed\n")
			y.prepareAt(on("7"))
			if got := y.git(dir, "rev-parse", "HEAD"); got != old || y.git(y.root, "rev-parse", "fix/issue-7") != fixed {
				t.Fatalf("back at %s, want %s", got, old)
			}
		})
	}
}

func TestAWorktreeOfAFixLivesAsThatOfASubissue(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	at := mending("7")
	dir := y.prepareAt(at)
	if got := y.git(dir, "branch", "--show-current"); got != "fix/issue-7" || filepath.Base(dir) != "issue-7" {
		t.Fatalf("%q in %s", got, dir)
	}
	sha := y.commit(dir, "a.txt", "a\n")
	if got, err := y.repo.Push(t.Context(), at); err != nil || got != sha {
		t.Fatalf("pushed %s, %v", got, err)
	}
	y.write(filepath.Join(dir, "b.txt"), "b\n")
	ref, err := y.repo.Preserve(t.Context(), at)
	if err != nil || ref != "refs/fm/preserved/7/1" {
		t.Fatalf("%q, %v", ref, err)
	}
	y.removeAt(at)
	if _, from, err := y.repo.Restore(t.Context(), at); err != nil || from != ref || y.read(filepath.Join(dir, "b.txt")) != "b\n" {
		t.Fatalf("restored from %q, %v", from, err)
	}
	if work := y.inspectAt(at); work.Commits != 1 || strings.Join(work.Dirty, "|") != "b.txt" {
		t.Fatalf("unexpected work: %+v", work)
	}
	y.removeAt(at)
	elsewhere := filepath.Join(t.TempDir(), "clone")
	y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
	y.commit(elsewhere, "new.txt", "new\n")
	y.git(elsewhere, "push", "--quiet")
	if sha, err = y.repo.Rebase(t.Context(), at); err != nil || y.git(y.remote, "rev-parse", "fix/issue-7") != sha {
		t.Fatalf("rebased to %s, %v", sha, err)
	}
	y.prepareAt(at)
	if got := y.git(dir, "rev-parse", "HEAD"); got != sha {
		t.Fatalf("at %s, want %s", got, sha)
	}
	another := y.clone()
	if got := another.git(another.prepareAt(at), "rev-parse", "HEAD"); got != sha {
		t.Fatalf("another machine begins at %s, want %s", got, sha)
	}
	if err := y.repo.Unpublish(t.Context(), at, sha); err != nil {
		t.Fatal(err)
	}
	if out, err := y.tryGit(y.remote, "rev-parse", "--verify", "--quiet", "fix/issue-7"); err == nil {
		t.Fatalf("the remote still has %s", out)
	}
	y.git(y.root, "worktree", "add", "--quiet", "-b", "fix/issue-8", filepath.Join(t.TempDir(), "other"))
	_, _, err = y.repo.Prepare(t.Context(), mending("8"))
	refused(t, err, "create worktree for issue #8", "fix/issue-8")
}
