package fake

import "fmt"

const workflowName = "CI"

// app is the application that a check belongs to.
func (k *check) app() string {
	if k.run != nil {
		return "github-actions"
	}
	return "some-ci"
}

func (k *check) status() string {
	if k.conclusion == "" {
		return "in_progress"
	}
	return "completed"
}

func (r renderer) app(slug string) object {
	return object{
		"id": 15368, "slug": slug, "node_id": "A_1", "owner": r.user("github"), "name": slug, "description": "", "events": []any{},
		"permissions": object{}, "external_url": webHost, "html_url": webHost + "/apps/" + slug,
		"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
	}
}

func (r renderer) check(k *check) object {
	url := fmt.Sprintf("%s/check-runs/%d", r.repoURL(), k.id)
	return object{
		"id": k.id, "node_id": node("CR", k.id), "head_sha": k.sha, "name": k.name, "url": url, "html_url": r.web("/runs/%d", k.id),
		"details_url": r.details(k), "status": k.status(), "conclusion": nullable(k.conclusion), "external_id": "",
		"started_at": stamp(k.started), "completed_at": stamp(k.completed), "check_suite": object{"id": 1}, "app": r.app(k.app()), "pull_requests": []any{},
		"output": object{"title": nil, "summary": nil, "text": nil, "annotations_count": 0, "annotations_url": url + "/annotations"},
	}
}

// details is where the application tells more.
func (w *world) details(k *check) string {
	if k.run == nil {
		return w.web("/runs/%d", k.id)
	}
	return w.web("/actions/runs/%d/job/%d", k.run.id, k.id)
}

func (r renderer) job(k *check) object {
	return object{
		"id": k.id, "node_id": node("J", k.id), "run_id": k.run.id, "run_url": fmt.Sprintf("%s/actions/runs/%d", r.repoURL(), k.run.id),
		"run_attempt": k.attempt, "head_sha": k.sha, "workflow_name": workflowName, "head_branch": nil, "name": k.name,
		"url": fmt.Sprintf("%s/actions/jobs/%d", r.repoURL(), k.id), "html_url": r.web("/actions/runs/%d/job/%d", k.run.id, k.id),
		"status": k.status(), "conclusion": nullable(k.conclusion), "started_at": stamp(k.started), "completed_at": stamp(k.completed),
		"created_at": stamp(k.started), "check_run_url": fmt.Sprintf("%s/check-runs/%d", r.repoURL(), k.id), "labels": []any{"ubuntu-latest"},
		"runner_id": nil, "runner_name": nil, "runner_group_id": nil, "runner_group_name": nil,
	}
}

func (r renderer) run(x *run) object {
	url := fmt.Sprintf("%s/actions/runs/%d", r.repoURL(), x.id)
	status, conclusion := r.runState(x)
	return addresses(object{
		"id": x.id, "node_id": node("WFR", x.id), "name": workflowName, "head_branch": nil, "run_number": 1, "run_attempt": x.attempt,
		"display_title": workflowName, "event": "pull_request", "status": status, "conclusion": nullable(conclusion), "head_sha": x.sha,
		"path": ".github/workflows/ci.yml", "workflow_id": 1, "url": url, "html_url": r.web("/actions/runs/%d", x.id),
		"created_at": stamp(x.created), "updated_at": stamp(x.created), "head_commit": nil, "pull_requests": []any{},
		"head_repository": r.repo(), "repository": r.repo(),
	}, url, "jobs logs check_suite cancel rerun artifacts workflow")
}

func (r renderer) status(s *status) object {
	return object{
		"id": s.id, "node_id": node("SC", s.id), "state": s.state, "context": s.context, "description": nil, "target_url": nil, "avatar_url": nil,
		"url": r.repoURL() + "/statuses/" + s.sha, "created_at": stamp(s.created), "updated_at": stamp(s.created),
	}
}
