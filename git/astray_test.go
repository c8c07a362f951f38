package git_test

import (
	"path/filepath"
	"testing"
)

// TestAWorktreeWhoseGitFileLeadsAstrayIsMended: git lists such a worktree as a
// sound one, and every command in it fails, so that its task was started again
// and again and never came to an agent. What stands in it stays.
//
// Caught: a worktree that was mended only where its .git file is gone.
//
// Fault: F12.
func TestAWorktreeWhoseGitFileLeadsAstrayIsMended(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nowhere": "gitdir: /nowhere\n", "empty": "", "another's": "gitdir: OTHER\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			dir, other := y.prepare("12"), y.prepare("13")
			y.write(filepath.Join(dir, "half.txt"), "half\n")
			if name == "another's" {
				text = y.read(filepath.Join(other, ".git"))
			}
			y.write(filepath.Join(dir, ".git"), text)
			if again := y.prepare("12"); again != dir {
				t.Errorf("prepared %s, want %s", again, dir)
			}
			if got := y.git(dir, "symbolic-ref", "--short", "HEAD"); got != "subissue/12" {
				t.Errorf("it is on %s", got)
			}
			if got := y.git(dir, "status", "--porcelain"); got != "?? half.txt" {
				t.Errorf("status %q, want what stood there", got)
			}
			if got := y.git(other, "symbolic-ref", "--short", "HEAD"); got != "subissue/13" {
				t.Errorf("the other is on %s", got)
			}
		})
	}
}
