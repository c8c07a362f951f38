package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// commitOf resolves the ref of the path: a commit, or the name of a branch.
func (w *world) commitOf(c *call) string {
	ref := c.params["ref"]
	if sha, err := w.branch(strings.TrimPrefix(ref, "heads/")); err == nil && sha != "" && len(ref) < 40 {
		return sha
	}
	return ref
}

// forbidden is what a token without the right gets.
func forbidden() reply {
	return refuse(http.StatusForbidden, notYours)
}

func listChecks(w *world, c *call) reply {
	if w.settings.ChecksHidden {
		return forbidden()
	}
	sha := w.commitOf(c)
	all := w.latest(sha)
	if c.query.Get("filter") == "all" {
		all = slices.DeleteFunc(slices.Clone(w.checks), func(k *check) bool { return k.sha != sha })
	}
	all = slices.DeleteFunc(all, func(k *check) bool {
		name, status := c.query.Get("check_name"), c.query.Get("status")
		return name != "" && name != k.name || status != "" && status != k.status()
	})
	return counted(c, "check_runs", all, c.render.check)
}

// counted answers with a page of a list and with how long it is as a whole.
func counted[T any](c *call, name string, all []T, render func(T) object) reply {
	r := listed(c, all, render)
	r.body = object{"total_count": len(all), name: r.body}
	return r
}

func getStatus(w *world, c *call) reply {
	sha := w.commitOf(c)
	all, state := w.latestStatuses(sha), "pending" // also when there are none
	for i, s := range all {
		switch {
		case s.rollup() == rollupFailure:
			state = "failure"
		case i == 0 || s.rollup() == rollupPending && state == "success":
			state = strings.ToLower(s.rollup())
		}
	}
	list, header := page(c, all)
	statuses := []any{}
	for _, s := range list {
		statuses = append(statuses, c.render.status(s))
	}
	url := c.render.repoURL() + "/commits/" + sha
	return reply{status: http.StatusOK, header: header, body: object{
		"state": state, "sha": sha, "total_count": len(all), "statuses": statuses, "repository": c.render.repo(),
		"commit_url": url, "url": url + "/status",
	}}
}

func (w *world) checkByID(id int64) *check {
	for _, k := range w.checks {
		if k.id == id {
			return k
		}
	}
	return nil
}

func getCheck(w *world, c *call) reply {
	k := w.checkByID(c.id("check_run_id"))
	switch {
	case w.settings.ChecksHidden:
		return forbidden()
	case k == nil:
		return notFound()
	}
	return ok(c.render.check(k))
}

// rerequest is for the checks of other apps; those of GitHub Actions are run
// again by their jobs or their run.
func rerequest(w *world, c *call) reply {
	k := w.checkByID(c.id("check_run_id"))
	switch {
	case k == nil:
		return notFound()
	case w.settings.ChecksHidden:
		return forbidden()
	case k.run != nil:
		return refuse(http.StatusUnprocessableEntity, "This check run is not rerequestable")
	}
	w.again(k)
	return reply{status: http.StatusCreated, body: object{}}
}

// again begins a new run of a check, which has another id.
func (w *world) again(k *check) *check {
	next := &check{id: w.newID(), sha: k.sha, name: k.name, run: k.run, attempt: k.attempt + 1, started: w.now()}
	w.checks = append(w.checks, next)
	return next
}

// jobOf finds the job of the path: a check of GitHub Actions has the id of its
// job.
func (w *world) jobOf(c *call) *check {
	if k := w.checkByID(c.id("job_id")); k != nil && k.run != nil {
		return k
	}
	return nil
}

func getJob(w *world, c *call) reply {
	k := w.jobOf(c)
	if k == nil {
		return notFound()
	}
	return ok(c.render.job(k))
}

// getLog sends to another host, with an address that is good for a minute.
func getLog(w *world, c *call) reply {
	k := w.jobOf(c)
	if k == nil || k.conclusion == "" { // there is no log while the job runs
		return notFound()
	}
	return reply{status: http.StatusFound, header: http.Header{"Location": {fmt.Sprintf("%s/logs/%d?sig=secret", c.logs, k.id)}}}
}

func rerunJob(w *world, c *call) reply {
	k := w.jobOf(c)
	if k == nil {
		return notFound()
	}
	if status, _ := w.runState(k.run); status != "completed" {
		return refuse(http.StatusForbidden, "This workflow is already running")
	}
	w.again(k)
	k.run.attempt++
	return reply{status: http.StatusCreated, body: object{}}
}

func (w *world) runOf(c *call) *run {
	for _, x := range w.runs {
		if x.id == c.id("run_id") {
			return x
		}
	}
	return nil
}

// jobs are those of a run, of each name the last.
func (w *world) jobs(x *run) []*check {
	return slices.DeleteFunc(w.latest(x.sha), func(k *check) bool { return k.run != x })
}

func (w *world) runState(x *run) (status, conclusion string) {
	conclusion = "success"
	for _, k := range w.jobs(x) {
		switch k.state() {
		case rollupPending:
			return "in_progress", ""
		case rollupFailure:
			conclusion = "failure"
		}
	}
	return "completed", conclusion
}

func getRun(w *world, c *call) reply {
	x := w.runOf(c)
	if x == nil {
		return notFound()
	}
	return ok(c.render.run(x))
}

func listRuns(w *world, c *call) reply {
	var found []*run
	for _, x := range slices.Backward(w.runs) {
		status, conclusion := w.runState(x)
		sha, want := c.query.Get("head_sha"), c.query.Get("status")
		if (sha == "" || sha == x.sha) && (want == "" || want == status || want == conclusion) {
			found = append(found, x)
		}
	}
	return counted(c, "workflow_runs", found, c.render.run)
}

func listJobs(w *world, c *call) reply {
	x := w.runOf(c)
	if x == nil {
		return notFound()
	}
	return counted(c, "jobs", w.jobs(x), c.render.job)
}

func rerunFailed(w *world, c *call) reply {
	x := w.runOf(c)
	if x == nil {
		return notFound()
	}
	switch status, conclusion := w.runState(x); {
	case status != "completed":
		return refuse(http.StatusForbidden, "This workflow is already running")
	case conclusion != "failure":
		return refuse(http.StatusForbidden, "This workflow run cannot be retried")
	}
	for _, k := range w.jobs(x) {
		if k.state() == rollupFailure {
			w.again(k)
		}
	}
	x.attempt++
	return reply{status: http.StatusCreated, body: object{}}
}
