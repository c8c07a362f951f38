package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// TestWhatLedgerAndJournalBothTellIsToldOnce, in the order that it happened:
// the ledger counts milliseconds, the journal is finer. Caught: a failure told
// before what led to it; every change told twice; each cent told.
func TestWhatLedgerAndJournalBothTellIsToldOnce(t *testing.T) {
	run := fm.Run{Task: "2", Attempt: 1}
	at := func(d time.Duration) time.Time { return noon().Add(d) }
	task := fm.Task{ID: "2", Status: fm.Working, Worker: 1, Attempt: 1}
	failed := task
	failed.Status, failed.Note = fm.Pending, "it crashed"
	got := merged([]queue.Entry{
		{At: at(0), Op: queue.OpClaim, Task: task},
		{At: at(time.Second), Op: queue.OpSpend, Task: task},
		{At: at(2 * time.Second), Op: queue.OpFail, Task: failed, Why: "it crashed"},
	}, []supervisor.Decision{
		{At: at(100), Run: run, Rule: "claim", Then: "working in worker-1"},
		{At: at(200), Run: run, Rule: "claimed, and no session of it", Then: "start it in worker-1"},
		{At: at(time.Second + 100), Run: run, Rule: "spend"},
		{At: at(2*time.Second + 300), Run: run, Rule: "agent", Then: "working → exited", Evidence: "process signal 9"},
		{At: at(2*time.Second + 400), Run: run, Rule: "fail", Then: "pending"},
	})
	want := []step{
		{At: at(100), Attempt: 1, Rule: "claim", Then: "worker-1 begins attempt 1"},
		{At: at(200), Attempt: 1, Rule: "claimed, and no session of it", Then: "start it in worker-1"},
		{At: at(2*time.Second + 300), Attempt: 1, Rule: "agent", Then: "working → exited", Evidence: "process signal 9"},
		{At: at(2*time.Second + 400), Attempt: 1, Rule: "fail", Then: "pending", Evidence: "it crashed"},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
}

// What was written down is told with what it was done to. Caught: a bare verb.
func TestWhatIsWrittenDownIsToldWithItsObject(t *testing.T) {
	t.Parallel()
	task := fm.Task{ID: "2", Status: fm.Working, Attempt: 1, Worker: 1, Priority: fm.High, Pull: "7"}
	for op, want := range map[queue.Op]string{
		queue.OpPublish:    "publish: its branch, as a pull request",
		queue.OpTidy:       "tidy: its worktree is gone, its subissue closed",
		queue.OpPrioritize: "prioritize: to high",
		queue.OpRerun:      "rerun: the checks of PR #7 that failed",
		queue.OpClaim:      "claim: worker-1 begins attempt 1",
	} {
		if got := recorded(queue.Entry{Op: op, Task: task}).line(); got != want {
			t.Errorf("%s: got %q, want %q", op, got, want)
		}
	}
}
