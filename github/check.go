package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// Check says whether fm can work here: the repository is there under this
// name, takes changes, has issues, and the token may push. The error says what
// to do, and wraps [fm.ErrGone] or [fm.ErrRefused] unless it is transient.
func (g *GitHub) Check(ctx context.Context) error {
	if err := g.CheckForge(ctx); err != nil {
		return err
	}
	return g.CheckIssues(ctx)
}

// CheckIssues says whether the repository has issues.
func (g *GitHub) CheckIssues(ctx context.Context) error {
	about, err := g.repository(ctx)
	switch {
	case err != nil:
		return err
	case !about.GetHasIssues() && about.GetFork():
		return fmt.Errorf("%s is a fork without issues: switch them on in its settings, or name the original in github.repo: %w", g.repo, fm.ErrRefused)
	case !about.GetHasIssues():
		return g.withoutIssues()
	}
	return nil
}

// CheckForge is [GitHub.Check] for a repository whose issues are elsewhere.
func (g *GitHub) CheckForge(ctx context.Context) error {
	about, err := g.readRepository(ctx)
	if err != nil {
		return err
	}
	switch may := about.GetPermissions(); {
	case !strings.EqualFold(about.GetFullName(), g.repo.Full()):
		return fmt.Errorf("%s is now %s: set github.repo, or the remote, to that: %w", g.repo, fm.Line(about.GetFullName(), 150), fm.ErrRefused)
	case about.GetArchived():
		return g.archived()
	case about.GetDisabled():
		return fmt.Errorf("%s is disabled by GitHub: ask its owner: %w", g.repo, fm.ErrRefused)
	case may != nil && !may["push"]: // tokens of apps are told of no permissions
		return fmt.Errorf("you may not push to %s: ask for write access, or work on a fork and name it in github.repo: %w", g.repo, fm.ErrRefused)
	}
	return nil
}

// repository is what GitHub said of the repository first.
func (g *GitHub) repository(ctx context.Context) (*gh.Repository, error) {
	g.mu.Lock()
	about := g.about
	g.mu.Unlock()
	if about != nil {
		return about, nil
	}
	return g.readRepository(ctx)
}

func (g *GitHub) readRepository(ctx context.Context) (*gh.Repository, error) {
	about, _, err := g.client.Repositories.Get(ctx, g.repo.Owner, g.repo.Name)
	if status(err) == http.StatusNotFound {
		return nil, fmt.Errorf("repository %s: not there, or the token may not see it: check github.repo and the token's access: %w", g.repo, fm.ErrGone)
	}
	if err != nil {
		return nil, fmt.Errorf("repository %s: %w", g.repo, g.explain(err))
	}
	g.mu.Lock()
	g.about = about
	g.mu.Unlock()
	return about, nil
}
