package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// What an agent gets to read of the comments on an issue: the newest ones.
const (
	maxComments   = 50
	maxComment    = 16 << 10 // bytes of one
	maxCommentary = 64 << 10 // bytes of all
)

// comments reads the newest comments on an issue, of those whom the settings
// name, oldest first. Those of fm are left out. An issue without any costs no
// request, and one with many no more than two, beside those about who may write.
func (g *GitHub) comments(ctx context.Context, i *issue) ([]fm.Comment, error) {
	count := i.GetComments()
	if count == 0 || g.config.Comments == "none" {
		return nil, nil
	}
	last := (count + perPage - 1) / perPage
	var found []*gh.IssueComment
	for page := max(1, last-1); page <= last; page++ {
		var items []*gh.IssueComment
		if _, err := g.do(ctx, http.MethodGet, pageOf(g.path("issues/%d/comments", i.GetNumber()), page), nil, &items); err != nil {
			return nil, fmt.Errorf("read comments: %w", g.explain(err))
		}
		found = append(found, items...)
	}
	return g.readable(ctx, found)
}

// readable takes, from the newest backwards, what fits.
func (g *GitHub) readable(ctx context.Context, found []*gh.IssueComment) ([]fm.Comment, error) {
	var taken []fm.Comment
	size := 0
	for _, c := range slices.Backward(found) {
		if len(taken) == maxComments {
			break
		}
		body := strings.TrimSpace(cut(fm.Plain(c.GetBody()), maxComment))
		if body == "" || strings.Contains(c.GetBody(), markerStart) {
			continue
		}
		if g.config.Comments != "all" {
			if may, err := g.mayWrite(ctx, c.GetUser().GetLogin(), c.GetAuthorAssociation()); err != nil {
				return nil, err
			} else if !may {
				continue
			}
		}
		if size += len(body); size > maxCommentary {
			break
		}
		taken = append(taken, fm.Comment{Author: fm.Line(c.GetUser().GetLogin(), 100), Body: body})
	}
	slices.Reverse(taken)
	return taken, nil
}

// cut shortens a text to at most limit bytes, between two runes, and says so.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const more = "\n…"
	return strings.ToValidUTF8(text[:limit-len(more)], "") + more
}

// say makes a comment that bears a mark, unless one that does is there, and
// returns it.
func (g *GitHub) say(ctx context.Context, s *spell, n int, mark, text string) error {
	body := strings.TrimSpace(cut(unmarked(fm.Plain(text)), maxBody) + "\n\n" + mark)
	return g.once(ctx, s, func() error {
		_, err := g.do(ctx, http.MethodPost, g.path("issues/%d/comments", n), map[string]string{"body": body}, nil)
		return err
	}, func() (bool, error) {
		c, err := g.said(ctx, n, mark)
		return c != nil, err
	})
}

// said looks for the first comment on an issue that bears a mark and is ours.
func (g *GitHub) said(ctx context.Context, n int, mark string) (*gh.IssueComment, error) {
	var found *gh.IssueComment
	var doubt error
	err := pages(ctx, g, g.path("issues/%d/comments", n), func(items []*gh.IssueComment) bool {
		for _, c := range items {
			if !strings.Contains(c.GetBody(), mark) {
				continue
			}
			ours, err := g.ours(ctx, c.GetUser(), c.GetAuthorAssociation())
			if err != nil {
				doubt = err
				return false
			}
			if ours {
				found = c
				return false
			}
		}
		return true
	})
	return found, cmp.Or(err, doubt)
}
