package supervisor

import (
	"github.com/founder-mode/fm"
)

// PullStatus is an open pull request, as the last look found it.
type PullStatus struct {
	Task   fm.TaskID `json:"task"`
	Number string    `json:"number"`
	Text   string    `json:"text"` // one line for people: what it waits for
}

// pullStatuses lists the pull requests that fm has under way, in the order of
// the queue. One that was not looked at yet is left out.
func (s State) pullStatuses() []PullStatus {
	var all []PullStatus
	for t := range s.inHand {
		if p, known := s.view(t); known && t.Status == fm.Completed && p.State == fm.PullOpen {
			all = append(all, PullStatus{Task: t.ID, Number: t.Pull, Text: s.waitsFor(p)})
		}
	}
	return all
}

// waitsFor says what an open pull request waits for, in the order in which
// [decision.completed] decides.
func (s State) waitsFor(p PullView) string {
	switch {
	case p.Conflict:
		return "conflicts with its base"
	case p.Demand != "":
		return "changes are asked for"
	case p.Checks.State == fm.ChecksFailed:
		return "checks fail: " + checkNames(p.Checks.Failed)
	case p.Checks.State == fm.ChecksPending:
		return "waits for its checks"
	case p.Draft:
		return "is a draft"
	case p.Armed:
		return "the forge merges it as soon as it may"
	case s.Rules.Merge == ManualMerge:
		return "waits for somebody to merge it"
	}
	return "is about to be merged"
}
