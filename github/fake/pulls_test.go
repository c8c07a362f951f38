package fake_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

func (c client) open(head, body string) answer {
	c.t.Helper()
	return c.do("POST", "pulls", object{"title": "T", "head": head, "base": "main", "body": body})
}

func (c client) merge(number int, head string) answer {
	c.t.Helper()
	return c.do("PUT", path("pulls/%d/merge", number), object{"sha": head})
}

func (c client) state(number int) string {
	p, _ := c.Pull(number)
	return p.State
}

// There is one open pull request for a branch, and none without commits.
func TestWhatGitHubRefusesOfNewPullRequests(t *testing.T) {
	c := start(t, fake.Options{})
	c.open("feature", "").want(422, `"field":"head"`, `"code":"invalid"`)
	c.SetBranch("feature", sha("1"))
	c.open("feature", "").want(201)
	c.open("acme:feature", "").want(422, "A pull request already exists for acme:feature.")
	c.do("POST", "pulls", object{"title": "T", "head": "feature", "base": "nowhere"}).want(422, `"field":"base"`)
	c.merge(1, sha("1")).want(200)
	c.open("feature", "").want(422, "No commits between main and feature")
	p, _ := c.Pull(1)
	c.SetBranch("same", p.MergeCommit)
	c.open("same", "").want(422, "No commits between main and same")
	c.SetBranch("feature", sha("2"))
	c.open("feature", "").want(201)
	if got := c.do("GET", "pulls?state=all&head=acme:feature", nil).list(); !slices.Equal(got, []int{2, 1}) {
		t.Errorf("got %v", got)
	}
}

// Only the default branch closes issues, and each word only its own issue.
// Caught: keywords in code, of another repository, of another base; a title or
// a commit whose words nobody reads.
func TestKeywordsCloseIssues(t *testing.T) {
	c := start(t, fake.Options{})
	for n := range 11 {
		c.AddIssue(fake.Issue{Title: path("%d", n+1)})
	}
	c.SetBranch("release", sha("r"))
	c.AddPull(fake.Pull{Number: 20, Head: "side", SHA: sha("1"), Base: "release", Body: "Closes #1"})
	c.AddPull(fake.Pull{Number: 21, Head: "feature", SHA: sha("2"), Title: "Mend it, which fixes #10", Messages: []string{"One", "Two\n\nResolves #11"}, Body: "Closes #2, #3\nfixes: acme/widget#4\nResolved https://github.com/acme/widget/issues/5\n" +
		"`closes #6` Part of #7\nCloses other/repo#8\nFixed GH-9"})
	c.merge(20, sha("1")).want(200)
	c.merge(21, sha("2")).want(200)
	var closed []int
	for _, i := range c.Issues() {
		if i.Closed {
			closed = append(closed, i.Number)
		}
	}
	if want := []int{2, 4, 5, 9, 10, 11}; !slices.Equal(closed, want) {
		t.Errorf("closed %v, want %v", closed, want)
	}
}

// A pull request is merged as it was looked at, or not at all.
func TestWhatGitHubRefusesToMerge(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddPull(fake.Pull{Number: 1, Head: "feature", SHA: sha("1"), Draft: true})
	c.merge(1, sha("1")).want(405, "Pull Request is still a draft")
	c.ready(c.nodeOf(1))
	c.SetBranch("feature", sha("2"))
	c.merge(1, sha("1")).want(409, "Head branch was modified")
	c.SetConflict(1, fake.Conflicting)
	c.do("GET", "pulls/1", nil).want(200, `"mergeable":false`, `"mergeable_state":"dirty"`)
	c.merge(1, sha("2")).want(405, "Pull Request is not mergeable")
	c.SetConflict(1, fake.Behind)
	c.do("GET", "pulls/1", nil).want(200, `"mergeable_state":"behind"`)
	c.merge(1, sha("2")).want(405)
	c.SetConflict(1, fake.Mergeable)
	c.Unsettle(1, 1)
	c.do("GET", "pulls/1", nil).want(200, `"mergeable":null`, `"mergeable_state":"unknown"`)
	c.do("GET", "pulls/1", nil).want(200, `"mergeable":true`, `"mergeable_state":"clean"`)
	c.Configure(func(s *fake.Settings) { s.Squash = false })
	c.do("PUT", "pulls/1/merge", object{"merge_method": "squash"}).want(405, "Squash merges are not allowed on this repository.")
	c.Configure(func(s *fake.Settings) { s.Required = []string{"build"} })
	c.merge(1, sha("2")).want(405, "is expected.")
	c.SetCheck(sha("2"), "build", "success")
	c.merge(1, sha("2")).want(200, `"merged":true`)
	c.merge(1, sha("2")).want(405, "Pull Request is not mergeable") // it is merged
	c.do("PATCH", "pulls/1", object{"state": "open"}).want(422)
	c.do("PUT", "pulls/99/merge", object{}).want(404)
}

func TestReviewsDecide(t *testing.T) {
	c := start(t, fake.Options{})
	c.Configure(func(s *fake.Settings) { s.Approvals, s.Strangers = 1, []string{"mallory"} })
	c.AddPull(fake.Pull{Number: 1, Head: "feature", SHA: sha("1")})
	decision := func(want any, status string) {
		t.Helper()
		p := at(c.graphQL(`{ repository(owner: "acme", name: "widget") { pullRequest(number: 1) { reviewDecision mergeStateStatus } } }`, nil), "repository", "pullRequest")
		if at(p, "reviewDecision") != want || at(p, "mergeStateStatus") != status {
			t.Errorf("got %v, want %v, %v", p, want, status)
		}
	}
	decision("REVIEW_REQUIRED", "BLOCKED")
	c.Review(1, "mallory", "APPROVED", "")
	decision("REVIEW_REQUIRED", "BLOCKED")
	c.Review(1, "bob", "CHANGES_REQUESTED", "no")
	c.Review(1, "bob", "COMMENTED", "hm")
	c.Review(1, "carol", "APPROVED", "")
	decision("CHANGES_REQUESTED", "BLOCKED")
	c.merge(1, sha("1")).want(405, "Changes have been requested")
	c.Review(1, "bob", "APPROVED", "fine")
	decision("APPROVED", "CLEAN")
	c.do("POST", "pulls/1/requested_reviewers", object{"reviewers": []string{"mallory"}}).want(422, "not a collaborator")
	c.do("POST", "pulls/1/requested_reviewers", object{"reviewers": []string{"fm-bot"}}).want(422, "pull request author")
}

func TestAPushAndADeletedBranchShow(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddPull(fake.Pull{Number: 1, Head: "feature", SHA: sha("1")})
	c.SetBranch("feature", sha("2"))
	c.do("GET", "pulls/1", nil).want(200, sha("2"))
	c.SetBranch("feature", "")
	if got := c.state(1); got != "closed" {
		t.Errorf("got %s", got)
	}
}

// merger is where the branches are, instead of the fake.
type merger struct {
	heads    map[string]string
	conflict bool
}

func (m *merger) Head(_ context.Context, branch string) (string, error) {
	if m.heads[branch] == "" {
		return "", errors.Join(errors.New(branch), fm.ErrGone)
	}
	return m.heads[branch], nil
}

func (m *merger) MergeBranch(_ context.Context, base, _, _, _ string) (string, error) {
	if m.conflict {
		return "", fm.ErrConflict
	}
	m.heads[base] = sha("ff")
	return m.heads[base], nil
}

// A conflict that a merge found is known until one of the branches moves.
// Caught: the conflict forgotten, and kept for ever.
func TestAMergersConflictIsKnownUntilABranchMoves(t *testing.T) {
	m := &merger{heads: map[string]string{"main": sha("a"), "feature": sha("b")}, conflict: true}
	c := start(t, fake.Options{Merger: m})
	c.open("nowhere", "").want(422, `"field":"head"`)
	c.open("feature", "").want(201)
	c.merge(1, sha("b")).want(405, "Pull Request is not mergeable")
	c.do("GET", "pulls/1", nil).want(200, `"mergeable_state":"dirty"`)
	m.heads["feature"], m.conflict = sha("c"), false
	c.do("GET", "pulls/1", nil).want(200, `"mergeable_state":"clean"`, sha("c"))
	c.merge(1, sha("c")).want(200, sha("ff"))
	c.do("GET", "pulls/1", nil).want(200, `"merged":true`, sha("ff"))
}
