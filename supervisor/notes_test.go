package supervisor

import (
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestNotesAreReadAsTheyAreWritten: what is shown of a timeout hangs on it.
// Caught: a reader that knew "#123" and not "PROJ-1"; the words of an agent taken
// for the time being up.
func TestNotesAreReadAsTheyAreWritten(t *testing.T) {
	dirs := map[string]func(fm.Site) string{"without a folder": nil, "with one": func(fm.Site) string { return "/tmp/a. b" }}
	for name, dir := range dirs {
		for _, task := range []fm.Task{{ID: "123"}, {ID: "PROJ-1"}, {ID: "7", Terms: fm.Terms{Fix: true, Main: true}}} {
			for _, limit := range []time.Duration{10 * time.Minute, 1500 * time.Millisecond, 90 * time.Minute} {
				task.Status, task.Note = fm.Failed, Rules{Dir: dir}.timedOut(task, limit)
				if got, ok := TimedOut(task); got != limit || !ok {
					t.Errorf("%s: %q: %s, %v; want %s", name, task.Note, got, ok, limit)
				}
			}
		}
	}
	for _, note := range []string{"", "the agent gave up: the test timed out after 5s.", "Issue #124 timed out after 5s.", "Issue #123 timed out after a while."} {
		if got, ok := TimedOut(fm.Task{ID: "123", Status: fm.Failed, Note: note}); ok {
			t.Errorf("%q: %s", note, got)
		}
	}
	if _, ok := TimedOut(fm.Task{ID: "123", Status: fm.Pending, Note: "Issue #123 timed out after 5s."}); ok {
		t.Error("one that is tried again")
	}
}
