package fake_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github/fake"
)

var _ fake.Merger = (*git.Repo)(nil)

// With a real repository behind it, a merge is in the remote's base branch, and
// what both sides changed is a conflict until the branch is pushed anew.
func TestBranchesMayBeARealRepositorys(t *testing.T) {
	top := t.TempDir()
	root, remote := filepath.Join(top, "checkout"), filepath.Join(top, "remote.git")
	write(t, root, "one\n")
	if err := os.Mkdir(remote, 0o755); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if err := git.Create(t.Context(), root, remote, "first", env); err != nil {
		t.Fatal(err)
	}
	r, err := git.Open(t.Context(), git.Options{Root: root, Environ: env})
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, fake.Options{Merger: r})
	var heads []string
	c.AddIssue(fake.Issue{Title: "1"})
	c.AddIssue(fake.Issue{Title: "2"})
	for n, id := range []fm.TaskID{"1", "2"} {
		heads = append(heads, work(t, r, id, "way "+string(id), env))
		c.open((fm.Task{ID: id}).Head(), path("Closes #%d", n+1)).want(201)
	}
	c.merge(3, heads[0]).want(200)
	main, err := r.Head(t.Context(), "main")
	if p, _ := c.Pull(3); err != nil || p.MergeCommit != main || p.State != "merged" {
		t.Errorf("got %+v, want the merge commit %s, %v", p, main, err)
	}
	c.merge(4, heads[1]).want(405, "Pull Request is not mergeable")
	c.do("GET", "pulls/4", nil).want(200, `"mergeable_state":"dirty"`)
	if _, err := r.Rebase(t.Context(), fm.Task{ID: "2"}.Site()); !errors.Is(err, fm.ErrConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	for number, closed := range map[int]bool{1: true, 2: false} {
		if i, _ := c.Issue(number); i.Closed != closed {
			t.Errorf("issue %d is closed: %v", number, i.Closed)
		}
	}
}

func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "main.txt"), []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// work does a task's work and pushes it.
func work(t *testing.T, r *git.Repo, id fm.TaskID, text string, env []string) string {
	t.Helper()
	dir, _, err := r.Prepare(t.Context(), fm.Task{ID: id}.Site())
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, text+"\n")
	commit := exec.CommandContext(t.Context(), "git", "commit", "--quiet", "-am", text)
	commit.Dir, commit.Env = dir, env
	if out, err := commit.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	head, err := r.Push(t.Context(), fm.Task{ID: id}.Site())
	if err != nil {
		t.Fatal(err)
	}
	return head
}
