package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github"
)

func (v *visit) checkRepository(ctx context.Context) []finding {
	switch {
	case v.lost != nil && v.project.Root == v.dir && !exists(filepath.Join(v.dir, ".git")):
		return failed(v.lost, "git init")
	case v.lost != nil:
		return failed(v.lost, "")
	}
	if begun, err := git.HasCommit(ctx, v.gitOptions()); err == nil && !begun {
		return failed(fmt.Errorf("%s has no commit yet: there is nothing to begin a branch at", v.project.Root), `git add --all && git commit -m "Begin"`)
	}
	return well("%s", v.project.Root)
}

// checkRemote asks the remote, as every command does that begins work.
func (v *visit) checkRemote(ctx context.Context) []finding {
	found, err := git.FindRemote(ctx, v.gitOptions())
	if err == nil && found == "" {
		return failed(errors.New("the repository has no remote to push to"), "git remote add origin URL")
	}
	if err != nil {
		return failed(err, "git remote -v")
	}
	if p, err := v.whereabouts(ctx); err == nil {
		v.at = p // git gets the token for it
	}
	repo, err := v.repo(ctx)
	if err != nil {
		return failed(err, "")
	}
	return v.answering(ctx, repo, found)
}

// answering looks for the branch that work begins at.
func (v *visit) answering(ctx context.Context, repo *git.Repo, remote string) []finding {
	_, err := repo.Head(ctx, repo.Base())
	ask := "git ls-remote " + quoted(remote)
	switch {
	case errors.Is(err, fm.ErrGone):
		return failed(fmt.Errorf("%s has no branch %s yet: a first commit has to be pushed", remote, repo.Base()), "git push -u "+quoted(remote)+" "+quoted(repo.Base()))
	case errors.Is(err, fm.ErrRefused):
		return failed(fmt.Errorf("%s cannot be worked with: %w", remote, err), ask)
	case err != nil:
		return []finding{{level: warning, found: remote + " gives no answer: " + text(err), fix: ask}}
	}
	return well("%s", remote)
}

// checkIdentity finds out whether an agent can commit: it has git's settings, and
// the environment, of whoever starts fm.
func (v *visit) checkIdentity(ctx context.Context) []finding {
	author, err := git.FindAuthor(ctx, v.gitOptions())
	if err == nil && author == "" {
		return failed(errors.New("git does not know whose commits these are, and takes none: an agent's first one would fail"),
			`git config --global user.name "YOUR NAME" && git config --global user.email YOU@EXAMPLE.COM`)
	}
	if err != nil {
		return failed(err, "git config --list --show-origin")
	}
	return well("agents commit as %s", author)
}

// checkIssues looks at where issues and pull requests live. It never shows a
// token, only where it is from.
func (v *visit) checkIssues(ctx context.Context) []finding {
	found, err := v.issues(ctx)
	if err != nil {
		fix := ""
		if strings.Contains(err.Error(), "gh auth login") {
			fix = "gh auth login"
		}
		return failed(err, fix)
	}
	if v.lacking != nil { // those on GitHub were probably meant
		return []finding{{level: warning, found: found, fix: "gh auth login"}}
	}
	return well("%s", found)
}

func (v *visit) issues(ctx context.Context) (found string, err error) {
	p, err := v.whereabouts(ctx)
	if err != nil {
		return "", err
	}
	if p.source == localSource {
		return strings.TrimSuffix("files in "+v.project.Issues()+"; "+advice(v.lacking), "; "), nil
	}
	o, err := v.office(ctx)
	if err != nil {
		return "", err
	}
	if err := o.check(ctx); err != nil {
		return "", err
	}
	if p.source == jiraSource {
		found = p.String()
		if p.repo == "" {
			return found + ", pull requests in files", nil
		}
		found += ", pull requests on "
	}
	repo, err := github.ParseRepo(p.repo)
	if err != nil {
		return "", err
	}
	got, err := v.keys(repo.Host).take(time.Now())
	if err != nil {
		return "", err
	}
	found += fmt.Sprintf("%s on GitHub, token from %s, which may push", repo, got.source)
	if left := quotaText(o.quota(), time.Now()); left != "" {
		found += "; " + left
	}
	return found, nil
}

func advice(err error) string {
	if err == nil {
		return ""
	}
	return text(err)
}

func (v *visit) checkSettings(context.Context) []finding {
	path := v.project.ConfigFile()
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return well("the defaults; fm init writes a file to change them")
	}
	if v.broken != nil {
		fix := "${EDITOR:-vi} " + quoted(path)
		if _, err := settings(path); err == nil {
			fix += " && fm trust"
		}
		return failed(v.broken, fix)
	}
	if _, err := v.wanted(); err != nil {
		return failed(err, "rm "+quoted(v.project.StateFile()))
	}
	return well("%s", path)
}
