package supervisor

import (
	"testing"

	"github.com/founder-mode/fm"
)

// TestAPullRequestIsInReviewWhenOnlyPeopleCanGoOn: until a look has seen that it
// waits for people, and whenever fm, a check or an agent is at it, it is merely
// created. Caught: every open one; one that nobody has looked at; one that fm is
// about to merge.
func TestAPullRequestIsInReviewWhenOnlyPeopleCanGoOn(t *testing.T) {
	for _, c := range []struct {
		what   string
		rule   MergePolicy
		change func(*fm.PullRequest)
		want   string
	}{
		{"people merge", ManualMerge, func(*fm.PullRequest) {}, "PR #9 in review"},
		{"its checks have passed", ManualMerge, func(p *fm.PullRequest) { p.Checks.State = fm.ChecksPassed }, "PR #9 in review"},
		{"its checks run", ManualMerge, func(p *fm.PullRequest) { p.Checks.State = fm.ChecksPending }, "PR #9 created"},
		{"its checks fail", ManualMerge, func(p *fm.PullRequest) { p.Checks.State = fm.ChecksFailed }, "PR #9 created"},
		{"it conflicts", ManualMerge, func(p *fm.PullRequest) { p.Conflict = true }, "PR #9 created"},
		{"it is closed", ManualMerge, func(p *fm.PullRequest) { p.State = fm.PullClosed }, "PR #9 created"},
		{"fm merges it", AutoMerge, func(*fm.PullRequest) {}, "PR #9 created"},
		{"the forge merges it when people agree", AutoMerge, func(p *fm.PullRequest) { p.Armed = true }, "PR #9 in review"},
		{"it is a draft", AutoMerge, func(p *fm.PullRequest) { p.Draft = true }, "PR #9 in review"},
		{"a reviewer looks again", AutoMerge, func(p *fm.PullRequest) { p.Demand = "bob" }, "PR #9 in review"},
	} {
		done := task("5", fm.Completed)
		done.Attempt, done.Pull = 1, "9"
		s := seen(done).with(live(1, "5", 1), claimed(1))
		s.Rules.Merge = c.rule
		if got := View(s).Workers[0].Text; got != "PR #9 created" {
			t.Errorf("%s, not looked at yet: got %q", c.what, got)
		}
		p := fm.PullRequest{Number: "9", State: fm.PullOpen}
		c.change(&p)
		s.Pulls = map[string]PullView{"9": {Run: done.Run(), PullRequest: p}}
		if got := View(s).Workers[0].Text; got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}
