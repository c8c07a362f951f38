package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"golang.org/x/sys/unix"
)

// free is a lock that nobody else wants.
type free struct{}

func (free) Lock(context.Context) (func(), error) { return func() {}, nil }

func begin() time.Time { return time.Date(2026, 11, 20, 14, 30, 45, 0, time.UTC) }

func openMemory(ctx context.Context, m *memory) (*queue.Queue, error) {
	f := open(m, "/p", os.Getpid())
	return queue.Open(ctx, queue.Files{Log: f.Log, View: f.View, Lock: free{}})
}

// life is a run of the queue that remembers what it was promised.
type life struct {
	ctx    context.Context //nolint:containedctx // of the test that it is a part of
	m      *memory
	q      *queue.Queue
	now    time.Time
	kept   map[fm.TaskID]fm.Task // as of the last call without an error
	echoed map[fm.TaskID]bool
}

func (l *life) took(s queue.Snapshot, err error) error {
	if err == nil {
		for _, t := range s.Tasks {
			l.kept[t.ID] = t
		}
	}
	return err
}

// do takes one task from birth to its pull request, while a person adds
// another. Stale changes are decided anew; any other error ends it.
func (l *life) do() error {
	var err error
	if l.q == nil {
		if l.q, err = openMemory(l.ctx, l.m); err != nil {
			l.q = nil
			return err
		}
	}
	steps := []func(fm.Task) queue.Change{
		func(fm.Task) queue.Change { return queue.Add(fm.Task{ID: "1", Parent: "9", Title: "one"}, l.now) },
		func(t fm.Task) queue.Change { return queue.Claim(t, 3, l.now) },
		func(t fm.Task) queue.Change {
			t.Spent = fm.Spending{Cost: 2_000_000, Tokens: 20}
			return queue.Publish(t, l.now)
		},
		func(t fm.Task) queue.Change { return queue.Complete(t, "77", l.now) },
	}
	for i, step := range steps {
		l.now = l.now.Add(100 * time.Millisecond)
		s, err := l.q.Refresh(l.ctx, l.now)
		if err := l.took(s, err); err != nil {
			return err
		}
		t, _ := s.Task("1")
		if t.Revision > uint64(i) {
			continue
		}
		if err := l.took(l.q.Commit(l.ctx, l.now, step(t))); err != nil && !errors.Is(err, queue.ErrStale) {
			return err
		}
		if i == 1 {
			t, _ := l.q.Snapshot().Task("1")
			if err := l.took(l.q.Commit(l.ctx, l.now, queue.Spend(t, fm.Spending{Cost: 1_500_000, Tokens: 15}, l.now))); err != nil {
				return err
			}
		}
		if i == 1 && !l.echoed["2"] {
			l.echoed["2"] = l.m.echo("/p/queue.txt", "# mine\n2|9|2|pending||\n")
		}
	}
	return l.took(l.q.Refresh(l.ctx, l.now.Add(3*time.Second)))
}

// echo is `echo line >> name` by a person, who syncs nothing.
func (m *memory) echo(name, text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.nodes[m.names[name]]
	if n == nil || m.powerOff > 0 && m.steps >= m.powerOff {
		return false
	}
	m.clock++
	n.data = append(n.data, text...)
	n.mtime = m.clock
	return true
}

func newLife(ctx context.Context, m *memory) *life {
	return &life{ctx: ctx, m: m, now: begin(), kept: map[fm.TaskID]fm.Task{}, echoed: map[fm.TaskID]bool{}}
}

// check opens the files of m anew and says what of the promises is broken.
func (l *life) check(m *memory) error {
	if n := m.nodes[m.names["/p/queue.txt"]]; n != nil && len(l.kept) > 0 {
		if text := string(n.data); !strings.HasPrefix(text, "# fm queue v1") {
			return fmt.Errorf("view is %q: neither the old nor the new one", text)
		}
	}
	q, err := openMemory(l.ctx, m)
	if err != nil {
		return err
	}
	s, err := q.Refresh(l.ctx, l.now.Add(4*time.Second))
	if err != nil {
		return err
	}
	for id, want := range l.kept {
		got, ok := s.Task(id)
		if !ok || got.Revision < want.Revision || got.Attempt < want.Attempt || got.Spent.Cost < want.Spent.Cost {
			return fmt.Errorf("task %s is %+v: was told %+v", id, got, want)
		}
	}
	if tasks, days := sums(s); tasks != days {
		return fmt.Errorf("tasks have spent %v, and days %v", tasks, days)
	}
	for _, p := range s.Problems {
		return fmt.Errorf("problem after the crash: %+v", p)
	}
	return nil
}

// sums adds up what the tasks have spent, and what was spent on the days. It is
// the same, in whatever moment the power went.
func sums(s queue.Snapshot) (tasks, days fm.Spending) {
	for _, t := range s.Tasks {
		tasks = tasks.Plus(t.Spent)
	}
	for _, sum := range s.Days {
		days = days.Plus(sum)
	}
	return tasks, days
}

func countSteps(t *testing.T) int {
	t.Helper()
	l := newLife(t.Context(), newMemory())
	if err := l.do(); err != nil {
		t.Fatal(err)
	}
	if len(l.kept) != 2 || l.kept["1"].Status != fm.Completed || l.kept["1"].Spent.Tokens != 20 {
		t.Fatalf("an undisturbed life ends as %+v", l.kept)
	}
	return l.m.steps
}

// cuts takes the power away before each operation, and keeps each share of
// what was not synced. It returns how often a promise was broken.
func cuts(t *testing.T, lazy mutant) (runs, broken int, example error) {
	t.Helper()
	for at := 1; at <= countSteps(t); at++ {
		m := newMemory()
		m.powerOff, m.lazy = at, lazy
		l := newLife(t.Context(), m)
		if err := l.do(); !errors.Is(err, errPower) && at < 10 {
			t.Fatalf("cut before operation %d: got %v", at, err)
		}
		for _, data := range []int{0, 25, 50, 75, 100} {
			for _, names := range []int{0, 25, 50, 75, 100} {
				runs++
				if err := l.check(m.reboot(data, names)); err != nil {
					broken++
					example = fmt.Errorf("cut before operation %d, %d %% of data, %d %% of names: %w", at, data, names, err)
				}
			}
		}
	}
	return runs, broken, example
}

func TestPowerCutBeforeEveryOperationLosesNothingPromised(t *testing.T) {
	runs, broken, example := cuts(t, honest)
	t.Logf("%d power cuts", runs)
	if broken > 0 {
		t.Errorf("%d of %d power cuts broke a promise, such as: %v", broken, runs, example)
	}
}

// Without these controls the test above could pass because the simulation
// forgives everything. Each names a mutant that it catches.
func TestPowerCutsTellWhenSyncsAreMissing(t *testing.T) {
	for name, lazy := range map[string]mutant{"no fsync of files": noFileSync, "no fsync of folders": noDirSync} {
		runs, broken, example := cuts(t, lazy)
		if broken == 0 {
			t.Errorf("%s: %d power cuts broke nothing", name, runs)
		}
		t.Logf("%s: %d of %d, such as: %v", name, broken, runs, example)
	}
}

// Every operation fails once, as on a full or failing disk, and the caller
// just goes on. Caught: fsync repeated on the same file after it failed; a
// view that could not be read, or whose edits did not reach the ledger, counted
// as read.
func TestFailureOfEveryOperationLosesNothing(t *testing.T) {
	for at := 1; at <= countSteps(t); at++ {
		m := newMemory()
		m.failAt = at
		l := newLife(t.Context(), m)
		var err error
		for range 4 {
			if err = l.do(); err == nil {
				break
			}
		}
		if err != nil {
			t.Errorf("fault at operation %d: still failing: %v", at, err)
			continue
		}
		if l.kept["1"].Status != fm.Completed || (l.echoed["2"] && l.kept["2"].ID == "") {
			t.Errorf("fault at operation %d: ends as %+v", at, l.kept)
		}
		for _, percent := range []int{0, 50, 100} {
			if err := l.check(m.reboot(percent, percent)); err != nil {
				t.Errorf("fault at operation %d, then a power cut, %d %% kept: %v", at, percent, err)
			}
		}
	}
}

// Caught: Swap without the fsync of the folder.
func TestSwapIsDurableWhenItReturns(t *testing.T) {
	m := newMemory()
	v := open(m, "/p", os.Getpid()).View
	for _, text := range []string{"one\n", "two\n"} {
		v.mustSwap(t, begin(), text)
		after := m.reboot(0, 0)
		if got := string(after.nodes[after.names["/p/queue.txt"]].data); got != text {
			t.Errorf("after a power cut %q, want %q", got, text)
		}
	}
}

// Caught: Append without Truncate after a short write.
func TestShortAppendIsTakenBack(t *testing.T) {
	m := newMemory()
	l := open(m, "/p", os.Getpid()).Log
	if err := l.Append(t.Context(), []byte("one\n")); err != nil {
		t.Fatal(err)
	}
	m.failAt = m.steps + 4 // a look at the path, two at the file, the write
	if err := l.Append(t.Context(), []byte("two\n")); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("got %v, want ENOSPC", err)
	}
	if data, _, err := l.Read(t.Context(), 0, 0); err != nil || string(data) != "one\n" {
		t.Errorf("got %q, %v", data, err)
	}
}
