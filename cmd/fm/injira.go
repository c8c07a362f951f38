package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
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
	// The environment first: the settings may have come with the repository.
	named := cmp.Or(strings.TrimSpace(h.getenv("JIRA_URL")), h.config.Jira.URL, had.site)
	var err error
	if p.site, err = jira.ParseSite(named); err != nil {
		return place{}, usage("which Jira? %v", err)
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
	held := who
	o := jira.Options{URL: p.site, Email: who.Email, Token: who.Token, Config: h.config.Jira, Patience: commandPatience, Waiting: h.tellWaitOf(hostOf(p.site))}
	switch {
	case missing != nil && h.role != supervising:
		return nil, usage("%v", missing)
	case missing != nil: // somebody may come with one
		o.Token, o.Base = "none", lockedOut{fmt.Errorf("%w; then fm resume", missing)}
	}
	switch h.role {
	case supervising:
		o.Patience, o.Waiting, o.Patient = supervisorPatience, nil, true
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
		who:     site.Who,
		remarks: site.Remarks,
		stale: func() bool {
			if _, now := newest(h.handOverFiles(forJira)); now == stamp {
				return false
			}
			now, seen, err := h.jiraKey(p.site)
			stamp = seen
			return err == nil && now != held
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
