package disk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/queue"
)

// The files fit the ports of the queue.
var (
	_ queue.Log    = (*disk.Log)(nil)
	_ queue.View   = (*disk.View)(nil)
	_ queue.Locker = (*disk.Gate)(nil)
)

func start() time.Time { return time.Date(2026, 11, 20, 14, 30, 45, 0, time.UTC) }

func openQueue(tb testing.TB, dir string) *queue.Queue {
	tb.Helper()
	f, err := disk.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	q, err := queue.Open(tb.Context(), queue.Files{Log: f.Log, View: f.View, Lock: f.Lock})
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

func readFile(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

func appendFile(tb testing.TB, name, text string) {
	tb.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

func must[T any](tb testing.TB) func(T, error) T {
	tb.Helper()
	return func(v T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

func TestLifeOfATaskSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	view := filepath.Join(dir, "queue.txt")
	q, now := openQueue(t, dir), start()
	got := must[queue.Snapshot](t)
	got(q.Commit(t.Context(), now, queue.Add(fm.Task{ID: "456", Parent: "123", Priority: 1, Title: "Add JWT | middleware"}, now)))
	appendFile(t, view, "# mine\n2|123|789|pending||\n")
	s := got(q.Refresh(t.Context(), now))
	if len(s.Tasks) != 2 {
		t.Fatalf("tasks %v", s.Tasks)
	}
	ready := queue.Ready(s.Tasks, now)
	got(q.Commit(t.Context(), now, queue.Claim(ready[0], 3, now)))
	want := "1|123|456|working|worker-3|2026-11-20T14:30:45Z|r=2|a=1|t=Add JWT %7C middleware\n# mine\n2|123|789|pending||2026-11-20T14:30:45Z|r=1\n"
	if text := readFile(t, view); !strings.HasSuffix(text, want) {
		t.Errorf("view\n%s\nwant\n%s", text, want)
	}
	again := openQueue(t, dir)
	s = got(again.Refresh(t.Context(), now))
	if task, _ := s.Task("456"); task.Attempt != 1 || task.Worker != 3 || len(s.Problems) > 0 {
		t.Errorf("task %+v problems %v", task, s.Problems)
	}
}

// A program writes half a line, and the rest a moment later through the same
// open file. Caught: the view replaced while its last line is unfinished.
func TestHalfALineIsNotTornFromItsRest(t *testing.T) {
	dir := t.TempDir()
	view := filepath.Join(dir, "queue.txt")
	q, now := openQueue(t, dir), start()
	got := must[queue.Snapshot](t)
	got(q.Commit(t.Context(), now, queue.Add(fm.Task{ID: "1"}, now)))
	slow, err := os.OpenFile(view, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if _, err := slow.WriteString("2|9|7"); err != nil {
		t.Fatal(err)
	}
	s := got(q.Refresh(t.Context(), now))
	task, _ := s.Task("1")
	got(q.Commit(t.Context(), now, queue.Claim(task, 1, now)))
	if _, err := slow.WriteString("89|pending||\n"); err != nil {
		t.Fatal(err)
	}
	s = got(q.Refresh(t.Context(), now.Add(time.Second)))
	if _, ok := s.Task("789"); !ok || len(s.Problems) > 0 {
		t.Errorf("no task 789, or problems %v", s.Problems)
	}
	want := "2026-11-20T14:30:45Z|r=2|a=1\n2|9|789|pending||2026-11-20T14:30:46Z|r=1\n"
	if text := readFile(t, view); !strings.HasSuffix(text, want) {
		t.Errorf("view\n%s\nwant it to end in\n%s", text, want)
	}
}
