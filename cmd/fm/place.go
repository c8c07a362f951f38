package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/github"
	"github.com/founder-mode/fm/intake"
)

// The sources of issues.
const (
	localSource  = "local"
	githubSource = "github"
	jiraSource   = "jira"
)

// place is where the issues of the queue are from, and where their pull requests
// go. It is remembered with the first of them, because a number means nothing
// elsewhere. The zero place is not known yet.
type place struct {
	source string
	repo   string // of the pull requests: [HOST/]OWNER/NAME; "" for files
	site   string // of issues in Jira, such as https://example.atlassian.net
}

// String names the issues of a place.
func (p place) String() string {
	switch p.source {
	case githubSource:
		return "issues of " + p.repo
	case jiraSource:
		return "issues of " + hostOf(p.site)
	}
	return "local issues"
}

// choose decides for a command that takes issues in where they are from; flag
// is what its user says. What has begun elsewhere is finished first.
func (h *house) choose(ctx context.Context, flag string) error {
	if flag != "" && !slices.Contains(fm.Sources(), flag) {
		return unwanted("--source", flag, fm.Sources())
	}
	if err := h.vouched(ctx); err != nil {
		return err
	}
	had, err := h.remembered()
	if err != nil {
		return err
	}
	want, err := h.decide(ctx, flag, had)
	if err != nil {
		return mendable(err)
	}
	if had.source != "" && want != had {
		if err := h.maySwitch(ctx, had, want); err != nil {
			return err
		}
	}
	h.at = want
	return nil
}

// whereabouts is where the issues are from, for what does not choose.
func (h *house) whereabouts(ctx context.Context) (place, error) {
	p, err := h.settled()
	if err != nil || p.source != "" {
		return p, err
	}
	return h.decide(ctx, "", p)
}

// settled is where they are from as far as that was chosen, now or before.
func (h *house) settled() (place, error) {
	if h.at.source != "" {
		return h.at, nil
	}
	return h.remembered()
}

// remembered is where the issues of the queue are from; zero before the first.
// A queue of an fm that knew no other place is of local issues.
func (h *house) remembered() (place, error) {
	w, err := h.wish()
	if err != nil {
		return place{}, err
	}
	if w.Source == "" {
		if info, err := os.Stat(h.project.Ledger()); err == nil && info.Size() > 0 {
			return place{source: localSource}, nil
		}
	}
	return place{source: w.Source, repo: w.Repo, site: w.Site}, nil
}

// remember keeps where the issues are from.
func (h *house) remember(ctx context.Context, p place) error {
	_, err := h.alter(ctx, func(w *wish) { w.Source, w.Repo, w.Site = p.source, p.repo, p.site })
	return err
}

// decide goes by the flag, by what was remembered, by the settings, and last
// by what there is.
func (h *house) decide(ctx context.Context, flag string, had place) (place, error) {
	source := flag
	for _, next := range []string{had.source, h.config.Source} {
		if source == "" {
			source = next
		}
	}
	switch source {
	case localSource:
		return place{source: localSource}, nil
	case jiraSource:
		return h.jiraPlace(ctx, had)
	case "":
		return h.detect(ctx)
	}
	repo, err := h.repository(ctx, had)
	if err != nil {
		return place{}, err
	}
	return place{source: githubSource, repo: repo.String()}, nil
}

// detect takes GitHub where the repository is there, a token is at hand, and
// nobody wrote an issue into a file.
func (h *house) detect(ctx context.Context) (place, error) {
	files := place{source: localSource}
	if written, err := filepath.Glob(filepath.Join(h.project.Issues(), "*.md")); err != nil || len(written) > 0 {
		return files, nil //nolint:nilerr // a folder that is no pattern: issues may be in it
	}
	repo, err := h.repository(ctx, place{})
	if err != nil {
		return files, nil //nolint:nilerr // not on GitHub
	}
	got, err := h.keys(repo.Host).take(time.Now())
	named := isGitHubs(repo.Host) || h.config.GitHub.Repo != "" || h.namedRepo() != "" || repo.Host == strings.ToLower(h.getenv("GH_HOST"))
	switch {
	case err != nil && named:
		h.lacking = fmt.Errorf("for the issues of %s: %w", repo, err)
		return files, nil
	case err != nil || !named && got.source != fromGh:
		return files, nil //nolint:nilerr // perhaps not GitHub's at all
	}
	return place{source: githubSource, repo: repo.String()}, nil
}

// isGitHubs says of a host that it is nobody else's. Any other one may be an
// Enterprise server: gh knows then.
func isGitHubs(host string) bool {
	return host == "github.com" || strings.HasSuffix(host, ".ghe.com")
}

// repository names the one on GitHub: as the settings or GH_REPO say, as it was
// remembered, or as the remote is named.
func (h *house) repository(ctx context.Context, had place) (github.Repo, error) {
	for _, named := range []struct{ where, text string }{
		{"github.repo in " + h.project.ConfigFile(), h.config.GitHub.Repo}, {"GH_REPO", h.namedRepo()}, {h.project.StateFile(), had.repo},
	} {
		if named.text == "" {
			continue
		}
		repo, err := github.ParseRepo(named.text)
		if err != nil {
			return repo, usage("%s: %v", named.where, err)
		}
		return repo, nil
	}
	url, err := h.remoteURL(ctx)
	if err != nil {
		return github.Repo{}, err
	}
	repo, ok := github.RepoOfRemote(url)
	if !ok {
		return repo, usage("the remote is not on GitHub: set github.repo in %s, or GH_REPO, to OWNER/NAME", h.project.ConfigFile())
	}
	return repo, nil
}

// namedRepo is GH_REPO, on GH_HOST where it names no host, as gh has it.
func (h *house) namedRepo() string {
	repo, host := h.getenv("GH_REPO"), h.getenv("GH_HOST")
	if host != "" && strings.Count(repo, "/") == 1 {
		return host + "/" + repo
	}
	return repo
}

// maySwitch refuses to leave a place with unfinished tasks behind.
func (h *house) maySwitch(ctx context.Context, from, to place) error {
	q, err := h.openQueue(ctx)
	if err != nil {
		return err
	}
	left := 0
	for _, t := range q.Snapshot().Tasks {
		if t.Status != fm.Merged && t.Status != fm.Cancelled {
			left++
		}
	}
	if left > 0 {
		return usage("%s not over: finish or cancel the %s before you work on %s; to go on there: --source %s", are(left, "task"), from, to, from.source)
	}
	if pid, alive := h.supervisorPID(); alive && len(q.Snapshot().Tasks) > 0 {
		return usage("the supervisor (pid %d) looks after %s: fm stop, then work on %s", pid, from, to)
	}
	return nil
}

// foresee finds out what would be refused once the queue is begun for another
// place, which nobody takes back. The one that there is knows nothing of it.
func (h *house) foresee(ctx context.Context, o *office, order intake.Order) error {
	had, err := h.remembered()
	if err != nil || had == h.at {
		return err
	}
	reading := h.busy("reading %s", fm.Count(len(order.Issues), "issue"))
	defer reading.done()
	in := intake.Intake{Tracker: o.tracker}
	return in.Survey(ctx, order, time.Now)
}

// move begins a queue for another place: what is left of the old one, all of
// it finished, is put aside, because its numbers are not those of the new one.
func (h *house) move(ctx context.Context) error {
	had, err := h.remembered()
	if err != nil || had == h.at {
		return err
	}
	if had.source != "" {
		if err := h.setAside(ctx, had); err != nil {
			return err
		}
	}
	return h.remember(ctx, h.at)
}

// setAside keeps what is about the tasks of another place in a folder of its
// own, such as local.1.
func (h *house) setAside(ctx context.Context, from place) error {
	files, err := disk.Open(h.project.Dir())
	if err != nil {
		return err
	}
	unlock, err := files.Lock.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	n := 1
	for exists(h.project.File(fmt.Sprintf("%s.%d", from.source, n))) {
		n++
	}
	dir := h.project.File(fmt.Sprintf("%s.%d", from.source, n))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	// tmp holds older versions of queue.txt, whose lines would come back. The ledger
	// goes last: who is cut off finds the queue in it, and does all of this again; a
	// queue.txt without it would be taken for the rest of a damage.
	for _, name := range []string{"plans", "events", "launch", "journal", "queue.txt", "tmp", "ledger"} {
		done := failpoint.Step("place.put-aside")
		err := os.Rename(h.project.File(name), filepath.Join(dir, name))
		done()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put the queue of %s aside: %w", from, err)
		}
	}
	fmt.Fprintf(h.stdout, "The finished queue of %s is kept in %s\n", from, dir)
	return h.settle()
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
