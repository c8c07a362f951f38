package local_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/forgetest"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/local"
)

// Caught: Create that compares titles instead of keys; a key without its
// parent; Create without the lock; Close that overrules a person, or comments on
// what is closed; Children without those that are closed; Search that finds
// subissues, or any one of the labels.
func TestTrackerKeepsThePromises(t *testing.T) {
	forgetest.Tracker(t, func(t *testing.T) forgetest.TrackerWorld {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "issues")
		tracker := local.NewTracker(dir)
		file := func(id fm.IssueID) string { return only(t, dir, id) }
		return forgetest.TrackerWorld{
			Restart: func() forgetest.Issues { return local.NewTracker(dir) },
			Add: func(title, body string, labels ...string) fm.IssueID {
				issue, err := tracker.Add(t.Context(), title, body, labels...)
				if err != nil {
					t.Fatal(err)
				}
				return issue.ID
			},
			Close:  func(id fm.IssueID) { edit(t, file(id), "status: open", "status: closed") },
			Reopen: func(id fm.IssueID) { edit(t, file(id), "status: closed", "status: open") },
			Thread: func(id fm.IssueID) string { return read(t, filepath.Dir(file(id)), filepath.Base(file(id))) },
		}
	})
}

// Caught: Find that prefers the newest; Open that takes a closed one; Merge of the
// branch's tip, of a draft, or of what is closed; an order to merge that outlives
// its refusal; Look that shows the commit of the opening, or fails at one that is
// gone; All without those that are closed; titles and texts kept as they came.
func TestForgeKeepsThePromises(t *testing.T) {
	forgetest.Forge(t, func(t *testing.T) forgetest.ForgeWorld {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "pulls")
		r := newRepository(t)
		file := func(number string) string { return only(t, dir, fm.IssueID(number)) }
		return forgetest.ForgeWorld{
			Restart: func() forgetest.Pulls { return local.NewForge(dir, r.repo) },
			Push:    r.push,
			Read:    r.read,
			Text:    func(number string) string { return read(t, dir, filepath.Base(file(number))) },
			Close:   func(number string) { edit(t, file(number), "state: open", "state: closed") },
			Reopen:  func(number string) { edit(t, file(number), "state: closed", "state: open") },
			Merge: func(number string) {
				p, err := local.NewForge(dir, r.repo).Look(t.Context(), []string{number})
				if err == nil {
					_, err = r.repo.MergeBranch(t.Context(), p[0].Base, p[0].Head, p[0].SHA, "by hand")
				}
				if err != nil {
					t.Fatal(err)
				}
				edit(t, file(number), "state: open", "state: merged")
			},
			Review: func(number, text string) {
				old := read(t, dir, filepath.Base(file(number)))
				if !strings.Contains(old, "review:") {
					old = strings.Replace(old, "state: open", "state: open\nreview: changes_requested", 1)
				}
				write(t, dir, filepath.Base(file(number)), old+"\n## Review\n\n"+text+"\n")
			},
		}
	})
}

// only finds the one file of a number.
func only(t *testing.T, dir string, number fm.IssueID) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, strings.Repeat("0", max(0, 4-len(number)))+string(number)+"*.md"))
	if err != nil || len(all) != 1 {
		t.Fatalf("files of %s: %v, %v", number, all, err)
	}
	return all[0]
}

// edit changes a file as a person does.
func edit(t *testing.T, path, from, to string) {
	t.Helper()
	old := read(t, filepath.Dir(path), filepath.Base(path))
	if !strings.Contains(old, from) {
		t.Fatalf("no %q in %s:\n%s", from, path, old)
	}
	write(t, filepath.Dir(path), filepath.Base(path), strings.Replace(old, from, to, 1))
}

// repository is a real one, with its remote.
type repository struct {
	*testing.T
	repo   *git.Repo
	remote string
	env    []string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	root, remote := filepath.Join(t.TempDir(), "checkout"), t.TempDir()
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	write(t, root, "main.txt", "first\n")
	err := git.Create(t.Context(), root, remote, "first", env)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := git.Open(t.Context(), git.Options{Root: root, Environ: env})
	if err != nil {
		t.Fatal(err)
	}
	return repository{T: t, repo: repo, remote: remote, env: env}
}

// git runs git in the remote.
func (r repository) git(stdin string, args ...string) string {
	r.Helper()
	cmd := exec.CommandContext(r.Context(), "git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.remote, r.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// push makes a commit as git-fast-import(1) reads it.
func (r repository) push(branch, file, text string) string {
	r.Helper()
	from := "refs/heads/main"
	if there := r.git("", "for-each-ref", "refs/heads/"+branch); there != "" {
		from = "refs/heads/" + branch
	}
	r.git(fmt.Sprintf("commit refs/heads/%s\ncommitter Ada <ada@example.com> now\ndata 6\nchange\nfrom %s^0\nM 100644 inline %s\ndata %d\n%s\n",
		branch, from, file, len(text), text), "fast-import", "--quiet", "--date-format=now")
	return strings.TrimSpace(r.git("", "rev-parse", branch))
}

func (r repository) read(branch, file string) string {
	r.Helper()
	return r.git("", "show", branch+":"+file)
}
