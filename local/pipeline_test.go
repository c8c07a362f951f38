package local_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/local"
)

// From an issue to a closed parent, with a real git and no network: what one
// adapter says, the other understands.
func TestThePipelineRunsOffline(t *testing.T) {
	top := t.TempDir()
	root, remote := filepath.Join(top, "checkout"), filepath.Join(top, "remote.git")
	write(t, root, "main.txt", "one\n")
	if err := os.Mkdir(remote, 0o755); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if err := git.Create(t.Context(), root, remote, "first", env); err != nil {
		t.Fatal(err)
	}
	repo, err := git.Open(t.Context(), git.Options{Root: root, Environ: env})
	if err != nil {
		t.Fatal(err)
	}
	tracker := local.NewTracker(filepath.Join(root, ".founder-mode/issues"))
	forge := local.NewForge(filepath.Join(root, ".founder-mode/pulls"), repo)
	parent, err := tracker.Add(t.Context(), "Two ways", "Body.")
	if err != nil {
		t.Fatal(err)
	}
	var pulls []fm.PullRequest
	for _, key := range []string{"one way", "another way"} {
		child, err := tracker.Create(t.Context(), parent.ID, key, fm.Subissue{Title: key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		pulls = append(pulls, offer(t, repo, forge, fm.TaskID(child.ID), key, env))
	}
	if _, err := forge.Merge(t.Context(), pulls[0].Number, "0123456789012345678901234567890123456789"); !errors.Is(err, fm.ErrRefused) {
		t.Fatalf("got %v, want a refusal of a commit that is not the head", err)
	}
	if got, err := forge.Merge(t.Context(), pulls[0].Number, pulls[0].SHA); err != nil || got.State != fm.PullMerged {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := forge.Merge(t.Context(), pulls[1].Number, pulls[1].SHA); !errors.Is(err, fm.ErrConflict) || got.State != fm.PullOpen {
		t.Fatalf("%+v, %v; want a conflict", got, err)
	}
	if err := tracker.Close(t.Context(), parent.ID, "Merged."); err != nil {
		t.Fatal(err)
	}
	if got, err := tracker.Issue(t.Context(), parent.ID); err != nil || !got.Closed {
		t.Fatalf("%+v, %v", got, err)
	}
}

// offer does a task's work and opens its pull request.
func offer(t *testing.T, repo *git.Repo, forge *local.Forge, id fm.TaskID, text string, env []string) fm.PullRequest {
	t.Helper()
	at := fm.Task{ID: id}.Site()
	dir, base, err := repo.Prepare(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "main.txt", text+"\n")
	commit := exec.CommandContext(t.Context(), "git", "commit", "--quiet", "-am", text)
	commit.Dir, commit.Env = dir, env
	if out, err := commit.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	sha, err := repo.Push(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	p, err := forge.Open(t.Context(), fm.Proposal{Task: id, Title: text, Head: at.Branch, Base: base})
	if err != nil || p.SHA != sha {
		t.Fatalf("%+v, %v; want head %s", p, err, sha)
	}
	if _, err := repo.Remove(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	return p
}
