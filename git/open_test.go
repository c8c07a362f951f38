package git_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm/git"
)

func (y *yard) chmod(path string) {
	y.Helper()
	if err := os.Chmod(path, 0o755); err != nil {
		y.Fatal(err)
	}
}

func TestFindRootFromAnywhere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "-ünï")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "deep/er/x"), "")
	y.write(filepath.Join(y.root, "deep/er/x"), "")
	for _, from := range []string{y.root, filepath.Join(y.root, "deep/er"), dir, filepath.Join(dir, "deep/er")} {
		got, err := git.FindRoot(t.Context(), from)
		if err != nil || got != y.root {
			t.Errorf("from %q: %q, %v; want %q", from, got, err, y.root)
		}
	}
	for from, says := range map[string]string{t.TempDir(): "git init", y.remote: "clone it"} {
		if got, err := git.FindRoot(t.Context(), from); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("from %q: %q, %v; want a text with %q", from, got, err, says)
		}
	}
}

func TestOpenWantsTheMainCheckout(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	if _, err := git.Open(t.Context(), git.Options{Root: dir, Environ: y.env}); err == nil || !strings.Contains(err.Error(), y.root) {
		t.Fatalf("got %v, want to be told the main checkout", err)
	}
	for _, taken := range []string{y.root, ".git/x", ".", ".."} {
		if _, err := git.Open(t.Context(), git.Options{Root: y.root, WorktreeDir: taken, Environ: y.env}); err == nil {
			t.Errorf("worktree folder %q was accepted", taken)
		}
	}
}

func TestWorktreesMayStandElsewhere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	for _, dir := range []string{filepath.Join(t.TempDir(), "else where"), "in side [x]", "../beside"} {
		repo, err := git.Open(t.Context(), git.Options{Root: y.root, WorktreeDir: dir, Environ: y.env})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := repo.Prepare(t.Context(), on("1"))
		if err != nil || filepath.Base(filepath.Dir(got)) != filepath.Base(dir) {
			t.Fatalf("%q: %q, %v", dir, got, err)
		}
		if got := y.git(y.root, "status", "--porcelain"); got != "" {
			t.Fatalf("%q shows: %s", dir, got)
		}
		if _, err := repo.Remove(t.Context(), on("1")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenSaysWhichGitItNeeds(t *testing.T) {
	y := newYard(t, "")
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	_, err := git.Open(t.Context(), git.Options{Root: y.root, Environ: y.env})
	if err == nil || !strings.Contains(err.Error(), "install git 2.38 or newer") {
		t.Errorf("without git: %v", err)
	}
	y.write(filepath.Join(bin, "git"), "#!/bin/sh\necho git version 2.37.9\n")
	y.chmod(filepath.Join(bin, "git"))
	_, err = git.Open(t.Context(), git.Options{Root: y.root, Environ: y.env})
	if err == nil || !strings.Contains(err.Error(), "2.37 is too old: install git 2.38") {
		t.Errorf("with an old git: %v", err)
	}
}

// A command started by a git hook inherits where that git was.
// Caught: an environment without the scrubbing.
func TestAnInheritedRepositoryIsIgnored(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.env = append(y.env, "GIT_DIR=/nowhere", "GIT_WORK_TREE=/nowhere", "GIT_INDEX_FILE=/nowhere", "GIT_TRACE=1", "LC_ALL=de_DE.UTF-8")
	repo := y.open()
	if _, _, err := repo.Prepare(t.Context(), on("1")); err != nil {
		t.Fatal(err)
	}
}

func TestTheBaseIsTheRemotesDefault(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "switch", "--quiet", "-c", "topic")
	if got := y.open().Base(); got != "main" {
		t.Errorf("base %q, want main", got)
	}
	y.git(y.root, "remote", "set-head", "origin", "--delete")
	if got := y.open().Base(); got != "main" {
		t.Errorf("base %q, want main, as the remote says", got)
	}
	y.git(y.root, "remote", "remove", "origin")
	if got := y.open().Base(); got != "topic" {
		t.Errorf("base %q, want the current branch", got)
	}
}

// Caught: a folder that every look makes; a link in the path that is not
// followed before the folder is there.
func TestLookingAtARepositoryLeavesNoWorktreeFolder(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	inner := filepath.Join(y.TempDir(), "inner")
	if err := errors.Join(os.Mkdir(inner, 0o755), os.Symlink(inner, inner+"-link")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(inner+"-link", "deep", "trees")
	repo, err := git.Open(t.Context(), git.Options{Root: y.root, WorktreeDir: dir, Environ: y.env})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(inner, "deep")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening made %s", dir)
	}
	got, _, err := repo.Prepare(t.Context(), on("1"))
	if err != nil {
		t.Fatal(err)
	}
	real, err := filepath.EvalSymlinks(got)
	if err != nil || real != got || !strings.HasSuffix(got, "/inner/deep/trees/issue-1") {
		t.Errorf("got %q, %v", got, err)
	}
	y.git(y.root, "config", "remote.origin.pushurl", "https://github.com/acme/widget.git")
	if url, err := repo.RemoteURL(t.Context()); err != nil || url != "https://github.com/acme/widget.git" {
		t.Errorf("got %q, %v", url, err)
	}
}
