package fm_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

const whole = `# Completion Status

**Status:** SUCCESS
**Finished:** 2026-11-20T14:30:45Z

## Summary
Added the middleware.

### Details
None.

## Files Changed
- auth.go

## Verification
- [x] tests

## PR
Skipped
`

func TestCompletionIsReadWhole(t *testing.T) {
	want := fm.Completion{
		Outcome:      fm.Success,
		Finished:     time.Date(2026, 11, 20, 14, 30, 45, 0, time.UTC),
		Summary:      "Added the middleware.\n\n### Details\nNone.",
		Files:        "- auth.go",
		Verification: "- [x] tests",
		PR:           "Skipped",
	}
	for name, text := range map[string]string{
		"as asked for":      whole,
		"with CRLF":         strings.ReplaceAll(whole, "\n", "\r\n"),
		"with colours":      strings.Replace(whole, "SUCCESS", "\x1b[32mSUCCESS\x1b[0m", 1),
		"in another order":  strings.Replace(whole, "## PR\nSkipped\n", "", 1) + "\n## pr\n\nSkipped",
		"as a list":         strings.NewReplacer("**Status:**", "- **Status**:", "**Finished:**", "- **Finished**:").Replace(whole),
		"without its title": strings.TrimPrefix(whole, "# Completion Status\n\n"),
	} {
		got, err := fm.ParseCompletion(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: want -, got +\n%s", name, d)
		}
	}
}

// What an agent left unsaid must never be taken for success.
// Caught: the first outcome of a line that names several; the first of two
// lines.
//
// Fault: F18.
func TestOutcomeIsExactlyOne(t *testing.T) {
	for text, want := range map[string]fm.Outcome{
		"**Status:** SUCCESS":                           fm.Success,
		"**Status:** FAILED":                            fm.Failure,
		"Status: partial":                               fm.Partial,
		"* **Status:** FAILED (2 of 3 tests)":           fm.Failure,
		"**Status:** SUCCESS, no test failed":           fm.Success,
		"**Status:** SUCCESS\n\n**Status:** SUCCESS":    fm.Success,
		"**Status:** SUCCESS\n## Summary\nStatus: DONE": fm.Success,
		"**Status:** SUCCESS | FAILED | PARTIAL":        "", // the form, not filled in
		"**Status:** SUCCESS or FAILED":                 "",
		"**Status:** SUCCESS\n**Status:** FAILED":       "",
		"**Status:** SUCCESSFUL":                        "",
		"**Status:** NOT SUCCESS":                       "",
		"**Status:** DONE":                              "",
		"**Status:**":                                   "",
		"**Status:**\n**Finished:** 2026":               "",
		"**Stat":                                        "",
		"":                                              "",
		"# Completion Status\nSUCCESS":                  "",
		"x **Status:** SUCCESS":                         "",
		whole + strings.Repeat("x", fm.MaxCompletion):   "",
	} {
		got, err := fm.ParseCompletion(text)
		if got.Outcome != want || errors.Is(err, fm.ErrNotCompletion) != (want == "") {
			t.Errorf("ParseCompletion(%.60q) = %q, %v; want %q", text, got.Outcome, err, want)
		}
	}
}

// An agent writes the file in pieces; a piece that is read as success would
// end its work.
func TestNoPrefixClaimsMoreThanTheWhole(t *testing.T) {
	text := strings.Replace(whole, "SUCCESS", "FAILED", 1)
	for i := range text {
		if c, err := fm.ParseCompletion(text[:i]); err == nil && c.Outcome != fm.Failure {
			t.Errorf("the first %d bytes are read as %s", i, c.Outcome)
		}
	}
}

// Fault: F18.
func FuzzParseCompletion(f *testing.F) {
	f.Add(whole)
	f.Add("**Status:** FAILED\n**Finished:** yesterday\n## Summary\n\x1b[31m\u202e")
	f.Add("Status: SUCCESS | FAILED")
	f.Add("\xff\x00**Status:**\t partial\r\n##\n## \n## PR")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := fm.ParseCompletion(text)
		if err != nil {
			if !errors.Is(err, fm.ErrNotCompletion) || c != (fm.Completion{}) {
				t.Errorf("error %v with %+v, want a zero value and ErrNotCompletion", err, c)
			}
			return
		}
		switch c.Outcome {
		case fm.Success, fm.Failure, fm.Partial:
		default:
			t.Errorf("outcome %q", c.Outcome)
		}
		for _, s := range []string{c.Summary, c.Files, c.Verification, c.PR} {
			if s != fm.Plain(s) {
				t.Errorf("unsafe to show: %q", s)
			}
		}
	})
}
