package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// TestDashboardAtRestCostsNothing: as long as nothing changes, the dashboard and
// what it starts take less than a fiftieth of a core, however many workers it
// shows. What is measured is the time of its processes, which a busy machine
// does not add to. Caught: a frame every ten milliseconds.
func TestDashboardAtRestCostsNothing(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{8, 100} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			t.Parallel()
			share := restingShare(t, workers, 8*time.Second)
			t.Logf("%d workers: %.2f %% of a core", workers, 100*share)
			if share > 0.02 {
				t.Errorf("%.2f %% of a core, want at most 2", 100*share)
			}
		})
	}
}

// BenchmarkDashboardAtRest gives the share of a core in hundredths.
func BenchmarkDashboardAtRest(b *testing.B) {
	for _, workers := range []int{1, 8, 100} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			var sum float64
			for b.Loop() {
				sum += restingShare(b, workers, 20*time.Second)
			}
			b.ReportMetric(100*sum/float64(b.N), "%core")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkDashboardOverAgents is the same with a supervisor, sessions and agents
// that are at work, and say nothing.
func BenchmarkDashboardOverAgents(b *testing.B) {
	for b.Loop() {
		w := newBench(b, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
		var parts []object
		for i := range 8 {
			parts = append(parts, object{"title": fmt.Sprintf("Hang %d", i+1), "turns": turn(does("hang", nil))})
		}
		w.must("work", string(newMarket(w, parts)), "--workers", "8")
		b.ReportMetric(100*w.restingShare(8, 20*time.Second), "%core")
	}
	b.ReportMetric(0, "ns/op")
}

// restingShare is the share of a core that the dashboard takes with so many
// workers in whose project nothing changes.
func restingShare(tb testing.TB, workers int, period time.Duration) float64 {
	tb.Helper()
	b := newBench(tb, fm.Config{})
	b.still(workers)
	return b.restingShare(workers, period)
}

func (b *bench) restingShare(workers int, period time.Duration) float64 {
	b.Helper()
	w := newWindow(b, 200, 50)
	w.tmux("respawn-pane", "-k", "exec fm dashboard")
	w.shows(fmt.Sprintf(`%d/%[1]d active`, workers))
	pid, err := strconv.Atoi(strings.TrimSpace(w.tmux("display-message", "-p", "#{pane_pid}")))
	if err != nil {
		b.Fatal(err)
	}
	// It looks at the panes, ever more rarely: that is over soon.
	settled := time.Now().Add(5 * time.Second)
	b.until("the dashboard to come to rest", time.Minute, func() (any, bool) { return nil, time.Now().After(settled) })
	before, began := b.cpu(pid), time.Now()
	b.until("the end of the period", time.Hour, func() (any, bool) { return nil, time.Since(began) >= period })
	used, took := b.cpu(pid)-before, time.Since(began)
	w.shows(fmt.Sprintf(`%d/%[1]d active`, workers)) // it has lived
	return used.Seconds() / took.Seconds()
}

// house is the project as a command sees it.
func (b *bench) house() *house {
	return (&app{dir: b.project.Root, environ: b.environ, getenv: func(string) string { return "" }}).house(b.Context(), b.project.Root)
}

// supervising is the supervisor of a project with so many tasks, as far as
// others can see.
func (b *bench) supervising(tasks int) *house {
	b.Helper()
	h := b.house()
	q, err := h.openQueue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().Add(-20 * time.Minute)
	var changes []queue.Change
	for i := range tasks {
		changes = append(changes, queue.Add(fm.Task{ID: partID(i), Parent: "1", Title: partTitle(i)}, now))
	}
	if _, err := q.Commit(b.Context(), now, changes...); err != nil {
		b.Fatal(err)
	}
	lock, _, err := disk.TryLock(b.project.LockFile(), fmt.Sprintf("pid %d", os.Getpid()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = lock.Release() }) // the file goes with the folder
	b.write(b.project.StateFile(), object{"workers": tasks})
	return h
}

func partID(i int) fm.TaskID { return fm.TaskID(fmt.Sprint(i + 2)) }
func partTitle(i int) string { return fmt.Sprintf("Part %d of what is to be done 🍎 日本語", i+1) }

// still has a project in which nothing changes, with so many workers at work. Its
// supervisor shows that again and again.
func (b *bench) still(workers int) {
	b.Helper()
	b.supervising(workers)
	now := time.Now().Add(-20 * time.Minute)
	s := supervisor.Status{Version: 1, At: now, Started: now, PID: os.Getpid(), Project: b.project.Root, Server: "1", Counts: map[fm.Status]int{fm.Working: workers}}
	s.Wanted.Workers = workers
	for i := range workers {
		s.Workers = append(s.Workers, supervisor.WorkerStatus{
			Worker: fm.WorkerID(i + 1), State: string(fm.AtWork), Task: partID(i), Attempt: 1, Text: "Working on " + partID(i).Ref(), Title: partTitle(i), Since: now,
		})
	}
	b.write(b.project.StatusFile(), s)
	ctx, cancel := context.WithCancel(b.Context())
	var beat sync.WaitGroup
	beat.Go(func() { b.beat(ctx, s) })
	b.Cleanup(func() {
		cancel()
		beat.Wait()
	})
}

// beat shows the same again, as a supervisor at rest does.
func (b *bench) beat(ctx context.Context, s supervisor.Status) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case s.At = <-tick.C:
		}
		text, err := json.Marshal(s)
		draft := b.project.StatusFile() + ".new"
		if err == nil {
			err = os.WriteFile(draft, text, 0o600)
		}
		if err == nil {
			err = os.Rename(draft, b.project.StatusFile())
		}
		if err != nil {
			b.Error(err)
			return
		}
	}
}

// cpu is the time that a process and those that it has waited for have computed
// (proc_pid_stat(5), utime to cstime, in hundredths of a second).
func (b *bench) cpu(pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	ticks := 0
	for _, f := range fields[11:15] {
		n, err := strconv.Atoi(string(f))
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
