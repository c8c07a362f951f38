package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

func write(tb testing.TB, dir, name, text string) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
}

func read(tb testing.TB, dir, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// The template is the one of the first design of fm, which users know.
func TestSubissueFileIsTheTemplate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "issues")
	tracker := local.NewTracker(dir)
	write(t, dir, "0123-login.md", "# Add a login\n")
	issue, err := tracker.Create(t.Context(), "123", "123/1", fm.Subissue{
		Title:       "Implement authentication middleware",
		Description: "Implement JWT authentication middleware for the API endpoints.",
		Criteria:    []string{"Middleware validates JWT tokens", "Returns 401 for invalid tokens"},
		Context:     []string{"Use existing JWT library in package.json"},
		Hours:       3,
		Priority:    "high",
	}, []fm.IssueID{"7", "PROJ-8"})
	if err != nil {
		t.Fatal(err)
	}
	want := `---
id: 124
title: '[#123] Implement authentication middleware'
status: open
parent: 123
dependencies: [7, PROJ-8]
labels: []
priority: high
key: 123/1
---

**Parent Issue**: #123
**Estimated Hours**: 3
**Priority**: High

## Description
Implement JWT authentication middleware for the API endpoints.

## Acceptance Criteria
- [ ] Middleware validates JWT tokens
- [ ] Returns 401 for invalid tokens

## Technical Context
- Use existing JWT library in package.json

---
Automated subissue from parent #123
`
	got := read(t, dir, "0124-implement-authentication-middleware.md")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	again, err := tracker.Issue(t.Context(), "124")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(issue, again); diff != "" {
		t.Fatal("what Create returned and what Issue reads differ:", diff)
	}
	if diff := cmp.Diff([]fm.IssueID{"7", "PROJ-8"}, issue.DependsOn); diff != "" || issue.Priority != fm.High || issue.Parent != "123" {
		t.Fatalf("%+v %s", issue, diff)
	}
}
