package github

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// offline is a process that finds no network, and takes what was known last.
func (r *rig) offline() *Tracker {
	r.t.Helper()
	r.Fault(func(fake.Request) fake.Verdict { return fake.Verdict{Act: fake.Cut} })
	return r.open(func(o *Options) { o.Freshness, o.Patience = LastKnown, 0 }).Tracker()
}

// A subissue that was made, adopted or found can be started when the network
// goes away right after. Caught: only what Issue read is kept.
func TestWhatWasSeenInPassingOutlivesTheNetwork(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	r.AddIssue(fake.Issue{Number: 13, Title: "By hand", Parent: 12})
	r.AddIssue(fake.Issue{Number: 14, Title: "Wanted", Labels: []string{"now"}})
	tracker := r.tracker()
	made, err := tracker.Create(t.Context(), "12", "1", part("Middleware"), []fm.IssueID{"13"})
	if err != nil {
		t.Fatal(err)
	}
	children, err := tracker.Children(t.Context(), "12")
	if err != nil {
		t.Fatal(err)
	}
	found, err := tracker.Search(t.Context(), fm.Query{Labels: []string{"now"}})
	if err != nil {
		t.Fatal(err)
	}
	offline := r.offline()
	for _, want := range append(append(children, found...), made) {
		got, err := offline.Issue(t.Context(), want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("#%s: %v\n%s", want.ID, err, diff)
		}
	}
	if len(children) != 2 || len(found) != 1 || len(made.DependsOn) != 1 {
		t.Errorf("children %v, found %v, made %v", children, found, made)
	}
}

// Caught: a list of children that takes away the comments that an agent is to
// read.
func TestALookInPassingTakesNoCommentsAway(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	r.AddIssue(fake.Issue{Number: 13, Title: "Old", Parent: 12, Comments: []fake.Comment{{Author: "alice", Body: "Mind the gap."}}})
	tracker := r.tracker()
	if _, err := tracker.Issue(t.Context(), "13"); err != nil {
		t.Fatal(err)
	}
	r.SetBody(13, "A new text.")
	if _, err := tracker.Children(t.Context(), "12"); err != nil {
		t.Fatal(err)
	}
	got, err := r.offline().Issue(t.Context(), "13")
	if err != nil || len(got.Comments) != 1 || got.Body != "A new text." {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Caught: a folder that only grows; the newest thrown away.
func TestOnlyTheIssuesReadLastAreKept(t *testing.T) {
	r := newRig(t)
	g := r.open()
	g.mostKept = 10
	for n := 1; n <= 101; n++ { // it is pruned at the 1st, 51st and 101st
		r.clock.mu.Lock()
		r.clock.now = r.clock.now.Add(time.Second)
		r.clock.mu.Unlock()
		g.keep(fm.Issue{ID: issueID(n)})
	}
	files, err := os.ReadDir(filepath.Join(r.dir, "issues"))
	if err != nil || len(files) != 10 {
		t.Errorf("%d files, %v", len(files), err)
	}
	for n := 92; n <= 101; n++ {
		if _, ok := g.keptIssue(issueID(n)); !ok {
			t.Error(fmt.Sprint(n) + " is gone")
		}
	}
}
