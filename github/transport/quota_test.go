package transport

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// Of the two buckets that fm lives on it is the scarcer one. Caught: numbers of
// a search shown as those of requests; a process that never asked knows nothing; numbers of an hour that is over; an old answer that
// comes late and gives back what is spent.
func TestQuotaIsWhatTheLastAnswerSaid(t *testing.T) {
	c := newClock()
	said := func(left, reset, resource string) http.HandlerFunc {
		return status(200, "{}", headers(c, "X-RateLimit-Limit=5000 X-RateLimit-Remaining="+left+" X-RateLimit-Reset=in:"+reset+" X-RateLimit-Resource="+resource)...)
	}
	h := saying(t, c, said("4321", "30m", "core"), said("4400", "30m", "core"), said("4400", "40m", "graphql"), said("3", "1m", "search"), said("2", "50m", "scim"),
		status(403, saysGraphQL, headers(c, "X-RateLimit-Limit=5000 X-RateLimit-Remaining=0 X-RateLimit-Reset=in:40m X-RateLimit-Resource=graphql")...))
	dir := t.TempDir()
	if got := on(h, dir, 0).Quota(); got != (fm.Quota{}) {
		t.Errorf("got %+v before the first request", got)
	}
	tr := on(h, dir, 0)
	must(t, tr, "GET", h.URL+"/user", "")
	must(t, tr, "GET", h.URL+"/user", "")
	must(t, tr, "POST", h.URL+"/graphql", "{}")
	must(t, tr, "GET", h.URL+"/search/issues", "")
	must(t, tr, "GET", h.URL+"/scim", "")
	resets := c.Now().Add(30*time.Minute + time.Second)
	for _, tr := range []*Transport{tr, on(h, dir, 0)} {
		if diff := cmp.Diff(tr.Quota(), fm.Quota{Left: 4321, Limit: 5000, Resets: resets}); diff != "" {
			t.Error(diff)
		}
	}
	c.pass(time.Second) // a turn to write
	mustLimit(t, tr, "POST", h.URL+"/graphql", "{}")
	want := fm.Quota{
		Left: 0, Limit: 5000, Resets: c.Now().Add(40 * time.Minute),
		Blocked: c.Now().Add(40 * time.Minute), Why: "GitHub's limit of GraphQL requests is used up",
	}
	if diff := cmp.Diff(on(h, dir, 0).Quota(), want); diff != "" {
		t.Error(diff)
	}
	c.pass(time.Hour)
	if diff := cmp.Diff(tr.Quota(), fm.Quota{Left: 5000, Limit: 5000}); diff != "" {
		t.Errorf("when the hour is over: %s", diff)
	}
}

// Each answer has another count: not each is worth a file. Caught: a file that
// is written for each answer; a count that is never written; a process that
// shows what it wrote in place of what it knows.
func TestLimitsAreWrittenWhenTheyMatter(t *testing.T) {
	c := newClock()
	left := 5000
	h := saying(t, c, func(w http.ResponseWriter, r *http.Request) {
		left--
		status(200, "{}", headers(c, "X-RateLimit-Limit=5000 X-RateLimit-Remaining="+strconv.Itoa(left)+" X-RateLimit-Reset=in:"+(time.Hour-c.Now().Sub(newClock().Now())).String()+" X-RateLimit-Resource=core")...)(w, r)
	})
	dir := t.TempDir()
	tr := on(h, dir, 0)
	written, before := 0, ""
	ask := func(times int) int {
		written = 0
		for range times {
			must(t, tr, "GET", h.URL+"/user", "")
			text, err := os.ReadFile(filepath.Join(dir, "limits.json"))
			if err != nil {
				t.Fatal(err)
			}
			if string(text) != before {
				written++
			}
			before = string(text)
		}
		return written
	}
	if got := ask(201); got != 5 { // the first, and each per cent
		t.Errorf("written %d times for 201 answers, want 5", got)
	}
	if got := ask(10); got != 0 || tr.Quota().Left != left {
		t.Errorf("written %d times, %d left, want none and %d", got, tr.Quota().Left, left)
	}
	c.pass(worthAge)
	if got := ask(10); got != 1 || on(h, dir, 0).Quota().Left != left+9 {
		t.Errorf("after a while written %d times, want once", got)
	}
}

// go-github holds requests back by rules of its own, which file an empty search
// under everything on GitHub Enterprise.
// Caught: answers that still carry the counts; a rejection that it sees.
func TestGoGitHubHoldsNothingBack(t *testing.T) {
	c := newClock()
	reset := headers(&clock{now: time.Now()}, "X-RateLimit-Limit=30 X-RateLimit-Remaining=0 X-RateLimit-Reset=in:30m")
	h := saying(t, c, status(200, `{"items":[]}`, reset...), status(403, saysForbidden, reset[:2]...), status(200, `{"login":"a"}`))
	tr := on(h, t.TempDir(), 0)
	client, err := github.NewClient(&http.Client{Transport: tr}).WithEnterpriseURLs(h.URL, h.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Search.Issues(t.Context(), "x", nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Users.Get(t.Context(), ""); err == nil {
		t.Fatal("a 403 is no answer")
	}
	if u, _, err := client.Users.Get(t.Context(), ""); err != nil || u.GetLogin() != "a" {
		t.Errorf("got %v, %v", u, err)
	}
}

func FuzzClassify(f *testing.F) {
	for _, text := range []string{saysPrimary, saysSecondary, saysAbuse, saysByPage, saysForbidden, saysHasty, saysGraphQL, saysGraphQL2, "", "null", `{"errors":["a",null,1]}`} {
		f.Add(403, text, "0", "17", "1777900000")
		f.Add(200, text, "", "", "")
	}
	now := newClock().Now()
	f.Fuzz(func(t *testing.T, code int, text, left, after, reset string) {
		r := &reply{Response: &http.Response{StatusCode: code, Header: http.Header{
			"X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset": {reset}, "Retry-After": {after},
		}}, body: []byte(text)}
		for _, bucket := range []string{core, graphql, search} {
			l := classify(bucket, r, now)
			if l == nil {
				continue
			}
			if l.scope != bucket && l.scope != everything {
				t.Errorf("scope %q of %q", l.scope, bucket)
			}
			if !l.until.IsZero() && (!l.until.After(now) || l.until.After(now.Add(24*time.Hour))) {
				t.Errorf("until %s", l.until)
			}
			if code < 200 || code > 299 && code != 403 && code != 422 && code != 429 {
				t.Errorf("status %d is a limit", code)
			}
		}
	})
}

// What an unchanged answer costs beside the network: two small files read, one
// touched, as a user with 50 pull requests feels it.
func BenchmarkNotModified(b *testing.B) {
	reset := strconv.FormatInt(time.Now().Add(30*time.Minute).Unix(), 10)
	base := door(func(r *http.Request) (*http.Response, error) {
		code := http.StatusOK
		if r.Header.Get("If-None-Match") != "" {
			code = http.StatusNotModified
		}
		return saidBy(r, code, "Etag", `"1"`, "X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", "4000", "X-RateLimit-Reset", reset), nil
	})
	tr := New(Options{
		Base: base, Host: "github.test", Dir: b.TempDir(),
		Token: func(context.Context) (string, error) { return secret, nil },
	})
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), "GET", "http://github.test/repos/a/b/issues/1", nil)
		if err != nil {
			b.Fatal(err)
		}
		resp, err := tr.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	if c := tr.Counts(); c.NotModified != c.Requests-1 {
		b.Errorf("got %+v", c)
	}
}
