package queue

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// Caught: sorting by id; an unknown dependency taken for merged.
func TestReadyIsByPriorityThenFileOrder(t *testing.T) {
	later := epoch.Add(time.Minute)
	tasks := []fm.Task{
		{ID: "z", Priority: 2, Status: fm.Pending},
		{ID: "low", Priority: 4, Status: fm.Pending},
		{ID: "a", Priority: 2, Status: fm.Pending},
		{ID: "done", Priority: 1, Status: fm.Merged},
		{ID: "open", Priority: 1, Status: fm.Completed},
		{ID: "after-done", Priority: 1, Status: fm.Pending, DependsOn: []fm.TaskID{"done"}},
		{ID: "after-open", Priority: 1, Status: fm.Pending, DependsOn: []fm.TaskID{"done", "open"}},
		{ID: "after-nobody", Priority: 1, Status: fm.Pending, DependsOn: []fm.TaskID{"nobody"}},
		{ID: "backoff", Priority: 1, Status: fm.Pending, NotBefore: later},
		{ID: "backoff-too", Priority: 1, Status: fm.Pending, NotBefore: later.Add(time.Minute)},
		{ID: "backoff-and-waits", Priority: 1, Status: fm.Pending, NotBefore: epoch.Add(time.Second), DependsOn: []fm.TaskID{"open"}},
		{ID: "odd", Priority: 1, Status: "someday"},
	}
	ids := func(tasks []fm.Task) (ids []fm.TaskID) {
		for _, t := range tasks {
			ids = append(ids, t.ID)
		}
		return ids
	}
	if diff := cmp.Diff([]fm.TaskID{"after-done", "z", "a", "low"}, ids(Ready(tasks, epoch))); diff != "" {
		t.Error(diff)
	}
	if at, ok := NextReady(tasks, epoch); !ok || !at.Equal(later) {
		t.Errorf("next at %v %v, want %v", at, ok, later)
	}
	if got := ids(Ready(tasks, later)); got[1] != "backoff" {
		t.Errorf("at the end of a backoff %v, want it among the ready", got)
	}
	if _, ok := NextReady(tasks, later.Add(time.Hour)); ok {
		t.Error("something is next when nothing waits")
	}
	if diff := cmp.Diff([]fm.TaskID{"open"}, WaitsFor(tasks[6], tasks)); diff != "" {
		t.Error(diff)
	}
}

func TestBackoffDoublesToFiveMinutes(t *testing.T) {
	if got := Backoff("1", 0); got != 0 {
		t.Errorf("no failure waits %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		id := fm.TaskID(rapid.StringMatching(`[0-9]{1,5}`).Draw(t, "id"))
		n := rapid.IntRange(1, 100).Draw(t, "failures")
		got, middle := Backoff(id, n), min(10*time.Second<<min(n-1, 10), 5*time.Minute)
		if got < middle*8/10-time.Second || got > min(middle*12/10, 5*time.Minute) || got != Backoff(id, n) {
			t.Fatalf("failure %d waits %v, want %v ± 20 %%", n, got, middle)
		}
	})
	seen := map[time.Duration]bool{}
	for _, id := range []fm.TaskID{"1", "2", "3", "4", "5", "6", "7", "8"} {
		seen[Backoff(id, 1)] = true
	}
	if len(seen) < 3 {
		t.Errorf("tasks that failed together come back together: %v", seen)
	}
}

func TestFailuresEnd(t *testing.T) {
	task := fm.Task{ID: "1", Status: fm.Pending, Extra: []fm.Field{{Key: "x", Value: "y"}}}
	for n := 1; n <= 3; n++ {
		task = Claim(task, 4, epoch).Task
		if task.Attempt != n || task.Status != fm.Working || task.Worker != 4 {
			t.Fatalf("claim %d: %+v", n, task)
		}
		task = Publish(task, epoch).Task
		if !Publishing(task) || task.Worker != 4 {
			t.Fatalf("publish %d: %+v", n, task)
		}
		if n == 2 {
			task = Reopen(Complete(task, "7", epoch).Task, "conflict", 3, epoch).Task
		} else {
			task = Fail(task, "broke", 3, epoch).Task
		}
		if task.Failures != n || task.Worker != 0 || Publishing(task) || len(task.Extra) != 1 {
			t.Fatalf("failure %d: %+v", n, task)
		}
		if want := epoch.Add(Backoff("1", n)); n < 3 && (task.Status != fm.Pending || !task.NotBefore.Equal(want)) {
			t.Errorf("failure %d: %+v, want pending again at %v", n, task, want)
		}
	}
	if task.Status != fm.Failed || task.Note != "broke" || !task.NotBefore.IsZero() {
		t.Errorf("after three failures of three: %+v", task)
	}
	if task = Retry(task, epoch).Task; task.Status != fm.Pending || task.Failures != 0 || task.Attempt != 3 || task.Note != "" {
		t.Errorf("retry: %+v", task)
	}
	if task = Release(Claim(task, 4, epoch).Task, "stop", epoch).Task; task.Status != fm.Pending || task.Failures != 0 || task.Attempt != 4 {
		t.Errorf("release: %+v", task)
	}
}

func TestParentsInOrderOfTheirFirstTask(t *testing.T) {
	tasks := []fm.Task{
		{ID: "3", Parent: "2", Status: fm.Merged},
		{ID: "4", Parent: "1", Status: fm.Completed},
		{ID: "5", Status: fm.Merged},
		{ID: "6", Parent: "2", Status: fm.Merged},
		{ID: "7", Parent: "1", Status: fm.Cancelled},
	}
	want := []Progress{{Parent: "2", Total: 2, Merged: 2, Done: 2}, {Parent: "1", Total: 2, Done: 1, Failed: 1}}
	if diff := cmp.Diff(want, Parents(tasks)); diff != "" {
		t.Error(diff)
	}
	if !want[0].Complete() || want[1].Complete() || (Progress{}).Complete() {
		t.Error("a parent is complete when every task of it is merged")
	}
	if got := Counts(tasks)[fm.Merged]; got != 3 {
		t.Errorf("%d merged, want 3", got)
	}
}

func BenchmarkReady(b *testing.B) {
	var tasks []fm.Task
	for i := range 10_000 {
		tasks = append(tasks, fm.Task{ID: fm.TaskID(rune('a' + i%26)), Priority: fm.Priority(i%4 + 1), Status: fm.Pending, DependsOn: []fm.TaskID{"x"}})
	}
	for b.Loop() {
		Ready(tasks, epoch)
	}
}
