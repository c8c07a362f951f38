package disk_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// busy rewrites the view without a pause until stop is closed, then until the
// late lines are in, and returns the last snapshot.
func busy(t *testing.T, q *queue.Queue, stop <-chan struct{}) queue.Snapshot {
	t.Helper()
	for n := 0; ; n++ {
		select {
		case <-stop:
			var s queue.Snapshot
			var err error
			for i := range 4 {
				if s, err = q.Refresh(t.Context(), time.Now().Add(time.Duration(i)*3*time.Second)); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%d rewrites", n)
			return s
		default:
		}
		s, err := q.Refresh(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		task, _ := s.Task("fm")
		if _, err := q.Commit(t.Context(), time.Now(), queue.Block(task, strconv.Itoa(n), time.Now())); err != nil && n == 0 {
			t.Fatal(err)
		}
	}
}

func seeded(t *testing.T, n int) (q *queue.Queue, view string) {
	t.Helper()
	dir := t.TempDir()
	q = openQueue(t, dir)
	now := time.Now()
	changes := []queue.Change{queue.Add(fm.Task{ID: "fm"}, now)}
	for i := range n {
		changes = append(changes, queue.Add(fm.Task{ID: fm.TaskID("sed-" + strconv.Itoa(i)), Title: "of " + strconv.Itoa(i) + "."}, now))
	}
	if _, err := q.Commit(t.Context(), now, changes...); err != nil {
		t.Fatal(err)
	}
	return q, filepath.Join(dir, "queue.txt")
}

func shell(ctx context.Context, script string, args ...string) error {
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, "sh"}, args...)...)
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// People append lines with >> while fm replaces the file as fast as it can;
// some of them open it long before they write. Caught: the displaced
// text not merged; the displaced file not looked at again.
func TestNoAppendedLineIsLost(t *testing.T) {
	q, view := seeded(t, 3)
	const adders, each = 4, 250
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for a := range adders {
		wg.Go(func() {
			script := `n=0; while [ $n -lt "$3" ]; do
				if [ $((n % 50)) = 7 ]; then { sleep 0.1; echo "2|9|$2-$n|pending||"; } >> "$1"
				else echo "2|9|$2-$n|pending||" >> "$1"; fi; n=$((n + 1)); done`
			if err := shell(t.Context(), script, view, "a"+strconv.Itoa(a), strconv.Itoa(each)); err != nil {
				t.Error(err)
			}
		})
	}
	go func() { wg.Wait(); close(stop) }()
	s := busy(t, q, stop)
	lost := 0
	for a := range adders {
		for n := range each {
			if _, ok := s.Task(fm.TaskID(fmt.Sprintf("a%d-%d", a, n))); !ok {
				lost++
			}
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d appended lines are lost", lost, adders*each)
	}
	if n := queue.Counts(s.Tasks)[fm.Cancelled]; n > 0 {
		t.Errorf("%d tasks were taken for deleted", n)
	}
}

// People edit with sed -i, each another line, while fm replaces the file.
// Caught: lines merged against the last version instead of their own revision.
func TestNoEditBySedIsLost(t *testing.T) {
	const edits = 150
	q, view := seeded(t, edits)
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		script := `n=0; while [ $n -lt "$2" ]; do sed -i "s/of $n\./edited $n./" "$1"; n=$((n + 1)); done`
		if err := shell(t.Context(), script, view, strconv.Itoa(edits)); err != nil {
			t.Error(err)
		}
	}()
	s := busy(t, q, stop)
	for i := range edits {
		task, _ := s.Task(fm.TaskID("sed-" + strconv.Itoa(i)))
		if want := "edited " + strconv.Itoa(i) + "."; task.Title != want || task.Status != fm.Pending {
			t.Errorf("task %s is %s with title %q, want pending with %q", task.ID, task.Status, task.Title, want)
		}
	}
}

// vim saves as it was observed with strace: rename away, create, write in
// pieces, sync, unlink.
func vim(name string, edit func(string) string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := os.Rename(name, name+"~"); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	text := edit(string(data))
	for len(text) > 0 {
		n := min(len(text), 700)
		if _, err := f.WriteString(text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Remove(name + "~")
}

// Caught: the absent, empty or half file of a save in progress read as
// deletion; a line that is gone taken for removed at once.
func TestNoEditByVimIsLost(t *testing.T) {
	const edits = 150
	q, view := seeded(t, edits)
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for n := range edits {
			err := vim(view, func(text string) string {
				old := fmt.Sprintf("of %d.", n)
				return strings.Replace(text, old, fmt.Sprintf("edited %d.", n), 1) + fmt.Sprintf("2|9|vim-%d|pending||\n", n)
			})
			if err != nil && !os.IsNotExist(err) {
				t.Error(err)
			}
			if os.IsNotExist(err) { // fm had the file for itself: a person would save again
				t.Log(err)
			}
		}
	}()
	s := busy(t, q, stop)
	for i := range edits {
		task, _ := s.Task(fm.TaskID("sed-" + strconv.Itoa(i)))
		added, ok := s.Task(fm.TaskID("vim-" + strconv.Itoa(i)))
		if want := "edited " + strconv.Itoa(i) + "."; task.Title != want || task.Status != fm.Pending || !ok || added.Status != fm.Pending {
			t.Errorf("task %s is %s with title %q; vim-%d is %q", task.ID, task.Status, task.Title, i, added.Status)
		}
	}
}
