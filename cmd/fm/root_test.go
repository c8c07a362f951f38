package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/founder-mode/fm/git"
)

// TestPlainRootSaysWhatGitSays, or nothing. Caught: the folder of a submodule
// taken for a project; a worktree taken for a checkout; a link that is not
// followed.
func TestPlainRootSaysWhatGitSays(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run := func(in string, words ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "protocol.file.allow=always", "-c", "user.name=n", "-c", "user.email=e@x"}, words...)...)
		cmd.Dir = filepath.Join(dir, in)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", words, err, out)
		}
	}
	for _, name := range []string{"shop", "other"} {
		run("", "init", "-q", name)
		run(name, "commit", "-q", "--allow-empty", "-m", "Begin")
	}
	run("", "init", "-q", "--bare", "shop.git")
	run("shop", "worktree", "add", "-q", "../away")
	run("shop", "worktree", "add", "-q", ".worktrees/issue-1")
	run("shop", "submodule", "--quiet", "add", filepath.Join(dir, "other"), "part")
	for _, name := range []string{"shop/.founder-mode/logs", "shop/src/deep", "shop/nested/.git", "shop/part/.founder-mode", ".founder-mode"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "shop", "src"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	sure := 0
	for _, name := range []string{
		"", "shop", "shop/src/deep", "shop/.founder-mode/logs", "link", "link/deep", "away", "shop/.worktrees/issue-1", "shop/.worktrees",
		"shop/part", "shop/nested", "shop/.git", "shop/.git/refs", "shop.git", "shop.git/refs", "other", "gone",
	} {
		path := filepath.Join(dir, name)
		got, ok := plainRoot(path)
		if !ok {
			continue
		}
		sure++
		if want, err := git.FindRoot(t.Context(), path); err != nil || got != want {
			t.Errorf("%s: got %s, git says %s, %v", name, got, want, err)
		}
	}
	if sure != 8 {
		t.Errorf("sure of %d folders, want 8", sure)
	}
}
