package git_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// brief writes what fm writes for an agent, and what the agent says in the end.
func (y *yard) brief() {
	y.Helper()
	y.write(filepath.Join(y.root, "TASK.md"), "# Issue 7\n")
	y.write(filepath.Join(y.root, "ISSUE.json"), "{\n  \"id\": \"7\",\n  \"title\": \"Log in\",\n  \"body\": \"\"\n}\n")
	y.write(filepath.Join(y.root, "COMPLETION.md"), "status: success\n")
}

// Whatever its user has done to the checkout meanwhile, nothing of fm's stays in
// it, nothing of his goes, and the next task gets it.
//
// Caught: release without dropMarkers; unused that asks for the task's branch.
func TestWhatFMWroteGoesWhereverTheCheckoutIs(t *testing.T) {
	t.Parallel()
	for name, does := range map[string][]string{
		"nothing":  {"status"},
		"switched": {"switch", "--quiet", "-c", "mine", "main"},
		"renamed":  {"branch", "--move", "mine"},
		"detached": {"switch", "--quiet", "--detach", "main"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			y.prepareAt(inMain("7"))
			y.brief()
			y.git(y.root, does...)
			if err := y.repo.Idle(t.Context()); err != nil {
				t.Errorf("while it is lent: %v", err)
			}
			y.removeAt(inMain("7"))
			y.leftNothing()
			y.prepareAt(inMain("8"))
			y.isOn("fix/issue-8")
		})
	}
}

// A task that was never cleared up after left its files, and no note.
func TestALeftoverOfFMBlocksNobody(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepareAt(inMain("6"))
	y.removeAt(inMain("6"))
	y.brief()
	if err := y.repo.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	y.prepareAt(inMain("7"))
	y.isOn("fix/issue-7")
	y.removeAt(inMain("7"))
	y.isOn("main")
	y.leftNothing()
	for name, text := range map[string]string{"TASK.md": "mine", "ISSUE.json": `{"id": 7}`, "COMPLETION.md": "mine"} {
		file := filepath.Join(y.root, name)
		y.write(file, text)
		_, _, err := y.repo.Prepare(t.Context(), inMain("7"))
		refused(t, err, name+" is in the main checkout", "move it away")
		if got := y.read(file); got != text {
			t.Errorf("%s holds %q", name, got)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// What nobody tells a person is as good as lost.
func TestRemoveSaysWhatAPersonShouldKnow(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "switch", "--quiet", "-c", "mine")
	y.prepareAt(inMain("7"))
	y.commit(y.root, "a.txt", "a\n")
	if got := y.removeAt(inMain("7")); got != "" {
		t.Errorf("all is committed, and it says %q", got)
	}
	y.prepareAt(inMain("7"))
	y.write(filepath.Join(y.root, "b.txt"), "b\n")
	y.git(y.root, "branch", "--move", "mine", "yours")
	kept := "what stood uncommitted is kept in refs/fm/preserved/7/2: fm restore 7"
	gone := "branch mine is gone: the main checkout is on a detached HEAD: git switch BRANCH"
	if diff := cmp.Diff(kept+"; "+gone, y.removeAt(inMain("7"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(kept, y.removeAt(inMain("7"))); diff != "" {
		t.Errorf("when it is asked again: %s", diff)
	}
	if got := y.git(y.root, "show", "refs/fm/preserved/7/2:b.txt"); got != "b" {
		t.Errorf("kept %q", got)
	}

	y.git(y.root, "switch", "--quiet", "yours")
	y.prepareAt(inMain("8"))
	y.git(y.root, "worktree", "add", "--quiet", filepath.Join(t.TempDir(), "away"), "yours")
	if got := y.removeAt(inMain("8")); !strings.Contains(got, "branch yours is checked out in ") || !strings.Contains(got, "away") {
		t.Errorf("it says %q", got)
	}

	dir := y.prepareAt(mending("9"))
	y.write(filepath.Join(dir, "c.txt"), "c\n")
	if got := y.removeAt(mending("9")); got != "what stood uncommitted is kept in refs/fm/preserved/9/1: fm restore 9" {
		t.Errorf("it says %q", got)
	}
}

// Caught: settle, which made the task's branch of a user's one.
func TestAUsersOwnWorktreeIsNeverTakenOver(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"on mybranch": {"-b", "mybranch"}, "on no branch": {"--detach"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			dir := filepath.Join(y.root, ".worktrees", "issue-5")
			y.git(y.root, append(append([]string{"worktree", "add", "--quiet"}, args...), dir)...)
			y.write(filepath.Join(dir, "mine.txt"), "mine\n")
			_, _, err := y.repo.Prepare(t.Context(), mending("5"))
			refused(t, err, dir, "is a worktree of yours, "+name, "git worktree move")
			refused(t, y.tryRemove(mending("5")), "is a worktree of yours")
			if y.read(filepath.Join(dir, "mine.txt")) != "mine\n" {
				t.Error("it was touched")
			}
			y.git(y.root, "worktree", "move", dir, filepath.Join(t.TempDir(), "mine"))
			y.prepareAt(mending("5"))
		})
	}
}

// Caught: a worktree that was a user's own because its agent had left the branch.
func TestAnAgentsStrayBranchIsNoUsers(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepareAt(mending("5"))
	y.git(dir, "branch", "--move", "stray")
	tip := y.commit(dir, "a.txt", "a\n")
	y.prepareAt(mending("5"))
	if got := y.git(dir, "branch", "--show-current"); got != "fix/issue-5" || y.git(dir, "rev-parse", "HEAD") != tip {
		t.Fatalf("on %q", got)
	}
	y.git(dir, "switch", "--quiet", "-c", "another")
	y.removeAt(mending("5"))
	if _, err := os.Lstat(dir); err == nil {
		t.Error("it is still there")
	}
}
