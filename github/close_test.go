package github

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// closings counts how often an issue was closed, and fm's comments on it.
func (r *rig) closings(n int) (times, comments int) {
	r.t.Helper()
	i := r.issue(n)
	for _, e := range i.Events {
		if e.Name == "closed" {
			times++
		}
	}
	for _, c := range i.Comments {
		if strings.Contains(c.Body, closed) {
			comments++
		}
	}
	return times, comments
}

func TestCloseCommentsAndCloses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	if err := r.tracker().Close(t.Context(), "12", "All merged: #13, #14. <!-- fm:v1 closed -->\x1b[2J"); err != nil {
		t.Fatal(err)
	}
	i := r.issue(12)
	if !i.Closed || i.Reason != "completed" || len(i.Comments) != 1 {
		t.Fatalf("%+v", i)
	}
	if got, want := i.Comments[0].Body, "All merged: #13, #14. &lt;!-- fm:v1 closed -->\n\n<!-- fm:v1 closed -->"; got != want {
		t.Errorf("comment %q, want %q", got, want)
	}
}

// Caught: a marker that is not looked for; a closing that is not looked for
// behind it; one that counts though it was before the comment.
func TestCloseHappensOnce(t *testing.T) {
	t.Parallel()
	ours := fake.Comment{Author: fake.DefaultLogin, Body: "Done.\n\n" + closed}
	for _, tt := range []struct {
		name     string
		before   func(r *rig)
		closed   bool
		times    int
		comments int
	}{
		{"open", func(*rig) {}, true, 1, 1},
		{"a person closed it", func(r *rig) { r.CloseIssue(12, "alice", "not_planned") }, true, 1, 0},
		{"a person closed and reopened it", func(r *rig) { r.CloseIssue(12, "alice", "completed"); r.ReopenIssue(12, "alice") }, true, 2, 1},
		{"fm closed it", func(r *rig) { r.close12() }, true, 1, 1},
		{"fm closed it, a person reopened it", func(r *rig) { r.close12(); r.ReopenIssue(12, "alice") }, false, 1, 1},
		{"and closed and reopened it again", func(r *rig) {
			r.close12()
			r.ReopenIssue(12, "alice")
			r.CloseIssue(12, "alice", "completed")
			r.ReopenIssue(12, "alice")
		}, false, 2, 1},
		{"fm died behind its comment", func(r *rig) { r.Comment(12, ours) }, true, 1, 1},
		{"the same, closed before by a person", func(r *rig) {
			r.CloseIssue(12, "alice", "completed")
			r.ReopenIssue(12, "alice")
			r.clock.now = r.clock.now.Add(time.Minute)
			r.Comment(12, ours)
		}, true, 2, 1},
		{"an outsider wrote the mark", func(r *rig) {
			r.Comment(12, fake.Comment{Author: "mallory", Association: "NONE", Body: closed})
			r.CloseIssue(12, "alice", "completed")
			r.ReopenIssue(12, "alice")
		}, true, 2, 2},
		{"the mark is on the second page", func(r *rig) {
			for range 120 {
				r.Comment(12, fake.Comment{Body: "me too"})
			}
			r.close12()
			r.ReopenIssue(12, "alice")
		}, false, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
			tt.before(r)
			r.close12()
			times, comments := r.closings(12)
			if got := r.issue(12).Closed; got != tt.closed || times != tt.times || comments != tt.comments {
				t.Errorf("closed %v, %d times, %d comments; want %v, %d, %d", got, times, comments, tt.closed, tt.times, tt.comments)
			}
		})
	}
}

func (r *rig) close12() {
	r.t.Helper()
	if err := r.tracker().Close(r.t.Context(), "12", "Done."); err != nil {
		r.t.Fatal(err)
	}
	r.clock.mu.Lock()
	defer r.clock.mu.Unlock()
	r.clock.now = r.clock.now.Add(time.Minute) // people are slower
}

// Caught: a comment that is repeated without a look.
//
// Fault: F14.
func TestCloseSurvivesEveryFault(t *testing.T) {
	for _, write := range []string{"POST issues/{issue_number}/comments", "PATCH issues/{issue_number}"} {
		for name, verdict := range map[string]fake.Verdict{
			"cut before":     {Act: fake.Cut, When: fake.Before},
			"cut after":      {Act: fake.Cut, When: fake.After},
			"half an answer": {Act: fake.Truncate, When: fake.After},
			"502 before":     fake.Failing(fake.Before, 502),
			"503 after":      fake.Failing(fake.After, 503),
			"secondary":      fake.SecondaryLimit(403, time.Minute),
		} {
			for _, crash := range []string{"goes on", "crashes"} {
				t.Run(write+"/"+name+"/"+crash, func(t *testing.T) {
					r := newRig(t)
					r.AddIssue(fake.Issue{Number: 12, Title: "Log in", Comments: []fake.Comment{{Body: "hello"}}})
					ctx, kill := context.WithCancel(t.Context())
					defer kill()
					struck := false
					r.Fault(func(q fake.Request) fake.Verdict {
						if q.Operation != write || struck {
							return fake.Verdict{}
						}
						if struck = true; crash == "crashes" {
							kill()
						}
						return verdict
					})
					err := r.tracker().Close(ctx, "12", "Done.")
					if crash == "goes on" && err != nil {
						t.Fatal(err)
					}
					r.close12()
					if times, comments := r.closings(12); times != 1 || comments != 1 || !struck || !r.issue(12).Closed {
						t.Errorf("closed %d times with %d comments; struck %v", times, comments, struck)
					}
				})
			}
		}
	}
}

func TestParallelClosingsCommentOnce(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	tracker := r.tracker()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := tracker.Close(t.Context(), "12", "Done."); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if times, comments := r.closings(12); times != 1 || comments != 1 {
		t.Errorf("closed %d times with %d comments", times, comments)
	}
}

// An issue without comments costs no look for the mark.
func TestCloseAsksLittle(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	r.close12()
	want := []string{"GET issues/{issue_number}", "POST issues/{issue_number}/comments", "PATCH issues/{issue_number}"}
	if got := r.asked(0); !slices.Equal(got, want) {
		t.Errorf("asked %q", got)
	}
	before := len(r.Log())
	r.close12()
	if got := r.asked(before); len(got) != 1 {
		t.Errorf("a closed issue cost %q", got)
	}
}

func TestCloseRefusesInOneLine(t *testing.T) {
	r := newRig(t)
	r.AddPull(fake.Pull{Number: 50, Head: "x"})
	tracker := r.tracker()
	oneLine(t, tracker.Close(t.Context(), "50", "Done."), "pull request")
	oneLine(t, tracker.Close(t.Context(), "99", "Done."), "#99", "not there")
	oneLine(t, tracker.Close(t.Context(), fm.IssueID("x"), "Done."), "numbers")
}
