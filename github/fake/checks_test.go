package fake_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

// Failed jobs are run again, the others are not, and a run that goes on is left
// alone. Caught: every job run again.
func TestFailedJobsAreRunAgain(t *testing.T) {
	c := start(t, fake.Options{})
	s := sha("1")
	first := c.SetCheck(s, "build", "failure")
	c.SetCheck(s, "test", "")
	job := c.do("GET", path("actions/jobs/%d", first), nil).want(200, `"conclusion":"failure"`)
	f, _ := job["run_id"].(float64) // checked by the description
	run := path("actions/runs/%d", int64(f))
	c.do("POST", run+"/rerun-failed-jobs", nil).want(403, "already running")
	c.SetCheck(s, "test", "success")
	c.do("POST", run+"/rerun-failed-jobs", nil).want(201)
	if build, test := c.Attempts(s, "build"), c.Attempts(s, "test"); build != 2 || test != 1 {
		t.Errorf("build ran %d times, test %d", build, test)
	}
	c.do("GET", "commits/"+s+"/check-runs", nil).want(200, `"total_count":2`, `"in_progress"`)
	c.do("GET", "commits/"+s+"/check-runs?filter=all", nil).want(200, `"total_count":3`)
	if second := c.SetCheck(s, "build", "success"); second == first {
		t.Error("the second run has the id of the first")
	}
	c.do("POST", run+"/rerun-failed-jobs", nil).want(403, "cannot be retried")
}

func TestOnlyForeignChecksAreRequestedAgain(t *testing.T) {
	c := start(t, fake.Options{})
	ours, foreign := c.SetCheck(sha("1"), "build", "failure"), c.SetForeignCheck(sha("1"), "lint", "failure")
	c.do("POST", path("check-runs/%d/rerequest", ours), nil).want(422, "not rerequestable")
	c.do("POST", path("check-runs/%d/rerequest", foreign), nil).want(201)
	c.do("GET", path("actions/jobs/%d/logs", foreign), nil).want(404)
	c.do("POST", path("actions/jobs/%d/rerun", foreign), nil).want(404)
	if got := c.Attempts(sha("1"), "lint"); got != 2 {
		t.Errorf("ran %d times", got)
	}
	c.Configure(func(s *fake.Settings) { s.ChecksHidden = true })
	c.do("GET", "commits/"+sha("1")+"/check-runs", nil).want(403, "Resource not accessible")
	c.do("GET", "commits/"+sha("1")+"/status", nil).want(200, `"state":"pending"`)
}

// The log is on another host, and a token that gets there is told of. Caught: a
// redirect to the API itself.
func TestLogsAreOnAnotherHost(t *testing.T) {
	c := startAnyhow(t, fake.Options{})
	job := c.SetCheck(sha("1"), "build", "failure")
	c.SetLog(sha("1"), "build", "line 1\nboom\n")
	to := c.do("GET", path("actions/jobs/%d/logs", job), nil).want302()
	if !strings.HasPrefix(to, "http://"+c.LogHost()+"/") || strings.HasPrefix(to, c.URL()) {
		t.Fatalf("sent to %s", to)
	}
	for _, token := range []string{"", "Bearer " + fake.DefaultToken} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || string(text) != "line 1\nboom\n" {
			t.Errorf("got %q, %v", text, err)
		}
		if leaked := len(c.Violations()) > 0; leaked != (token != "") {
			t.Errorf("with token %q: violations %q", token, c.Violations())
		}
	}
}

func (a answer) want302() string {
	a.t.Helper()
	a.want(http.StatusFound)
	return a.header.Get("Location")
}

// The REST API has its own sum, of statuses alone.
func TestStatusesAddUp(t *testing.T) {
	c := start(t, fake.Options{})
	s := sha("1")
	for _, step := range []struct{ context, state, want string }{
		{"a", "success", "success"},
		{"b", "pending", "pending"},
		{"c", "error", "failure"},
		{"c", "success", "pending"},
		{"b", "success", "success"},
	} {
		c.SetStatus(s, step.context, step.state)
		c.do("GET", "commits/"+s+"/status", nil).want(200, `"sha":"`+s+`","state":"`+step.want+`"`)
	}
}
