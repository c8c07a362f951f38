package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// Caught: the branch made anew from the base; from the snapshot.
func TestRestoreMakesABranchAgain(t *testing.T) {
	t.Parallel()
	for name, setUp := range map[string]func(y *yard, dir string) (head string){
		"never pushed": func(y *yard, dir string) string { return y.commit(dir, "a.txt", "a\n") },
		"pushed": func(y *yard, dir string) string {
			sha := y.commit(dir, "a.txt", "a\n")
			y.push("1")
			return sha
		},
		"pushed before the last commit": func(y *yard, dir string) string {
			y.commit(dir, "a.txt", "a\n")
			y.push("1")
			return y.commit(dir, "b.txt", "b\n")
		},
		"without a commit": func(y *yard, dir string) string { return y.git(dir, "rev-parse", "HEAD") },
	} {
		for _, dirty := range []string{"", "dirty\n"} {
			t.Run(name+" "+dirty, func(t *testing.T) {
				t.Parallel()
				y := newYard(t, "")
				dir := y.prepare("1")
				head := setUp(y, dir)
				if dirty != "" {
					y.write(filepath.Join(dir, "main.txt"), dirty)
				}
				want := y.tree(dir)
				y.remove("1")
				y.git(y.root, "branch", "-D", "subissue/1")
				y.restore("1")
				if got := y.git(dir, "rev-parse", "refs/heads/subissue/1"); got != head {
					t.Errorf("the branch is at %s, want %s", got, head)
				}
				if diff := cmp.Diff(want, y.tree(dir)); diff != "" {
					t.Error(diff)
				}
				if got := y.git(dir, "status", "--porcelain"); (got != "") != (dirty != "") {
					t.Errorf("status %q", got)
				}
			})
		}
	}
}

func TestRestoreGoesByWhatWasPushedLast(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	y.preserve("1")
	sha := y.commit(dir, "b.txt", "b\n")
	y.push("1")
	if err := os.RemoveAll(dir); err != nil { // by a person, so that nobody looked again
		t.Fatal(err)
	}
	y.git(y.root, "worktree", "prune")
	y.git(y.root, "branch", "-D", "subissue/1")
	if _, ref := y.restore("1"); ref != "" || y.git(dir, "rev-parse", "HEAD") != sha {
		t.Errorf("at %s, want %s; from %q", y.git(dir, "rev-parse", "HEAD"), sha, ref)
	}
}

// advance commits to the task's branch while it has no worktree.
func (y *yard) advance(name, text string) string {
	y.Helper()
	away := filepath.Join(y.TempDir(), "away")
	y.git(y.root, "worktree", "add", "--quiet", away, "subissue/1")
	sha := y.commit(away, name, text)
	y.git(y.root, "worktree", "remove", away)
	return sha
}

// Caught: the files of the snapshot over those of the branch; its index, in
// which the branch's new files are deleted; one without the files' times, which
// has git read them all.
func TestRestoreOntoABranchThatMovedOn(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	y.write(filepath.Join(dir, "main.txt"), "edited\n")
	y.write(filepath.Join(dir, "new.txt"), "staged\n")
	y.git(dir, "add", "new.txt")
	y.write(filepath.Join(dir, "new.txt"), "new\n")
	y.remove("1")
	sha := y.advance("b.txt", "b\n")
	y.restore("1")
	if got := y.git(dir, "diff-files", "--name-only"); got != "main.txt" {
		t.Errorf("changed by its times: %s", got)
	}
	if got := y.git(dir, "rev-parse", "HEAD"); got != sha {
		t.Errorf("at %s, want %s", got, sha)
	}
	if diff := cmp.Diff("M main.txt\n?? new.txt", y.git(dir, "status", "--porcelain")); diff != "" {
		t.Error(diff)
	}
	if got := y.read(filepath.Join(dir, "b.txt")); got != "b\n" {
		t.Errorf("b.txt is %q", got)
	}
}

// Caught: the files of the snapshot over those of the branch.
func TestRestoreLeavesAConflictToAPerson(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "main.txt"), "mine\n")
	y.write(filepath.Join(dir, "new.txt"), "new\n")
	y.remove("1")
	sha := y.advance("main.txt", "theirs\n")
	back, ref, err := y.repo.Restore(t.Context(), on("1"))
	if !errors.Is(err, fm.ErrConflict) || back != dir || ref != "refs/fm/preserved/1/1" {
		t.Fatalf("%q, %q, %v", back, ref, err)
	}
	for _, says := range []string{"main.txt", ref, "cherry-pick"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %s", err, says)
		}
	}
	y.whole()
	if got := y.git(dir, "status", "--porcelain"); got != "" || y.git(dir, "rev-parse", "HEAD") != sha {
		t.Errorf("not a clean checkout: %s", got)
	}
	// What the error says can be done.
	if out, err := y.tryGit(dir, "cherry-pick", "--no-commit", "-m", "1", ref); err == nil || !strings.Contains(out, "main.txt") || y.read(filepath.Join(dir, "new.txt")) != "new\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// Commits off the branch, and a branch that was set back, are a person's to
// bring together.
func TestRestoreMovesNoBranch(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	base := y.git(dir, "rev-parse", "HEAD")
	y.git(dir, "switch", "--quiet", "--detach")
	y.commit(dir, "off.txt", "off\n")
	y.remove("1")
	back, ref, err := y.repo.Restore(t.Context(), on("1"))
	refused(t, err, "git log subissue/1..refs/fm/preserved/1/1")
	if back != dir || ref != "refs/fm/preserved/1/1" || y.git(dir, "rev-parse", "subissue/1") != base {
		t.Fatalf("%q, %q, the branch is at %s", back, ref, y.git(dir, "rev-parse", "subissue/1"))
	}
	y.commit(dir, "on.txt", "on\n")
	y.write(filepath.Join(dir, "main.txt"), "dirty\n")
	y.remove("1")
	y.git(y.root, "branch", "--force", "subissue/1", base)
	_, ref, err = y.repo.Restore(t.Context(), on("1"))
	refused(t, err, "refs/fm/preserved/1/2")
	if got := y.git(dir, "rev-parse", "HEAD"); got != base || y.git(dir, "status", "--porcelain") != "" || ref != "refs/fm/preserved/1/2" {
		t.Errorf("at %s, want %s", got, base)
	}
	y.whole()
}
