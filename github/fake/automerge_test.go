package fake_test

import (
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

// What could be merged at once cannot be armed; what waits for a check is
// merged when the check is green, and closes its issue. Caught: arming in
// unstable status, a merge while the check runs.
func TestAutoMergeWaitsForWhatIsRequired(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "x"})
	c.AddPull(fake.Pull{Number: 2, Head: "feature", SHA: sha("1"), Body: "Closes #1"})
	id := c.nodeOf(2)
	c.arm(id, "Pull request is in clean status")
	c.SetCheck(sha("1"), "build", "")
	c.arm(id, "Pull request is in unstable status")
	c.Configure(func(s *fake.Settings) { s.Required = []string{"build"} })
	c.Configure(func(s *fake.Settings) { s.AutoMerge = false })
	c.arm(id, "Auto merge is not allowed for this repository")
	c.Configure(func(s *fake.Settings) { s.AutoMerge = true })
	c.arm(id)
	c.arm(id) // once more changes nothing
	c.do("GET", "pulls/2", nil).want(200, `"auto_merge":{`, `"mergeable_state":"blocked"`)
	c.SetCheck(sha("1"), "build", "failure")
	if p, _ := c.Pull(2); p.State != "open" || !p.Armed {
		t.Fatalf("got %s, armed %v", p.State, p.Armed)
	}
	c.SetCheck(sha("1"), "build", "success")
	if p, _ := c.Pull(2); p.State != "merged" || p.Armed {
		t.Fatalf("got %s, armed %v", p.State, p.Armed)
	}
	if i, _ := c.Issue(1); !i.Closed {
		t.Error("the issue is open")
	}
}

func TestADraftIsNotArmed(t *testing.T) {
	c := start(t, fake.Options{})
	c.Configure(func(s *fake.Settings) { s.Required = []string{"build"} })
	c.AddPull(fake.Pull{Number: 1, Head: "feature", SHA: sha("1")})
	id := c.nodeOf(1)
	c.arm(id)
	c.draft(id) // takes the arming along
	if p, _ := c.Pull(1); p.Armed || !p.Draft {
		t.Errorf("got armed %v, draft %v", p.Armed, p.Draft)
	}
	c.arm(id, "UNPROCESSABLE")
	c.Archive()
	c.graphQL(`mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }`, object{"id": id}, "FORBIDDEN", "read-only")
}

// A branch with a queue takes nothing past it. Caught: a merge by PUT.
func TestAMergeQueueTakesAPullRequestOnce(t *testing.T) {
	c := start(t, fake.Options{})
	c.Configure(func(s *fake.Settings) { s.Queue = true })
	c.AddPull(fake.Pull{Number: 1, Head: "feature", SHA: sha("1")})
	c.merge(1, sha("1")).want(405, "Changes must be made through the merge queue")
	enqueue := func(errors ...string) {
		t.Helper()
		c.graphQL(`mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) { mergeQueueEntry { id state } } }`, object{"id": c.nodeOf(1)}, errors...)
	}
	enqueue()
	enqueue("already in the queue")
	got := c.graphQL(`{ repository(owner: "acme", name: "widget") { pullRequest(number: 1) { isInMergeQueue state } } }`, nil)
	if at(got, "repository", "pullRequest", "isInMergeQueue") != true {
		t.Errorf("got %v", got)
	}
	if err := c.MergePull(1, "the queue"); err != nil || c.state(1) != "merged" {
		t.Errorf("got %s, %v", c.state(1), err)
	}
}
