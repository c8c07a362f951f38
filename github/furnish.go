package github

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// furnish gives a pull request the labels and the reviewers of the settings,
// each once in its life: what a person took away again, and a reviewer who has
// answered, is left alone. An answer that is lost is found in the history by
// the next call.
func (f *Forge) furnish(ctx context.Context, pull *gh.PullRequest) error {
	labels := missing(f.hub.config.Labels, labelNames(pull))
	reviewers := missing(f.hub.config.Reviewers, asked(pull))
	if len(labels)+len(reviewers) == 0 {
		return nil
	}
	had, err := f.history(ctx, pull.GetNumber())
	if err != nil {
		return err
	}
	if labels = missing(labels, had.labels); len(labels) > 0 {
		// go-github sends a bare list, which GitHub's description does not have.
		_, err := f.hub.do(ctx, http.MethodPost, f.hub.path("issues/%d/labels", pull.GetNumber()), map[string]any{"labels": labels}, nil)
		switch {
		case err == nil:
		case f.final(err):
			f.hub.remark("pull requests do not get the labels %s: %s", strings.Join(labels, ", "), fm.Reason(f.hub.explain(err)))
		default:
			return err
		}
	}
	return f.ask(ctx, pull, missing(reviewers, had.reviewers))
}

// final says that an error will be the same the next time.
func (f *Forge) final(err error) bool {
	err = f.hub.explain(err)
	return errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone)
}

// ask requests reviews: of all at once, and of one after the other where
// GitHub refuses one of them and does not say whom.
func (f *Forge) ask(ctx context.Context, pull *gh.PullRequest, reviewers []string) error {
	reviewers = slices.DeleteFunc(slices.Clone(reviewers), func(name string) bool {
		return strings.EqualFold(name, pull.GetUser().GetLogin()) || f.isUnwelcome(name)
	})
	if len(reviewers) == 0 {
		return nil
	}
	err := f.askFor(ctx, pull, reviewers)
	if err == nil || !f.final(err) {
		return err
	}
	for _, name := range reviewers {
		if len(reviewers) > 1 {
			err = f.askFor(ctx, pull, []string{name})
		}
		switch {
		case err == nil:
		case f.final(err):
			f.mu.Lock()
			f.unwelcome[name] = struct{}{}
			f.mu.Unlock()
			f.hub.remark("%s cannot be asked for a review: %s", name, fm.Reason(f.hub.explain(err)))
		default:
			return err
		}
	}
	return nil
}

func (f *Forge) isUnwelcome(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, found := f.unwelcome[name]
	return found
}

func (f *Forge) askFor(ctx context.Context, pull *gh.PullRequest, names []string) error {
	var people gh.ReviewersRequest
	for _, name := range names {
		if _, team, ok := strings.Cut(name, "/"); ok {
			people.TeamReviewers = append(people.TeamReviewers, team)
		} else {
			people.Reviewers = append(people.Reviewers, name)
		}
	}
	_, _, err := f.hub.client.PullRequests.RequestReviewers(ctx, f.hub.repo.Owner, f.hub.repo.Name, pull.GetNumber(), people)
	return err
}

// furniture is what a pull request has, or ever had.
type furniture struct{ labels, reviewers []string }

func (f *Forge) history(ctx context.Context, number int) (furniture, error) {
	var had furniture
	for page := 1; page != 0; {
		events, resp, err := f.hub.client.Issues.ListIssueEvents(ctx, f.hub.repo.Owner, f.hub.repo.Name, number, &gh.ListOptions{Page: page, PerPage: 100})
		if err != nil {
			return furniture{}, err
		}
		for _, e := range events {
			switch e.GetEvent() {
			case "labeled":
				had.labels = append(had.labels, e.GetLabel().GetName())
			case "review_requested":
				had.reviewers = append(had.reviewers, e.GetRequestedReviewer().GetLogin(), teamName(e.GetRequestedTeam()))
			}
		}
		page = resp.NextPage
	}
	return had, nil
}

func labelNames(pull *gh.PullRequest) []string {
	var names []string
	for _, l := range pull.Labels {
		names = append(names, l.GetName())
	}
	return names
}

func asked(pull *gh.PullRequest) []string {
	var names []string
	for _, u := range pull.RequestedReviewers {
		names = append(names, u.GetLogin())
	}
	for _, team := range pull.RequestedTeams {
		names = append(names, teamName(team))
	}
	return names
}

// teamName is the part of ORG/TEAM that GitHub's answers hold.
func teamName(t *gh.Team) string { return "/" + t.GetSlug() }

// missing lists the wanted names that are not there. GitHub's names of labels,
// people and teams ignore case.
func missing(wanted, there []string) []string {
	var names []string
	for _, want := range wanted {
		short := want
		if i := strings.IndexByte(want, '/'); i > 0 {
			short = want[i:]
		}
		if !slices.ContainsFunc(there, func(name string) bool {
			return strings.EqualFold(name, want) || strings.EqualFold(name, short)
		}) {
			names = append(names, want)
		}
	}
	return names
}
