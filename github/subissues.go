package github

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

const (
	// linkTries is how often a link is tried that another one got in the way of.
	linkTries = 5
	// linkPause is the longest pause before the second of these tries.
	linkPause = time.Second
)

// link makes an issue a child of its parent: a sub-issue of GitHub's, or a line
// in the parent's text where the server has no sub-issues. One that is a child
// already is left as it is.
func (g *GitHub) link(ctx context.Context, f *family, child *issue) error {
	if f.native == nil {
		return g.list(ctx, f.spell, f.parent.GetNumber(), child.GetNumber())
	}
	if f.native[child.GetNumber()] {
		return nil
	}
	linked := func() (bool, error) {
		now := &family{parent: f.parent, known: map[int]*issue{}}
		err := g.native(ctx, now)
		return now.native[child.GetNumber()], err
	}
	err := g.once(ctx, f.spell, func() error { return g.postLink(ctx, f, child) }, linked)
	if status(err) == http.StatusUnprocessableEntity { // the same words for "linked already" and for "another's"
		if there, lookErr := linked(); lookErr != nil || there {
			return lookErr
		}
	}
	return g.explainLink(f.parent.GetNumber(), err)
}

// postLink sends the link, again after a while where GitHub was about to add
// another one in the same place.
func (g *GitHub) postLink(ctx context.Context, f *family, child *issue) error {
	for try := 1; ; try++ {
		_, err := g.do(ctx, http.MethodPost, g.path("issues/%d/sub_issues", f.parent.GetNumber()), map[string]int64{"sub_issue_id": child.GetID()}, nil)
		if err == nil || !says(err, "priority has already been taken") || try == linkTries {
			return err
		}
		if g.pause(ctx, f.spell, rand.N(linkPause*time.Duration(try))) != nil {
			return err
		}
	}
}

func (g *GitHub) explainLink(parent int, err error) error {
	switch code := status(err); {
	case says(err, "more than 100"):
		return fmt.Errorf("#%d has 100 sub-issues, closed ones counted, and GitHub allows no more: split it into several issues: %w", parent, fm.ErrRefused)
	case says(err, "priority has already been taken"):
		return fmt.Errorf("GitHub is busy with other sub-issues of #%d", parent)
	case says(err, "only have one parent"):
		return fmt.Errorf("it is a sub-issue of another issue: take it out there: %w", fm.ErrRefused)
	case code == http.StatusNotFound, code == http.StatusForbidden && !says(err, "archived"):
		return fmt.Errorf("the token may not create sub-issues in %s: give it write access to issues, or ask for the triage role: %w", g.repo, fm.ErrRefused)
	}
	return g.explain(err)
}

// block has GitHub show that an issue is blocked by others. Where GitHub does
// not take that, nothing is lost: they stand in the issue's marker.
func (g *GitHub) block(ctx context.Context, f *family, child *issue, deps []int) error {
	if len(deps) == 0 || g.lacks(dependenciesAPI) {
		return nil
	}
	var there []int
	if child.Dependencies == nil || child.Dependencies.Total > 0 {
		list, err := all[*issue](ctx, g, g.path("issues/%d/dependencies/blocked_by", child.GetNumber()))
		if err != nil {
			return g.unblockable(err)
		}
		for _, i := range list {
			if g.owns(i) {
				there = append(there, i.GetNumber())
			}
		}
	}
	for _, n := range deps {
		if slices.Contains(there, n) || n == child.GetNumber() {
			continue
		}
		if err := g.postBlocker(ctx, f, child, n); err != nil {
			return err
		}
	}
	return nil
}

func (g *GitHub) postBlocker(ctx context.Context, f *family, child *issue, dep int) error {
	blocker := f.known[dep]
	if blocker == nil {
		i, err := g.read(ctx, dep)
		if err != nil {
			return g.unblockable(err)
		}
		blocker = i
	}
	path := g.path("issues/%d/dependencies/blocked_by", child.GetNumber())
	err := g.once(ctx, f.spell, func() error {
		_, err := g.do(ctx, http.MethodPost, path, map[string]int64{"issue_id": blocker.GetID()}, nil)
		return err
	}, func() (bool, error) {
		list, err := all[*issue](ctx, g, path)
		return slices.ContainsFunc(list, func(i *issue) bool { return i.GetID() == blocker.GetID() }), err
	})
	return g.unblockable(err)
}

// unblockable keeps the errors that go away by themselves.
func (g *GitHub) unblockable(err error) error {
	if status(err) == http.StatusNotFound {
		g.lack(dependenciesAPI)
	}
	if err = g.explain(err); classified(err) {
		return nil
	}
	return err
}
