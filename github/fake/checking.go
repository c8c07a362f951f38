package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// SetCheck has GitHub Actions report on a commit, and gives the id of the check
// run, which is the job's, too. The conclusion is "success", "failure",
// "neutral", "cancelled", "skipped", "timed_out", or "" while it runs. A run
// that was going is concluded; one that was over is followed by another.
func (s *Server) SetCheck(sha, name, conclusion string) int64 {
	return s.setCheck(sha, name, conclusion, actions)
}

// SetForeignCheck is [Server.SetCheck] for an app other than GitHub Actions: it
// has no job and no log, and can be requested again.
func (s *Server) SetForeignCheck(sha, name, conclusion string) int64 {
	return s.setCheck(sha, name, conclusion, foreign)
}

// kind is who runs a check.
type kind int

const (
	actions kind = iota
	foreign
)

func (s *Server) setCheck(sha, name, conclusion string, by kind) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	var k *check
	for _, old := range w.latest(sha) {
		if old.name == name {
			k = old
		}
	}
	switch {
	case k == nil:
		k = &check{id: w.newID(), sha: sha, name: name, attempt: 1, started: w.now()}
		if by == actions {
			k.run = w.runFor(sha)
		}
		w.checks = append(w.checks, k)
	case k.conclusion != "":
		k = w.again(k)
	}
	if k.conclusion = conclusion; conclusion != "" {
		k.completed = w.now()
	}
	w.settle()
	return k.id
}

// runFor gives the run of the workflow for a commit: there is one for all its
// jobs.
func (w *world) runFor(sha string) *run {
	for _, x := range w.runs {
		if x.sha == sha {
			return x
		}
	}
	x := &run{id: w.newID(), sha: sha, attempt: 1, created: w.now()}
	w.runs = append(w.runs, x)
	return x
}

// SetLog sets the log of the last run of a check.
func (s *Server) SetLog(sha, name, log string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.world.latest(sha) {
		if k.name == name {
			k.log = log
		}
	}
}

// SetStatus has somebody report a commit status: "success", "failure", "error"
// or "pending".
func (s *Server) SetStatus(sha, context, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	w.statuses = append(w.statuses, &status{id: w.newID(), sha: sha, context: context, state: state, created: w.now()})
	w.settle()
}

// Attempts counts how often a check of a commit was run.
func (s *Server) Attempts(sha, name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, k := range s.world.checks {
		if k.sha == sha && k.name == name {
			n++
		}
	}
	return n
}

// LineComment is what a reviewer says about a line.
type LineComment struct {
	Path string
	Line int
	Body string
}

// Review has a person review a pull request, in the state "APPROVED",
// "CHANGES_REQUESTED" or "COMMENTED", and gives the id of the review. Whoever
// is among the Strangers of the [Settings] has no say.
func (s *Server) Review(number int, login, state, body string, comments ...LineComment) int64 {
	var id int64
	s.on(number, func(i *item) {
		w := s.world
		w.refresh(i)
		r := &review{id: w.newID(), author: login, state: state, body: body, sha: i.pull.sha, submitted: w.now(), stranger: slices.Contains(w.settings.Strangers, login)}
		i.pull.reviews = append(i.pull.reviews, r)
		for _, c := range comments {
			i.pull.threads = append(i.pull.threads, &thread{id: w.newID(), review: r, path: c.Path, line: c.Line, body: c.Body, sha: r.sha, created: r.submitted})
		}
		i.updated, id = r.submitted, r.id
	})
	return id
}

// Resolve marks everything that was said about lines as settled.
func (s *Server) Resolve(number int) {
	s.on(number, func(i *item) {
		for _, t := range i.pull.threads {
			t.resolved = true
		}
	})
}

// logHost serves the logs of jobs, at addresses that need no token, as GitHub's
// storage does. A token that comes there has leaked.
func (s *Server) logHost() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.Header.Get("Authorization") != "" {
			s.violate("GET %s: the token went to the host of the logs", r.URL.Path)
		}
		id, err := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/logs/"), 10, 64)
		k := s.world.checkByID(id)
		if err != nil || k == nil || r.URL.Query().Get("sig") == "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprint(w, k.log) // a client that hung up has its reasons
	})
}
