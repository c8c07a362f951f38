package supervisor

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

type tracker struct{ *town }

func (c tracker) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	leave, err := c.enter(ctx, "issue", fm.TaskID(id))
	if err != nil {
		return fm.Issue{}, err
	}
	defer leave()
	return fm.Issue{ID: id, Title: "Issue " + string(id)}, nil
}

func (c tracker) Children(context.Context, fm.IssueID) ([]fm.Issue, error) { return nil, nil }

func (c tracker) Create(context.Context, fm.IssueID, string, fm.Subissue, []fm.IssueID) (fm.Issue, error) {
	return fm.Issue{}, fm.ErrRefused
}

func (c tracker) Close(ctx context.Context, id fm.IssueID, _ string) error {
	leave, err := c.enter(ctx, "close issue", fm.TaskID(id))
	if err != nil {
		return err
	}
	defer leave()
	if !slices.Contains(c.closed, id) {
		c.closed = append(c.closed, id)
	}
	return nil
}

type forge struct{ *town }

func (c forge) Find(ctx context.Context, head string) (fm.PullRequest, error) {
	leave, err := c.enter(ctx, "find", fm.TaskID(strings.TrimPrefix(head, "subissue/")))
	if err != nil {
		return fm.PullRequest{}, err
	}
	defer leave()
	for _, p := range c.pulls {
		if p.Head == head {
			return p, nil
		}
	}
	return fm.PullRequest{}, fm.ErrGone
}

func (c forge) Open(ctx context.Context, p fm.Proposal) (fm.PullRequest, error) {
	leave, err := c.enter(ctx, "open", p.Task)
	if err != nil {
		return fm.PullRequest{}, err
	}
	defer leave()
	for _, other := range c.pulls {
		if other.Head == p.Head {
			c.tb.Errorf("a second pull request for %s", p.Head)
		}
	}
	pull := fm.PullRequest{Number: strconv.Itoa(len(c.pulls) + 1), Head: p.Head, State: fm.PullOpen, SHA: "sha-" + string(p.Task)}
	c.pulls = append(c.pulls, pull)
	return pull, nil
}

func (c forge) Merge(ctx context.Context, number, sha string) (fm.PullRequest, error) {
	leave, err := c.enter(ctx, "merge", fm.TaskID(strings.TrimPrefix(sha, "sha-")))
	if err != nil {
		return fm.PullRequest{}, err
	}
	defer leave()
	for i, p := range c.pulls {
		if p.Number == number && p.SHA == sha {
			c.pulls[i].State = fm.PullMerged
			return c.pulls[i], nil
		}
	}
	return fm.PullRequest{}, fm.ErrRefused
}

func (c forge) Look(ctx context.Context, numbers []string) ([]fm.PullRequest, error) {
	leave, err := c.enter(ctx, "look")
	if err != nil {
		return nil, err
	}
	defer leave()
	return slices.DeleteFunc(slices.Clone(c.pulls), func(p fm.PullRequest) bool { return !slices.Contains(numbers, p.Number) }), nil
}

func (c forge) Rerun(ctx context.Context, _ string, _ []fm.Check) error {
	leave, err := c.enter(ctx, "rerun")
	if err != nil {
		return err
	}
	defer leave()
	return nil
}

func (c forge) Feedback(ctx context.Context, _ string) (string, error) {
	leave, err := c.enter(ctx, "feedback")
	if err != nil {
		return "", err
	}
	defer leave()
	return "", nil
}
