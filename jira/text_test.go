package jira

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

// The text of a subissue comes back as it was planned, but for empty lines, and
// is markup to Jira's own readers.
func TestTheTemplateSurvivesTheMarkup(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	parent := fm.IssueID(r.AddIssue(fake.Issue{Summary: "Parent"}))
	plan := fm.Subissue{
		Title: "Write it", Description: "Call `a_b_c(*x)` in **main.go**.\n\n```go\nfunc f() { *x = {a: 1} }\n```\n\n1. one\n2. two",
		Criteria: []string{"It works"}, Context: []string{"cmd/fm/main.go"}, Hours: 1.5, Priority: "low",
	}
	made, err := r.tracker(r.direct).Create(t.Context(), parent, "a", plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	dense := func(text string) string {
		for strings.Contains(text, "\n\n") {
			text = strings.ReplaceAll(text, "\n\n", "\n")
		}
		return strings.TrimSpace(text)
	}
	if got, want := dense(made.Body), dense(plan.BodyFor(parent)); got != want {
		t.Errorf("came back as:\n%s\nwant:\n%s", got, want)
	}
	stored := r.issue(string(made.ID)).Description
	for _, want := range []string{"h2. Description", "*Parent Issue*", "{code:go}", "{{a_b_c"} {
		if !strings.Contains(stored, want) {
			t.Errorf("no %q in:\n%s", want, stored)
		}
	}
}

// A long text is cut to what Jira takes, however much longer its markup is.
func TestLongTextsFit(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	parent := fm.IssueID(r.AddIssue(fake.Issue{Summary: "Parent"}))
	for i, text := range []string{"{*[_", "ä ", "x\n\n", "\\*"} {
		plan := fm.Subissue{Title: "x", Description: strings.Repeat(text, 40_000)}
		made, err := r.tracker(r.direct).Create(t.Context(), parent, string(rune('a'+i)), plan, nil)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if err := r.tracker(r.direct).Close(t.Context(), made.ID, strings.Repeat(text, 40_000)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
