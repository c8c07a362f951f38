package forgetest

import (
	"strings"

	"github.com/founder-mode/fm"
)

// said checks how often a comment stands at an issue.
func (t tracker) said(id fm.IssueID, comment string, want int) {
	t.Helper()
	if got := strings.Count(t.Thread(id), comment); got != want {
		t.Errorf("%q stands %d times at #%s, want %d:\n%s", comment, got, id, want, t.Thread(id))
	}
}

func (t tracker) closedOnce() {
	id := t.Add("Parent", "Body.")
	for range 2 {
		t.close(id, "All parts are merged.")
		if !t.issue(id).Closed {
			t.Error("it is not closed")
		}
		t.issues = t.Restart()
	}
	t.said(id, "All parts are merged.", 1)
	if !strings.Contains(t.issue(id).Body, "Body.") {
		t.Errorf("the text became %q", t.issue(id).Body)
	}
	t.Reopen(id)
	for range 2 {
		t.close(id, "Done again.")
		if t.issue(id).Closed {
			t.Fatal("closed again what a person reopened")
		}
		t.issues = t.Restart()
	}
	t.said(id, "Done again.", 0)
	t.said(id, "All parts are merged.", 1)
}

func (t tracker) personsClosingIsLeft() {
	id := t.Add("Parent", "")
	t.Close(id)
	t.close(id, "Done.")
	t.said(id, "Done.", 0)
	if !t.issue(id).Closed {
		t.Error("it is open")
	}
	// fm has not closed it yet, so nobody has overruled fm.
	t.Reopen(id)
	t.close(id, "Done now.")
	t.said(id, "Done now.", 1)
	if !t.issue(id).Closed {
		t.Error("it is open")
	}
}
