package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/jira"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/supervisor"
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

// jiraEnvironment is what the environment has for a Jira; without a token, none.
func (h *house) jiraEnvironment(site string) handOver {
	return handOver{
		Host:  hostOf(site),
		Email: strings.TrimSpace(h.getenv("JIRA_EMAIL")),
		Token: strings.TrimSpace(h.getenv("JIRA_API_TOKEN")),
	}
}

// jiraKey finds who comes to a Jira: in the environment, or in what a command
// left for the supervisor. The stamp differs after another one was left.
func (h *house) jiraKey(site string) (who handOver, stamp string, err error) {
	if who = h.jiraEnvironment(site); who.Token != "" {
		return who, "", nil
	}
	path, stamp := newest(h.handOverFiles(forJira))
	if path != "" {
		if who, err = readHandOver(path, hostOf(site)); err == nil {
			return who, stamp, nil
		}
	}
	return handOver{}, stamp, fmt.Errorf("no token for %s: set JIRA_EMAIL and JIRA_API_TOKEN, or JIRA_API_TOKEN alone for a personal access token", hostOf(site))
}

// inJira is the office with the issues in Jira, and the pull requests where the
// repository is.
func (h *house) inJira(p place) (*office, error) {
	who, stamp, missing := h.jiraKey(p.site)
	o := jira.Options{URL: p.site, Email: who.Email, Token: who.Token, Config: h.config.Jira, Patience: commandPatience, Waiting: h.tellWaitOf(hostOf(p.site))}
	switch {
	case missing != nil && h.role != supervising:
		return nil, usage("%v", missing)
	case missing != nil: // somebody may come with one
		o.Token, o.Base = "none", lockedOut{fmt.Errorf("%w; then fm resume", missing)}
	}
	switch h.role {
	case supervising:
		o.Patience, o.Waiting = supervisorPatience, nil
	case examining:
		o.Patience, o.Waiting = 0, nil
	case commanding:
	}
	site, err := jira.Open(o)
	if err != nil {
		return nil, mendable(err)
	}
	at := &office{
		place: p, tracker: site.Tracker(), merge: supervisor.AutoMerge,
		forge:   func(r *git.Repo) forge { return local.NewForge(h.project.Pulls(), r) },
		check:   site.Check,
		splits:  site.CheckSubtasks,
		parse:   site.ParseRef,
		quota:   func() fm.Quota { return fm.Quota{} },
		remarks: site.Remarks,
		stale: func() bool {
			_, now, _ := h.jiraKey(p.site) // without a key it is an old one, or none
			return now != stamp
		},
	}
	if p.repo == "" {
		return at, nil
	}
	return at, h.withHub(at)
}

// withHub has an office's pull requests on GitHub.
func (h *house) withHub(at *office) error {
	repo, hub, k, err := h.hub(at.place.repo)
	if err != nil {
		return err
	}
	issues, remarks := at.check, at.remarks
	at.forge = func(*git.Repo) forge { return hub.Forge() }
	at.merge, at.quota = supervisor.ManualMerge, hub.Quota
	at.remarks = func() []string { return slices.Concat(remarks(), hub.Remarks()) }
	at.check = func(ctx context.Context) error {
		if err := h.checkForge(ctx, repo, hub, k); err != nil {
			return err
		}
		return issues(ctx)
	}
	return nil
}

// lockedOut answers every request with why none can be made.
type lockedOut struct{ why error }

// RoundTrip makes no request.
func (l lockedOut) RoundTrip(*http.Request) (*http.Response, error) { return nil, l.why }
