package supervisor

import (
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// An issue that was taken whole, and got a subissue afterwards, is a task itself.
//
// Caught: an issue that was closed over its own work.
func TestAParentThatIsATaskItselfIsClosedWhenThatIsMerged(t *testing.T) {
	for status, want := range map[fm.Status]int{fm.Pending: 0, fm.Completed: 0, fm.Merged: 1} {
		snap := queue.Snapshot{Tasks: []fm.Task{{ID: "21", Status: status}, {ID: "26", Parent: "21", Status: fm.Merged}}}
		if got := digestOf(snap).parents; len(got) != want {
			t.Errorf("the parent is %s: %d are to be closed, want %d", status, len(got), want)
		}
	}
}
