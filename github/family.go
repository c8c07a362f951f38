package github

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/founder-mode/fm"
)

// family is a parent and its children.
type family struct {
	parent *issue
	spell  *spell         // of the one who writes to it; nil for one who reads
	native map[int]bool   // linked as GitHub's own sub-issues; nil where there is no such thing
	count  int            // of native ones, with those in other repositories
	known  map[int]*issue // children in this repository, by number

	foreign []string // open ones in other repositories: "owner/repo#9"
}

// family reads the children of an issue: its sub-issues, and those in fm's
// task list. Where the API has no sub-issues, those that fm made and did not
// come to list are among them; where it has them, only those in the list that
// fm made are, from a time before: who wrote the parent may be anybody, and
// can list what they like.
func (g *GitHub) family(ctx context.Context, parent *issue) (*family, error) {
	f := &family{parent: parent, known: map[int]*issue{}}
	if err := g.native(ctx, f); err != nil {
		return nil, err
	}
	if f.native == nil {
		err := g.labelled(ctx, parent.GetNumber(), func(i *issue, _ marker) bool {
			f.known[i.GetNumber()] = i
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	for _, n := range readTasks(parent.GetBody()) {
		if f.known[n] != nil || n == parent.GetNumber() {
			continue
		}
		i, err := g.read(ctx, n)
		if errors.Is(err, fm.ErrGone) || errors.Is(err, fm.ErrRefused) {
			continue // people edit the list
		}
		if err != nil {
			return nil, err
		}
		m, ours := i.marker()
		if f.native == nil || ours && m.of(g.repo, parent.GetNumber()) {
			f.known[n] = i
		}
	}
	return f, nil
}

// native reads the sub-issues. A list that is not there although the issue is
// means a server without them.
func (g *GitHub) native(ctx context.Context, f *family) error {
	if g.lacks(subIssuesAPI) {
		return nil
	}
	list, err := all[*issue](ctx, g, g.path("issues/%d/sub_issues", f.parent.GetNumber()))
	if status(err) == http.StatusNotFound {
		g.lack(subIssuesAPI)
		return nil
	}
	if err != nil {
		return g.explain(err)
	}
	f.native, f.count = map[int]bool{}, len(list)
	for _, i := range list {
		switch {
		case i.IsPullRequest():
		case g.owns(i):
			f.native[i.GetNumber()] = true
			f.known[i.GetNumber()] = i
		case i.GetState() != "closed":
			f.foreign = append(f.foreign, i.fullName())
		}
	}
	return nil
}

func (f *family) inOrder() []*issue {
	return slices.SortedFunc(maps.Values(f.known), func(a, b *issue) int { return cmp.Compare(a.GetNumber(), b.GetNumber()) })
}

// marked finds the oldest child with that key. A linked one needs no label:
// only who may triage can link.
func (f *family) marked(key string) *issue {
	for _, i := range f.inOrder() {
		m, ok := i.marker()
		if f.native[i.GetNumber()] {
			m, ok = readMarker(i.GetBody())
		}
		if ok && m.parent == f.parent.GetNumber() && m.key == key {
			return i
		}
	}
	return nil
}

// labelled goes through the issues that fm made for a parent, newest first,
// until each has enough. It ends where issues are older than the parent, for
// numbers grow.
func (g *GitHub) labelled(ctx context.Context, parent int, each func(*issue, marker) (more bool)) error {
	err := pages(ctx, g, g.path("issues?state=all&labels=%s&sort=created&direction=desc", made), func(list []*issue) bool {
		for _, i := range list {
			if i.GetNumber() <= parent {
				return false
			}
			m, ok := i.marker()
			if ok && !i.IsPullRequest() && m.of(g.repo, parent) && !each(i, m) {
				return false
			}
		}
		return true
	})
	return g.explain(err)
}
