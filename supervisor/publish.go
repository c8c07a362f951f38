package supervisor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// publish pushes the branch and opens its pull request, and says what the agent
// said of it. Each step looks first, so that a publication that was interrupted
// anywhere is carried on, not repeated. What a person made meanwhile of the task's
// own pull request stands: there is no second one.
func (s *Supervisor) publish(ctx context.Context, t fm.Task) (pull fm.PullRequest, summary string, err error) {
	sha, err := s.o.Workspace.Push(ctx, t.Site())
	if err != nil {
		return fm.PullRequest{}, "", err
	}
	c, err := s.o.Agent.Completion(ctx, t.Run(), s.o.Dir(t.Site()))
	if err != nil && !errors.Is(err, fm.ErrGone) && !errors.Is(err, fm.ErrNotCompletion) {
		return fm.PullRequest{}, "", err
	}
	pull, err = s.o.Forge.Find(ctx, t.Head())
	own := pull.Number == t.Pull
	switch {
	case errors.Is(err, fm.ErrGone):
	case err != nil:
		return fm.PullRequest{}, "", err
	case pull.State == fm.PullMerged && (own || pull.SHA == sha):
		return pull, c.Summary, s.link(ctx, t, pull)
	case pull.State == fm.PullClosed && (own || pull.SHA == sha):
		return fm.PullRequest{}, "", fmt.Errorf("pull request %s was closed without merging: %w", pull.Number, fm.ErrRefused)
	}
	if pull, err = s.propose(ctx, t, c, sha); err != nil {
		return pull, "", err
	}
	return pull, c.Summary, s.link(ctx, t, pull)
}

// link shows the pull request to readers of the issue.
func (s *Supervisor) link(ctx context.Context, t fm.Task, pull fm.PullRequest) error {
	return s.courtesy(ctx, s.o.Tracker.Link(ctx, fm.IssueID(t.ID), pull))
}

// propose opens the task's pull request, or completes the open one: a crash may
// have left out its labels and reviewers, and it may have to become a draft, or
// ready.
func (s *Supervisor) propose(ctx context.Context, t fm.Task, c fm.Completion, sha string) (fm.PullRequest, error) {
	issue, err := s.o.Tracker.Issue(ctx, fm.IssueID(t.ID))
	if err != nil && !errors.Is(err, fm.ErrGone) {
		return fm.PullRequest{}, err
	}
	return s.o.Forge.Open(ctx, fm.Proposal{
		Task: t.ID, Title: pullTitle(t, issue), Body: s.o.Rules.pullBody(t, issue, c),
		Head: t.Head(), SHA: sha, Base: s.o.Workspace.Base(), Draft: queue.Drafting(t),
	})
}

// pullTitle says what the pull request is. As the subject of a merge it closes
// nothing, whatever the issue is called.
func pullTitle(t fm.Task, issue fm.Issue) string {
	title := fm.Line(cmp.Or(issue.Title, t.Title), 200)
	switch {
	case !t.Terms.Fix:
		title = "[Subissue] " + title
	case !strings.HasPrefix(strings.ToLower(title), "fix:"):
		title = "fix: " + title // which makes a keyword of GitHub's even of "#12 is back"
	}
	for len(fm.Closes(title)) > 0 { // to take a sign away can join what stood beside it
		title = fm.Subject(title)
	}
	return title
}

// linked names an issue that lives elsewhere: the forge has another one of the
// same number.
func linked(issue fm.Issue, id fm.IssueID) string {
	switch {
	case issue.URL != "" && !strings.ContainsAny(issue.URL, " \n()<>"):
		return "[" + id.Ref() + "](" + issue.URL + ")"
	case strings.HasPrefix(id.Ref(), "#"):
		return "`" + id.Ref() + "`"
	}
	return id.Ref()
}

// pullBody writes what a reviewer needs. The words of the agent and of the issue
// are data: they are quoted, under headings of ours.
func (r Rules) pullBody(t fm.Task, issue fm.Issue, c fm.Completion) string {
	var b strings.Builder
	section := func(name, text string) {
		if text = strings.TrimSpace(fm.Quoted(text)); text != "" {
			fmt.Fprintf(&b, "## %s\n\n%s\n\n", name, text)
		}
	}
	section("Summary", c.Summary)
	section("Acceptance Criteria", criteria(issue.Body))
	section("Verification", c.Verification)
	section("Files Changed", c.Files)
	if r.Separate {
		b.WriteString("Issue: " + linked(issue, fm.IssueID(t.ID)) + "\n")
	} else {
		fmt.Fprintf(&b, "Closes #%s\n", t.ID)
	}
	switch {
	case t.Parent == "" || string(t.Parent) == string(t.ID):
	case r.Separate:
		b.WriteString("Part of " + linked(fm.Issue{}, t.Parent) + "\n")
	default:
		b.WriteString("Part of " + t.Parent.Ref() + "\n")
	}
	return b.String()
}

// criteria cuts the section of that name out of a subissue's body.
func criteria(body string) string {
	_, after, found := strings.Cut(strings.ReplaceAll(body, "\r\n", "\n"), "## Acceptance Criteria\n")
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(after, "\n## ")
	text, _, _ = strings.Cut(text, "\n---\n")
	return text
}
