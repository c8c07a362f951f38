package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// jiraPlace is where the issues of Jira are, and where their pull requests go:
// to GitHub where the repository is there, else into files.
func (h *house) jiraPlace(ctx context.Context, had place) (place, error) {
	p := place{source: jiraSource}
	for _, named := range []string{h.config.Jira.URL, strings.TrimSpace(h.getenv("JIRA_URL")), had.site} {
		if p.site == "" {
			p.site = named
		}
	}
	var err error
	if p.site, err = siteOf(p.site); err != nil {
		return place{}, usage("%v: set JIRA_URL, or jira.url in %s, to its address, such as https://example.atlassian.net", err, h.project.ConfigFile())
	}
	if had.source == jiraSource {
		p.repo = had.repo
		return p, nil
	}
	repo, err := h.repository(ctx, place{})
	if err != nil {
		return p, nil //nolint:nilerr // not on GitHub
	}
	if _, err := h.keys(repo.Host).take(time.Now()); err != nil {
		if isGitHubs(repo.Host) {
			return place{}, usage("pull requests go to %s: %v", repo, err)
		}
		return p, nil // perhaps not GitHub's at all
	}
	p.repo = repo.String()
	return p, nil
}

// siteOf reads the address of a Jira.
func siteOf(text string) (string, error) {
	if text == "" {
		return "", errors.New("no Jira is named")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", fmt.Errorf("the Jira %s has no web address", fm.Line(text, 120))
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.Path, "/"), nil
}

// hostOf names a site in few letters.
func hostOf(site string) string {
	_, host, _ := strings.Cut(site, "://")
	return host
}

func (h *house) inJira(place) (*office, error) { return nil, usage("jira: not yet") }
