package github

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

// Tracker keeps issues in the repository. Methods may be called concurrently.
type Tracker struct {
	hub *GitHub
}

// Tracker returns the repository's issues.
func (g *GitHub) Tracker() *Tracker { return &Tracker{g} }

// Issue reads one issue, with its comments, with the open issues of this
// repository that block it, and with the names of the open blockers and
// sub-issues in others. [fm.ErrGone] when there is none, or none any more;
// [fm.ErrRefused] for a pull request. With [LastKnown], an issue that cannot be
// read now is as it was when it was last.
func (t *Tracker) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	n, err := number(id)
	if err != nil {
		return fm.Issue{}, err
	}
	found, err := t.hub.whole(ctx, n)
	if err == nil {
		t.hub.keep(found)
		return found, nil
	}
	if kept, ok := t.hub.lastKnown(ctx, id, err); ok {
		return kept, nil
	}
	return fm.Issue{}, fmt.Errorf("read issue #%s: %w", id, err)
}

// whole reads an issue and what belongs to it.
func (g *GitHub) whole(ctx context.Context, n int) (fm.Issue, error) {
	i, err := g.read(ctx, n)
	if err != nil {
		return fm.Issue{}, err
	}
	found := g.issue(i)
	if err := g.blockers(ctx, i, &found); err != nil {
		return fm.Issue{}, err
	}
	if err := g.foreign(ctx, i, &found); err != nil {
		return fm.Issue{}, err
	}
	found.Comments, err = g.comments(ctx, i)
	return found, err
}

// Children lists the subissues of an issue, in the order of their creation,
// without their comments: GitHub's own sub-issues, and those in fm's task list
// in the text of the parent. Children in other repositories have no id here,
// are nobody's task here, and are left out; so are pull requests.
func (t *Tracker) Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	n, err := number(parent)
	if err != nil {
		return nil, err
	}
	children, err := t.hub.children(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("read subissues of #%s: %w", parent, err)
	}
	return children, nil
}

func (g *GitHub) children(ctx context.Context, parent int) ([]fm.Issue, error) {
	p, err := g.read(ctx, parent)
	if err != nil {
		return nil, err
	}
	f, err := g.family(ctx, p)
	if err != nil {
		return nil, err
	}
	var children []fm.Issue
	for _, i := range f.inOrder() {
		child := g.issue(i)
		child.Parent = issueID(parent)
		if err := g.blockers(ctx, i, &child); err != nil {
			return nil, fmt.Errorf("subissue #%s: %w", child.ID, err)
		}
		g.keepBrief(child)
		children = append(children, child)
	}
	return children, nil
}
