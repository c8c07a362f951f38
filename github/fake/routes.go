package fake

import (
	"net/url"
	"strings"
)

const inRepo = "/repos/{owner}/{repo}"

// operation is one operation of GitHub's description.
type operation struct {
	method string
	path   string // as in the description
	run    func(*world, *call) reply
	absent func(Settings) bool // the server is too old for it; nil for never
}

func noSubIssues(s Settings) bool    { return s.NoSubIssues }
func noDependencies(s Settings) bool { return s.NoDependencies }

// operations are all that the fake has beside GraphQL.
func operations() []operation {
	const issue, pull, commit = "/issues/{issue_number}", "/pulls/{pull_number}", "/commits/{ref}"
	all := []operation{
		{"GET", "/issues", listIssues, nil},
		{"POST", "/issues", createIssue, nil},
		{"GET", issue, getIssue, nil},
		{"PATCH", issue, patchIssue, nil},
		{"GET", issue + "/labels", listIssueLabels, nil},
		{"POST", issue + "/labels", addLabels, nil},
		{"PUT", issue + "/labels", setLabels, nil},
		{"DELETE", issue + "/labels/{name}", removeLabel, nil},
		{"GET", issue + "/comments", listComments, nil},
		{"POST", issue + "/comments", createComment, nil},
		{"PATCH", "/issues/comments/{comment_id}", patchComment, nil},
		{"GET", issue + "/events", listEvents, nil},
		{"GET", issue + "/sub_issues", listSubIssues, noSubIssues},
		{"POST", issue + "/sub_issues", addSubIssue, noSubIssues},
		{"DELETE", issue + "/sub_issue", removeSubIssue, noSubIssues},
		{"GET", issue + "/parent", getParent, noSubIssues},
		{"GET", issue + "/dependencies/blocked_by", listBlockedBy, noDependencies},
		{"POST", issue + "/dependencies/blocked_by", addBlockedBy, noDependencies},
		{"DELETE", issue + "/dependencies/blocked_by/{issue_id}", removeBlockedBy, noDependencies},
		{"GET", "/labels", listLabels, nil},
		{"POST", "/labels", createLabel, nil},
		{"GET", "/labels/{name}", getLabel, nil},
		{"GET", "/milestones", listMilestones, nil},
		{"GET", "/pulls", listPulls, nil},
		{"POST", "/pulls", createPull, nil},
		{"GET", pull, getPull, nil},
		{"PATCH", pull, patchPull, nil},
		{"PUT", pull + "/merge", mergePull, nil},
		{"POST", pull + "/requested_reviewers", requestReviewers, nil},
		{"GET", pull + "/reviews", listReviews, nil},
		{"GET", pull + "/reviews/{review_id}/comments", listReviewComments, nil},
		{"GET", pull + "/comments", listReviewComments, nil},
		{"GET", commit + "/check-runs", listChecks, nil},
		{"GET", commit + "/status", getStatus, nil},
		{"GET", "/check-runs/{check_run_id}", getCheck, nil},
		{"POST", "/check-runs/{check_run_id}/rerequest", rerequest, nil},
		{"GET", "/actions/jobs/{job_id}", getJob, nil},
		{"GET", "/actions/jobs/{job_id}/logs", getLog, nil},
		{"POST", "/actions/jobs/{job_id}/rerun", rerunJob, nil},
		{"GET", "/actions/runs", listRuns, nil},
		{"GET", "/actions/runs/{run_id}", getRun, nil},
		{"GET", "/actions/runs/{run_id}/jobs", listJobs, nil},
		{"POST", "/actions/runs/{run_id}/rerun-failed-jobs", rerunFailed, nil},
		{"GET", "/collaborators/{username}/permission", getPermission, nil},
		{"GET", "", getRepo, nil},
	}
	for i := range all {
		all[i].path = inRepo + all[i].path
	}
	return append(all,
		operation{"GET", "/user", getUser, nil},
		operation{"GET", "/rate_limit", getRateLimit, nil},
	)
}

// match compares a path with the operation's, segment by segment.
func (o *operation) match(method, path string) (map[string]string, bool) {
	if method != o.method {
		return nil, false
	}
	want, got := strings.Split(o.path, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i, w := range want {
		name, is := strings.CutPrefix(w, "{")
		value, err := url.PathUnescape(got[i])
		switch {
		case err != nil, !is && w != value, value == "" && i > 0:
			return nil, false
		case is:
			params[strings.TrimSuffix(name, "}")] = value
		}
	}
	return params, true
}

func getRepo(_ *world, c *call) reply { return ok(c.render.repo()) }
