package github

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/forgetest"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github/fake"
)

// published is what every request and answer of the suite is held against.
func published(t *testing.T) *fake.Published {
	t.Helper()
	description, schema, err := fake.Files()
	if err != nil {
		t.Fatal(err)
	}
	p, err := fake.ReadPublished(description, schema)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newRigOver is a rig whose fake is as the options say.
func newRigOver(t *testing.T, o fake.Options) *rig {
	t.Helper()
	r := newRig(t)
	r.Close()
	o.Now = r.clock.Now
	r.Server = fake.New(o)
	return r
}

func TestTrackerKeepsThePromises(t *testing.T) {
	t.Parallel()
	description := published(t)
	for _, api := range []string{"with sub-issues", "without"} {
		t.Run(api, func(t *testing.T) {
			forgetest.Tracker(t, func(t *testing.T) forgetest.TrackerWorld {
				t.Helper()
				r := newRigOver(t, fake.Options{Published: description})
				if api == "without" {
					r.DisableSubIssues()
				}
				return trackerWorld(t, r)
			})
		})
	}
}

func trackerWorld(t *testing.T, r *rig) forgetest.TrackerWorld {
	t.Helper()
	at := func(id fm.IssueID) int { return atoi(t, string(id)) }
	return forgetest.TrackerWorld{
		Restart: func() forgetest.Issues { return r.tracker() },
		Add: func(title, body string, labels ...string) fm.IssueID {
			return issueID(r.AddIssue(fake.Issue{Title: title, Body: body, Labels: labels}))
		},
		Close:  func(id fm.IssueID) { r.CloseIssue(at(id), "alice", "completed") },
		Reopen: func(id fm.IssueID) { r.ReopenIssue(at(id), "alice") },
		Thread: func(id fm.IssueID) string {
			issue := r.issue(at(id))
			text := issue.Title + "\n" + issue.Body
			for _, c := range issue.Comments {
				text += "\n" + c.Body
			}
			return text
		},
	}
}

func TestForgeKeepsThePromises(t *testing.T) {
	description := published(t)
	forgetest.Forge(t, func(t *testing.T) forgetest.ForgeWorld {
		t.Helper()
		repo := newRepository(t)
		return forgeWorld(t, newRigOver(t, fake.Options{Published: description, Merger: repo.Repo}), repo)
	})
}

func forgeWorld(t *testing.T, r *rig, repo repository) forgetest.ForgeWorld {
	t.Helper()
	at := func(number string) int { return atoi(t, number) }
	return forgetest.ForgeWorld{
		Restart: func() forgetest.Pulls { return r.forge() },
		Push:    repo.push,
		Read:    repo.read,
		Text:    func(number string) string { return r.pull(number).Body },
		Close:   func(number string) { r.ClosePull(at(number), "alice") },
		Reopen:  func(number string) { r.ReopenIssue(at(number), "alice") },
		Merge: func(number string) {
			if err := r.MergePull(at(number), "alice"); err != nil {
				t.Fatal(err)
			}
		},
		Review: func(number, text string) { r.Review(at(number), "alice", "CHANGES_REQUESTED", text) },
	}
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// repository is a real one, with its remote.
type repository struct {
	*git.Repo

	t      *testing.T
	remote string
	env    []string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	root, remote := t.TempDir(), t.TempDir()
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if err := os.WriteFile(filepath.Join(root, "main.txt"), []byte("first\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := git.Create(t.Context(), root, remote, "first", env); err != nil {
		t.Fatal(err)
	}
	repo, err := git.Open(t.Context(), git.Options{Root: root, Environ: env})
	if err != nil {
		t.Fatal(err)
	}
	return repository{Repo: repo, t: t, remote: remote, env: env}
}

// git runs git in the remote.
func (r repository) git(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.remote, r.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// push makes a commit as git-fast-import(1) reads it.
func (r repository) push(branch, file, text string) string {
	r.t.Helper()
	from := "refs/heads/main"
	if there := r.git("", "for-each-ref", "refs/heads/"+branch); there != "" {
		from = "refs/heads/" + branch
	}
	r.git(fmt.Sprintf("commit refs/heads/%s\ncommitter Ada <ada@example.com> now\ndata 6\nchange\nfrom %s^0\nM 100644 inline %s\ndata %d\n%s\n",
		branch, from, file, len(text), text), "fast-import", "--quiet", "--date-format=now")
	return strings.TrimSpace(r.git("", "rev-parse", branch))
}

func (r repository) read(branch, file string) string {
	r.t.Helper()
	return r.git("", "show", branch+":"+file)
}
