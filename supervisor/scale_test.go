package supervisor

import (
	"fmt"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// crowd is a state of 10,000 tasks and 100 workers at work, all of it seen.
func crowd(tb testing.TB) State {
	tb.Helper()
	var tasks []fm.Task
	for i := range 10_000 {
		t := task(fm.TaskID(fmt.Sprint(1000+i)), fm.Pending)
		t.Parent = fm.IssueID(fmt.Sprint(i / 4))
		switch {
		case i < 100:
			t.Status, t.Worker, t.Attempt = fm.Working, fm.WorkerID(i+1), 1
		case i < 5000:
			t.Status = fm.Merged
		case i < 5100:
			t.Status, t.Pull, t.Attempt = fm.Completed, fmt.Sprint(i), 1
		}
		tasks = append(tasks, t)
	}
	d := newDisk()
	var changes []queue.Change
	for _, t := range tasks {
		t.Revision = 0
		changes = append(changes, queue.Change{Op: queue.OpAdd, Task: t})
	}
	snap, err := d.open(tb).Commit(tb.Context(), noon(), changes...)
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range queue.Parents(snap.Tasks) {
		snap.Closed[p.Parent] = noon()
	}
	s := seen().holding(snap)
	s.Rules.Merge, s.Wanted.Workers = ManualMerge, 100
	s.Pulls = map[string]PullView{}
	for t := range s.inHand {
		if t.Pull != "" {
			s.Pulls[t.Pull] = PullView{Run: t.Run(), PullRequest: fm.PullRequest{Number: t.Pull, State: fm.PullOpen}}
		}
	}
	for i := range 100 {
		s = s.with(live(fm.WorkerID(i+1), tasks[i].ID, 1), atWork())
	}
	return s
}

// BenchmarkLook is what every look costs with 10,000 tasks and 100 workers
// while nothing changes.
func BenchmarkLook(b *testing.B) {
	s := crowd(b)
	ev := Observed{At: noon(), Sight: s.Sight, Reports: s.Reports}
	b.ReportAllocs()
	for b.Loop() {
		s, _ = step(s, Ticked{At: s.At.Add(time.Millisecond)})
		var effects []Effect
		if s, effects = step(s, ev); len(effects) > 0 {
			b.Fatal(names(effects))
		}
	}
}

// BenchmarkStepIdleWorkers is the same with all workers gone and 4,900 tasks
// ready: what the first step of a night costs.
func BenchmarkStepIdleWorkers(b *testing.B) {
	s := crowd(b)
	for i := range s.Queue.Tasks[:100] {
		s.Queue.Tasks[i].Status = fm.Merged
	}
	s = s.holding(s.Queue)
	s.Sight.Sessions = nil
	b.ReportAllocs()
	for b.Loop() {
		if _, effects := step(s, QueueRead{Snapshot: s.Queue}); len(names(effects)) != 100 {
			b.Fatal(len(names(effects)))
		}
	}
}

// BenchmarkView is what showing costs, at most four times a second.
func BenchmarkView(b *testing.B) {
	s := crowd(b)
	for b.Loop() {
		View(s)
	}
}
