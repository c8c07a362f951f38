package fake_test

import (
	"slices"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

// Ids are no numbers, and no int32. Caught: ids from 1.
func TestIDsAreBeyond32Bits(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Number: 12, Title: "one"})
	c.AddPull(fake.Pull{Head: "b", SHA: sha("1")})
	if got := id(c.do("GET", "issues/12", nil).want(200)); got < 3_000_000_000 {
		t.Errorf("got id %d", got)
	}
	o := c.do("GET", "issues/13", nil).want(200, `"pull_request"`) // one sequence for both
	if id(o) == id(c.do("GET", "pulls/13", nil).want(200)) {
		t.Error("a pull request has the id of its issue")
	}
}

func TestListsHaveWhatWasAskedFor(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "1", Labels: []string{"fm", "bug"}, Milestone: "1.0"})
	c.AddIssue(fake.Issue{Title: "2", Labels: []string{"FM"}, Closed: true})
	c.AddIssue(fake.Issue{Title: "3"})
	c.AddPull(fake.Pull{Head: "b"})
	for query, want := range map[string][]int{
		"":                               {4, 3, 1},
		"?state=all":                     {4, 3, 2, 1},
		"?state=closed":                  {2},
		"?labels=fm&state=all":           {2, 1}, // case does not matter
		"?labels=fm,bug&state=all":       {1},
		"?milestone=1":                   {1},
		"?milestone=none":                {4, 3},
		"?state=all&direction=asc":       {1, 2, 3, 4},
		"?state=all&per_page=2&page=2":   {2, 1},
		"?state=all&per_page=2&page=3":   {},
		"?since=2999-01-01T00:00:00Z":    {},
		"?since=2001-01-01T00:00:00Z":    {4, 3, 1},
		"?sort=updated&direction=asc":    {1, 3, 4},
		"?labels=nobody+has+this+label!": {},
	} {
		if got := c.do("GET", "issues"+query, nil).list(); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}
	}
}

func TestClosingAndReopeningIsRemembered(t *testing.T) {
	c := start(t, fake.Options{})
	n := c.AddIssue(fake.Issue{Title: "x"})
	c.do("PATCH", "issues/1", object{"state": "closed"}).want(200, `"state":"closed"`, `"state_reason":"completed"`)
	c.do("PATCH", "issues/1", object{"state": "closed"}).want(200) // says nothing new
	c.ReopenIssue(n, "alice")
	c.CloseIssue(n, "bob", "not_planned")
	c.ReopenIssue(n, "alice")
	c.do("GET", "issues/1", nil).want(200, `"state":"open"`, `"state_reason":"reopened"`)
	i, _ := c.Issue(n)
	var got []string
	for _, e := range i.Events {
		got = append(got, e.Name+" by "+e.Actor)
	}
	want := []string{"closed by fm-bot", "reopened by alice", "closed by bob", "reopened by alice"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	c.do("GET", "issues/1/events", nil).want(200, `"event":"closed"`, `"login":"bob"`)
}

func TestLabelsComeIntoBeingOnAnIssue(t *testing.T) {
	c := start(t, fake.Options{})
	c.do("POST", "issues", object{"title": "x", "labels": []string{"priority: high"}}).want(201)
	c.do("GET", "labels/priority:%20high", nil).want(200)
	c.do("POST", "labels", object{"name": "Priority: High"}).want(422, "already_exists")
	c.do("DELETE", "issues/1/labels/nope", nil).want(404, "Label does not exist")
}

func TestWhatGitHubRefusesOfIssues(t *testing.T) {
	c := startAnyhow(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "x"})
	c.do("GET", "issues/99", nil).want(404, "Not Found")
	c.do("GET", "/repos/acme/other/issues/1", nil).want(404)
	c.do("POST", "issues", object{"title": " "}).want(422, "missing_field")
	c.do("POST", "issues", object{"title": "x", "milestone": 7}).want(422, "milestone")
	c.do("POST", "issues/1/comments", object{"body": ""}).want(422)
	c.do("POST", "issues", "no object").want(422)
	c.Configure(func(s *fake.Settings) { s.IssuesDisabled = true })
	c.do("GET", "issues/1", nil).want(410)
	c.do("POST", "issues", object{"title": "x"}).want(410, "Issues has been disabled in this repository.")
	c.Archive()
	c.do("POST", "issues", object{"title": "x"}).want(403, "Repository was archived so is read-only.")
	c.do("GET", "", nil).want(200, `"archived":true`, `"has_issues":false`)
	if got := len(c.Issues()); got != 1 {
		t.Errorf("%d issues, want the one that was there", got)
	}
}

func TestARightThatIsMissing(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "x"})
	c.Deny("POST issues")
	c.do("POST", "issues", object{"title": "x"}).want(403, "Resource not accessible by personal access token")
	c.do("POST", "issues/1/comments", object{"body": "x"}).want(201)
	c.Configure(func(s *fake.Settings) { s.ReadOnly = true })
	c.do("POST", "issues/1/comments", object{"body": "x"}).want(403, "Resource not accessible")
	c.do("GET", "", nil).want(200, `"push":false`)
}
