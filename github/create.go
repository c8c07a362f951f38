package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// maxChildren is how many sub-issues GitHub allows an issue, closed ones
// counted.
const maxChildren = 100

// Create makes a subissue of parent: an issue with the label fm and that of
// its priority, linked as a sub-issue, or listed in the text of the parent
// where the server has none, and blocked by deps. The key names it within the
// parent: a second call, also after a crash at any point, by another process
// or on another machine, finds the issue that is there and does what is left
// to do. [fm.ErrGone] when the parent does not exist.
func (t *Tracker) Create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error) {
	made, err := t.hub.create(ctx, parent, key, s, deps)
	if err != nil {
		return fm.Issue{}, fmt.Errorf("create subissue of #%s: %w", parent, err)
	}
	return made, nil
}

func (g *GitHub) create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error) {
	n, err := number(parent)
	if err != nil {
		return fm.Issue{}, err
	}
	waits, err := numbers(deps)
	if err != nil {
		return fm.Issue{}, err
	}
	if key == "" {
		return fm.Issue{}, fmt.Errorf("no key: %w", fm.ErrRefused)
	}
	own, err := g.turn(ctx, n, "create "+key)
	if err != nil {
		return fm.Issue{}, err
	}
	defer own.end()

	p, err := g.read(ctx, n)
	if err != nil {
		return fm.Issue{}, err
	}
	f, err := g.family(ctx, p)
	if err != nil {
		return fm.Issue{}, err
	}
	f.spell = own
	mark := newMarker(g.repo, n, key, waits)
	child, err := g.find(ctx, f, mark.key)
	if err == nil && child == nil {
		child, err = g.post(ctx, f, mark, s)
	}
	if err != nil {
		return fm.Issue{}, err
	}
	if err := g.link(ctx, f, child); err != nil {
		return fm.Issue{}, fmt.Errorf("#%d is there, but not linked: %w", child.GetNumber(), err)
	}
	if err := g.block(ctx, f, child, waits); err != nil {
		return fm.Issue{}, fmt.Errorf("#%d is there, but not blocked: %w", child.GetNumber(), err)
	}
	found := g.issue(child)
	found.Parent = parent
	g.keepBrief(found)
	return found, nil
}

// find looks for the child with a key: among the children, and among what fm
// made and did not come to link. Of two it takes the older. What bears the label
// and a marker and was written by somebody else is not fm's: people give the label
// to issues of strangers, too, who can write a marker.
func (g *GitHub) find(ctx context.Context, f *family, key string) (*issue, error) {
	if i := f.marked(key); i != nil {
		return i, nil
	}
	var candidates []*issue // the newest first
	err := g.labelled(ctx, f.parent.GetNumber(), func(i *issue, m marker) bool {
		if m.key == key {
			candidates = append(candidates, i)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, i := range slices.Backward(candidates) {
		ours, err := g.ours(ctx, i.GetUser(), i.GetAuthorAssociation())
		if err != nil {
			return nil, err
		}
		if ours {
			return i, nil
		}
	}
	return nil, nil
}

// post makes the issue.
func (g *GitHub) post(ctx context.Context, f *family, mark marker, s fm.Subissue) (*issue, error) {
	parent := issueID(mark.parent)
	if f.count >= maxChildren {
		return nil, fmt.Errorf("#%s has %d sub-issues, closed ones counted, and GitHub allows no more: split it into several issues: %w", parent, f.count, fm.ErrRefused)
	}
	body := map[string]any{
		"title":  s.TitleFor(parent),
		"body":   bodyFor(s, mark),
		"labels": []string{made, priorityLabel(s.Urgency())},
	}
	var child *issue
	err := g.once(ctx, f.spell, func() error {
		child = &issue{}
		_, err := g.do(ctx, http.MethodPost, g.path("issues"), body, child)
		return err
	}, func() (bool, error) {
		there, err := g.find(ctx, f, mark.key)
		if there != nil {
			child = there
		}
		return there != nil, err
	})
	if status(err) == http.StatusNotFound {
		return nil, fmt.Errorf("the token may not make issues in %s: give it write access to issues: %w", g.repo, fm.ErrRefused)
	}
	if err != nil {
		return nil, g.explain(err)
	}
	if !child.labelled(made) { // GitHub drops labels of people who may not give them
		return nil, fmt.Errorf("#%d was made, but you may not give it the label %s: ask for write access to %s, then label it: %w", child.GetNumber(), made, g.repo, fm.ErrRefused)
	}
	return child, nil
}

// bodyFor gives the text of a subissue, with the marker at its end.
func bodyFor(s fm.Subissue, mark marker) string {
	body := cut(unmarked(s.BodyFor(issueID(mark.parent))), maxBody)
	if len(mark.deps) > 0 {
		body = strings.TrimRight(body, "\n") + "\nDepends on " + listed(mark.deps, "#", ", ") + "\n"
	}
	return body + "\n" + mark.String() + "\n"
}
