package queue_test

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestWishesThatMakeNoSenseAreRefused, and no other. Caught: another priority for
// a task whose turn is over; a hold of what is merged.
func TestWishesThatMakeNoSenseAreRefused(t *testing.T) {
	want := map[fm.Status]string{ // for each wish, - or what is refused
		fm.Pending:   "- - - -",
		fm.Working:   "retried - - -",
		fm.Completed: "decides - - -",
		fm.Merged:    "retried nothing stop over",
		fm.Failed:    "- - - -",
		fm.Blocked:   "- - - -",
		fm.Cancelled: "- - already come",
		fm.Hold:      "- already - -",
		"strange":    "- - - -",
	}
	for status, line := range want {
		for i, word := range strings.Fields(line) {
			got := queue.Refused(fm.Task{ID: "5", Status: status, Worker: 3, Pull: "7"}, queue.Wish(i))
			if (got == "") != (word == "-") || word != "-" && !strings.Contains(got, word) {
				t.Errorf("wish %d of a task that is %s: %q, want %s", i, status, got, word)
			}
		}
	}
}
