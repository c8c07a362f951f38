package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github"
	"github.com/founder-mode/fm/github/transport"
	"github.com/founder-mode/fm/supervisor"
)

// Who asks GitHub, and how long that one waits for a limit. A person sees what
// is waited for, and may end it; the supervisor has other things to do, and
// comes back.
const (
	commandPatience    = 70 * time.Minute // the primary limit comes back within the hour
	supervisorPatience = 90 * time.Second
)

// hub opens a repository on GitHub.
func (h *house) hub(name string) (repo github.Repo, hub *github.GitHub, k *keys, err error) {
	if repo, err = github.ParseRepo(name); err != nil {
		return repo, nil, nil, err
	}
	k = h.keys(repo.Host)
	o := github.Options{
		Repo: repo, Config: h.config.GitHub, Token: k.Token, Dir: h.noteFolder(repo),
		Patience: commandPatience, Waiting: h.tellWaitOf("GitHub"), Base: &knocking{base: transport.Network(), keys: k},
	}
	switch h.role {
	case supervising:
		k.patient = true
		o.Patience, o.Waiting, o.Freshness = supervisorPatience, nil, github.LastKnown
	case examining:
		o.Patience, o.Waiting = 0, nil
	case commanding:
	}
	if hub, err = github.Open(o); err != nil {
		err = mendable(err)
	}
	return repo, hub, k, err
}

// onGitHub is the office in a repository on GitHub.
func (h *house) onGitHub(p place) (*office, error) {
	repo, hub, k, err := h.hub(p.repo)
	if err != nil {
		return nil, err
	}
	return &office{
		place:   p,
		tracker: hub.Tracker(),
		forge:   func(*git.Repo) forge { return hub.Forge() },
		merge:   supervisor.ManualMerge,
		check:   func(ctx context.Context) error { return h.checkHub(ctx, repo, hub, k) },
		parse:   func(word string) (fm.IssueID, error) { return parseOf(repo, word) },
		quota:   hub.Quota,
		remarks: hub.Remarks,
	}, nil
}

// checkHub finds out what would fail later in a repository on GitHub.
func (h *house) checkHub(ctx context.Context, repo github.Repo, hub *github.GitHub, k *keys) error {
	if err := h.checkForge(ctx, repo, hub, k); err != nil {
		return err
	}
	return plainly(hub.CheckIssues(ctx))
}

// checkForge is checkHub for a repository whose issues are elsewhere.
func (h *house) checkForge(ctx context.Context, repo github.Repo, hub *github.GitHub, k *keys) error {
	if err := h.pushesTo(ctx, repo); err != nil {
		return err
	}
	if _, err := k.take(time.Now()); err != nil {
		return err
	}
	return plainly(hub.CheckForge(ctx))
}

// pushesTo refuses a remote that is another repository than that of the issues:
// branches would be pushed to the one, and pull requests looked for in the
// other. Of a remote that is no network address, or that is not there, nothing
// is known: who needs it says so.
func (h *house) pushesTo(ctx context.Context, repo github.Repo) error {
	local, err := h.repo(ctx)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	url, err := local.RemoteURL(ctx)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	on, ok := github.RepoOfRemote(url)
	if !strings.HasPrefix(url, "http") {
		on.Host = "" // ~/.ssh/config may have another name for it
	}
	if !ok || on.Same(repo) {
		return nil
	}
	return usage("the remote %s is %s (a fork?), and the issues are those of %s: branches would be pushed to the wrong one; set \"remote\" in %s to the one that is %[3]s, or \"github.repo\" to %[2]s, to work there",
		local.Remote(), on, repo, h.project.ConfigFile())
}

// noteFolder is where answers and limits are kept: in the project, but for a
// command that has not begun anything there yet, and may never do.
func (h *house) noteFolder(repo github.Repo) string {
	cache, err := os.UserCacheDir()
	if err != nil || h.used() || h.role == supervising {
		return h.project.File("github")
	}
	return filepath.Join(cache, "fm", repo.Host)
}

// plainly leaves the name of the class away where the text says it already.
func plainly(err error) error {
	if errors.Is(err, fm.ErrGone) {
		return usage("%s", strings.TrimSuffix(err.Error(), ": "+fm.ErrGone.Error()))
	}
	return err
}

// parseOf reads what a user calls an issue of a repository.
func parseOf(repo github.Repo, word string) (fm.IssueID, error) {
	named, id, err := github.ParseRef(word)
	switch {
	case err != nil:
		return "", usage("%v", err)
	case named != (github.Repo{}) && !named.Same(repo):
		return "", usage("%s is of another repository; the issues here are of %s", fm.Line(word, 120), repo)
	}
	return id, nil
}

// tellWaitOf says what a command waits for, and whom.
func (h *house) tellWaitOf(whom string) func(until time.Time, why string) {
	return func(until time.Time, why string) {
		fmt.Fprintf(h.stderr, "⏳ Waiting for %s until %s: %s\n", whom, moment(until, time.Now()), fm.Line(why, 200))
	}
}
