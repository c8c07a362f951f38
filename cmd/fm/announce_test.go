package main

import (
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// TestNobodyWaitsForWorkersThatCannotBegin: a start is over when the workers have
// what they can have. Caught: ten seconds for a pull request that is owed, a
// usage limit, and a worker that somebody holds.
func TestNobodyWaitsForWorkersThatCannotBegin(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	ready := queue.Add(fm.Task{ID: "1"}, now).Task
	claimed := queue.Claim(ready, 1, now).Task
	owed := queue.Owe(queue.Publish(claimed, now).Task, "no network", now).Task
	busy, idle := supervisor.WorkerStatus{Task: "1"}, supervisor.WorkerStatus{}
	for _, c := range []struct {
		name    string
		tasks   []fm.Task
		workers []supervisor.WorkerStatus
		wanted  int
		gate    supervisor.Gate
		want    bool
	}{
		{name: "one to be begun, and a worker for it", tasks: []fm.Task{ready}, workers: []supervisor.WorkerStatus{idle}, wanted: 1},
		{name: "begun, and not shown yet", tasks: []fm.Task{claimed}, workers: []supervisor.WorkerStatus{idle}, wanted: 1},
		{name: "begun and shown", tasks: []fm.Task{claimed}, workers: []supervisor.WorkerStatus{busy, idle}, wanted: 2, want: true},
		{name: "all at work", tasks: []fm.Task{claimed, ready}, workers: []supervisor.WorkerStatus{busy}, wanted: 1, want: true},
		{name: "owed", tasks: []fm.Task{owed}, workers: []supervisor.WorkerStatus{idle}, wanted: 1, want: true},
		{name: "owed, and another to be begun", tasks: []fm.Task{owed, ready}, workers: []supervisor.WorkerStatus{idle}, wanted: 1},
		{name: "nothing is begun now", tasks: []fm.Task{ready}, workers: []supervisor.WorkerStatus{idle}, wanted: 1, gate: supervisor.Gate{Why: "usage limit"}, want: true},
		{name: "held", tasks: []fm.Task{ready}, workers: []supervisor.WorkerStatus{{Held: true}}, wanted: 1, want: true},
		{name: "a person is in it", tasks: []fm.Task{ready}, workers: []supervisor.WorkerStatus{{Person: true}}, wanted: 1, want: true},
		{name: "held, and one beside it", tasks: []fm.Task{ready}, workers: []supervisor.WorkerStatus{{Held: true}, idle}, wanted: 2},
		{name: "one that is not wanted any more is at work", tasks: []fm.Task{claimed, ready}, workers: []supervisor.WorkerStatus{idle, busy}, wanted: 1, want: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := supervisor.Status{Workers: c.workers, Wanted: supervisor.Wanted{Workers: c.wanted}, Gate: c.gate}
			if got := settled(s, queue.Snapshot{Tasks: c.tasks}, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
