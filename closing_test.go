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
		"it is resolved\n#20":                               {"20"},
		"**Closes** #12, _Fixes_ #13, Closes **#14**":       {"12", "13", "14"},
		"fixes [#12](https://github.com/acme/w/issues/12)":  {"12"},
		"Fixes https://www.github.com/acme/widget/pull/12":  {"12"},
		"Closes\u00a0#12":                                   {"12"},
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

// A title that a person or an agent wrote becomes the subject of a commit when
// its pull request is squashed, and in a subject nothing quotes a keyword.
//
// Caught: a title that was put into a code span, or left as it was.
func TestSubjectsCloseNothing(t *testing.T) {
	for title, want := range map[string]string{
		"Fix #123: log in again":                        "Fix 123: log in again",
		"Log in again, closes: #7":                      "Log in again, closes: 7",
		"Resolves GH-7 and fixes acme/tool#12":          "Resolves 7 and fixes acme/tool 12",
		"fix https://github.com/acme/tool/issues/9 now": "fix https://github.com/acme/tool 9 now",
		"fix https://acme/GH-1/a/issues/9":              "fix https://acme/GH-1/a 9",
		"[#123] Add the middleware":                     "[#123] Add the middleware",
		"See #12":                                       "See #12",
		"Fix fix #1 fixes #2":                           "Fix fix 1 fixes 2",
	} {
		got := fm.Subject(title)
		if got != want {
			t.Errorf("Subject(%q) = %q, want %q", title, got, want)
		}
		if ids := fm.Closes(got); ids != nil || fm.Subject(got) != got {
			t.Errorf("Subject(%q) = %q, which closes %q", title, got, ids)
		}
	}
}

// A part that a plan calls "Fix #123: …" does not close #123, and keeps the mark
// of its parent.
//
// Caught: a mark that was taken for a reference; a keyword in front of it.
func TestTitlesOfPartsCloseNothing(t *testing.T) {
	for title, want := range map[string]string{
		"Fix #123: the cookie":        "[#123] Fix 123: the cookie",
		"[#123] Fix #5: the cookie":   "[#123] Fix 5: the cookie",
		"[#123] Implement the cookie": "[#123] Implement the cookie",
		"closes\n#123":                "[#123] closes 123",
	} {
		if got := (fm.Subissue{Title: title}).TitleFor("123"); got != want {
			t.Errorf("TitleFor(%q) = %q, want %q", title, got, want)
		}
	}
}
