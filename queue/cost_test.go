package queue

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func midday() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// meter counts what a queue does with its ledger and its view.
type meter struct {
	reads, appends, replaces int // bytes of the ledger
	syncs                    int
}

type meteredLog struct {
	Log
	m *meter
}

func (l meteredLog) Read(ctx context.Context, generation uint64, offset int64) ([]byte, uint64, error) {
	data, now, err := l.Log.Read(ctx, generation, offset)
	l.m.reads += len(data)
	return data, now, err
}

func (l meteredLog) Append(ctx context.Context, data []byte) error {
	l.m.appends += len(data)
	return l.Log.Append(ctx, data)
}

func (l meteredLog) Sync(ctx context.Context) error {
	l.m.syncs++
	return l.Log.Sync(ctx)
}

func (l meteredLog) Replace(ctx context.Context, data []byte, keep string) error {
	l.m.replaces += len(data)
	return l.Log.Replace(ctx, data, keep)
}

// TestATransitionCostsTheSameAfterAnyHistory: each step of a task's life is one
// line of at most 300 bytes, made durable by one sync, and nothing of what is
// already there is read for it, whether 100 lines stand in the ledger or 20,000.
// What compaction takes is spread over the lines that it is for: less than
// three times their own length. Caught: a commit that reads the ledger again; a
// compaction that is tried at each commit.
func TestATransitionCostsTheSameAfterAnyHistory(t *testing.T) {
	steps := []func(fm.Task) Change{
		func(task fm.Task) Change { return Claim(task, 3, midday()) },
		func(task fm.Task) Change {
			return Complete(task, "7", midday())
		},
		func(task fm.Task) Change { return Retry(task, midday()) },
	}
	for _, history := range []int{100, 20_000} {
		m, files := &meter{}, newMemory().files()
		files.Log = meteredLog{files.Log, m}
		q, err := Open(t.Context(), files)
		if err != nil {
			t.Fatal(err)
		}
		snap, lines := Snapshot{}, 0
		commit := func(changes ...Change) {
			t.Helper()
			if snap, err = q.Commit(t.Context(), midday(), changes...); err != nil {
				t.Fatal(err)
			}
			lines += len(changes)
		}
		var changes []Change
		for i := range 100 {
			changes = append(changes, Add(fm.Task{ID: fm.TaskID(strconv.Itoa(i)), Parent: "9", Title: "Add JWT middleware to the service, and test it"}, midday()))
		}
		for commit(changes...); lines < history; {
			changes = changes[:0]
			for _, task := range snap.Tasks {
				changes = append(changes, steps[(lines/100-1)%len(steps)](task))
			}
			commit(changes...)
		}
		if m.reads+m.replaces > 3*m.appends {
			t.Errorf("%d lines: read %d and rewrote %d bytes for %d that were appended", lines, m.reads, m.replaces, m.appends)
		}
		for i, step := range steps {
			*m = meter{}
			task, _ := snap.Task("7")
			commit(step(task))
			if m.syncs != 1 || m.appends > 300 || m.reads > 0 || m.replaces > 0 {
				t.Errorf("after %d lines, step %d: %+v, want one sync, at most 300 bytes appended, and nothing else", lines, i, *m)
			}
		}
	}
}

// TestLateViewIsComparedLineByLine: what a command left behind that wrote the
// queue and ended is a whole view, and comes to the supervisor as lines that came
// late. Each of them is compared with its own task. Caught: with all tasks, which
// held the lock for a minute with 10,000 of them.
func TestLateViewIsComparedLineByLine(t *testing.T) {
	s := newState(0)
	var view bytes.Buffer
	for i := range 10_000 {
		line := fmt.Sprintf("3|9|%d|pending||2026-11-20T12:00:00Z|r=1|t=Add JWT middleware", i)
		if err := s.apply(entry{seq: uint64(i + 1), op: OpAdd, id: strconv.Itoa(i), payload: line}); err != nil {
			t.Fatal(err)
		}
		view.WriteString(line + "\n")
	}
	// Whoever compares a line with another task's takes it for a part of that.
	for id, r := range s.records {
		if next := s.records[id+"0"]; next != nil {
			r.past = append(r.past, revision{line: next.line + " and more"})
		}
	}
	rest := "3|9|7|pending||2026-11-20T12:00:00Z|r=1|t=Add J"
	if got := withoutRest(s, append(view.Bytes(), rest...)); !bytes.Equal(got, view.Bytes()) {
		t.Errorf("kept %d bytes, want the %d of the whole lines", len(got), view.Len())
	}
	for _, part := range []string{"3", "3|9|7", "3|9|77|pending||2026"} {
		if !s.begins(part) {
			t.Errorf("%q is not taken for a part of a line", part)
		}
	}
}
