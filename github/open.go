package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// GitHub's own limits.
const (
	maxTitle    = 256    // runes
	maxPullBody = 65_536 // runes; counted in bytes, which are never fewer
)

// Open opens a pull request, or takes the one that is open for the same
// branch, and completes it: a draft or ready, as proposed, with the labels and
// the reviewers of the settings, and with the proposed text, unless somebody else
// has edited it. So an Open that was interrupted anywhere is
// carried on by the next one. Labels and reviewers that GitHub refuses, and
// drafts where there are none, are no reason to fail.
func (f *Forge) Open(ctx context.Context, p fm.Proposal) (fm.PullRequest, error) {
	r, err := f.open(ctx, p)
	if err != nil {
		return fm.PullRequest{}, fmt.Errorf("open pull request of %s: %w", p.Head, f.hub.explain(err))
	}
	return r, nil
}

func (f *Forge) open(ctx context.Context, p fm.Proposal) (fm.PullRequest, error) {
	pull, err := f.opened(ctx, p)
	if err != nil {
		return fm.PullRequest{}, err
	}
	if pull != nil && pull.MergedAt != nil {
		return request(pull), nil
	}
	if pull == nil {
		if pull, err = f.create(ctx, p); err != nil {
			return fm.PullRequest{}, err
		}
	}
	if err := f.retell(ctx, pull, p); err != nil {
		return fm.PullRequest{}, err
	}
	if pull.GetDraft() != p.Draft {
		if err := f.redraft(ctx, pull, p); err != nil {
			return fm.PullRequest{}, err
		}
	}
	if err := f.furnish(ctx, pull); err != nil {
		return fm.PullRequest{}, err
	}
	f.meet(pull.GetHead().GetSHA())
	return request(pull), nil
}

// opened finds the open pull request of a branch: into the proposed base, else
// into the one that a person chose for it; else the one with which the proposed
// commit was merged. nil when there is none.
func (f *Forge) opened(ctx context.Context, p fm.Proposal) (*gh.PullRequest, error) {
	all, err := f.ofBranch(ctx, p.Head)
	if err != nil {
		return nil, err
	}
	open := func(r *gh.PullRequest) bool { return r.GetState() == "open" }
	for _, fits := range []func(*gh.PullRequest) bool{
		func(r *gh.PullRequest) bool { return open(r) && r.GetBase().GetRef() == p.Base },
		open,
		func(r *gh.PullRequest) bool { return r.MergedAt != nil && r.GetHead().GetSHA() == p.SHA },
	} {
		if i := slices.IndexFunc(all, fits); i >= 0 {
			return all[i], nil
		}
	}
	return nil, nil
}

// create opens the pull request. GitHub itself keeps a second one from being
// opened for the same branch and base, so a look is enough after an answer
// that did not arrive.
func (f *Forge) create(ctx context.Context, p fm.Proposal) (*gh.PullRequest, error) {
	title, body := fm.Line(p.Title, maxTitle), pullText(p)
	pull, _, err := f.hub.client.PullRequests.Create(ctx, f.hub.repo.Owner, f.hub.repo.Name, &gh.NewPullRequest{
		Title: &title, Body: &body, Head: &p.Head, Base: &p.Base, Draft: &p.Draft,
	})
	switch {
	case err == nil:
		return pull, nil
	case uncertain(err), says(err, "pull request already exists"):
		if there, _ := f.opened(ctx, p); there != nil {
			return there, nil
		}
		if !uncertain(err) {
			return nil, errors.New("GitHub has it already and does not show it yet")
		}
		return nil, err
	case p.Draft && says(err, "draft pull requests are not supported"):
		f.hub.remark("%s has no draft pull requests: unfinished work is opened as ready for review", f.hub.repo)
		p.Draft = false // the plan has none; whoever proposed it does not merge it
		return f.create(ctx, p)
	}
	return nil, unopenable(err, p)
}

func pullText(p fm.Proposal) string { return sealed(cut(fm.Plain(p.Body), maxPullBody-sealSize)) }

// retell gives a pull request the text of a later attempt, if its own is still
// what fm wrote.
func (f *Forge) retell(ctx context.Context, pull *gh.PullRequest, p fm.Proposal) error {
	body := pullText(p)
	if !sealHolds(pull.GetBody()) || strings.TrimSpace(pull.GetBody()) == strings.TrimSpace(body) {
		return nil
	}
	// A pull request is an issue, too: https://docs.github.com/en/rest/issues/issues#update-an-issue
	_, _, err := f.hub.client.Issues.Edit(ctx, f.hub.repo.Owner, f.hub.repo.Name, pull.GetNumber(), &gh.IssueRequest{Body: &body})
	return err
}

// unopenable says what to do about a pull request that GitHub does not take.
func unopenable(err error, p fm.Proposal) error {
	switch {
	case status(err) != http.StatusUnprocessableEntity:
		return err
	case says(err, "no commits between"):
		return fmt.Errorf("%s has no commit that %s lacks: %w", p.Head, p.Base, fm.ErrRefused)
	case names(err, "head"):
		return fmt.Errorf("GitHub does not know the branch: push %s first: %w", p.Head, fm.ErrRefused)
	case names(err, "base"):
		return fmt.Errorf("GitHub has no branch %s: push it, or set base: %w", p.Base, fm.ErrRefused)
	}
	return err
}

// names says that GitHub complains about one field of what it was sent.
func names(err error, field string) bool {
	e, ok := errors.AsType[*gh.ErrorResponse](err)
	return ok && slices.ContainsFunc(e.Errors, func(detail gh.Error) bool { return detail.Field == field })
}

// The mutations that REST has no word for.
const (
	readyMutation = `mutation($pull: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $pull}) { pullRequest { isDraft } } }`
	draftMutation = `mutation($pull: ID!) { convertPullRequestToDraft(input: {pullRequestId: $pull}) { pullRequest { isDraft } } }`
)

// redraft makes the pull request a draft, or ready. A draft is a courtesy: where
// GitHub refuses to make it one, it stays ready.
func (f *Forge) redraft(ctx context.Context, pull *gh.PullRequest, p fm.Proposal) error {
	mutation := readyMutation
	if p.Draft {
		mutation = draftMutation
	}
	found, err := f.hub.graphql(ctx, mutation, map[string]any{"pull": pull.GetNodeID()}, nil)
	if err == nil {
		err = problems(found).err()
	}
	refused := errors.Is(f.hub.explain(err), fm.ErrRefused) || status(err) == http.StatusNotFound
	switch {
	case err == nil:
		pull.Draft = &p.Draft
	case refused && p.Draft:
		return nil
	case refused:
		return fmt.Errorf("%s is a draft and cannot be marked as ready (%s): do so by hand: %w", pull.GetHTMLURL(), fm.Reason(f.hub.explain(err)), fm.ErrRefused)
	}
	return err
}
