package github

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// Search lists the open issues with these labels and this milestone, in the
// order of their creation, without comments and without what blocks them:
// [Tracker.Issue] reads those. Pull requests and issues that fm made are left
// out. [fm.ErrGone] when there is no such milestone.
func (t *Tracker) Search(ctx context.Context, q fm.Query) ([]fm.Issue, error) {
	found, err := t.hub.search(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("search issues: %w", err)
	}
	return found, nil
}

func (g *GitHub) search(ctx context.Context, q fm.Query) ([]fm.Issue, error) {
	ask := url.Values{"state": {"open"}, "sort": {"created"}, "direction": {"asc"}}
	if len(q.Labels) > 0 {
		ask.Set("labels", strings.Join(q.Labels, ","))
	}
	if q.Milestone != "" {
		n, err := g.milestone(ctx, q.Milestone)
		if err != nil {
			return nil, err
		}
		ask.Set("milestone", strconv.Itoa(n))
	}
	list, err := all[*issue](ctx, g, g.path("issues?%s", ask.Encode()))
	if err != nil {
		return nil, g.explain(err)
	}
	var found []fm.Issue
	for _, i := range list {
		if _, ours := i.marker(); !ours && !i.IsPullRequest() {
			issue := g.issue(i)
			issue.DependsOn = nil
			if i.Dependencies == nil || i.Dependencies.BlockedBy == 0 { // else nobody knows yet by what
				g.keepBrief(issue)
			}
			found = append(found, issue)
		}
	}
	return found, nil
}

// milestone finds the number of a milestone by its title, else by itself.
func (g *GitHub) milestone(ctx context.Context, name string) (int, error) {
	list, err := all[*gh.Milestone](ctx, g, g.path("milestones?state=all"))
	if err != nil {
		return 0, g.explain(err)
	}
	for _, m := range list {
		if strings.EqualFold(m.GetTitle(), name) {
			return m.GetNumber(), nil
		}
	}
	for _, m := range list {
		if strconv.Itoa(m.GetNumber()) == name {
			return m.GetNumber(), nil
		}
	}
	return 0, fmt.Errorf("milestone %q: %w", fm.Line(name, 100), fm.ErrGone)
}
