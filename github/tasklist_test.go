package github

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// Where GitHub has no sub-issues, the parent's text lists them.
func TestWithoutSubIssuesTheParentListsThem(t *testing.T) {
	r := newRig(t)
	r.DisableSubIssues()
	r.Configure(func(s *fake.Settings) { s.NoDependencies = true })
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in", Body: "Please.\r\n"})
	tracker := r.tracker()
	var made []fm.Issue
	for i, deps := range [][]fm.IssueID{nil, {"13"}} {
		issue, err := tracker.Create(t.Context(), "12", fmt.Sprint(i+1), part("Page"), deps)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, issue)
	}
	if got, want := r.issue(12).Body, "Please.\n\n<!-- fm:tasks -->\n- [ ] #13\n- [ ] #14\n<!-- /fm:tasks -->\n"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	r.AddIssue(fake.Issue{Number: 20, Title: "A person's"})
	r.SetBody(12, strings.Replace(r.issue(12).Body, "- [ ] #13\n", "- [x] #13\n* [ ] #20 by hand\n- [ ] #99\n", 1))
	for _, tracker := range []*Tracker{tracker, r.tracker()} {
		children, err := tracker.Children(t.Context(), "12")
		if err != nil {
			t.Fatal(err)
		}
		var ids []fm.IssueID
		for _, c := range children {
			ids = append(ids, c.ID)
			if c.Parent != "12" {
				t.Errorf("#%s has parent %q", c.ID, c.Parent)
			}
		}
		if !slices.Equal(ids, []fm.IssueID{"13", "14", "20"}) || !slices.Equal(children[1].DependsOn, []fm.IssueID{"13"}) {
			t.Errorf("children %v, depends on %v", ids, children[1].DependsOn)
		}
	}
	again, err := r.tracker().Create(t.Context(), "12", "2", part("Page"), []fm.IssueID{"13"})
	if err != nil || again.ID != made[1].ID {
		t.Errorf("again: #%s, %v", again.ID, err)
	}
	if got := len(readTasks(r.issue(12).Body)); got != 4 {
		t.Errorf("%d lines: %s", got, r.issue(12).Body)
	}
}

// A list that a person edits meanwhile loses nothing, and a lost answer adds no
// second line.
//
// Fault: F14.
func TestTaskListSurvivesEveryFault(t *testing.T) {
	for name, verdict := range map[string]fake.Verdict{
		"cut before": {Act: fake.Cut, When: fake.Before},
		"cut after":  {Act: fake.Cut, When: fake.After},
		"502 after":  fake.Failing(fake.After, 502),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.DisableSubIssues()
			r.AddIssue(fake.Issue{Number: 12, Title: "Log in", Body: "Please."})
			struck := false
			r.Fault(func(q fake.Request) fake.Verdict {
				if q.Operation != "PATCH issues/{issue_number}" || struck {
					return fake.Verdict{}
				}
				struck = true
				return verdict
			})
			if _, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), nil); err != nil {
				t.Fatal(err)
			}
			if got, want := r.issue(12).Body, "Please.\n\n<!-- fm:tasks -->\n- [ ] #13\n<!-- /fm:tasks -->\n"; got != want || !struck {
				t.Errorf("text %q, want %q", got, want)
			}
		})
	}
}
