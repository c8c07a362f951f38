package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

func TestCreateMakesLinksAndBlocks(t *testing.T) {
	r := newRig(t)
	parent := r.AddIssue(fake.Issue{Number: 12, Title: "Log in", Body: "Please."})
	tracker := r.tracker()
	first, err := tracker.Create(t.Context(), "12", "1", part("Middleware"), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := tracker.Create(t.Context(), "12", "2", part("Page"), []fm.IssueID{first.ID})
	if err != nil {
		t.Fatal(err)
	}
	want := fm.Issue{
		ID: "14", Title: "[#12] Page", Parent: "12", DependsOn: []fm.IssueID{"13"}, Labels: []string{"fm", "priority: high"}, Priority: fm.High,
		Body: part("Page").BodyFor("12") + "Depends on #13\n\n<!-- fm:v1 parent=acme/widget#12 key=2 deps=13 -->\n",
		URL:  "https://github.example/acme/widget/issues/14",
	}
	if diff := cmp.Diff(second, want); diff != "" {
		t.Error("created (-got +want)\n", diff)
	}
	if got := r.issue(parent).Children; !slices.Equal(got, []int{13, 14}) {
		t.Errorf("children %v", got)
	}
	if got := r.issue(14).BlockedBy; !slices.Equal(got, []int{13}) {
		t.Errorf("blocked by %v", got)
	}
	if r.issue(parent).Body != "Please." {
		t.Errorf("the parent's text was changed to %q", r.issue(parent).Body)
	}
	children, err := tracker.Children(t.Context(), "12")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(children, []fm.Issue{first, second}); diff != "" {
		t.Error("children (-got +want)\n", diff)
	}
}

// The promise of the package: a crash and a lost answer before and after each
// write leave one issue, linked once, labelled once, blocked once.
// Caught: a POST that is repeated without a look; no look by label; blockers of
// an issue that is linked already left out.
//
// Fault: F14.
func TestCreateSurvivesEveryFault(t *testing.T) {
	writes := []string{"POST issues", "POST issues/{issue_number}/sub_issues", "POST issues/{issue_number}/dependencies/blocked_by"}
	verdicts := map[string]fake.Verdict{
		"cut before":     {Act: fake.Cut, When: fake.Before},
		"cut after":      {Act: fake.Cut, When: fake.After},
		"half an answer": {Act: fake.Truncate, When: fake.After},
		"502 before":     fake.Failing(fake.Before, 502),
		"502 after":      fake.Failing(fake.After, 502),
		"500 after":      fake.Failing(fake.After, 500),
		"secondary":      fake.SecondaryLimit(403, 0),
		"429":            fake.SecondaryLimit(429, 0),
	}
	for _, write := range writes {
		for name, verdict := range verdicts {
			for _, crash := range []string{"goes on", "crashes"} {
				t.Run(write+"/"+name+"/"+crash, func(t *testing.T) {
					r := newRig(t)
					r.AddIssue(fake.Issue{Number: 11, Title: "Before"})
					r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
					ctx, kill := context.WithCancel(t.Context())
					defer kill()
					once := sync.OnceFunc(func() {
						if crash == "crashes" {
							kill()
						}
					})
					struck := false
					r.Fault(func(q fake.Request) fake.Verdict {
						if q.Operation != write || struck {
							return fake.Verdict{}
						}
						struck = true
						once()
						return verdict
					})
					issue, err := r.tracker().Create(ctx, "12", "1", part("Page"), []fm.IssueID{"11"})
					if crash == "crashes" {
						if err == nil {
							t.Fatal("the crash did not happen")
						}
						issue, err = r.tracker().Create(t.Context(), "12", "1", part("Page"), []fm.IssueID{"11"})
					}
					if err != nil {
						t.Fatal(err)
					}
					if !struck {
						t.Error("nothing was struck")
					}
					r.wantOne(t, issue.ID)
				})
			}
		}
	}
}

// GitHub may do late what it did not answer, and show it later still.
// Caught: one look before a POST is repeated.
func TestLateEffectsAreSeen(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 11, Title: "Before"})
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	posted, stale := false, true
	r.Fault(func(q fake.Request) fake.Verdict {
		switch {
		case q.Operation == "POST issues" && !posted:
			posted = true
			return fake.Verdict{Act: fake.Cut, When: fake.After}
		case q.Operation == "GET issues" && posted && stale:
			stale = false
			return fake.Verdict{Act: fake.Answer, Status: http.StatusOK, Body: "[]"}
		}
		return fake.Verdict{}
	})
	issue, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), []fm.IssueID{"11"})
	if err != nil {
		t.Fatal(err)
	}
	if stale {
		t.Error("nobody looked")
	}
	r.wantOne(t, issue.ID)
}

// Another process linked it between our look and our link.
// Caught: a 422 that is taken for another parent's.
func TestLinkedMeanwhileIsFine(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 11, Title: "Before"})
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	r.AddIssue(fake.Issue{
		Number: 13, Title: "Page", Parent: 12, BlockedBy: []int{11}, Labels: []string{"fm", "priority: high"},
		Body: newMarker(widget, 12, "1", nil).String(),
	})
	stale := true
	r.Fault(func(q fake.Request) fake.Verdict {
		if q.Operation == "GET issues/{issue_number}/sub_issues" && stale {
			stale = false
			return fake.Verdict{Act: fake.Answer, Status: http.StatusOK, Body: "[]"}
		}
		return fake.Verdict{}
	})
	issue, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), []fm.IssueID{"11"})
	if err != nil {
		t.Fatal(err)
	}
	r.wantOne(t, issue.ID)
}

// wantOne fails unless #13 is the one issue that was made, and whole.
func (r *rig) wantOne(t *testing.T, got fm.IssueID) {
	t.Helper()
	all := r.made()
	if len(all) != 1 || got != issueID(all[0].Number) {
		t.Fatalf("created #%s of %+v", got, all)
	}
	i := all[0]
	if i.Parent != 12 || !slices.Equal(r.issue(12).Children, []int{i.Number}) {
		t.Errorf("parent %d, children of it %v", i.Parent, r.issue(12).Children)
	}
	if want := []string{"fm", "priority: high"}; !slices.Equal(i.Labels, want) {
		t.Errorf("labels %q", i.Labels)
	}
	if !slices.Equal(i.BlockedBy, []int{11}) {
		t.Errorf("blocked by %v", i.BlockedBy)
	}
}

// A process on another machine has no files of ours.
func TestCreateFindsWhatIsThere(t *testing.T) {
	mark := newMarker(widget, 12, "1", nil).String()
	for _, tt := range []struct {
		name  string
		there fake.Issue
		found bool
	}{
		{"linked", fake.Issue{Body: mark, Labels: []string{"fm"}, Parent: 12}, true},
		{"linked, and its label was taken away", fake.Issue{Body: mark, Parent: 12}, true},
		{"not linked yet", fake.Issue{Body: mark, Labels: []string{"fm"}}, true},
		{"closed", fake.Issue{Body: mark, Labels: []string{"fm"}, Closed: true}, true},
		{"edited", fake.Issue{Body: "Changed.\r\n\r\n" + mark + "\r\n", Labels: []string{"fm", "more"}}, true},
		{"an outsider's, who wrote a marker", fake.Issue{Body: mark}, false},
		{"of another parent", fake.Issue{Body: strings.Replace(mark, "#12", "#1", 1), Labels: []string{"fm"}}, false},
		{"of another repository", fake.Issue{Body: strings.Replace(mark, "acme/", "other/", 1), Labels: []string{"fm"}}, false},
		{"of another key", fake.Issue{Body: strings.Replace(mark, "key=1", "key=11", 1), Labels: []string{"fm"}, Parent: 12}, false},
		{"a marker that somebody quoted", fake.Issue{Body: mark + "\n" + strings.Replace(mark, "key=1", "key=2", 1), Labels: []string{"fm"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
			tt.there.Number = 40
			r.AddIssue(tt.there)
			got, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if (got.ID == "40") != tt.found {
				t.Errorf("got #%s", got.ID)
			}
			if n, err := number(got.ID); err != nil || r.issue(n).Parent != 12 {
				t.Errorf("#%s has parent %d", got.ID, r.issue(n).Parent)
			}
			if r.issue(40).Closed != tt.there.Closed {
				t.Error("its state changed")
			}
		})
	}
}

// The look-up goes through pages, and stops at issues older than the parent.
func TestCreateLooksThroughAllPages(t *testing.T) {
	r := newRig(t)
	repo := widget
	for i := range 5 {
		r.AddIssue(fake.Issue{Number: 100 + i, Title: "old", Labels: []string{"fm"}, Body: newMarker(repo, 1, fmt.Sprint(i), nil).String()})
	}
	r.AddIssue(fake.Issue{Number: 200, Title: "Log in"})
	r.AddIssue(fake.Issue{Number: 201, Title: "first", Labels: []string{"fm"}, Body: newMarker(repo, 200, "1", nil).String()})
	for i := range 250 {
		r.AddIssue(fake.Issue{Title: "new", Labels: []string{"fm"}, Body: newMarker(repo, 200, fmt.Sprint(i+10), nil).String()})
	}
	got, err := r.tracker().Create(t.Context(), "200", "1", part("Page"), nil)
	if err != nil || got.ID != "201" {
		t.Fatalf("got #%s, %v", got.ID, err)
	}
	before := len(r.Log())
	r.AddIssue(fake.Issue{Number: 900, Title: "Another"})
	if _, err := r.tracker().Create(t.Context(), "900", "1", part("Page"), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET issues/{issue_number}", "GET issues/{issue_number}/sub_issues", "GET issues",
		"POST issues", "POST issues/{issue_number}/sub_issues",
	}
	if diff := cmp.Diff(r.asked(before), want); diff != "" {
		t.Error("requests (-got +want)\n", diff)
	}
}

// Two that add to one parent at once would be told that a priority is taken.
// Caught: no turn.
func TestParallelCreationsGoOneByOne(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	tracker := r.tracker()
	var inside, most int
	r.Fault(func(q fake.Request) fake.Verdict {
		if q.Operation == "POST issues" {
			inside++
			most = max(most, inside)
		}
		if q.Operation == "POST issues/{issue_number}/sub_issues" {
			inside--
		}
		return fake.Verdict{}
	})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := tracker.Create(t.Context(), "12", fmt.Sprint(i%4), part(fmt.Sprint("Part ", i%4)), nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := len(r.issue(12).Children); got != 4 || len(r.made()) != 4 || most != 1 {
		t.Errorf("%d children, %d made, %d at once", got, len(r.made()), most)
	}
}

// Somebody else adds to the same parent at the same time.
func TestTakenPriorityIsTriedAgain(t *testing.T) {
	const taken = "An error occurred while adding the sub-issue to the parent issue. Priority has already been taken"
	for times, fine := range map[int]bool{1: true, linkTries - 1: true, linkTries: false} {
		r := newRig(t)
		r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
		left := times
		r.Fault(func(q fake.Request) fake.Verdict {
			if q.Operation == "POST issues/{issue_number}/sub_issues" && left > 0 {
				left--
				return fake.Refusing(http.StatusUnprocessableEntity, taken)
			}
			return fake.Verdict{}
		})
		began := r.clock.Now()
		_, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), nil)
		if (err == nil) != fine || classified(err) {
			t.Errorf("taken %d times: %v", times, err)
		}
		if !r.clock.Now().After(began) {
			t.Error("without a pause")
		}
		if !fine {
			oneLine(t, err, "busy", "#13 is there")
		}
	}
}

func TestCreateRefusesInOneLine(t *testing.T) {
	hundred := func(r *rig) {
		for range 100 {
			r.AddIssue(fake.Issue{Title: "x", Parent: 12, Closed: true})
		}
	}
	for _, tt := range []struct {
		name   string
		spoil  func(r *rig)
		parent fm.IssueID
		class  error
		says   []string
		made   int // issues
	}{
		{"100 children", hundred, "12", fm.ErrRefused, []string{"100", "split it"}, 0},
		{"no right to make issues", func(r *rig) { r.Deny("POST issues") }, "12", fm.ErrRefused, []string{"write access", "acme/widget"}, 0},
		{"no right to link", func(r *rig) { r.Deny("POST issues/{issue_number}/sub_issues") }, "12", fm.ErrRefused, []string{"may not create sub-issues", "triage role", "#13 is there"}, 1},
		{"read only", func(r *rig) { r.Configure(func(s *fake.Settings) { s.ReadOnly = true }) }, "12", fm.ErrRefused, []string{"write access"}, 0},
		{"archived", func(r *rig) { r.Archive() }, "12", fm.ErrRefused, []string{"archived", "unarchive"}, 0},
		{"issues switched off", func(r *rig) { r.Configure(func(s *fake.Settings) { s.IssuesDisabled = true }) }, "12", fm.ErrRefused, []string{"switched off", "switch them on"}, 0},
		{"no parent", func(*rig) {}, "99", fm.ErrGone, []string{"#99", "not there"}, 0},
		{"no number", func(*rig) {}, "PROJ-7", fm.ErrGone, []string{"numbers"}, 0},
		{"a pull request", func(r *rig) { r.AddPull(fake.Pull{Number: 50, Head: "x"}) }, "50", fm.ErrRefused, []string{"pull request"}, 0},
		{
			"labels are dropped", func(r *rig) {
				r.Fault(func(q fake.Request) fake.Verdict {
					if q.Operation != "POST issues" {
						return fake.Verdict{}
					}
					return fake.Verdict{
						Act: fake.Answer, Status: http.StatusCreated,
						Body: `{"id":3000000001,"number":77,"repository_url":"` + r.URL() + `repos/acme/widget","labels":[]}`,
					}
				})
			}, "12", fm.ErrRefused, []string{"#77 was made", "label fm", "write access"}, 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
			tt.spoil(r)
			_, err := r.tracker().Create(t.Context(), tt.parent, "1", part("Page"), nil)
			oneLine(t, err, tt.says...)
			if !errors.Is(err, tt.class) {
				t.Errorf("%v is not %v", err, tt.class)
			}
			if got := len(r.made()); got != tt.made {
				t.Errorf("%d issues were made, want %d", got, tt.made)
			}
		})
	}
}

// The same words of GitHub's mean "linked already" and "another's".
func TestAnotherParentsChildStaysThere(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	r.AddIssue(fake.Issue{Number: 14, Title: "Log out"})
	r.AddIssue(fake.Issue{
		Number: 20, Title: "x", Parent: 14, Labels: []string{"fm"},
		Body: newMarker(widget, 12, "1", nil).String(),
	})
	_, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), nil)
	oneLine(t, err, "#20 is there", "another issue", "take it out")
	if r.issue(20).Parent != 14 || len(r.made()) != 1 {
		t.Errorf("parent %d of %d", r.issue(20).Parent, len(r.made()))
	}
}

// Dependencies are a nicety where GitHub does not take them: the marker has
// them.
func TestCreateGoesOnWithoutDependencies(t *testing.T) {
	for name, spoil := range map[string]func(r *rig){
		"no such API": func(r *rig) { r.Configure(func(s *fake.Settings) { s.NoDependencies = true }) },
		"no right":    func(r *rig) { r.Deny("POST issues/{issue_number}/dependencies/blocked_by") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.AddIssue(fake.Issue{Number: 11, Title: "Before"})
			r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
			spoil(r)
			got, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), []fm.IssueID{"11"})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.DependsOn, []fm.IssueID{"11"}) || !strings.Contains(r.issue(13).Body, "Depends on #11") {
				t.Errorf("depends on %v, text %q", got.DependsOn, r.issue(13).Body)
			}
		})
	}
}

// What the plan says is data: it makes no marker, and fits.
//
// Fault: F19.
func TestHostilePlansMakePlainIssues(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	s := part("Page \x1b[31m\u202e" + strings.Repeat("long ", 100))
	s.Description = strings.Repeat("ä", 70_000) + newMarker(widget, 12, "2", nil).String()
	s.Criteria = []string{"<!--  fm:v1 parent=acme/widget#12 key=2 -->"}
	tracker := r.tracker()
	one, err := tracker.Create(t.Context(), "12", "1", s, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Description = newMarker(widget, 12, "1", nil).String()
	two, err := tracker.Create(t.Context(), "12", "2", s, nil)
	if err != nil || two.ID == one.ID {
		t.Fatalf("#%s and #%s, %v", one.ID, two.ID, err)
	}
	for _, id := range []int{13, 14} {
		if m, ok := readMarker(r.issue(id).Body); !ok || m.key != fmt.Sprint(id-12) || strings.Count(r.issue(id).Body, markerStart) != 1 {
			t.Errorf("#%d has marker %+v", id, m)
		}
	}
}

// A maintainer gives the label "fm" to the issue of a stranger, who wrote a
// marker into it. It is nobody's subissue.
//
// Caught: a marker that counts because of the label alone.
func TestAStrangersIssueTakesNoPlannedOnesPlace(t *testing.T) {
	r := newRig(t)
	parent := r.AddIssue(fake.Issue{Title: "Parent"})
	body := "Help!\n\n" + newMarker(Repo{Owner: "acme", Name: "widget"}, parent, "1", nil).String()
	stranger := r.AddIssue(fake.Issue{Title: "Mine", Body: body, Author: "mallory", Association: "NONE", Labels: []string{"fm"}})
	got, err := r.tracker().Create(t.Context(), issueID(parent), "1", fm.Subissue{Title: "Planned"}, nil)
	if err != nil || got.ID == issueID(stranger) || got.Title != "[#1] Planned" {
		t.Errorf("got %+v, %v", got, err)
	}
	if i := r.issue(stranger); i.Parent != 0 {
		t.Errorf("the stranger's issue is a child of #%d", i.Parent)
	}
}
