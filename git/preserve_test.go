package git_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

func (y *yard) preserve(id fm.TaskID) string {
	y.Helper()
	ref, err := y.repo.Preserve(y.Context(), on(id))
	if err != nil {
		y.Fatal(err)
	}
	return ref
}

// tree reads all files of a folder but .git and what is ignored.
func (y *yard) tree(dir string) map[string]string {
	y.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == ".git" || strings.HasSuffix(path, ".ignored") {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		info, _ := d.Info()
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			all[name] = "link " + to
			return err
		case d.Type().IsRegular():
			all[name] = info.Mode().String() + " " + y.read(path)
		}
		return nil
	})
	if err != nil {
		y.Fatal(err)
	}
	return all
}

// mess puts a worktree in every state that git knows.
func (y *yard) mess(dir string) {
	y.Helper()
	y.write(filepath.Join(dir, ".gitignore"), "*.ignored\n")
	y.commit(dir, "committed.txt", "committed\n")
	y.commit(dir, "deleted.txt", "deleted\n")
	y.write(filepath.Join(dir, "main.txt"), "edited\n")
	y.write(filepath.Join(dir, "staged.txt"), "staged\n")
	y.git(dir, "add", "staged.txt")
	y.write(filepath.Join(dir, "staged.txt"), "edited after staging\n")
	y.write(filepath.Join(dir, "sub dir/ünï \"q\"\n.txt"), "untracked\n")
	y.write(filepath.Join(dir, "-rf"), "dash\n")
	y.write(filepath.Join(dir, "binary"), "\x00\xff\r\n\x01")
	y.write(filepath.Join(dir, "run.sh"), "#!/bin/sh\n")
	y.write(filepath.Join(dir, "big.ignored"), "ignored\n")
	for _, err := range []error{
		os.Chmod(filepath.Join(dir, "run.sh"), 0o755),
		os.Symlink("/etc/passwd", filepath.Join(dir, "link")),
		os.Remove(filepath.Join(dir, "deleted.txt")),
	} {
		if err != nil {
			y.Fatal(err)
		}
	}
}

// Caught: a snapshot without untracked files; a tree of HEAD instead of the
// files; Remove before preserve.
func TestRemoveLosesNothing(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.mess(dir)
	want, status := y.tree(dir), y.git(dir, "status", "--porcelain")
	ref := y.preserve("1")
	if diff := cmp.Diff(status, y.git(dir, "status", "--porcelain")); diff != "" {
		t.Error("preserving changed the agent's index:", diff)
	}
	if err := y.tryRemove(on("1")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Fatal("the worktree is still there")
	}
	back := filepath.Join(t.TempDir(), "back")
	y.git(y.root, "worktree", "add", "--quiet", "--detach", back, ref)
	if diff := cmp.Diff(want, y.tree(back)); diff != "" {
		t.Error(diff)
	}
	if got := y.git(y.root, "show", ref+"^2:staged.txt"); got != "staged" {
		t.Errorf("what was staged is %q", got)
	}
	if got := y.git(y.root, "show", ref+"^1:deleted.txt"); got != "deleted" {
		t.Errorf("what was committed is %q", got)
	}
}

func TestPreservingTwiceDoesNotGrow(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	if ref := y.preserve("1"); ref != "" {
		t.Fatalf("a fresh worktree was preserved as %s", ref)
	}
	y.mess(dir)
	first := y.preserve("1")
	if again := y.preserve("1"); first != "refs/fm/preserved/1/1" || again != first {
		t.Fatalf("got %s, then %s", first, again)
	}
	y.write(filepath.Join(dir, "more.txt"), "more\n")
	if second := y.preserve("1"); second != "refs/fm/preserved/1/2" {
		t.Fatalf("got %s for other content", second)
	}
	if err := os.Remove(filepath.Join(dir, "more.txt")); err != nil {
		t.Fatal(err)
	}
	if again := y.preserve("1"); again != first {
		t.Fatalf("got %s for the content of %s", again, first)
	}
}

func TestWhatIsPushedIsNotPreserved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	sha := y.commit(dir, "a.txt", "a\n")
	if ref := y.preserve("1"); ref == "" || y.git(y.root, "rev-parse", ref) != sha {
		t.Fatalf("unpushed commits were kept as %q", ref)
	}
	y.git(y.root, "update-ref", "-d", "refs/fm/preserved/1/1")
	y.push("1")
	if ref := y.preserve("1"); ref != "" {
		t.Fatalf("a pushed branch was preserved as %s", ref)
	}
}

func TestAConflictIsPreserved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "main.txt", "mine\n")
	y.commit(y.root, "main.txt", "theirs\n")
	if out, err := y.tryGit(dir, "merge", "main"); err == nil {
		t.Fatalf("the merge went through: %s", out)
	}
	want := y.read(filepath.Join(dir, "main.txt"))
	ref := y.preserve("1")
	if got := y.git(y.root, "show", ref+":main.txt") + "\n"; got != want {
		t.Fatalf("preserved %q, want %q", got, want)
	}
	if got := y.git(dir, "ls-files", "--unmerged"); got == "" {
		t.Fatal("preserving resolved the agent's conflict")
	}
}

// A tree would keep of it no more than a commit id.
// Caught: Remove that ignores the error of preserve.
func TestANestedRepositoryIsNotThrownAway(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	nested := filepath.Join(dir, "nested")
	y.git(dir, "init", "--quiet", nested)
	refused(t, y.tryRemove(on("1")), "nested") // without any commit
	y.commit(nested, "only.txt", "here\n")
	refused(t, y.tryRemove(on("1")), nested)
	if got := y.read(filepath.Join(nested, "only.txt")); got != "here\n" {
		t.Fatal("it was touched")
	}
	// With its commits elsewhere, it is no more than a copy.
	y.git(dir, "init", "--quiet", "--bare", filepath.Join(filepath.Dir(y.remote), "n.git"))
	y.git(nested, "remote", "add", "origin", filepath.Join(filepath.Dir(y.remote), "n.git"))
	y.git(nested, "push", "--quiet", "origin", "main")
	if err := y.tryRemove(on("1")); err != nil {
		t.Fatal(err)
	}
}

func TestRemoveOfWhatIsNotThereIsNoError(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	if err := y.tryRemove(on("1")); err != nil {
		t.Fatal(err)
	}
	dir := y.prepare("1")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := y.tryRemove(on("1")); err != nil {
			t.Fatal(err)
		}
	}
	if got := y.git(y.root, "worktree", "list"); strings.Contains(got, "issue-1") {
		t.Fatalf("still registered:\n%s", got)
	}
}

// Caught: os.RemoveAll of the path without asking whose it is.
func TestRemoveStaysInItsFolder(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Rename(dir, outside); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, dir); err != nil {
		t.Fatal(err)
	}
	refused(t, y.tryRemove(on("1")))
	if got := y.read(filepath.Join(outside, "main.txt")); got != "one\n" {
		t.Fatal("a folder outside was touched")
	}
}

// Fault: F12.
func TestAWorktreeWithoutItsGitFileIsNotRemoved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "precious.txt"), "x")
	if err := os.Remove(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	refused(t, y.tryRemove(on("1")), ".git")
	_, _, err := y.repo.Prepare(t.Context(), on("1"))
	refused(t, err, ".git")
	if got := y.read(filepath.Join(dir, "precious.txt")); got != "x" {
		t.Fatal("it was touched")
	}
}

// What was changed within the tick of the clock in which git looked last has the
// size and the time that git remembers.
// Caught: a copy of the index that was younger than the file, by which the change
// was overlooked, and lost with its worktree.
func TestAChangeWithinOneTickOfTheClockIsPreserved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "config", "core.trustctime", "false") // a test can set every other time
	dir := y.prepare("7")
	file := filepath.Join(dir, "main.txt")
	tick := time.Date(2026, 11, 20, 14, 30, 45, 0, time.UTC)
	y.write(file, "committed\n")
	backdate(t, file, tick)
	y.git(dir, "add", "main.txt")
	y.git(dir, "commit", "--quiet", "--message", "main")
	y.write(file, "precious!\n")
	backdate(t, file, tick)
	backdate(t, filepath.Join(y.git(dir, "rev-parse", "--absolute-git-dir"), "index"), tick)
	if got := y.git(y.root, "show", y.preserve("7")+":main.txt"); got != "precious!" {
		t.Fatalf("preserved %q", got)
	}
}

func backdate(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// A git of ours was killed, and left the lock of a ref that only fm writes. Caught:
// locks that are cleared by a list of names, in which those of refs/fm were not, so
// that a merged task was never tidied.
//
// Fault: F11.
func TestALockOnOurOwnRefsIsClearedForTheNextTry(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	lock := filepath.Join(y.root, ".git", "refs", "fm", "last", "1.lock")
	if err := os.MkdirAll(filepath.Dir(lock), 0o755); err != nil {
		t.Fatal(err)
	}
	y.write(lock, "")
	keep := func() error {
		_, err := y.repo.Preserve(t.Context(), on("1"))
		return err
	}
	for range 2 {
		if err := keep(); err == nil || !strings.Contains(err.Error(), "1.lock") {
			t.Fatalf("a young lock: got %v, want to be told of %s", err, lock)
		}
	}
	age(t, lock)
	// Somebody's git is at work in a worktree that he keeps elsewhere.
	elsewhere := filepath.Join(t.TempDir(), "mine")
	y.git(y.root, "worktree", "add", "--quiet", "--detach", elsewhere)
	end := y.atWork(elsewhere)
	_ = keep()
	if _, err := os.Lstat(lock); err != nil {
		t.Fatalf("a lock whose owner may live: %v", err)
	}
	end()
	_ = keep() // finds it
	if err := keep(); err != nil {
		t.Fatal(err)
	}
}
