package fake

import (
	"slices"
	"time"
)

// check is one run of one check of a commit.
type check struct {
	id         int64
	sha, name  string
	conclusion string // "" while it runs
	log        string
	run        *run // of GitHub Actions; nil for another app's
	attempt    int
	started    time.Time
	completed  time.Time // zero while it runs
}

// run is a run of a workflow.
type run struct {
	id      int64
	sha     string
	attempt int
	created time.Time
}

// status is a commit status, of those who do not use checks.
type status struct {
	id                  int64
	sha, context, state string
	created             time.Time
}

// How the checks of a commit add up, in GraphQL's words.
const (
	rollupSuccess = "SUCCESS"
	rollupFailure = "FAILURE"
	rollupPending = "PENDING"
)

func (k *check) state() string {
	switch k.conclusion {
	case "":
		return rollupPending
	case "success", "neutral", "skipped":
		return rollupSuccess
	}
	return rollupFailure
}

// latest are the checks of a commit, of each name the last run.
func (w *world) latest(sha string) []*check {
	var found []*check
	for _, k := range w.checks {
		if k.sha != sha {
			continue
		}
		found = slices.DeleteFunc(found, func(old *check) bool { return old.name == k.name })
		found = append(found, k)
	}
	return found
}

func (w *world) latestStatuses(sha string) []*status {
	var found []*status
	for _, s := range w.statuses {
		if s.sha != sha {
			continue
		}
		found = slices.DeleteFunc(found, func(old *status) bool { return old.context == s.context })
		found = append(found, s)
	}
	return found
}

func (s *status) rollup() string {
	switch s.state {
	case "success":
		return rollupSuccess
	case "pending":
		return rollupPending
	}
	return rollupFailure
}

// checkState is how one check stands; "" when there is none of that name.
func (w *world) checkState(sha, name string) string {
	for _, k := range w.latest(sha) {
		if k.name == name {
			return k.state()
		}
	}
	for _, s := range w.latestStatuses(sha) {
		if s.context == name {
			return s.rollup()
		}
	}
	return ""
}

// rollup sums up: a failure outweighs what is pending, as at GitHub.
func (w *world) rollup(sha string) string {
	var all []string
	for _, k := range w.latest(sha) {
		all = append(all, k.state())
	}
	for _, s := range w.latestStatuses(sha) {
		all = append(all, s.rollup())
	}
	for _, state := range []string{rollupFailure, rollupPending, rollupSuccess} {
		if slices.Contains(all, state) {
			return state
		}
	}
	return ""
}
