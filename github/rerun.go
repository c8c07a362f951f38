package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// actionsApp is whose check runs are the jobs of a workflow.
const actionsApp = "github-actions"

// Rerun runs failed checks of a pull request again, without a new commit: the
// failed jobs of a workflow together, the check runs of other apps one by one.
// A check that is running already, or that has run again since, is left alone,
// so a call may be repeated. [fm.ErrRefused] when none can be run again:
// statuses cannot.
func (f *Forge) Rerun(ctx context.Context, number string, checks []fm.Check) error {
	n, ok := pullNumber(number)
	if !ok {
		return fmt.Errorf("run checks of %q again: %w", number, fm.ErrGone)
	}
	err := f.rerun(ctx, n, checks)
	if err != nil {
		return fmt.Errorf("run checks of pull request %s again: %w", number, f.hub.explain(err))
	}
	return nil
}

func (f *Forge) rerun(ctx context.Context, number int, wanted []fm.Check) error {
	p, err := f.pull(ctx, number)
	if err != nil {
		return err
	}
	if state := request(p).State; state != fm.PullOpen {
		return fmt.Errorf("it is %s: %w", state, fm.ErrRefused)
	}
	defer f.forget(number, p.GetHead().GetSHA())
	now, err := f.commitChecks(ctx, p.GetHead().GetSHA())
	if err != nil {
		return err
	}
	again := rerun{Forge: f, workflows: map[int64]bool{}}
	for _, c := range wanted {
		if err := again.check(ctx, c, now); err != nil {
			return err
		}
	}
	if again.done == 0 {
		return fmt.Errorf("%s: %w", again.reason(), fm.ErrRefused)
	}
	return nil
}

// rerun is one call.
type rerun struct {
	*Forge
	workflows map[int64]bool // that were asked to run again
	done      int            // checks that run again
	refusal   error          // of the last one that does not
}

// runID is the number of a check run, or the number and the attempt of a run of
// a workflow; statuses have none.
var runID = fm.Pattern(`^(?:run )?[0-9]{1,18}(?: [0-9]{1,9})?$`)

// check runs one check again. An error is transient: the whole call is to be
// repeated.
func (r *rerun) check(ctx context.Context, wanted fm.Check, now checks) error {
	if !runID().MatchString(wanted.ID) {
		r.refusal = fmt.Errorf("%s is a commit status, which only its author can report again", wanted.Name)
		return nil
	}
	i := slices.IndexFunc(now.all, func(c check) bool { return c.id == wanted.ID })
	if i < 0 && now.unreadable {
		r.refusal = errors.New("the token may not read check runs")
		return nil
	}
	if i < 0 || now.all[i].verdict != failed {
		r.done++ // it has run again since, or does so now
		return nil
	}
	err := r.order(ctx, now.all[i])
	switch {
	case err == nil, says(err, "already running"):
		r.done++
	case r.final(err) || status(err) == http.StatusConflict:
		r.refusal = r.hub.explain(err)
	default:
		return err
	}
	return nil
}

// order asks GitHub for another run.
func (r *rerun) order(ctx context.Context, c check) error {
	if c.workflow != nil {
		return r.failedJobs(ctx, c.workflow.GetID())
	}
	run := c.run
	if run.GetApp().GetSlug() != actionsApp {
		_, err := r.hub.do(ctx, http.MethodPost, r.hub.path("check-runs/%d/rerequest", run.GetID()), nil, nil)
		return err
	}
	workflow, err := r.workflowRun(ctx, run)
	if err != nil {
		return err
	}
	return r.failedJobs(ctx, workflow)
}

// failedJobs runs those of a run of a workflow again, once in a call.
func (r *rerun) failedJobs(ctx context.Context, workflow int64) error {
	if r.workflows[workflow] {
		return nil
	}
	_, err := r.hub.do(ctx, http.MethodPost, r.hub.path("actions/runs/%d/rerun-failed-jobs", workflow), nil, nil)
	if err == nil {
		r.workflows[workflow] = true
	}
	return err
}

// runAddress is where the details of a job are: its number is the check run's.
var runAddress = fm.Pattern(`/actions/runs/([0-9]{1,18})(?:/|$)`)

// workflowRun gives the run of the workflow that a job belongs to.
func (r *rerun) workflowRun(ctx context.Context, run *gh.CheckRun) (int64, error) {
	if m := runAddress().FindStringSubmatch(run.GetDetailsURL()); m != nil {
		return strconv.ParseInt(m[1], 10, 64)
	}
	var runs struct {
		WorkflowRuns []struct{ ID int64 } `json:"workflow_runs"`
	}
	_, err := r.hub.do(ctx, http.MethodGet, r.hub.path("actions/runs?check_suite_id=%d", run.GetCheckSuite().GetID()), nil, &runs)
	if err == nil && len(runs.WorkflowRuns) == 0 {
		err = fmt.Errorf("%s belongs to no run of a workflow: %w", fm.Line(run.GetName(), 100), fm.ErrRefused)
	}
	if err != nil {
		return 0, err
	}
	return runs.WorkflowRuns[0].ID, nil
}

func (r *rerun) reason() string {
	if r.refusal == nil {
		return "there is none to run again"
	}
	return fm.Reason(r.refusal)
}
