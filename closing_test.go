package fm_test

import (
	"slices"
	"testing"

	"github.com/founder-mode/fm"
)

// What an agent writes must not close a parent.
//
// Caught: only "#n" taken for an issue; a keyword in the middle of a word.
func TestForeignTextClosesNoIssue(t *testing.T) {
	for text, want := range map[string][]fm.IssueID{
		"Closes #12": {"12"},
		"fixed: #12, and resolves acme/widget#13": {"12", "13"},
		"FIXES GH-7": {"7"},
		"close https://github.com/acme/widget/issues/9 now": {"9"},
		"Part of #12; see #13":                              nil,
		"encloses #12":                                      nil,
		"closes `#12`":                                      nil,
		"This resolves the problem of #12":                  nil,
		"fix #1\nfix  #2":                                   {"1", "2"},
	} {
		if got := fm.Closes(text); !slices.Equal(got, want) {
			t.Errorf("Closes(%q) = %q, want %q", text, got, want)
		}
		safe := fm.CloseNothing(text)
		if got := fm.Closes(safe); got != nil {
			t.Errorf("CloseNothing(%q) = %q, which closes %q", text, safe, got)
		}
		if again := fm.CloseNothing(safe); again != safe {
			t.Errorf("CloseNothing(%q) = %q", safe, again)
		}
	}
}
