package git_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

func (y *yard) options() git.Options { return git.Options{Root: y.root, Environ: y.env} }

// Caught: a worktree of a user's own taken for a task's; a vanished one taken
// for one that stands; a plain folder passed over.
//
// Fault: F12.
func TestTreesSayWhatStandsAndWhatHasVanished(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	trees := filepath.Join(y.root, ".worktrees")
	if got, err := git.Trees(t.Context(), y.options()); err != nil || len(got) > 0 {
		t.Errorf("with no worktree: %+v, %v", got, err)
	}
	for _, id := range []fm.TaskID{"1", "2", "3"} {
		y.prepare(id)
	}
	y.git(y.root, "worktree", "add", "-q", "-b", "own", filepath.Join(trees, "mine"))
	y.git(y.root, "worktree", "add", "-q", "-b", "own-4", filepath.Join(trees, "issue-4"))
	elsewhere := filepath.Join(t.TempDir(), "gone")
	y.git(y.root, "worktree", "add", "-q", "-b", "own-5", elsewhere)
	y.git(y.root, "worktree", "lock", filepath.Join(trees, "issue-3"))
	for _, dir := range []string{filepath.Join(trees, "issue-2"), elsewhere} {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"issue-6", ".removed-issue-7-1", "other"} {
		if err := os.Mkdir(filepath.Join(trees, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	got, err := git.Trees(t.Context(), y.options())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]git.TreeState{}
	for _, tree := range got {
		states[filepath.Base(tree.Path)] = tree.State
		if want := strings.TrimPrefix(filepath.Base(tree.Path), "issue-"); tree.Task != "" && string(tree.Task) != want {
			t.Errorf("%s is of task %q", tree.Path, tree.Task)
		}
	}
	want := map[string]git.TreeState{
		"issue-1": git.Standing, "issue-2": git.Vanished, "issue-3": git.Theirs, "issue-4": git.Theirs,
		"issue-6": git.Unknown, "mine": git.Theirs, "gone": git.Vanished, ".removed-issue-7-1": git.Leaving,
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if err := git.Sweep(t.Context(), y.options()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(trees, ".removed-issue-7-1")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after a sweep: %v", err)
	}
}

// Caught: commits that are only on the branch taken for safe; a new file passed
// over; a process below the folder passed over.
func TestBurdenIsWhatStandsNowhereElse(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	burden := func() git.Burden {
		t.Helper()
		b, err := y.repo.Burden(t.Context(), on("1"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if b := burden(); !b.None() {
		t.Errorf("a fresh worktree: %+v", b)
	}
	y.write(filepath.Join(dir, "new.txt"), "new\n")
	if b := burden(); b.None() || fmt.Sprint(b.Dirty) != "[new.txt]" {
		t.Errorf("with a new file: %+v", b)
	}
	y.commit(dir, "new.txt", "new\n")
	if b := burden(); b.None() || !b.Unmerged || len(b.Dirty) > 0 {
		t.Errorf("with a commit that is not pushed: %+v", b)
	}
	y.push("1")
	if b := burden(); !b.None() {
		t.Errorf("when it is pushed: %+v", b)
	}
	below := filepath.Join(dir, "below")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	person := exec.CommandContext(t.Context(), "sleep", "100")
	person.Dir = below
	if err := person.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Process.Kill(), person.Wait() }) // killed
	if b := burden(); b.None() || b.Inside != person.Process.Pid {
		t.Errorf("with process %d in it: %+v", person.Process.Pid, b)
	}
	if b, err := y.repo.Burden(t.Context(), on("2")); err != nil || !b.None() {
		t.Errorf("without a worktree: %+v, %v", b, err)
	}
}
