package supervisor

import (
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// People see what a pull request waits for, and what fm decides on first comes
// first. Caught: an old look at another attempt's; checks before a conflict.
func TestPeopleSeeWhatAPullRequestWaitsFor(t *testing.T) {
	failed := fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{Name: "lint"}, {Name: "test"}}}
	for want, p := range map[string]fm.PullRequest{
		"conflicts with its base":               {Conflict: true, Demand: "r1", Checks: failed},
		"changes are asked for":                 {Demand: "r1", Checks: failed},
		"checks fail: lint, test":               {Checks: failed, Armed: true},
		"waits for its checks":                  {Checks: fm.Checks{State: fm.ChecksPending}, Armed: true},
		"is a draft":                            {Draft: true},
		"the forge merges it as soon as it may": {Armed: true},
		"waits for somebody to merge it":        {},
	} {
		p.State = fm.PullOpen
		task := fm.Task{ID: "456", Attempt: 2, Status: fm.Completed, Pull: "9"}
		s := State{Rules: Rules{Merge: ManualMerge}, Queue: queue.Snapshot{Tasks: []fm.Task{task}}, Read: Seen}
		s.digest = digestOf(s.Queue)
		s.Pulls = map[string]PullView{"9": {Run: task.Run(), PullRequest: p}}
		if got := View(s).Pulls; len(got) != 1 || got[0] != (PullStatus{Task: "456", Number: "9", Text: want}) {
			t.Errorf("got %+v, want %q", got, want)
		}
		s.Pulls["9"] = PullView{Run: fm.Run{Task: "456", Attempt: 1}, PullRequest: p}
		if got := View(s).Pulls; len(got) != 0 {
			t.Errorf("of an older attempt: got %+v", got)
		}
	}
}
