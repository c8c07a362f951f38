package supervisor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/google/go-cmp/cmp"
)

func entry(op queue.Op, attempt int, why string) queue.Entry {
	return queue.Entry{Op: op, Task: fm.Task{ID: "456", Attempt: attempt}, Why: why}
}

func TestTheNextAttemptIsToldWhatWasDone(t *testing.T) {
	entries := []queue.Entry{
		entry(queue.OpAdd, 0, ""),
		entry(queue.OpClaim, 1, ""),
		entry(queue.OpFail, 1, "the agent gave up: the API has no such call"),
		entry(queue.OpClaim, 2, ""),
		entry(queue.OpRelease, 2, "stopped by the user"),
		entry(queue.OpHold, 2, "held by a person"),
		entry(queue.OpBlock, 3, "the tests fail:\n  FAIL main.go\x1b[31m"),
		entry(queue.OpReopen, 4, "merge the base into the branch and resolve: a.go"),
		entry(queue.OpFail, 5, ""),
	}
	work := fm.Work{Commits: 2, Files: []string{"a.go", "b.go"}, Dirty: []string{"c.go"}}
	want := `Attempt 1 failed: the agent gave up: the API has no such call
Attempt 2 was stopped: stopped by the user
Attempt 3 was left to a person: the tests fail:
  FAIL main.go
Attempt 4 could not be merged: merge the base into the branch and resolve: a.go
The branch has 2 commits, which change: a.go, b.go.
Not committed: c.go.
`
	if diff := cmp.Diff(want, handOver(fm.Task{Note: "x"}, entries, work)); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	want = "what the note says\nNothing is committed on the branch yet.\n"
	if diff := cmp.Diff(want, handOver(fm.Task{Note: "what the note says"}, entries[:2], fm.Work{})); diff != "" {
		t.Errorf("without a reason in the ledger, want, got:\n%s", diff)
	}
}

// Caught: a next attempt that began from nothing, because the checkout was given
// back with what the last one had not committed.
func TestTheNextAttemptIsToldWhatWasPutAside(t *testing.T) {
	main := fm.Task{ID: "456", Terms: fm.Terms{Main: true}}
	first := entry(queue.OpClear, 1, "what stood uncommitted is kept in refs/fm/preserved/456/1: fm restore 456; branch x is gone")
	last := entry(queue.OpClear, 2, "")
	want := "Nothing is committed on the branch yet.\nWhat stood uncommitted when the main checkout was given back is kept in refs/fm/preserved/456/1, maybe with edits of its user: " +
		"git show --stat refs/fm/preserved/456/1 lists it, git checkout refs/fm/preserved/456/1 -- FILE takes a file of it.\n"
	if diff := cmp.Diff(want, handOver(main, []queue.Entry{first}, fm.Work{})); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	for name, got := range map[string]string{
		"nothing since": handOver(main, []queue.Entry{first, last}, fm.Work{}),
		"a worktree":    handOver(fm.Task{ID: "456"}, []queue.Entry{first}, fm.Work{}),
	} {
		if strings.Contains(got, "refs/") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Caught: the newest reason lost for the oldest.
func TestAHandOverIsBounded(t *testing.T) {
	var entries []queue.Entry
	for i := range 100 {
		entries = append(entries, entry(queue.OpFail, i+1, fmt.Sprintf("reason %d. ", i+1)+strings.Repeat("ü", 5000)))
	}
	var files []string
	for i := range 5000 {
		files = append(files, fmt.Sprintf("a/rather/long/folder/file-%d.go", i))
	}
	got := handOver(fm.Task{}, entries, fm.Work{Commits: 1, Files: files, Dirty: files})
	if len(got) > maxHistory || !strings.Contains(got, "reason 100. ") || strings.Contains(got, "reason 1. ") || !strings.Contains(got, "Not committed: a/rather") {
		t.Errorf("%d bytes: %.2000s", len(got), got)
	}
}

func TestABriefCarriesWhatTheUserAndTheQueueSay(t *testing.T) {
	c := newTown(t, row(1)...)
	c.want(Wanted{Workers: 1, Permission: "acceptEdits"})
	q := c.disk.open(t)
	claim := func() fm.Task {
		task, _ := q.Snapshot().Task("100")
		snap, err := q.Commit(t.Context(), time.Now(), queue.Claim(task, 1, time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		task, _ = snap.Task("100")
		return task
	}
	s := c.supervisor(nil)
	first := claim()
	brief, err := s.brief(t.Context(), first)
	if err != nil || brief.History != "" || brief.Permission != "acceptEdits" || brief.Dir != "/100" || brief.Base != "main" || brief.Parent.ID != "1" {
		t.Errorf("got %+v, %v", brief, err)
	}
	if _, err := q.Commit(t.Context(), time.Now(), queue.Fail(first, "it broke", 5, time.Now())); err != nil {
		t.Fatal(err)
	}
	brief, err = s.brief(t.Context(), claim())
	if want := "Attempt 1 failed: it broke\nThe branch has 1 commit, which changes: main.go.\n"; err != nil || brief.History != want {
		t.Errorf("got %q, %v; want %q", brief.History, err, want)
	}
}

// shut is a tracker whose issues somebody has closed.
type shut struct{ Tracker }

func (s shut) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	i, err := s.Tracker.Issue(ctx, id)
	i.Closed = true
	return i, err
}

// Caught: an agent that is paid for an issue that a person has closed.
func TestAClosedIssueIsNotBegun(t *testing.T) {
	c := newTown(t, row(1)...)
	task, _ := c.disk.open(t).Snapshot().Task("100")
	s := c.supervisor(nil)
	s.o.Tracker = shut{s.o.Tracker}
	if _, err := s.brief(t.Context(), task); !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "issue #100 was closed by somebody") {
		t.Errorf("got %v", err)
	}
}
