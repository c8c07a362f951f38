package intake

import (
	"testing"

	"github.com/founder-mode/fm"
)

// TestKindIsWhatAPersonWouldSay reads labels first, and then the title.
// Caught: a title that was asked before the labels; a symptom that was asked
// before the verb; "Update fails" for a chore; a scheme that was not taken off.
func TestKindIsWhatAPersonWouldSay(t *testing.T) {
	for _, c := range []struct {
		title  string
		labels []string
		want   string
	}{
		{"Fix login redirect", nil, "bug"},
		{"Add dark mode", nil, "feature"},
		{"API timeout", nil, "bug"},

		{"Add dark mode", []string{"bug"}, "bug"},
		{"Login", []string{"kind/bug", "area/auth"}, "bug"},
		{"Login", []string{"priority: high", "Type: Bug"}, "bug"},
		{"Login", []string{"type/regression"}, "bug"},
		{"Login", []string{"C-bug", "A-docs"}, "bug"},
		{"Login", []string{"🐛 bug"}, "bug"},
		{"Login", []string{"bug :bug:"}, "bug"},
		{"Login", []string{"enhancement"}, "feature"},
		{"Fix login", []string{"Feature Request"}, "feature"},
		{"Login", []string{"feature-request"}, "feature"},
		{"Login", []string{"type: Story"}, "feature"},
		{"Login", []string{"Issue Type: Improvement"}, "feature"},
		{"Login", []string{"enhancement", "documentation"}, "docs"},
		{"Login", []string{"bug", "documentation"}, "bug"},
		{"Fix login", []string{"tech_debt"}, "refactor"},
		{"Login", []string{"dependencies", "javascript"}, "chore"},
		{"Login", []string{"flaky-test"}, "test"},
		{"How to fix the crash on login?", []string{"question"}, "task"},
		{"Fix login", []string{"type: Task"}, "task"},
		{"Fix login", []string{"Sub-task"}, "task"},
		{"Crash on login", []string{"area/docs", "good first issue", "P1", "needs-triage"}, "bug"},

		{"fix: redirect loop", nil, "bug"},
		{"feat(ui): dark mode", nil, "feature"},
		{"feat!: drop Node 16", nil, "feature"},
		{"docs: error codes", nil, "docs"},
		{"refactor(core): split parser", nil, "refactor"},
		{"test: add parser cases", nil, "test"},
		{"chore(deps): bump lodash from 4.17.20 to 4.17.21", nil, "chore"},
		{"build: fix errors on Windows", nil, "chore"},
		{"[Bug] Dark mode", nil, "bug"},
		{"[BUG]: dark mode", nil, "bug"},
		{"[Feature Request] handle timeouts", nil, "feature"},
		{"(docs) timeouts", nil, "docs"},
		{"Question: what is a timeout?", nil, "task"},
		{"Error: ENOENT: no such file or directory", nil, "bug"},
		{"UI: add dark mode", nil, "feature"},
		{"Settings: page is blank, error in console", nil, "bug"},
		{"[iOS] Add widget", nil, "feature"},

		{"Crash when saving empty file", nil, "bug"},
		{"NullPointerException in UserService.load", nil, "bug"},
		{"TypeError: Cannot read properties of undefined (reading 'id')", nil, "bug"},
		{"Prevent double submission of the form", nil, "bug"},
		{"Build fails on Windows", nil, "bug"},
		{"Update fails with EPERM", nil, "bug"},
		{"Support page doesn’t load", nil, "bug"},
		{"Search results are wrong for umlauts", nil, "bug"},
		{"Login page returns 500", nil, "bug"},
		{"Emails not working since v1.2", nil, "bug"},
		{"Add error message when upload fails", nil, "feature"},
		{"Allow several languages", nil, "feature"},
		{"Please add a retry button", nil, "feature"},
		{"Make the timeout configurable", nil, "feature"},
		{"Option to hide errors", nil, "feature"},
		{"Ability to export as CSV", nil, "feature"},
		{"Improve documentation of timeouts", nil, "docs"},
		{"Fix typo in README", nil, "docs"},
		{"Document the error codes", nil, "docs"},
		{"Update README", nil, "docs"},
		{"Add unit tests for the parser", nil, "test"},
		{"Fix flaky tests on CI", nil, "test"},
		{"Refactor the error handling", nil, "refactor"},
		{"Rename Foo to Bar", nil, "refactor"},
		{"Clean up old feature flags", nil, "refactor"},
		{"Bump Go to 1.26", nil, "chore"},
		{"Remove support for Python 3.8", nil, "chore"},
		{"How to configure timeouts?", nil, "task"},
		{"Quarterly planning", nil, "task"},
		{"", nil, "task"},
		{"\x1b[31mFix\x1b[0m login", nil, "bug"},
	} {
		if got := Kind(fm.Issue{Title: c.title, Labels: c.labels}); got != c.want {
			t.Errorf("%q %q: got %s, want %s", c.title, c.labels, got, c.want)
		}
	}
}

// FuzzKind takes any text for a title and a label.
func FuzzKind(f *testing.F) {
	for _, s := range []string{"Fix login", "[", "[]:", ":::", "type:", "size/", "e ", "feat(: x", "\xff\u202e", "Type: :bug: Bug"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, title, label string) {
		issue := fm.Issue{Title: title, Body: title + "\n" + label, Labels: []string{label}}
		switch kind := Kind(issue); kind {
		case "bug", "feature", "docs", "refactor", "test", "chore", "task":
		default:
			t.Errorf("kind %q", kind)
		}
		switch scope := Scope(issue, nil); scope {
		case "small", "medium", "large":
		default:
			t.Errorf("scope %q", scope)
		}
	})
}
