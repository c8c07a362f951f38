package jira

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

// What Jira knows of an issue is said in the words of fm.
func TestAnIssueIsReadWhole(t *testing.T) {
	for _, kind := range kinds {
		r := newStillRig(t, fake.Options{Kind: kind})
		const field = "customfield_10700"
		r.Configure(func(s *fake.Settings) {
			s.Page = 2
			s.Custom = append(s.Custom, fake.Field{ID: "customfield_10699", Name: "acceptance criteria"}, fake.Field{ID: field, Name: "Acceptance Criteria"})
		})
		open, done := r.AddIssue(fake.Issue{Project: "OTHER", Summary: "Open"}), r.AddIssue(fake.Issue{Summary: "Done", Status: "Done"})
		parent := r.AddIssue(fake.Issue{Summary: "Parent"})
		n := fake.Issue{
			Summary: "Add  a\x1b[31m login", Description: "Because.", Type: "Sub-task", Parent: parent, Priority: "Highest", Labels: []string{"ui"},
			BlockedBy: []string{open, done}, Custom: map[string]any{field: "It works."},
		}
		for i := range 5 {
			n.Comments = append(n.Comments, fake.Comment{Author: "bob", Body: fmt.Sprint("Comment ", i)})
		}
		key := r.AddIssue(n)
		got, err := r.tracker(r.direct).Issue(t.Context(), fm.IssueID(strings.ToLower(key)))
		if err != nil {
			t.Fatal(err)
		}
		want := fm.Issue{
			ID: fm.IssueID(key), Title: "Add a login", Body: "Because.\n\n## Acceptance Criteria\n\nIt works.", Parent: fm.IssueID(parent),
			DependsOn: []fm.IssueID{fm.IssueID(open)}, Labels: []string{"ui", "type: Sub-task"}, Priority: fm.Critical, URL: r.URL() + "/browse/" + key,
		}
		for i := range 5 {
			want.Comments = append(want.Comments, fm.Comment{Author: "bob", Body: fmt.Sprint("Comment ", i)})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
		quiet, err := r.tracker(r.direct, func(o *Options) { o.Config.Comments = "none" }).Issue(t.Context(), fm.IssueID(key))
		if err != nil || len(quiet.Comments) > 0 {
			t.Errorf("comments %q, %v", quiet.Comments, err)
		}
	}
}

func TestCriteriaAreSaidOnce(t *testing.T) {
	const field = "customfield_1"
	c := &customs{criteria: []string{field}}
	for _, tt := range []struct{ body, value, want string }{
		{"Text.", `"It works."`, "Text.\n\n## Acceptance Criteria\n\nIt works."},
		{"", `"It works."`, "## Acceptance Criteria\n\nIt works."},
		{"## acceptance criteria\n- x", `"It works."`, "## acceptance criteria\n- x"},
		{"**Acceptance Criteria**\n- x", `"It works."`, "**Acceptance Criteria**\n- x"},
		{"Text.", `null`, "Text."},
		{"Text.", `""`, "Text."},
		{"Text.", `[{"name":"x"}]`, "Text."},
		{"Text.", `7`, "Text."},
	} {
		f := &fields{}
		if err := f.UnmarshalJSON([]byte(`{"` + field + `":` + tt.value + `}`)); err != nil {
			t.Fatal(err)
		}
		if got := c.appended(plain(), tt.body, f); got != tt.want {
			t.Errorf("%q and %s gave %q, want %q", tt.body, tt.value, got, tt.want)
		}
	}
}

// An issue that was moved to another project answers to its old key, which stands
// in queues and branches.
func TestAMovedIssueKeepsItsID(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	old := fm.IssueID(r.AddIssue(fake.Issue{Summary: "x", Description: "Text."}))
	now := r.Move(string(old), "OTHER")
	j := r.open(r.direct)
	got, err := j.Tracker().Issue(t.Context(), old)
	if err != nil || got.ID != old || !strings.Contains(got.Body, now) || !strings.HasSuffix(got.URL, now) {
		t.Errorf("%+v, %v", got, err)
	}
	if said := j.Remarks(); len(said) != 1 || !strings.Contains(said[0], now) {
		t.Errorf("remarks %q", said)
	}
	child, err := j.Tracker().Create(t.Context(), old, "a", part("x"), nil)
	if err != nil || projectOf(string(child.ID)) != "OTHER" || child.Parent != old {
		t.Errorf("%+v, %v", child, err)
	}
	if err := j.Tracker().Close(t.Context(), old, "Done."); err != nil {
		t.Error(err)
	}
}

// The issues of an epic are its children, however its Jira ties them to it.
func TestAnEpicHasItsIssues(t *testing.T) {
	for _, kind := range kinds {
		r := newStillRig(t, fake.Options{Kind: kind})
		epic := r.AddIssue(fake.Issue{Summary: "Epic", Type: "Epic"})
		var want []fm.IssueID
		for range 3 {
			n := fake.Issue{Summary: "Story", Custom: map[string]any{"customfield_10014": epic}}
			if kind == fake.Cloud {
				n.Parent = epic
			}
			want = append(want, fm.IssueID(r.AddIssue(n)))
			r.AddIssue(fake.Issue{Summary: "Other"})
		}
		children, err := r.tracker(r.direct).Children(t.Context(), fm.IssueID(epic))
		var got []fm.IssueID
		for _, c := range children {
			got = append(got, c.ID)
			if c.Parent != fm.IssueID(epic) {
				t.Errorf("%s: %+v", kind, c)
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", kind, got, err, want)
		}
		_, err = r.tracker(r.direct).Create(t.Context(), fm.IssueID(epic), "a", part("x"), nil)
		oneLine(t, err, "is an epic")
		if !errors.Is(err, fm.ErrRefused) || r.writes() > 0 {
			t.Errorf("%v, %d writes", err, r.writes())
		}
	}
}

// What fm cannot make it does not try to make, and says why.
func TestSubtasksThatCannotBeMade(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(*fake.Settings)
		says  []string
	}{
		{"no type", func(s *fake.Settings) { s.Types = s.Types[:2] }, []string{"no type of issues for subtasks", "fm fix works without subtasks"}},
		{"two types", func(s *fake.Settings) {
			s.Types = append(s.Types, fake.Type{ID: "7", Name: "Chore", Subtask: true, Level: -1})
		}, []string{"jira.subtask_type", "Sub-task, Chore"}},
		{"required fields", func(s *fake.Settings) {
			s.Create = []fake.Field{{ID: "customfield_2", Name: "Team", Required: true}, {ID: "customfield_3", Name: "Cost", Required: true}, {ID: "customfield_4", Name: "Tier", Required: true, Default: true}}
		}, []string{`"Cost", "Team"`, "fm fix"}},
		{"no description", func(s *fake.Settings) { s.Off = []string{"description"} }, []string{"no description"}},
	} {
		for _, kind := range kinds {
			r := newStillRig(t, fake.Options{Kind: kind})
			r.Configure(tt.alter)
			parent := fm.IssueID(r.AddIssue(fake.Issue{Summary: "Parent"}))
			j := r.open(r.direct)
			for _, err := range []error{second(j.Tracker().Create(t.Context(), parent, "a", part("x"), nil)), j.CheckSubtasks(t.Context())} {
				oneLine(t, err, tt.says...)
				if !errors.Is(err, fm.ErrRefused) {
					t.Errorf("%s: %v", tt.name, err)
				}
			}
			if r.writes() > 0 {
				t.Errorf("%s: %d writes", tt.name, r.writes())
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheSettingsNameTheSubtaskType(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	r.Configure(func(s *fake.Settings) {
		s.Types = append(s.Types, fake.Type{ID: "7", Name: "Chore", Subtask: true, Level: -1})
		s.Off = []string{"labels", "priority"}
	})
	parent := fm.IssueID(r.AddIssue(fake.Issue{Summary: "Parent"}))
	made, err := r.tracker(r.direct, func(o *Options) { o.Config.SubtaskType = "chore" }).Create(t.Context(), parent, "a", part("x"), nil)
	if err != nil || !slices.Contains(made.Labels, "type: Chore") {
		t.Errorf("%+v, %v", made, err)
	}
}

// What another account marked is nobody's to take over, and is not doubled.
func TestAStrangersMarkIsInTheWay(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	parent := r.AddIssue(fake.Issue{Summary: "Parent"})
	r.AddIssue(fake.Issue{
		Summary: "Mine", Type: "Sub-task", Parent: parent, Creator: "mallory",
		Properties: map[string]any{"fm": map[string]any{"parent": r.issue(parent).ID, "key": "a"}},
	})
	_, err := r.tracker(r.direct).Create(t.Context(), fm.IssueID(parent), "a", part("x"), nil)
	oneLine(t, err, "another account made it")
	if !errors.Is(err, fm.ErrRefused) || r.writes() > 0 {
		t.Errorf("%v, %d writes", err, r.writes())
	}
}

// A subtask that was put below another issue is not that one's of the same key.
func TestAMarkIsOfItsParent(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	one, two := r.AddIssue(fake.Issue{Summary: "One"}), r.AddIssue(fake.Issue{Summary: "Two"})
	r.AddIssue(fake.Issue{
		Summary: "Put here", Type: "Sub-task", Parent: two, Creator: "fm",
		Properties: map[string]any{"fm": map[string]any{"parent": r.issue(one).ID, "key": "a"}},
	})
	made, err := r.tracker(r.direct).Create(t.Context(), fm.IssueID(two), "a", part("x"), nil)
	if err != nil || made.Title == "Put here" {
		t.Errorf("%+v, %v", made, err)
	}
}

// Words of people in a search are values, whatever they say. Caught: values that
// are not quoted, quotes and backslashes that are not escaped.
func TestNothingIsInjectedIntoASearch(t *testing.T) {
	for _, kind := range kinds {
		r := newStillRig(t, fake.Options{Kind: kind})
		r.AddIssue(fake.Issue{Summary: "x", Labels: []string{"a"}})
		for _, label := range []string{`x"`, `"`, `\`, `\"`, `x"OR"labels"="a`, "x'", `x\" OR labels = \"a`, "ORDER", "\x00", "a\x00", "\u202e"} {
			found, err := r.tracker(r.direct).Search(t.Context(), fm.Query{Labels: []string{label}})
			if err != nil {
				t.Errorf("%q: %v", label, err)
			}
			if len(found) > 0 && label != "a\x00" {
				t.Errorf("%q found %+v", label, found)
			}
		}
		for _, version := range []string{`1.0" OR project = "PROJ`, `\`, "none"} {
			_, err := r.tracker(r.direct).Search(t.Context(), fm.Query{Milestone: version})
			if !errors.Is(err, fm.ErrGone) {
				t.Errorf("version %q: %v", version, err)
			}
		}
	}
}

func TestSearchKnowsVersionsAndTypes(t *testing.T) {
	for _, kind := range kinds {
		r := newStillRig(t, fake.Options{Kind: kind})
		r.Configure(func(s *fake.Settings) { s.Page = 2 })
		var want []string
		for i := range 9 {
			n := fake.Issue{Summary: "x", Type: "Bug", Versions: []string{"1.0"}}
			if i%3 == 0 {
				n.Type = "Task"
			} else {
				want = append(want, r.AddIssue(n))
				continue
			}
			r.AddIssue(n)
		}
		found, err := r.tracker(r.direct).Search(t.Context(), fm.Query{Labels: []string{"type: Bug"}, Milestone: "1.0"})
		var got []string
		for _, i := range found {
			got = append(got, string(i.ID))
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: found %q, %v; want %q", kind, got, err, want)
		}
		_, err = r.tracker(r.direct, func(o *Options) { o.Config.Project = "" }).Search(t.Context(), fm.Query{})
		oneLine(t, err, "jira.project")
	}
}

// A search learns of a new issue late; making one again does not depend on it.
func TestASlowSearchDoublesNothing(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	r.Configure(func(s *fake.Settings) { s.Lag = 1 << 60 })
	parent := fm.IssueID(r.AddIssue(fake.Issue{Summary: "Parent"}))
	one, err := r.tracker(r.direct).Create(t.Context(), parent, "a", part("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := r.tracker(r.direct).Create(t.Context(), parent, "a", part("x"), nil)
	if err != nil || one.ID != two.ID {
		t.Errorf("%s and %s, %v", one.ID, two.ID, err)
	}
}
