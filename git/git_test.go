package git_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// yard is a checkout with one commit, and a bare repository as its remote.
type yard struct {
	testing.TB
	root   string // checkout
	remote string // bare
	env    []string
	repo   *git.Repo
}

// newYard makes a yard below a folder of a hostile name, when one is given.
func newYard(tb testing.TB, name string) *yard {
	tb.Helper()
	top, err := filepath.EvalSymlinks(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	y := &yard{TB: tb, root: filepath.Join(top, name, "check out"), remote: filepath.Join(top, name, "remote.git")}
	config := filepath.Join(top, "gitconfig")
	y.write(config, "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n")
	y.env = append(os.Environ(), "HOME="+top, "XDG_CONFIG_HOME="+top, "GIT_CONFIG_GLOBAL="+config, "GIT_CONFIG_NOSYSTEM=1")
	y.git(top, "init", "--quiet", "--bare", "--", y.remote)
	y.git(top, "clone", "--quiet", "--", y.remote, y.root)
	y.write(filepath.Join(y.root, "main.txt"), "one\n")
	y.git(y.root, "add", ".")
	y.git(y.root, "commit", "--quiet", "-m", "first")
	y.git(y.root, "push", "--quiet", "origin", "main")
	y.repo = y.open()
	return y
}

func (y *yard) open() *git.Repo {
	y.Helper()
	repo, err := git.Open(y.Context(), git.Options{Root: y.root, Environ: y.env})
	if err != nil {
		y.Fatal(err)
	}
	return repo
}

// git runs git as a person would and returns what it printed.
func (y *yard) git(dir string, args ...string) string {
	y.Helper()
	out, err := y.tryGit(dir, args...)
	if err != nil {
		y.Fatalf("git %q in %s: %v\n%s", args, dir, err, out)
	}
	return strings.TrimSpace(out)
}

func (y *yard) tryGit(dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(context.WithoutCancel(y.Context()), "git", args...)
	cmd.Dir, cmd.Env = dir, y.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// write writes a file, which may be a program that is run at once, or a lock that
// nobody may hold. No process is forked meanwhile: it would have the file open
// until its own exec, and "text file busy".
func (y *yard) write(path, text string) {
	y.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		y.Fatal(err)
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		y.Fatal(err)
	}
}

func (y *yard) read(path string) string {
	y.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		y.Fatal(err)
	}
	return string(text)
}

func (y *yard) prepare(id fm.TaskID) string {
	y.Helper()
	dir, base, err := y.repo.Prepare(y.Context(), on(id))
	if err != nil {
		y.Fatal(err)
	}
	if base != "main" {
		y.Fatalf("base is %q, want main", base)
	}
	return dir
}

// commit writes a file in a folder and commits it.
func (y *yard) commit(dir, name, text string) string {
	y.Helper()
	y.write(filepath.Join(dir, name), text)
	y.git(dir, "add", "--", name)
	y.git(dir, "commit", "--quiet", "-m", "change "+name)
	return y.git(dir, "rev-parse", "HEAD")
}

func (y *yard) push(id fm.TaskID) string {
	y.Helper()
	sha, err := y.repo.Push(y.Context(), on(id))
	if err != nil {
		y.Fatal(err)
	}
	return sha
}

// Caught: Remove without the trash sweep; Preserve of the branch only.
func TestLifeOfATask(t *testing.T) {
	t.Parallel()
	y := newYard(t, "-rf ünï 日本")
	dir := y.prepare("456")
	if got, want := y.git(dir, "branch", "--show-current"), "subissue/456"; got != want {
		t.Fatalf("branch %q, want %q", got, want)
	}
	sha := y.commit(dir, "work.txt", "work\n")
	y.write(filepath.Join(dir, "COMPLETION.md"), "done\n")
	y.write(filepath.Join(dir, "dirty file.txt"), "dirty\n")
	work, err := y.repo.Inspect(t.Context(), on("456"))
	if err != nil {
		t.Fatal(err)
	}
	if work.Dir != dir || work.Head != sha || work.Commits != 1 || strings.Join(work.Files, "|") != "work.txt" || strings.Join(work.Dirty, "|") != "dirty file.txt" {
		t.Fatalf("unexpected work: %+v", work)
	}
	if got := y.push("456"); got != sha {
		t.Fatalf("pushed %s, want %s", got, sha)
	}
	if got, err := y.repo.Head(t.Context(), "subissue/456"); err != nil || got != sha {
		t.Fatalf("head on the remote is %s (%v), want %s", got, err, sha)
	}
	merged, err := y.repo.MergeBranch(t.Context(), "main", "subissue/456", sha, "Merge 456")
	if err != nil {
		t.Fatal(err)
	}
	if got := y.git(y.remote, "rev-parse", "main"); got != merged {
		t.Fatalf("main is %s, want %s", got, merged)
	}
	if err := y.tryRemove(on("456")); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) > 0 {
		t.Fatalf("left in the worktree folder: %v (%v)", entries, err)
	}
	if got := y.git(y.root, "show", "refs/fm/preserved/456/1:dirty file.txt"); got != "dirty" {
		t.Fatalf("preserved %q, want dirty", got)
	}
	if got := y.git(y.root, "status", "--porcelain"); got != "" {
		t.Fatalf("the user's checkout was touched: %s", got)
	}
}

// on is the site of a subissue.
func on(id fm.TaskID) fm.Site { return fm.Task{ID: id}.Site() }
