package git_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/git"
)

// Caught: a block of another form, which the first worktree would write anew.
func TestFilesAreExcludedBeforeThereIsARemoteOrACommit(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	root := filepath.Join(filepath.Dir(y.root), "new")
	y.git(filepath.Dir(y.root), "init", "--quiet", root)
	o := git.Options{Root: root, WorktreeDir: ".worktrees", Environ: y.env}
	look := func() (string, bool) {
		t.Helper()
		file, ok, err := git.Excluded(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return file, ok
	}
	file, ok := look()
	if before := y.read(file); ok || before != y.read(file) {
		t.Errorf("Excluded says %v, or wrote", ok)
	}
	if err := git.Exclude(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if _, ok := look(); !ok {
		t.Error("it is not excluded afterwards")
	}
	o.Root = y.root
	if err := git.Exclude(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	exclude := filepath.Join(y.root, ".git", "info", "exclude")
	first := y.read(exclude)
	y.prepare("1")
	if diff := cmp.Diff(first, y.read(exclude)); diff != "" {
		t.Error("a worktree has it otherwise:", diff)
	}
}
