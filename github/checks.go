package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// check is one check run or one commit status.
type check struct {
	id      string // of a check run its number; statuses have none that a rerun takes
	key     string // the same for an earlier run of the same check
	name    string
	verdict verdict
	began   time.Time

	// Where REST was asked, what it is.
	run      *gh.CheckRun
	status   *gh.RepoStatus
	workflow *gh.WorkflowRun // in the place of its jobs, which the token may not read
}

// verdict is what one check says.
type verdict int

const (
	pending verdict = iota
	passed
	failed
)

// conclude reads the status and the conclusion of a check run, in the words of
// REST or of GraphQL, as GitHub's branch rules do: success, neutral and
// skipped let a merge pass. Everything else that is over stands in its way:
// failure and timed_out, and also cancelled, stale, startup_failure and
// action_required, for which running again, or an agent, is the only way on.
// https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
func conclude(status, conclusion string) verdict {
	if !strings.EqualFold(status, "completed") {
		return pending
	}
	switch strings.ToLower(conclusion) {
	case "success", "neutral", "skipped":
		return passed
	}
	return failed
}

// judge reads the state of a commit status. One that is expected was never
// reported: it is waited for.
func judge(state string) verdict {
	switch strings.ToLower(state) {
	case "success":
		return passed
	case "failure", "error":
		return failed
	}
	return pending
}

// checks are those of one commit. unreadable says that the token may not read
// some.
type checks struct {
	all        []check
	unreadable bool
}

// latest keeps the last run of each check: GitHub goes on to list those of a
// workflow that an event started once more on the same commit.
func (c checks) latest() []check {
	byKey := map[string]check{}
	for _, one := range c.all {
		if old, found := byKey[one.key]; !found || !one.before(old) {
			byKey[one.key] = one
		}
	}
	var last []check
	for _, one := range byKey {
		last = append(last, one)
	}
	slices.SortFunc(last, func(a, b check) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.id, b.id))
	})
	return last
}

// before says that a check began earlier than another. One that has not begun
// yet comes last.
func (c check) before(other check) bool {
	return !c.began.IsZero() && (other.began.IsZero() || c.began.Before(other.began))
}

// sum sums up. Failed are told only when all is over, so that an agent gets to
// see every failure of a commit at once.
func (c checks) sum() fm.Checks {
	sum := fm.Checks{State: fm.NoChecks}
	for _, one := range c.latest() {
		switch {
		case one.verdict == pending:
			return fm.Checks{State: fm.ChecksPending}
		case one.verdict == failed:
			sum.State = fm.ChecksFailed
			sum.Failed = append(sum.Failed, fm.Check{ID: one.id, Name: one.name})
		case sum.State == fm.NoChecks:
			sum.State = fm.ChecksPassed
		}
	}
	if c.unreadable {
		return fm.Checks{State: fm.ChecksUnreadable}
	}
	return sum
}

// commitChecks reads the checks of a commit with REST.
func (f *Forge) commitChecks(ctx context.Context, sha string) (checks, error) {
	runs, err := f.runs(ctx, sha)
	if err != nil {
		return checks{}, err
	}
	statuses, err := f.statuses(ctx, sha)
	return checks{all: append(runs.all, statuses.all...), unreadable: runs.unreadable || statuses.unreadable}, err
}

// runs reads the check runs of a commit, or, with a token that may not read
// them, as fine-grained ones may not, the runs of its workflows.
func (f *Forge) runs(ctx context.Context, sha string) (checks, error) {
	var c checks
	opts := gh.ListCheckRunsOptions{Filter: new("latest"), ListOptions: gh.ListOptions{Page: 1, PerPage: 100}}
	for opts.Page != 0 && !f.blind() {
		runs, resp, err := f.hub.client.Checks.ListCheckRunsForRef(ctx, f.hub.repo.Owner, f.hub.repo.Name, sha, &opts)
		if unreadable(err) {
			f.blinded()
			break
		}
		if err != nil {
			return checks{}, err
		}
		for _, run := range runs.CheckRuns {
			c.all = append(c.all, ofRun(run))
		}
		opts.Page = resp.NextPage
	}
	if f.blind() {
		return f.workflows(ctx, sha)
	}
	return c, nil
}

// workflows reads the runs of workflows for a commit in the place of their
// jobs.
func (f *Forge) workflows(ctx context.Context, sha string) (checks, error) {
	var c checks
	opts := gh.ListWorkflowRunsOptions{HeadSHA: sha, ListOptions: gh.ListOptions{Page: 1, PerPage: 100}}
	for opts.Page != 0 {
		runs, resp, err := f.hub.client.Actions.ListRepositoryWorkflowRuns(ctx, f.hub.repo.Owner, f.hub.repo.Name, &opts)
		if unreadable(err) {
			return checks{unreadable: true}, nil
		}
		if err != nil {
			return checks{}, err
		}
		for _, run := range runs.WorkflowRuns {
			c.all = append(c.all, ofWorkflow(run))
		}
		opts.Page = resp.NextPage
	}
	return c, nil
}

// statuses reads the commit statuses.
func (f *Forge) statuses(ctx context.Context, sha string) (checks, error) {
	var c checks
	list := gh.ListOptions{Page: 1, PerPage: 100}
	for list.Page != 0 {
		sum, resp, err := f.hub.client.Repositories.GetCombinedStatus(ctx, f.hub.repo.Owner, f.hub.repo.Name, sha, &list)
		if unreadable(err) {
			c.unreadable = true
			break
		}
		if err != nil {
			return checks{}, err
		}
		for _, s := range sum.Statuses {
			c.all = append(c.all, ofStatus(s))
		}
		list.Page = resp.NextPage
	}
	return c, nil
}

// blind says that the token may not read check runs. That is asked again after
// an hour.
func (f *Forge) blind() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hub.now().Before(f.sightless)
}

func (f *Forge) blinded() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sightless = f.hub.now().Add(time.Hour)
}

// unreadable says that a token may not read something: fine-grained ones may
// not read check runs.
func unreadable(err error) bool {
	return status(err) == http.StatusForbidden || status(err) == http.StatusNotFound
}

func ofRun(run *gh.CheckRun) check {
	id := strconv.FormatInt(run.GetID(), 10)
	return check{
		// REST does not name the workflow, and has dropped older runs itself.
		id: id, key: id, name: fm.Line(run.GetName(), 200),
		verdict: conclude(run.GetStatus(), run.GetConclusion()),
		began:   run.GetStartedAt().Time, run: run,
	}
}

// ofWorkflow takes a run of a workflow for one check. To run it again makes
// another attempt of it, and so another id.
func ofWorkflow(run *gh.WorkflowRun) check {
	return check{
		id:  fmt.Sprintf("run %d %d", run.GetID(), run.GetRunAttempt()),
		key: fmt.Sprintf("run %d %s", run.GetWorkflowID(), run.GetEvent()), name: fm.Line(run.GetName(), 200),
		verdict: conclude(run.GetStatus(), run.GetConclusion()),
		began:   run.GetCreatedAt().Time, workflow: run,
	}
}

func ofStatus(s *gh.RepoStatus) check {
	name := fm.Line(s.GetContext(), 200)
	began := s.GetCreatedAt().Time
	return check{
		id: statusID(name, began), key: "status " + name, name: name,
		verdict: judge(s.GetState()), began: began, status: s,
	}
}

// statusID names one report of a status, in the same way for REST and GraphQL.
func statusID(name string, at time.Time) string {
	return "status " + name + " " + at.UTC().Format(time.RFC3339)
}
