package jira

import (
	"context"
	"fmt"
	"net/url"

	"github.com/founder-mode/fm"
)

// Link shows readers of an issue its pull request, as a remote link: the same
// pull request is always the same link. One that has no web address, as those in
// local files, is nothing that Jira could lead to: that is a remark.
func (t *Tracker) Link(ctx context.Context, id fm.IssueID, p fm.PullRequest) error {
	if err := t.jira.link(ctx, id, p); err != nil {
		return fmt.Errorf("link the pull request to %s: %w", shown(id), err)
	}
	return nil
}

func (j *Jira) link(ctx context.Context, id fm.IssueID, p fm.PullRequest) error {
	key, err := keyOf(id)
	if err != nil {
		return err
	}
	address := webAddress(p.URL)
	if address == "" {
		j.remark("pull requests without a web address are not linked from %s", j.site.Host)
		return nil
	}
	body := map[string]any{
		"globalId":     cut("fm:"+address, 255),
		"relationship": "pull request",
		"object": map[string]any{
			"url":    address,
			"title":  fm.Line(fmt.Sprintf("PR #%s: %s", p.Number, p.Title), maxSummary),
			"status": map[string]any{"resolved": p.State == fm.PullMerged},
		},
	}
	// Jira itself knows a link by its globalId, so that a second one is the first.
	return j.once(ctx, func() error { return j.post(ctx, nil, body, "issue/%/remotelink", key) }, func() (bool, error) { return false, nil })
}

// webAddress is an address that a browser can go to, without what is secret in
// it; "" for anything else.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}
