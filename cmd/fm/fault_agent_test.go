package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestAnAgentThatMisbehavesHoldsUpNobody: one that floods its terminal for ever,
// one that ends well without a result whenever it is started, and one that asks.
// The one beside them is merged meanwhile; what the flood leaves is bounded; the
// end without a result is tried once more and then is a failure, which waits;
// and the question waits for a person, at no cost. Caught: an end with exit code
// 0 that counted as done.
//
// Fault: F3.
func TestAnAgentThatMisbehavesHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{Workers: 4})
	flood := fmt.Sprintf(`yes "a flood of words" >/proc/$PPID/fd/1 & p=$!; until test -e %s/go; do sleep 0.05; done; kill $p`, b.dir)
	b.plays(
		acts("Flood", append([]doing{{"do": "run", "argv": []string{"sh", "-c", flood}}}, done("flood")...)...),
		acts("Leave", doing{"do": "run", "argv": []string{"sh", "-c", "kill -INT $PPID"}}, doing{"do": "wait", "ms": 60_000}),
		acts("Ask", doing{"do": "ask", "command": "make"}, doing{"do": "hang"}),
		acts("Work", done("work")...),
	)
	b.must("work", "1", "--workers", "4")
	var failed fm.Task
	b.until("the end without a result to be a failure", time.Minute, func() (any, bool) {
		failed = b.task("3")
		return failed, failed.Status == fm.Pending && failed.Failures > 0
	})
	if failed.Failures != 1 || failed.NotBefore.IsZero() || !strings.Contains(failed.Note, "(exit 0)") {
		t.Errorf("the end without a result: got %+v, want one failure that waits, and says how it ended", failed)
	}
	b.once("5")
	b.says("? worker-")
	b.looks(3)
	if asking := b.task("4"); asking.Status != fm.Working || asking.Attempt != 1 || asking.Failures != 0 {
		t.Errorf("the one that asks: got %+v, want it at work in its first attempt", asking)
	}
	if kept := b.size(b.project.Dir()); kept > 4<<20 {
		t.Errorf("the project's files have %d bytes in the flood, want at most 4 MiB", kept)
	}
	for name, pid := range map[string]int{"supervisor": b.status().PID, "tmux server": b.serverPID()} {
		if kept := resident(t, pid); kept > 100<<20 {
			t.Errorf("the %s has %d bytes of memory in the flood, want at most 100 MiB", name, kept)
		}
	}
	b.lets("go")
	b.once("2")
}

// size is what the files below a folder hold.
func (b *bench) size(dir string) (bytes int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // files come and go
		}
		if info, err := d.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}

// serverPID is that of the project's tmux server.
func (b *bench) serverPID() (pid int) {
	b.Helper()
	if _, err := fmt.Sscanf(b.sight().Generation, "%d", &pid); err != nil {
		b.Fatal(err)
	}
	return pid
}

// resident is the memory of a process, see proc_pid_statm(5).
func resident(tb testing.TB, pid int) int {
	tb.Helper()
	var all, pages int
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %d", &all, &pages)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestAnAgentThatRanOutOfMemoryGoesOnAlone: the kernel ends the largest process,
// which is one agent of three, with SIGKILL, and says nothing to anybody. That
// one goes on in its conversation, within the same attempt; the others are not
// touched. Caught: a death that ended the attempt.
//
// Fault: F27.
func TestAnAgentThatRanOutOfMemoryGoesOnAlone(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	var parts []part
	for _, name := range []string{"one", "two", "three"} {
		turn := append([]doing{b.waits("go")}, done(name)...)
		parts = append(parts, part{name, [][]doing{turn, turn}})
	}
	b.plays(parts...)
	b.must("work", "1", "--workers", "3")
	b.busy(3)
	before, killed := b.pids(), fm.Run{Task: "3", Attempt: 1}
	if err := syscall.Kill(before[killed], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.until("another process for the same attempt", 30*time.Second, func() (any, bool) {
		now := b.pids()
		return now, now[killed] != 0 && now[killed] != before[killed]
	})
	b.busy(3)
	for run, pid := range b.pids() {
		if run != killed && pid != before[run] {
			t.Errorf("session of %s: got pid %d, want %d: a live session was restarted", run, pid, before[run])
		}
	}
	if why := b.must("why", "3"); !strings.Contains(why, "signal 9") {
		t.Error("fm why does not say what ended it")
	}
	b.lets("go")
	for _, id := range []fm.TaskID{"2", "3", "4"} {
		b.once(id)
	}
}
