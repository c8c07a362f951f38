package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// viewed is a queue with the issues 123 and 456, of which the first is at work,
// and what is shown of it.
func viewed(t *testing.T) (*fixView, *queue.Queue) {
	t.Helper()
	f := newFixing(t, fm.Terms{})
	if err := os.MkdirAll(f.project.Dir(), 0o755); err != nil {
		t.Fatal(err)
	}
	q, err := f.openQueue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fix := fm.Terms{Fix: true}
	commit(t, q, queue.Add(fm.Task{ID: "123", Title: "First", Terms: fix, Branch: "fix/issue-123"}, noon()), queue.Add(fm.Task{ID: "456", Title: "Second", Terms: fix, Branch: "fix/issue-456"}, noon()))
	first, _ := q.Snapshot().Task("123")
	commit(t, q, queue.Claim(first, 1, noon()))
	v := &fixView{fixing: f, queue: q, ids: []fm.TaskID{"123", "456"}, seen: map[fm.TaskID]fm.Task{}, last: map[fm.TaskID]fm.Task{}, calls: calls{out: &bytes.Buffer{}}, hinted: hinted{}}
	return v, q
}

func commit(t *testing.T, q *queue.Queue, changes ...queue.Change) queue.Snapshot {
	t.Helper()
	snap, err := q.Commit(t.Context(), noon(), changes...)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// TestADamagedLedgerEndsNoView: durations and notes are less than the result.
// Caught: fm fix that ended when it could not read a line of last week.
func TestADamagedLedgerEndsNoView(t *testing.T) {
	t.Parallel()
	v, q := viewed(t)
	text, err := os.ReadFile(v.project.Ledger())
	if err != nil {
		t.Fatal(err)
	}
	text[bytes.IndexByte(text, '\n')-1] ^= 1
	if err := os.WriteFile(v.project.Ledger(), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := q.History(t.Context(), ""); err == nil {
		t.Fatal("the ledger is not damaged")
	}
	over, err := v.look(t.Context(), q.Snapshot(), supervisor.Status{})
	if over || err != nil || len(v.rows) != 2 || v.rows[0].stands != standsRunning {
		t.Errorf("over %v, %v, rows %+v", over, err, v.rows)
	}
}

// TestTheLedgerIsReadWhenWorkBeginsOrEnds, and not at each change of any task: it
// has all that ever was. Caught: a look that read it five times a second.
func TestTheLedgerIsReadWhenWorkBeginsOrEnds(t *testing.T) {
	t.Parallel()
	v, q := viewed(t)
	look := func() {
		t.Helper()
		if _, err := v.look(t.Context(), q.Snapshot(), supervisor.Status{}); err != nil {
			t.Fatal(err)
		}
	}
	look()
	v.past["123"] = past{worked: time.Hour} // stays as long as nothing is read
	second, _ := q.Snapshot().Task("456")
	commit(t, q, queue.Add(fm.Task{ID: "9"}, noon()), queue.Reprioritize(second, fm.High))
	if look(); v.past["123"].worked != time.Hour {
		t.Error("it was read, and no work began or ended")
	}
	first, _ := q.Snapshot().Task("123")
	commit(t, q, queue.Complete(first, "7", noon()))
	if look(); v.past["123"].worked == time.Hour {
		t.Error("the work ended, and it was not read")
	}
}

// TestWhatIsTakenOutOfTheQueueIsShownAsItWas. Caught: a branch subissue/123, and no
// title, in the JSON of an issue that somebody took out.
func TestWhatIsTakenOutOfTheQueueIsShownAsItWas(t *testing.T) {
	t.Parallel()
	v, q := viewed(t)
	if _, err := v.look(t.Context(), q.Snapshot(), supervisor.Status{}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.look(t.Context(), queue.Snapshot{}, supervisor.Status{}); err != nil {
		t.Fatal(err)
	}
	got := v.told(v.rows[0])
	if got.Status != standsCancelled || got.Branch != "fix/issue-123" || got.Attempts != 1 || got.Note == "" || !v.rows[0].over {
		t.Errorf("got %+v", got)
	}
	x := fixScene{}
	if r := x.rows([]fm.TaskID{"5"})[0]; r.stands != standsCancelled || r.task.Head() != "fix/issue-5" {
		t.Errorf("one that was never seen: %+v", r)
	}
}
