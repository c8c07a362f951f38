package git_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

func (y *yard) remove(id fm.TaskID) {
	y.Helper()
	if err := y.tryRemove(on(id)); err != nil {
		y.Fatal(err)
	}
}

// restore brings a worktree back and checks that the repository is whole.
func (y *yard) restore(id fm.TaskID) (dir, ref string) {
	y.Helper()
	dir, ref, err := y.repo.Restore(y.Context(), on(id))
	if err != nil {
		y.Fatal(err)
	}
	y.whole()
	return dir, ref
}

func (y *yard) whole() {
	y.Helper()
	if out := y.git(y.root, "fsck", "--strict", "--no-dangling"); out != "" {
		y.Fatalf("git fsck says %s", out)
	}
	if got := y.git(y.root, "status", "--porcelain"); got != "" {
		y.Fatalf("the user's checkout was touched: %s", got)
	}
	for _, left := range []string{".git/worktrees/issue-1/index.lock", ".git/index.lock"} {
		if _, err := os.Lstat(filepath.Join(y.root, left)); err == nil {
			y.Fatalf("%s was left behind", left)
		}
	}
}

// Caught: what was staged left out; what was thrown away before the last removal
// put back.
func TestRestoreUndoesARemoval(t *testing.T) {
	t.Parallel()
	y := newYard(t, "-rf ünï 日本")
	dir := y.prepare("1")
	y.mess(dir)
	want, status, head := y.tree(dir), y.git(dir, "status", "--porcelain", "-uall"), y.git(dir, "rev-parse", "HEAD")
	y.remove("1")
	back, ref := y.restore("1")
	if back != dir || ref != "refs/fm/preserved/1/1" {
		t.Errorf("restored %q from %q", back, ref)
	}
	if diff := cmp.Diff(want, y.tree(dir)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(status, y.git(dir, "status", "--porcelain", "-uall")); diff != "" {
		t.Error(diff)
	}
	if got := y.git(dir, "rev-parse", "HEAD"); got != head || y.git(dir, "branch", "--show-current") != "subissue/1" {
		t.Errorf("at %s, want %s", got, head)
	}
	if got := y.git(dir, "show", ":staged.txt"); got != "staged" {
		t.Errorf("staged is %q", got)
	}
	if _, err := os.Lstat(filepath.Join(dir, "big.ignored")); err == nil {
		t.Error("an ignored file came back: the documentation is wrong")
	}
	// Once more, with other content, and then with none.
	y.write(filepath.Join(dir, "main.txt"), "edited again\n")
	want = y.tree(dir)
	y.remove("1")
	if _, ref = y.restore("1"); ref != "refs/fm/preserved/1/2" {
		t.Errorf("restored from %q", ref)
	}
	if diff := cmp.Diff(want, y.tree(dir)); diff != "" {
		t.Error(diff)
	}
	y.git(dir, "reset", "--quiet", "--hard")
	y.git(dir, "clean", "--quiet", "-fd")
	y.remove("1")
	if _, ref = y.restore("1"); ref != "" || y.git(dir, "status", "--porcelain") != "" {
		t.Errorf("what had been thrown away came back from %q: %s", ref, y.git(dir, "status", "--porcelain"))
	}
}

// Content that was preserved before is what counts, when it was there last.
// Caught: the newest ref instead; no note of what was there.
func TestRestoreTakesWhatWasThereLast(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "main.txt"), "first\n")
	y.preserve("1")
	y.write(filepath.Join(dir, "main.txt"), "second\n")
	y.preserve("1")
	y.write(filepath.Join(dir, "main.txt"), "first\n")
	y.remove("1")
	if _, ref := y.restore("1"); ref != "refs/fm/preserved/1/1" || y.read(filepath.Join(dir, "main.txt")) != "first\n" {
		t.Errorf("%s brought %q", ref, y.read(filepath.Join(dir, "main.txt")))
	}
	// Without the note of it, as older versions left things: the newest.
	y.git(dir, "checkout", "--quiet", "main.txt")
	y.remove("1")
	y.git(y.root, "update-ref", "-d", "refs/fm/last/1")
	if _, ref := y.restore("1"); ref != "refs/fm/preserved/1/2" || y.read(filepath.Join(dir, "main.txt")) != "second\n" {
		t.Errorf("%s brought %q", ref, y.read(filepath.Join(dir, "main.txt")))
	}
}

// Caught: a worktree that somebody works in, filled with what was there once.
func TestRestoreLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "main.txt"), "mine\n")
	y.remove("1")
	y.prepare("1")
	y.write(filepath.Join(dir, "main.txt"), "at work\n")
	_, _, err := y.repo.Restore(t.Context(), on("1"))
	refused(t, err, "there already", "refs/fm/preserved/1/1")
	if got := y.read(filepath.Join(dir, "main.txt")); got != "at work\n" {
		t.Fatalf("it was touched: %q", got)
	}
	y.remove("1")
	for _, text := range []string{"precious\n", ""} {
		if text == "" {
			if err := os.Remove(filepath.Join(dir, "precious.txt")); err != nil {
				t.Fatal(err)
			}
		} else {
			y.write(filepath.Join(dir, "precious.txt"), text)
		}
		_, _, err = y.repo.Restore(t.Context(), on("1"))
		refused(t, err, "there already")
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	y.git(y.root, "worktree", "add", "--quiet", filepath.Join(t.TempDir(), "other"), "subissue/1")
	_, _, err = y.repo.Restore(t.Context(), on("1"))
	refused(t, err, "other", "git worktree remove")
	if _, err := os.Lstat(dir); err == nil {
		t.Error("a worktree was made all the same")
	}
}

// A post-checkout hook may have made a file of the same name. Caught: a
// checkout that takes such files for its own.
func TestRestoreWritesOverNoFile(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "main.txt"), "edited\n")
	y.write(filepath.Join(dir, "generated.txt"), "by the agent\n")
	y.remove("1")
	hook := filepath.Join(y.root, ".git", "hooks", "post-checkout")
	y.write(hook, "#!/bin/sh\necho by the hook > generated.txt\n")
	y.chmod(hook)
	_, ref, err := y.repo.Restore(t.Context(), on("1"))
	refused(t, err, "generated.txt", "refs/fm/preserved/1/1", "by hand")
	if got := y.read(filepath.Join(dir, "generated.txt")); got != "by the hook\n" || ref == "" {
		t.Errorf("it became %q", got)
	}
	if got := y.read(filepath.Join(dir, "main.txt")); got != "one\n" {
		t.Errorf("half of it was put back: %q", got)
	}
}

func TestRestoreOfNothingSaysWhatToDo(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	_, _, err := y.repo.Restore(t.Context(), on("1"))
	if !errors.Is(err, fm.ErrGone) || !strings.Contains(err.Error(), "fm queue retry 1") {
		t.Fatalf("got %v", err)
	}
	for _, id := range []fm.TaskID{"", "..", "-rf", "a/b", "x\n1", "HEAD~1", "@{0}", "$(touch pwn)"} {
		_, _, err := y.repo.Restore(t.Context(), on(id))
		refused(t, err)
		_, err = y.repo.Preserved(t.Context(), on(id))
		refused(t, err)
	}
	if list := y.git(y.root, "worktree", "list"); strings.Count(list, "\n") != 0 {
		t.Fatalf("worktrees were made:\n%s", list)
	}
	if all, err := y.repo.Preserved(t.Context(), on("1")); err != nil || len(all) != 0 {
		t.Fatalf("kept: %v, %v", all, err)
	}
}

// A restore that was killed in `git worktree add` left the mark "initializing".
func TestRestoreGoesOnWhereAKilledOneStopped(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.mess(dir)
	want := y.tree(dir)
	y.remove("1")
	y.git(y.root, "worktree", "add", "--quiet", dir, "subissue/1")
	mark := filepath.Join(y.root, ".git", "worktrees", "issue-1", "locked")
	y.write(mark, "initializing\n")
	age(t, mark)
	if err := os.Remove(filepath.Join(dir, "main.txt")); err != nil {
		t.Fatal(err)
	}
	y.restore("1")
	if diff := cmp.Diff(want, y.tree(dir)); diff != "" {
		t.Error(diff)
	}
}

// Caught: the refs as git sorts them; the dates of the commits.
func TestPreservedListsTheNewestFirst(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	before := time.Now().Truncate(time.Second)
	var want []string
	for _, text := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
		y.write(filepath.Join(dir, "main.txt"), text)
		want = append([]string{y.preserve("1")}, want...)
	}
	y.git(y.root, "update-ref", "refs/fm/preserved/1/notes", "HEAD") // a person's
	all, err := y.repo.Preserved(t.Context(), on("1"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range all {
		got = append(got, one.Ref)
		if one.At.Before(before) || one.At.After(time.Now()) || one.Commit != y.git(y.root, "rev-parse", one.Ref) {
			t.Errorf("%+v, want it kept after %v", one, before)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Caught: what fm's own files are called, written to the exclude file by
// Prepare alone.
func TestFilesOfFMDoNotShowInARestoredWorktree(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.remove("1")
	y.write(filepath.Join(y.root, ".git", "info", "exclude"), ".worktrees\n")
	y.restore("1")
	y.write(filepath.Join(dir, "TASK.md"), "x")
	if got := y.git(dir, "status", "--porcelain"); got != "" {
		t.Errorf("shown: %s", got)
	}
}

// Restore writes to the repository, one at a time with the others.
//
// Fault: F13.
func TestParallelRestoresAllSucceed(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	repos := []*git.Repo{y.repo, y.open()}
	ids := []fm.TaskID{"1", "2", "3", "4"}
	for _, id := range ids {
		y.write(filepath.Join(y.prepare(id), "main.txt"), string(id))
		y.remove(id)
	}
	errs := make(chan error)
	for i, id := range ids {
		go func() {
			_, _, err := repos[i%2].Restore(t.Context(), on(id))
			errs <- err
		}()
	}
	for range ids {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for _, id := range ids {
		if got := y.read(filepath.Join(y.root, ".worktrees", fm.Worktree(id), "main.txt")); got != string(id) {
			t.Errorf("%s holds %q", id, got)
		}
	}
}

// Caught: the worktree of a restore that was cut off, taken for somebody's; what
// half of it held, taken for what was there last.
func TestRestoreBeginsAnewWhereverItWasCutOff(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	n := 1
	for ; ; n++ {
		id := fm.TaskID(fmt.Sprint(n))
		dir := y.prepare(id)
		y.mess(dir)
		want, status := y.tree(dir), y.git(dir, "status", "--porcelain", "-uall")
		y.remove(id)
		cut := y.cut("restore", id, n)
		if cut {
			y.restore(id)
		}
		if diff := cmp.Diff(want, y.tree(dir)); diff != "" {
			t.Errorf("cut at %d: %s", n, diff)
		}
		if diff := cmp.Diff(status, y.git(dir, "status", "--porcelain", "-uall")); diff != "" {
			t.Errorf("cut at %d: %s", n, diff)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".*")); len(left) > 0 {
			t.Errorf("cut at %d: it left %q", n, left)
		}
		_, _, err := y.repo.Restore(t.Context(), on(id))
		refused(t, err, "there already")
		if !cut {
			break
		}
	}
	if n < 10 {
		t.Fatalf("only %d commands", n)
	}
}

// Caught: a worktree that an agent got since a restore was cut off, taken from it.
func TestRestoreThatWasCutOffForgetsItWhenSomebodyWorksThere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	id := fm.TaskID("1")
	y.write(filepath.Join(y.prepare(id), "main.txt"), "mine\n")
	y.remove(id)
	for n := 1; y.cut("restore", id, n); n++ {
		dir := y.prepare(id)
		y.write(filepath.Join(dir, "main.txt"), fmt.Sprintf("at work, %d\n", n))
		_, _, err := y.repo.Restore(t.Context(), on(id))
		refused(t, err, "there already")
		y.remove(id)
	}
}
