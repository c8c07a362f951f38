package fake_test

import (
	"slices"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

func (c client) idOf(number int) int64 {
	c.t.Helper()
	return id(c.do("GET", path("issues/%d", number), nil).want(200))
}

func (c client) link(parent, child int) answer {
	c.t.Helper()
	return c.do("POST", path("issues/%d/sub_issues", parent), object{"sub_issue_id": c.idOf(child)})
}

// An issue has one parent, and GitHub says the same of one that is ours and of
// one that is not. Caught: a second link that is taken.
func TestASubIssueHasOneParent(t *testing.T) {
	c := start(t, fake.Options{})
	for range 4 {
		c.AddIssue(fake.Issue{Title: "x"})
	}
	const text = "Issue may not contain duplicate sub-issues and Sub issue may only have one parent"
	c.link(1, 3).want(201, `"number":1`, `"sub_issues_summary":{"completed":0,"percent_completed":0,"total":1}`)
	c.link(1, 3).want(422, text)
	c.link(2, 3).want(422, text)
	c.link(3, 1).want(422, "circular")
	c.link(1, 4).want(201)
	if got := c.do("GET", "issues/1/sub_issues", nil).list(); !slices.Equal(got, []int{3, 4}) {
		t.Errorf("got %v", got)
	}
	c.do("POST", "issues/2/sub_issues", object{"sub_issue_id": c.idOf(3), "replace_parent": true}).want(201)
	c.do("GET", "issues/3/parent", nil).want(200, `"number":2`)
	c.do("GET", "issues/1/parent", nil).want(404)
	c.do("GET", "issues/3", nil).want(200, `/issues/2"`, "parent_issue_url")
	c.do("POST", "issues/1/sub_issues", object{"sub_issue_id": 3}).want(404) // a number is no id
	if got, _ := c.Issue(1); !slices.Equal(got.Children, []int{4}) {
		t.Errorf("got %v", got.Children)
	}
}

// Closed children count. Caught: only open ones counted.
func TestAParentHasAtMostAHundredSubIssues(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "parent"})
	for range 100 {
		c.AddIssue(fake.Issue{Title: "x", Parent: 1, Closed: true})
	}
	c.AddIssue(fake.Issue{Title: "one more"})
	c.link(1, 102).want(422, "Parent cannot have more than 100 sub-issues")
}

func TestSubIssuesAreEightLevelsDeepAtMost(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "1"})
	for n := range 7 {
		c.AddIssue(fake.Issue{Title: "x", Parent: n + 1})
	}
	c.AddIssue(fake.Issue{Title: "9"})
	c.link(8, 9).want(422, "8 layers")
}

func TestAnOldServerHasNoSubIssues(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "x"})
	c.DisableSubIssues()
	c.do("GET", "issues/1/sub_issues", nil).want(404)
	c.do("POST", "issues/1/sub_issues", object{"sub_issue_id": 1}).want(404)
	c.do("GET", "issues/1", nil).want(200)
}

func TestDependencies(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "x"})
	c.AddIssue(fake.Issue{Title: "y", BlockedBy: []int{1}})
	if got := c.do("GET", "issues/2/dependencies/blocked_by", nil).list(); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
	c.do("POST", "issues/2/dependencies/blocked_by", object{"issue_id": c.idOf(1)}).want(422)
	c.do("GET", "issues/1", nil).want(200, `"total_blocking":1`)
	c.Configure(func(s *fake.Settings) { s.NoDependencies = true })
	c.do("GET", "issues/2/dependencies/blocked_by", nil).want(404)
}
