package github

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// reviewQuery asks for the last word of each person with write access, and for
// the threads on lines of the source that nobody has resolved.
const reviewQuery = `query Reviews($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      latestOpinionatedReviews(writersOnly: true, first: 10) { nodes { state body author { login } } }
      reviewThreads(first: 100) {
        nodes { isResolved path line comments(first: 10) { nodes { body authorAssociation author { login } } } }
      }
    }
  }
}`

// reviewsNode is the answer. An author is null whose account was deleted.
type reviewsNode struct {
	LatestOpinionatedReviews struct{ Nodes []*remark }
	ReviewThreads            struct{ Nodes []*thread }
}

type remark struct {
	State, Body, AuthorAssociation string
	Author                         struct{ Login string }
}

// thread is about a line of the source.
type thread struct {
	IsResolved bool
	Path       string
	Line       int
	Comments   struct{ Nodes []*remark }
}

// reviews tells what people with write access ask for, or "".
func (f *Forge) reviews(ctx context.Context, number int) (string, error) {
	var answer struct {
		Repository struct{ PullRequest *reviewsNode }
	}
	found, refused, err := f.query(ctx, reviewQuery, map[string]any{"owner": f.hub.repo.Owner, "name": f.hub.repo.Name, "number": number}, &answer)
	switch pull := answer.Repository.PullRequest; {
	case err != nil:
		return "", err
	case !refused && pull != nil:
		return f.tell(ctx, pull)
	case !refused && !found.gone("repository", "pullRequest"):
		return "", found.unanswered()
	}
	return f.reviewsREST(ctx, number)
}

// tell puts the answer into words.
func (f *Forge) tell(ctx context.Context, n *reviewsNode) (string, error) {
	var b strings.Builder
	var critics []string
	for _, r := range n.LatestOpinionatedReviews.Nodes {
		if r != nil && r.State == "CHANGES_REQUESTED" {
			critics = append(critics, r.Author.Login)
			fmt.Fprintf(&b, "%s asks for changes:\n\n%s", fm.Line(r.Author.Login, 100), quote(r.Body))
		}
	}
	for _, t := range n.ReviewThreads.Nodes {
		if t == nil || t.IsResolved || len(t.Comments.Nodes) == 0 {
			continue
		}
		if first := t.Comments.Nodes[0]; first == nil || !slices.Contains(critics, first.Author.Login) {
			continue
		}
		b.WriteString(place(t.Path, t.Line))
		for _, c := range t.Comments.Nodes {
			if c == nil {
				continue
			}
			if may, err := f.hub.mayWrite(ctx, c.Author.Login, c.AuthorAssociation); err != nil {
				return "", err
			} else if may {
				fmt.Fprintf(&b, "%s:\n\n%s", fm.Line(c.Author.Login, 100), quote(c.Body))
			}
		}
	}
	return headed(b.String()), nil
}

// reviewsREST tells the same with REST, which knows nothing of threads: the
// comments are those of the reviews that ask for changes.
func (f *Forge) reviewsREST(ctx context.Context, number int) (string, error) {
	reviews, err := f.demands(ctx, number)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, r := range reviews {
		author := fm.Line(r.GetUser().GetLogin(), 100)
		fmt.Fprintf(&b, "%s asks for changes:\n\n%s", author, quote(r.GetBody()))
		comments, _, err := f.hub.client.PullRequests.ListReviewComments(ctx, f.hub.repo.Owner, f.hub.repo.Name, number, r.GetID(), &gh.ListOptions{PerPage: 50})
		if err != nil {
			return "", err
		}
		for _, c := range comments {
			fmt.Fprintf(&b, "%s%s:\n\n%s", place(c.GetPath(), c.GetLine()), author, quote(c.GetBody()))
		}
	}
	return headed(b.String()), nil
}

func headed(text string) string {
	if text == "" {
		return ""
	}
	return "## What reviewers ask for\n\n" + text
}

// place names a line of the source, or the file alone where the line is no
// more.
func place(path string, line int) string {
	if path = fm.Line(path, 200); line > 0 {
		path += ":" + strconv.Itoa(line)
	}
	return "At " + path + ", "
}

// quote makes a text of somebody's a quotation in Markdown.
func quote(text string) string {
	return prefixed(cut(strings.TrimSpace(fm.Plain(text)), maxOutput), "> ")
}
