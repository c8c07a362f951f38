package disk_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// aged is a queue of 1,000 tasks whose ledger has so many lines.
func aged(b *testing.B, lines int) *queue.Queue {
	b.Helper()
	const tasks = 1000
	q := openQueue(b, b.TempDir())
	var changes []queue.Change
	for i := range tasks {
		changes = append(changes, queue.Add(fm.Task{ID: fm.TaskID(strconv.Itoa(i)), Parent: "9", Title: "Add JWT middleware to the service"}, start()))
	}
	for have := 0; have < lines; have += tasks {
		snap, err := q.Commit(b.Context(), start(), changes...)
		if err != nil {
			b.Fatal(err)
		}
		changes = changes[:0]
		for _, t := range snap.Tasks {
			changes = append(changes, queue.Retry(t, start()))
		}
	}
	return q
}

// BenchmarkTaskAfterHistory is what the queue takes for the life of one task,
// claimed and completed, after so many lines of history. The histories take
// turns, so that a busy moment of the machine meets them alike; the ratio is
// that of the longest to the shortest.
func BenchmarkTaskAfterHistory(b *testing.B) {
	histories := []int{1000, 10_000, 100_000}
	took := map[int][]time.Duration{}
	var queues []*queue.Queue
	for _, n := range histories {
		queues = append(queues, aged(b, n))
	}
	round := 0
	for b.Loop() {
		for i, n := range histories {
			began := time.Now()
			liveOnce(b, queues[i], fm.TaskID(strconv.Itoa(round%1000)))
			took[n] = append(took[n], time.Since(began))
		}
		round++
	}
	middle := func(n int) float64 {
		slices.Sort(took[n])
		return float64(took[n][len(took[n])/2]) / float64(time.Millisecond)
	}
	for _, n := range histories {
		b.ReportMetric(middle(n), fmt.Sprintf("after-%d-ms", n))
	}
	b.ReportMetric(middle(histories[len(histories)-1])/middle(histories[0]), "ratio")
	b.ReportMetric(0, "ns/op")
}

// liveOnce claims a task, completes it, and has it wait for the next time.
func liveOnce(b *testing.B, q *queue.Queue, id fm.TaskID) {
	b.Helper()
	for _, step := range []func(fm.Task) queue.Change{
		func(t fm.Task) queue.Change { return queue.Claim(t, 3, start()) },
		func(t fm.Task) queue.Change { return queue.Complete(t, "1", start()) },
		func(t fm.Task) queue.Change { return queue.Retry(t, start()) },
	} {
		t, _ := q.Snapshot().Task(id)
		if _, err := q.Commit(b.Context(), start(), step(t)); err != nil {
			b.Fatal(err)
		}
	}
}
