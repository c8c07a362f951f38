package github

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

func TestConclusionsStandAsInBranchRules(t *testing.T) {
	for _, c := range []struct {
		status, conclusion string
		want               verdict
	}{
		{"COMPLETED", "SUCCESS", passed},
		{"completed", "neutral", passed},
		{"completed", "skipped", passed},
		{"completed", "failure", failed},
		{"COMPLETED", "TIMED_OUT", failed},
		{"completed", "cancelled", failed},
		{"completed", "action_required", failed},
		{"COMPLETED", "STARTUP_FAILURE", failed},
		{"COMPLETED", "STALE", failed},
		{"completed", "a word of next year", failed},
		{"queued", "", pending},
		{"IN_PROGRESS", "", pending},
		{"waiting", "", pending},
		{"pending", "success", pending},
	} {
		if got := conclude(c.status, c.conclusion); got != c.want {
			t.Errorf("%s %s: got %v, want %v", c.status, c.conclusion, got, c.want)
		}
	}
	for state, want := range map[string]verdict{"success": passed, "FAILURE": failed, "error": failed, "pending": pending, "EXPECTED": pending} {
		if got := judge(state); got != want {
			t.Errorf("status %s: got %v, want %v", state, got, want)
		}
	}
}

// An agent is sent back once, with all that failed. Caught: failed as soon as
// one has failed; unreadable outweighs what runs.
func TestChecksAreFailedWhenAllAreOver(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 20, 17, minute, 0, 0, time.UTC) }
	one := func(id, name string, v verdict, began time.Time) check {
		return check{id: id, key: name, name: name, verdict: v, began: began}
	}
	for name, c := range map[string]struct {
		checks checks
		want   fm.Checks
	}{
		"none":                 {checks{}, fm.Checks{}},
		"one runs, one failed": {checks{all: []check{one("1", "a", failed, at(1)), one("2", "b", pending, at(1))}}, fm.Checks{State: fm.ChecksPending}},
		"all over": {
			checks{all: []check{one("3", "c", passed, at(1)), one("2", "b", failed, at(1)), one("1", "a", failed, at(1))}},
			fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{ID: "1", Name: "a"}, {ID: "2", Name: "b"}}},
		},
		"passed":                       {checks{all: []check{one("1", "a", passed, at(1))}}, fm.Checks{State: fm.ChecksPassed}},
		"some unreadable":              {checks{all: []check{one("1", "a", failed, at(1))}, unreadable: true}, fm.Checks{State: fm.ChecksUnreadable}},
		"unreadable, and one runs":     {checks{all: []check{one("1", "a", pending, at(1))}, unreadable: true}, fm.Checks{State: fm.ChecksPending}},
		"ran again":                    {checks{all: []check{one("9", "a", passed, at(5)), one("1", "a", failed, at(1))}}, fm.Checks{State: fm.ChecksPassed}},
		"is to run again, no time":     {checks{all: []check{one("9", "a", pending, time.Time{}), one("1", "a", failed, at(1))}}, fm.Checks{State: fm.ChecksPending}},
		"listed last is the last":      {checks{all: []check{one("1", "a", failed, at(1)), one("9", "a", passed, at(1))}}, fm.Checks{State: fm.ChecksPassed}},
		"the last of it was cancelled": {checks{all: []check{one("1", "a", passed, at(1)), one("9", "a", failed, at(2))}}, fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{ID: "9", Name: "a"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.checks.sum()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
