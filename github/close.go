package github

import (
	"context"
	"fmt"
	"net/http"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// closed marks the comment with which fm closes an issue.
const closed = markerStart + " closed -->"

// Close comments on an issue and closes it, once in its life. The comment
// comes first and bears a mark, so that a crash between the two is seen; an
// issue that was closed after it and is open again was reopened by a person,
// and stays so. One that is closed already is left as it is.
func (t *Tracker) Close(ctx context.Context, id fm.IssueID, comment string) error {
	if err := t.hub.close(ctx, id, comment); err != nil {
		return fmt.Errorf("close issue #%s: %w", id, err)
	}
	return nil
}

func (g *GitHub) close(ctx context.Context, id fm.IssueID, comment string) error {
	n, err := number(id)
	if err != nil {
		return err
	}
	s, err := g.turn(ctx, n, "close")
	if err != nil {
		return err
	}
	defer s.end()
	i, err := g.read(ctx, n)
	if err != nil || i.GetState() == "closed" {
		return err
	}
	if i.GetComments() > 0 {
		before, err := g.said(ctx, n, closed)
		if err != nil {
			return g.explain(err)
		}
		if before != nil {
			return g.closeAgain(ctx, s, n, before.GetCreatedAt().Time)
		}
	}
	if err := g.say(ctx, s, n, closed, comment); err != nil {
		return g.explain(err)
	}
	return g.patchClosed(ctx, s, n)
}

// closeAgain goes on with a closing that broke off after its comment.
func (g *GitHub) closeAgain(ctx context.Context, s *spell, n int, commented time.Time) error {
	done := false
	err := pages(ctx, g, g.path("issues/%d/events", n), func(events []*gh.IssueEvent) bool {
		for _, e := range events {
			done = done || e.GetEvent() == "closed" && !e.GetCreatedAt().Before(commented)
		}
		return !done
	})
	if err != nil || done {
		return g.explain(err)
	}
	return g.patchClosed(ctx, s, n)
}

func (g *GitHub) patchClosed(ctx context.Context, s *spell, n int) error {
	err := g.once(ctx, s, func() error {
		_, err := g.do(ctx, http.MethodPatch, g.path("issues/%d", n), map[string]string{"state": "closed", "state_reason": "completed"}, nil)
		return err
	}, func() (bool, error) {
		i, err := g.read(ctx, n)
		return err == nil && i.GetState() == "closed", err
	})
	return g.explain(err)
}

// Begin changes nothing: a branch or a pull request says it.
func (t *Tracker) Begin(context.Context, fm.IssueID) error { return nil }

// Link changes nothing: the pull request names its issue.
func (t *Tracker) Link(context.Context, fm.IssueID, fm.PullRequest) error { return nil }
