package disk_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// full is a queue of n tasks on disk.
func full(b *testing.B, n int) (*queue.Queue, string) {
	b.Helper()
	dir := b.TempDir()
	q := openQueue(b, dir)
	var changes []queue.Change
	for i := range n {
		changes = append(changes, queue.Add(fm.Task{ID: fm.TaskID(strconv.Itoa(i)), Parent: "9", Title: "Add JWT middleware to the service"}, start()))
	}
	if _, err := q.Commit(b.Context(), start(), changes...); err != nil {
		b.Fatal(err)
	}
	return q, dir
}

func BenchmarkCommitOneOf10000(b *testing.B) {
	q, _ := full(b, 10_000)
	for b.Loop() {
		t, _ := q.Snapshot().Task("5000")
		if _, err := q.Commit(b.Context(), start(), queue.Claim(t, 3, start())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommitOneOf100(b *testing.B) {
	q, _ := full(b, 100)
	for b.Loop() {
		t, _ := q.Snapshot().Task("50")
		if _, err := q.Commit(b.Context(), start(), queue.Claim(t, 3, start())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefreshOf10000Unchanged(b *testing.B) {
	q, _ := full(b, 10_000)
	for b.Loop() {
		if _, err := q.Refresh(b.Context(), start()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefreshOf10000WithOneEdit(b *testing.B) {
	q, dir := full(b, 10_000)
	now := start()
	for b.Loop() {
		appendFile(b, filepath.Join(dir, "queue.txt"), "1|9|5000|hold||\n1|9|5000|pending||\n")
		now = now.Add(time.Second)
		if _, err := q.Refresh(b.Context(), now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenOf100000LedgerLines(b *testing.B) {
	q, dir := full(b, 10_000)
	for range 9 {
		var changes []queue.Change
		for _, t := range q.Snapshot().Tasks {
			changes = append(changes, queue.Block(t, "needs a person", start()))
		}
		if _, err := q.Commit(b.Context(), start(), changes...); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		openQueue(b, dir)
	}
}

func BenchmarkOpenOf10000Tasks(b *testing.B) {
	_, dir := full(b, 10_000)
	for b.Loop() {
		openQueue(b, dir)
	}
}
