package jira

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

func TestBeginMovesWhatNobodyWorksOn(t *testing.T) {
	for _, tt := range []struct {
		status, wish string
		want         []string // how it was moved
		says         string   // of the refusal
	}{
		{"To Do", "In Progress", []string{"In Progress"}, ""},
		{"To Do", "in progress ", []string{"In Progress"}, ""},
		{"To Do", "start progress", []string{"In Progress"}, ""},
		{"In Progress", "In Progress", nil, ""},
		{"Done", "In Progress", nil, ""},
		{"To Do", "-", nil, ""},
		{"To Do", "Review", nil, `"Review" is not offered in the status "To Do": offered is Start Progress (to In Progress), Resolve (to Done): set jira.in_progress`},
	} {
		r := newStillRig(t, fake.Options{Kind: fake.DataCenter})
		key := r.AddIssue(fake.Issue{Summary: "x", Status: tt.status})
		tracker := r.tracker(r.direct, func(o *Options) { o.Config.InProgress = tt.wish })
		for range 2 {
			err := tracker.Begin(t.Context(), fm.IssueID(key))
			if tt.says != "" {
				oneLine(t, err, tt.says)
			}
			if errors.Is(err, fm.ErrRefused) != (tt.says != "") {
				t.Errorf("%s in %s: %v", tt.wish, tt.status, err)
			}
		}
		if got := r.issue(key).Moves; !slices.Equal(got, tt.want) {
			t.Errorf("%s in %s: moved %q, want %q", tt.wish, tt.status, got, tt.want)
		}
	}
}

// Nothing is said of a closing that cannot be.
func TestAClosingThatCannotBeSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name, wish string
		alter      func(*fake.Settings)
		says       string
	}{
		{"no such", "Shipped", nil, `"Shipped" is not offered`},
		{"not allowed", "Done", func(s *fake.Settings) { s.Denied = []string{"TRANSITION_ISSUES"} }, "none to"},
		{"not from here", "Done", func(s *fake.Settings) { s.Transitions[2].From = []string{"In Progress"} }, `offered is To Do, In Progress: set jira.done`},
		{"fields", "Done", func(s *fake.Settings) {
			s.Transitions[2].Fields = []fake.Field{{ID: "resolution", Name: "Resolution", Required: true, Allowed: []string{"Fixed"}}, {ID: "customfield_1", Name: "Root cause", Required: true}}
		}, `wants fields that fm cannot fill in: "Root cause"`},
		{"no resolutions", "Done", func(s *fake.Settings) {
			s.Transitions[2].Fields = []fake.Field{{ID: "resolution", Name: "Resolution", Required: true}}
		}, `"Resolution"`},
	} {
		r := newStillRig(t, fake.Options{})
		if tt.alter != nil {
			r.Configure(tt.alter)
		}
		key := r.AddIssue(fake.Issue{Summary: "x"})
		err := r.tracker(r.direct, func(o *Options) { o.Config.Done = tt.wish }).Close(t.Context(), fm.IssueID(key), "Done.")
		oneLine(t, err, tt.says)
		if !errors.Is(err, fm.ErrRefused) || r.writes() > 0 {
			t.Errorf("%s: %v, %d writes", tt.name, err, r.writes())
		}
	}
}

// The first resolution that is allowed is taken where there is no Done. Of two
// transitions to one status, the one that fm can make is taken.
func TestAClosingFillsInTheResolution(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	r.Configure(func(s *fake.Settings) {
		s.Transitions = []fake.Transition{
			{ID: "1", Name: "Done", To: "Done", Fields: []fake.Field{{ID: "customfield_1", Name: "Root cause", Required: true}}},
			{ID: "2", Name: "Finish", To: "Done", Fields: []fake.Field{{ID: "resolution", Name: "Resolution", Required: true, Allowed: []string{"Fixed", "Dropped"}}}},
		}
	})
	key := r.AddIssue(fake.Issue{Summary: "x"})
	if err := r.tracker(r.direct).Close(t.Context(), fm.IssueID(key), "Done."); err != nil {
		t.Fatal(err)
	}
	if got := r.issue(key); got.Status != "Done" || got.Resolution != "Fixed" {
		t.Errorf("%+v", got)
	}
}

// Where the settings name no transition, the comment alone tells.
func TestAClosingWithoutATransitionIsAComment(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	key := r.AddIssue(fake.Issue{Summary: "x"})
	for range 2 {
		if err := r.tracker(r.direct, func(o *Options) { o.Config.Done = "-" }).Close(t.Context(), fm.IssueID(key), "Merged."); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.issue(key); len(got.Moves) > 0 || len(got.Comments) != 1 {
		t.Errorf("%+v", got)
	}
}

// A status that is not one of Jira's done ones is reached once, too.
func TestAClosingIntoAnotherStatusIsOnce(t *testing.T) {
	for _, kind := range kinds {
		r := newStillRig(t, fake.Options{Kind: kind})
		r.Configure(func(s *fake.Settings) {
			s.Statuses = append(s.Statuses, fake.Status{ID: "77", Name: "For QA", Category: "indeterminate"})
			s.Transitions = append(s.Transitions, fake.Transition{ID: "78", Name: "Hand over", To: "For QA"})
		})
		key := r.AddIssue(fake.Issue{Summary: "x"})
		for range 3 {
			if err := r.tracker(r.direct, func(o *Options) { o.Config.Done = "for qa" }).Close(t.Context(), fm.IssueID(key), "Merged."); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.issue(key); !slices.Equal(got.Moves, []string{"For QA"}) || len(got.Comments) != 1 {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func TestAPullRequestIsLinkedOnce(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	key := r.AddIssue(fake.Issue{Summary: "x"})
	j := r.open(r.direct)
	p := fm.PullRequest{Number: "12", URL: "https://github.com/acme/widget/pull/12", Title: strings.Repeat("long ", 100)}
	for range 2 {
		if err := j.Tracker().Link(t.Context(), fm.IssueID(key), p); err != nil {
			t.Fatal(err)
		}
		p.Title = "Add\na login"
	}
	want := []fake.RemoteLink{{GlobalID: "fm:" + p.URL, URL: p.URL, Title: "PR #12: Add a login"}}
	if got := r.issue(key).Remote; !slices.Equal(got, want) {
		t.Errorf("links %+v, want %+v", got, want)
	}
	for _, local := range []string{"/srv/pulls/12.md", "", "javascript:alert(1)", "file:///x"} {
		if err := j.Tracker().Link(t.Context(), fm.IssueID(key), fm.PullRequest{Number: "12", URL: local}); err != nil {
			t.Errorf("%q: %v", local, err)
		}
	}
	if got := r.issue(key).Remote; len(got) != 1 || len(j.Remarks()) != 1 {
		t.Errorf("links %+v, remarks %q", got, j.Remarks())
	}
	err := j.Tracker().Link(t.Context(), "PROJ-99", p)
	if !errors.Is(err, fm.ErrGone) {
		t.Errorf("%v", err)
	}
}
