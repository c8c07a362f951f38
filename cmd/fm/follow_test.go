package main

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// TestALineSaysWhatMatters: one that is given back for a conflict names the file,
// and one whose time is up repeats no path. Caught: a limit of 160 characters.
func TestALineSaysWhatMatters(t *testing.T) {
	t.Parallel()
	title := strings.Repeat("a long title ", 10)
	conflict := "merge the base into the branch and resolve: rebase fix/issue-3 onto main: merge 6f0c5a1e3a44f5d0d4c5be0d0c2bd4f1a6b8e7c9: both sides changed src/features/checkout/components/price.js: conflict"
	if got := change(fm.Task{ID: "3", Title: title, Status: fm.Pending, Failures: 1, Note: conflict}); !strings.Contains(got, "price.js") {
		t.Errorf("no file in %q", got)
	}
	late := fm.Task{ID: "3", Title: "Slow", Status: fm.Failed, Note: "Issue #3 timed out after 10m0s. The worktree is preserved at: /x Debug: cd /x; git status"}
	if got, want := change(late), "✗ #3 Slow: failed: timed out after 10 minutes"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := change(fm.Task{ID: "3", Title: "Hard", Status: fm.Failed, Note: "the agent gave up: no"}), "✗ #3 Hard: failed: the agent gave up: no"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
