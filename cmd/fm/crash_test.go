package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// gated makes a project with twelve tasks whose agents work until the file go
// stands beside it.
func gated(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, fm.Config{
		Verify: "test -f README.md",
		Agent:  fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}},
	})
	b.environ = append(b.environ, "FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	type object = map[string]any
	var splits, tasks []object
	for _, title := range []string{"Apples", "Bananas", "Cherries"} {
		b.issue(title, "Do it in four parts.")
		var parts []fm.Subissue
		for part := range 4 {
			name := fmt.Sprintf("%s-%d", strings.ToLower(title), part+1)
			parts = append(parts, fm.Subissue{
				Title: "Do " + name, Description: "Write it.", Criteria: []string{"it is written"}, Hours: 1, Priority: "normal",
			})
			deaf := []object{}
			if part == 0 {
				deaf = []object{{"do": "ignore_hup"}}
			}
			// A deaf agent whose terminal went away may end its turn before it is
			// ended itself: the resumed one does it once more.
			turn := object{"steps": append(deaf,
				object{"do": "write", "path": name + ".txt", "content": "what " + name + " is about\n"},
				object{"do": "run", "argv": []string{"sh", "-c", "until test -e " + filepath.Join(b.dir, "go") + "; do sleep 0.1; done"}},
				object{"do": "commit", "message": "Write " + name},
				object{"do": "completion", "status": "SUCCESS", "summary": "Wrote " + name},
			)}
			tasks = append(tasks, object{"title": "Do " + name, "turns": []object{turn, turn}})
		}
		splits = append(splits, object{"title": title, "subissues": parts})
	}
	b.write(filepath.Join(b.dir, "scenario.json"), object{"splits": splits, "tasks": tasks})
	return b
}

// go opens the gate.
func (b *bench) open() {
	b.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, "go"), nil, 0o644); err != nil {
		b.Fatal(err)
	}
}

// busy waits until n workers run an agent that took its prompt.
func (b *bench) busy(n int) {
	b.Helper()
	b.until(fmt.Sprintf("%d agents at work", n), time.Minute, func() (any, bool) {
		s, count := b.status(), 0
		for _, w := range s.Workers {
			if w.State == string(fm.AtWork) {
				count++
			}
		}
		return s.Workers, count == n
	})
}

// merged waits for the end and checks that each task was done once: one
// attempt, one pull request, one commit on the remote's main.
func (b *bench) merged(n int) {
	b.Helper()
	b.until("all tasks merged and all parents closed", 2*time.Minute, func() (any, bool) {
		s := b.status()
		for _, p := range s.Parents {
			if !p.Closed {
				return s, false
			}
		}
		return s, s.Counts[fm.Merged] == n
	})
	pulls := map[string]bool{}
	for _, t := range b.tasks() {
		if t.Attempt != 1 || t.Failures != 0 {
			b.Errorf("task %s: got attempt %d, failures %d, want 1 and 0", t.ID, t.Attempt, t.Failures)
		}
		if t.Pull == "" || pulls[t.Pull] {
			b.Errorf("task %s: pull request %q is none of its own", t.ID, t.Pull)
		}
		pulls[t.Pull] = true
		for _, op := range []queue.Op{queue.OpClaim, queue.OpComplete, queue.OpMerge} {
			if got := b.count(t.ID, op); got != 1 {
				b.Errorf("task %s: got %d times %s, want 1", t.ID, got, op)
			}
		}
	}
	files, err := os.ReadDir(b.project.Pulls())
	if err != nil {
		b.Fatal(err)
	}
	requests := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".md") {
			requests++
		}
	}
	if requests != n {
		b.Errorf("got %d pull requests, want %d", requests, n)
	}
}

func (b *bench) count(id fm.TaskID, op queue.Op) int {
	n := 0
	for _, e := range b.history(id) {
		if e.Op == op {
			n++
		}
	}
	return n
}

// pids gives the agents' processes by run.
func (b *bench) pids() map[fm.Run]int {
	b.Helper()
	return livePIDs(b.sight())
}

func livePIDs(sight fm.Sight) map[fm.Run]int {
	pids := map[fm.Run]int{}
	for _, s := range sight.Sessions {
		if s.Alive {
			pids[s.Run] = s.PID
		}
	}
	return pids
}

// TestKilledSupervisorIsReplacedAndAdoptsAll: kill -9 of the supervisor in the
// middle of a run with 8 workers loses nothing, doubles nothing, and restarts
// no live session (INV-1, 2, 5, 12).
//
// Fault: F1.
func TestKilledSupervisorIsReplacedAndAdoptsAll(t *testing.T) {
	t.Parallel()
	b := gated(t)
	b.must("work", "1,2,3", "--workers", "8")
	b.busy(8)
	before, old := b.pids(), b.status().PID
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var s supervisor.Status
	b.until("another supervisor that has adopted 8 sessions", 30*time.Second, func() (any, bool) {
		s = b.status()
		n := 0
		for _, w := range s.Workers {
			if w.State == string(fm.AtWork) {
				n++
			}
		}
		return s, s.PID != old && n == 8
	})
	t.Logf("adopted 8 sessions %s after the new supervisor's start", s.At.Sub(s.Started))
	if took := s.At.Sub(s.Started); took > time.Second {
		t.Errorf("the new supervisor took %s to adopt 8 sessions, want at most 1 s", took)
	}
	after := b.pids()
	for run, pid := range before {
		if after[run] != pid {
			t.Errorf("session of %s: got pid %d, want %d: a live session was restarted", run, after[run], pid)
		}
	}
	b.open()
	b.merged(12)
}

// TestKilledTerminalServerIsReplacedAndWorkersResume: with the tmux server
// killed, all workers run again with their conversations resumed, and no
// attempt is spent. One agent of each four ignores the hang-up that comes with
// it; it is gone before its task runs again.
//
// Fault: F2, F27.
func TestKilledTerminalServerIsReplacedAndWorkersResume(t *testing.T) {
	t.Parallel()
	b := gated(t)
	b.must("work", "1,2,3", "--workers", "8")
	b.busy(8)
	before, sight, old := b.pids(), b.sight(), b.status()
	born := map[fm.Run]string{}
	for run, pid := range before {
		start, err := process.StartTime(pid)
		if err != nil {
			t.Fatal(err)
		}
		born[run] = start
	}
	var server int
	if _, err := fmt.Sscanf(sight.Generation, "%d", &server); err != nil {
		t.Fatalf("generation %q: %v", sight.Generation, err)
	}
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.until("another server with 8 live sessions", time.Minute, func() (any, bool) {
		now, err := b.terminal().Observe(t.Context())
		if err != nil {
			return err, false // the server is just starting: nothing is known
		}
		return now, now.Generation != "" && now.Generation != sight.Generation && len(livePIDs(now)) == 8
	})
	b.busy(8)
	if pid := b.status().PID; pid != old.PID {
		t.Errorf("the supervisor died with the server: pid %d, want %d", pid, old.PID)
	}
	for run, pid := range before {
		if now, err := process.StartTime(pid); err == nil && now == born[run] && process.Alive(pid, now) {
			t.Errorf("process %d of %s survived its server and its successor", pid, run)
		}
		text, err := os.ReadFile(b.project.Events(run))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), `"source":"resume"`) {
			t.Errorf("%s was not resumed:\n%s", run, text)
		}
	}
	if alive, err := b.terminal().SupervisorAlive(t.Context()); err != nil || !alive {
		t.Errorf("no guard in the new server: %t, %v", alive, err)
	}
	b.open()
	b.merged(12)
}

// TestKilledGuardIsReplaced: without its guard, a supervisor that dies later
// would stay dead for the rest of the night. Caught: a guard that only came
// back with the whole server.
//
// Fault: F1.
func TestKilledGuardIsReplaced(t *testing.T) {
	t.Parallel()
	b := gated(t)
	b.must("work", "1,2,3", "--workers", "4")
	b.busy(4)
	before, server := b.pids(), b.terminal()
	guarded := func() (any, bool) {
		alive, err := server.SupervisorAlive(t.Context())
		return err, alive
	}
	guard := b.supervisorParent()
	if err := syscall.Kill(guard, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.until("no guard", 30*time.Second, func() (any, bool) {
		start, err := process.StartTime(guard)
		return start, err != nil
	})
	b.until("another guard", 30*time.Second, guarded)
	old := b.status().PID
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.until("another supervisor", 30*time.Second, func() (any, bool) { s := b.status(); return s, s.PID != old })
	b.busy(4)
	after := b.pids()
	for run, pid := range before {
		if after[run] != pid {
			t.Errorf("session of %s: got pid %d, want %d: a live session was restarted", run, after[run], pid)
		}
	}
	b.open()
	b.merged(12)
}

// supervisorParent gives the process that guards the supervisor.
func (b *bench) supervisorParent() int {
	b.Helper()
	var name string
	var state rune
	var parent int
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", b.status().PID))
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %s %c %d", new(int), &name, &state, &parent)
	}
	if err != nil || parent < 2 {
		b.Fatalf("parent of the supervisor: %d, %v", parent, err)
	}
	return parent
}
