package fake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

// published is read once for all tests.
var published = sync.OnceValues(func() (*fake.Published, error) {
	description, schema, err := fake.Files()
	if err != nil {
		return nil, err
	}
	return fake.ReadPublished(description, schema)
})

// client asks a fake as fm does.
type client struct {
	*fake.Server
	t *testing.T
}

// start starts a fake that holds everything against what GitHub publishes, and
// has the test fail where something does not fit.
func start(t *testing.T, o fake.Options) client {
	t.Helper()
	c := startAnyhow(t, o)
	t.Cleanup(func() {
		for _, v := range c.Violations() {
			t.Error(v)
		}
	})
	return c
}

// startAnyhow is for tests that do what does not fit.
func startAnyhow(t *testing.T, o fake.Options) client {
	t.Helper()
	var err error
	if o.Published, err = published(); err != nil {
		t.Fatal(err)
	}
	s := fake.New(o)
	t.Cleanup(s.Close)
	return client{s, t}
}

type object = map[string]any

// answer is what the server said.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	text   string
}

const repo = "repos/acme/widget"

// do asks for a path below the repository, or, with a slash, below the base.
func (c client) do(method, path string, body any, header ...string) answer {
	c.t.Helper()
	a, err := c.try(method, path, body, header...)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

func (c client) try(method, path string, body any, header ...string) (answer, error) {
	c.t.Helper()
	a := answer{t: c.t}
	text := []byte(nil)
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			c.t.Fatal(err)
		}
	}
	if below, whole := strings.CutPrefix(path, "/"); whole {
		path = below
	} else {
		path = strings.TrimSuffix(repo+"/"+path, "/")
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.URL()+path, bytes.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+fake.DefaultToken)
	r.Header.Set("Accept", "application/vnd.github+json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	// Go repeats a GET by itself on a connection that was kept.
	one := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := one.Do(r)
	if err != nil {
		return a, err
	}
	got, err := io.ReadAll(res.Body)
	a.status, a.header, a.text = res.StatusCode, res.Header, string(got)
	return a, errors.Join(err, res.Body.Close())
}

// want checks the status, and returns what came.
func (a answer) want(status int, texts ...string) object {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("got %d %s, want %d", a.status, a.text, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			a.t.Fatalf("got %s, want %q in it", a.text, text)
		}
	}
	var o object
	if strings.HasPrefix(a.text, "{") {
		if err := json.Unmarshal([]byte(a.text), &o); err != nil {
			a.t.Fatalf("%v in %s", err, a.text)
		}
	}
	return o
}

// list gives the numbers of the issues or pull requests that came.
func (a answer) list() []int {
	a.t.Helper()
	a.want(http.StatusOK)
	var all []struct {
		Number int `json:"number"`
	}
	if err := json.Unmarshal([]byte(a.text), &all); err != nil {
		a.t.Fatalf("%v in %s", err, a.text)
	}
	numbers := []int{}
	for _, each := range all {
		numbers = append(numbers, each.Number)
	}
	return numbers
}

// graphQL asks and gives the data; the texts are wanted among the errors.
func (c client) graphQL(query string, variables object, texts ...string) object {
	c.t.Helper()
	got := c.do("POST", "/graphql", object{"query": query, "variables": variables}).want(http.StatusOK)
	errs, err := json.Marshal(got["errors"])
	if err != nil {
		c.t.Fatal(err)
	}
	if len(texts) == 0 && got["errors"] != nil {
		c.t.Fatalf("errors: %s", errs)
	}
	for _, text := range texts {
		if !strings.Contains(string(errs), text) {
			c.t.Fatalf("got errors %s, want %q in them", errs, text)
		}
	}
	data, _ := got["data"].(object) // nil when there is none
	return data
}

func at(o any, keys ...any) any {
	for _, key := range keys {
		switch key := key.(type) {
		case string:
			m, _ := o.(object) // nil has nothing
			o = m[key]
		case int:
			l, _ := o.([]any) // so has nil here
			if key >= len(l) {
				return nil
			}
			o = l[key]
		}
	}
	return o
}

func id(o object) int64 {
	f, _ := o["id"].(float64) // 0 is nobody's
	return int64(f)
}

func sha(of string) string {
	s := strings.Repeat("0", 40) + of
	return s[len(s)-40:]
}

// Every operation is asked once, and what is asked and answered fits GitHub's
// description and schema. Caught: a pull request without its links, a label
// without colour, a check with a conclusion of its own making.
func TestEveryOperationFitsGitHubsDescription(t *testing.T) {
	c := start(t, fake.Options{})
	c.walkIssues()
	c.walkPulls()
	c.walkChecks()
	c.do("GET", "/user", nil).want(http.StatusOK)
	c.do("GET", "/rate_limit", nil).want(http.StatusOK)
	c.do("GET", "", nil).want(http.StatusOK, `"full_name":"acme/widget"`)
	c.walkGraphQL()

	var walked []string
	for _, r := range c.Log() {
		walked = append(walked, r.Operation)
	}
	for _, o := range fake.Operations() {
		if !slices.Contains(walked, o) {
			t.Errorf("%s was not asked", o)
		}
	}
}

func (c client) walkIssues() {
	n := c.AddIssue(fake.Issue{Number: 123, Title: "Parent", Labels: []string{"bug"}, Milestone: "1.0", Comments: []fake.Comment{{Body: "hi"}}})
	if n != 123 {
		c.t.Fatalf("got number %d", n)
	}
	child := c.do("POST", "issues", object{"title": "Child", "body": "b", "labels": []string{"fm"}, "milestone": 1}).want(201)
	other := c.do("POST", "issues", object{"title": "Other"}).want(201)
	c.do("GET", "issues/123", nil).want(200)
	c.do("GET", "issues?state=all&labels=fm&sort=created&direction=desc&milestone=1", nil).want(200)
	c.do("PATCH", "issues/125", object{"state": "closed", "state_reason": "not_planned", "labels": []string{"x", "y"}}).want(200)
	c.do("PATCH", "issues/125", object{"state": "open", "title": "t", "body": "b"}).want(200)
	c.do("POST", "issues/125/labels", object{"labels": []string{"z"}}).want(200)
	c.do("PUT", "issues/125/labels", object{"labels": []string{"z", "y"}}).want(200)
	c.do("GET", "issues/125/labels", nil).want(200)
	c.do("DELETE", "issues/125/labels/y", nil).want(200)
	c.do("GET", "labels", nil).want(200)
	c.do("GET", "labels/fm", nil).want(200)
	c.do("POST", "labels", object{"name": "priority: high", "color": "ff0000"}).want(201)
	c.do("GET", "milestones?state=all", nil).want(200)
	comment := c.do("POST", "issues/123/comments", object{"body": "done"}).want(201)
	c.do("PATCH", path("issues/comments/%d", id(comment)), object{"body": "done!"}).want(200)
	c.do("GET", "issues/123/comments", nil).want(200)
	c.do("POST", "issues/123/sub_issues", object{"sub_issue_id": id(child)}).want(201)
	c.do("GET", "issues/123/sub_issues?per_page=100", nil).want(200)
	c.do("GET", "issues/124/parent", nil).want(200)
	c.do("POST", "issues/124/dependencies/blocked_by", object{"issue_id": id(other)}).want(201)
	c.do("GET", "issues/124/dependencies/blocked_by", nil).want(200)
	c.do("DELETE", path("issues/124/dependencies/blocked_by/%d", id(other)), nil).want(200)
	c.do("DELETE", "issues/123/sub_issue", object{"sub_issue_id": id(child)}).want(200)
	for _, n := range []string{"123", "124", "125"} {
		c.do("GET", "issues/"+n+"/events", nil).want(200)
	}
}

func (c client) walkPulls() {
	c.SetBranch("feature", sha("f1"))
	pull := c.do("POST", "pulls", object{"title": "P", "head": "feature", "base": "main", "body": "Closes #124", "draft": false}).want(201)
	n, _ := pull["number"].(float64) // checked by the description
	one := path("pulls/%d", int(n))
	c.do("GET", "pulls?state=all&head=acme:feature&sort=updated&direction=desc&per_page=100", nil).want(200)
	c.do("PATCH", one, object{"title": "Q", "body": "Closes #124"}).want(200)
	c.do("POST", one+"/requested_reviewers", object{"reviewers": []string{"bob"}}).want(201)
	review := c.Review(int(n), "bob", "CHANGES_REQUESTED", "no", fake.LineComment{Path: "a.go", Line: 3, Body: "why"})
	c.do("GET", one+"/reviews", nil).want(200)
	c.do("GET", one+path("/reviews/%d/comments", review), nil).want(200)
	c.do("GET", one+"/comments", nil).want(200)
	c.do("GET", "collaborators/bob/permission", nil).want(200)
	c.do("GET", one, nil).want(200)
	c.do("PUT", one+"/merge", object{"sha": sha("f1"), "merge_method": "squash"}).want(200)
	c.do("GET", one, nil).want(200, `"merged":true`)
	c.do("GET", "pulls?state=closed", nil).want(200)
	c.do("GET", path("issues/%d", int(n)), nil).want(200)
}

func (c client) walkChecks() {
	s := sha("c1")
	c.SetBranch("checked", s)
	job := c.SetCheck(s, "build", "failure")
	c.SetCheck(s, "test", "success")
	other := c.SetForeignCheck(s, "lint", "timed_out")
	c.SetStatus(s, "cla", "success")
	c.do("GET", "commits/"+s+"/check-runs?filter=latest&per_page=100", nil).want(200, `"total_count":3`)
	c.do("GET", "commits/checked/check-runs", nil).want(200, `"total_count":3`)
	c.do("GET", "commits/"+s+"/status", nil).want(200, `"state":"success"`)
	c.do("GET", path("check-runs/%d", job), nil).want(200)
	c.do("POST", path("check-runs/%d/rerequest", other), nil).want(201)
	c.do("GET", path("actions/jobs/%d", job), nil).want(200)
	c.do("GET", path("actions/jobs/%d/logs", job), nil).want(302)
	runs := c.do("GET", "actions/runs?head_sha="+s, nil).want(200)
	f, _ := at(runs, "workflow_runs", 0, "id").(float64) // checked by the description
	run := path("actions/runs/%d", int64(f))
	c.do("GET", run, nil).want(200)
	c.do("GET", run+"/jobs", nil).want(200)
	c.do("POST", run+"/rerun-failed-jobs", object{}).want(201)
	again := c.SetCheck(s, "build", "failure")
	c.do("POST", path("actions/jobs/%d/rerun", again), object{}).want(201)
}
