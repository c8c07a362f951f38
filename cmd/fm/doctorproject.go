package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github"
)

func (v *visit) checkRepository(context.Context) []finding {
	if v.lost != nil {
		return failed(v.lost, "git init")
	}
	return well("%s", v.project.Root)
}

func (v *visit) checkRemote(ctx context.Context) []finding {
	found, err := git.FindRemote(ctx, v.gitOptions())
	if err == nil && found == "" {
		return failed(errors.New("the repository has no remote to push to"), "git remote add origin URL")
	}
	if err != nil {
		return failed(err, "git remote -v")
	}
	return well("%s", found)
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
	if _, err := settings(path); err != nil {
		return failed(err, "${EDITOR:-vi} "+quoted(path))
	}
	if _, err := v.wanted(); err != nil {
		return failed(err, "rm "+quoted(v.project.StateFile()))
	}
	return well("%s", path)
}
