package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// hanging has so many agents that took their order and say nothing more.
func hanging(tb testing.TB, workers int) *bench {
	tb.Helper()
	b := newBench(tb, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	var parts []object
	for i := range workers {
		parts = append(parts, object{"title": fmt.Sprintf("Hang %d", i+1), "turns": turn(does("hang", nil))})
	}
	b.must("work", string(newMarket(b, parts)), "--workers", fmt.Sprint(workers))
	b.atWork(workers, 10*time.Minute)
	return b
}

// atWork waits until the supervisor shows so many agents at work.
func (b *bench) atWork(workers int, limit time.Duration) {
	b.Helper()
	b.until(fmt.Sprintf("%d agents at work", workers), limit, func() (any, bool) {
		s := b.status()
		return s.Workers, atWorkIn(s) == workers
	})
}

func atWorkIn(s supervisor.Status) int {
	n := 0
	for _, w := range s.Workers {
		if w.State == string(fm.AtWork) {
			n++
		}
	}
	return n
}

// BenchmarkHundredWorkers looks at a supervisor with 100 agents at work, which
// take a minute to start: what it takes of the machine, and how fast another one
// takes over.
func BenchmarkHundredWorkers(b *testing.B) {
	const workers = 100
	w := hanging(b, workers)
	b.Run("rest", func(b *testing.B) { w.TB = b; benchRest(b, w, workers) })
	b.Run("adopted", func(b *testing.B) { w.TB = b; benchAdopted(b, w, workers) })
	w.TB = b
}

// benchRest gives the share of a core that the supervisor would take if it looked
// once a second, its memory, and whether it has started anything. It looks every
// two seconds, and whenever something may have changed.
func benchRest(b *testing.B, w *bench, workers int) {
	b.Helper()
	pid := w.settled(workers)
	var core, memory, started []float64
	for b.Loop() {
		c := w.watched(pid, workers, 10)
		core = append(core, 100*c.cpu.Seconds()/float64(c.looks))
		started = append(started, float64(c.children))
		memory = append(memory, float64(residentKiB(b, pid))/1024)
	}
	b.ReportMetric(middle(core), "%core-at-1Hz")
	b.ReportMetric(middle(memory), "MB")
	b.ReportMetric(slices.Max(started), "forks")
	b.ReportMetric(0, "ns/op")
}

// calm is what a supervisor did in a while.
type calm struct {
	looks    int
	cpu      time.Duration
	children int64 // 0 if none was waited for and none is there that was not
}

// watched counts what a supervisor does for so many looks, in which all agents
// are at work.
func (b *bench) watched(pid, workers, looks int) calm {
	b.Helper()
	var last time.Time
	look := func() (any, bool) {
		s := b.status()
		fresh := s.At.After(last)
		if last = s.At; fresh && atWorkIn(s) != workers {
			b.Fatalf("%d agents at work, want %d", atWorkIn(s), workers)
		}
		return s.At, fresh
	}
	look()
	b.until("a look of the supervisor", time.Minute, look)
	cpu, faults, kin := b.computed(pid), procStat(b, pid, 11)[0], children(b, pid)
	for range looks {
		b.until("a look of the supervisor", time.Minute, look)
	}
	// The minor faults of children that were waited for: each that ever ran has some.
	c := calm{looks: looks, cpu: b.computed(pid) - cpu, children: procStat(b, pid, 11)[0] - faults}
	if !slices.Equal(kin, children(b, pid)) {
		c.children++
	}
	return c
}

// settled waits until what follows the start of agents is over: for most of a
// minute panes of agents that say nothing are looked at, and then for nothing to be started.
func (b *bench) settled(workers int) (pid int) {
	b.Helper()
	pid = b.status().PID
	b.watched(pid, workers, 20)
	b.until("the supervisor to come to rest", 5*time.Minute, func() (any, bool) {
		c := b.watched(pid, workers, 6)
		return c, c.children == 0
	})
	return pid
}

// computed is the time that a process has used of a core, to the nanosecond
// (clock_getcpuclockid(3)).
func (b *bench) computed(pid int) time.Duration {
	b.Helper()
	const scheduled = 2 // CPUCLOCK_SCHED
	var used unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Nano())
}

// children lists a process's children.
func children(tb testing.TB, pid int) []string {
	tb.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		tb.Fatal(err)
	}
	var all []string
	for _, path := range lists {
		text, _ := os.ReadFile(path) // a thread may have ended
		all = append(all, strings.Fields(string(text))...)
	}
	slices.Sort(all)
	return all
}

// residentKiB is the memory of a process, as proc_pid_status(5) tells it.
func residentKiB(tb testing.TB, pid int) int {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		tb.Fatal(err)
	}
	return kib
}

// benchAdopted kills the supervisor and gives the time from the start of the next
// one's process to the moment when it knows all agents to be at work. None of
// them is started again.
func benchAdopted(b *testing.B, w *bench, workers int) {
	b.Helper()
	var all lags
	for b.Loop() {
		before, old := w.pids(), w.status().PID
		w.kill(old)
		var s supervisor.Status
		w.fast("another supervisor that shows all", func() bool {
			text, err := os.ReadFile(w.project.StatusFile())
			var now supervisor.Status
			if err != nil || json.Unmarshal(text, &now) != nil || now.PID == old || atWorkIn(now) != workers {
				return false
			}
			s = now
			return true
		})
		all = append(all, s.At.Sub(bornAt(b, s.PID)))
		after := w.pids()
		for run, pid := range before {
			if after[run] != pid {
				b.Fatalf("session of %s: got pid %d, want %d: a live session was restarted", run, after[run], pid)
			}
		}
	}
	all.report(b)
}

// fast waits for a state and looks every two milliseconds.
func (b *bench) fast(what string, ok func() bool) {
	b.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			b.Fatalf("waited two minutes for %s; last seen: %+v", what, b.status())
		case <-tick.C:
		}
	}
}

// TestSupervisorAtRestStartsNoProcess: while agents work and say nothing, the
// supervisor looks and looks and starts no process for it: no child of it was
// waited for, and none is there that was not before. Caught: a look by exec; a pane that put nothing out
// and was captured again, every ten seconds.
func TestSupervisorAtRestStartsNoProcess(t *testing.T) {
	t.Parallel()
	const workers, looks = 3, 6
	b := hanging(t, workers)
	pid := b.settled(workers)
	if c := b.watched(pid, workers, looks); c.children > 0 {
		t.Errorf("children of the supervisor took %d page faults in %d looks, or others are there: want none", c.children, looks)
	}
}

// BenchmarkHundredTasks has 100 workers do a task each, all of which are merged,
// each once.
func BenchmarkHundredTasks(b *testing.B) {
	const workers = 100
	for b.Loop() {
		w := newBench(b, fm.Config{})
		w.widen(1000)
		w.write(w.project.ConfigFile(), fm.Config{Agent: stampedAgent(w), Verify: "test -f README.md"})
		var parts []object
		for i := range workers {
			parts = append(parts, finishing(w, fmt.Sprintf("part-%04d", i+1)))
		}
		began := time.Now()
		w.must("work", string(newMarket(w, parts)), "--workers", fmt.Sprint(workers))
		w.until("all tasks merged", 20*time.Minute, func() (any, bool) {
			s := w.status()
			return s.Counts, s.Counts[fm.Merged] == workers
		})
		took := time.Since(began)
		w.merged(workers)
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(float64(took)/float64(workers)/float64(time.Millisecond), "ms/task")
		w.end()
	}
	b.ReportMetric(0, "ns/op")
}

// bornAt is when a process was started, to a hundredth of a second; it may have
// been up to that much later.
func bornAt(tb testing.TB, pid int) time.Time {
	tb.Helper()
	const hundredth = 10 * time.Millisecond
	var boot unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot); err != nil {
		tb.Fatal(err)
	}
	now := time.Now()
	age := time.Duration(boot.Nano()) - time.Duration(procStat(tb, pid, 22)[0])*hundredth
	return now.Add(-age)
}
