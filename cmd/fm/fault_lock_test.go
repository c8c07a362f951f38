package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// supervisors starts so many at once and gives how each ended that has ended.
func (b *bench) supervisors(ctx context.Context, n int, program string, ended func(code int, said string)) {
	b.Helper()
	var all sync.WaitGroup
	b.Cleanup(all.Wait)
	for range n {
		cmd := exec.CommandContext(ctx, program, "-C", b.project.Root, "supervise")
		cmd.Env, cmd.WaitDelay = b.environ, 5*time.Second
		all.Go(func() {
			out, _ := cmd.CombinedOutput() // by its exit code
			ended(cmd.ProcessState.ExitCode(), string(out))
		})
	}
}

// TestOneSupervisorOfTwentyWins: of twenty that are started at once one looks
// after the project; the others end with 100 and the pid of that one. So does
// one that is started beside a supervisor of another fm: the lock is the same
// file and the same kind of lock for all of them. Caught: two supervisors, one of
// which had been asked for in the instant in which the lock was only looked at.
//
// Fault: F17.
func TestOneSupervisorOfTwentyWins(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	b.plays(acts("Wait", append([]doing{b.waits("go")}, done("wait")...)...))
	ctx, end := context.WithCancel(t.Context())
	b.Cleanup(end) // before it waits for them
	type ending struct {
		code int
		said string
	}
	endings := make(chan ending, 21)
	b.supervisors(ctx, 20, filepath.Join(binary, "fm"), func(code int, said string) { endings <- ending{code, said} })
	var winner string
	for range 19 {
		select {
		case e := <-endings:
			_, after, ok := strings.Cut(e.said, "another supervisor looks after this project (pid ")
			pid, _, _ := strings.Cut(after, ")")
			if e.code != exitHeld || !ok || winner != "" && pid != winner {
				t.Errorf("exit code %d, %q; want %d and the pid %s", e.code, e.said, exitHeld, winner)
			}
			winner = pid
		case <-time.After(30 * time.Second):
			t.Fatal("more than one of twenty did not end")
		}
	}
	b.until("the one that is left to show itself", 30*time.Second, func() (any, bool) {
		s := b.status()
		return s.PID, strconv.Itoa(s.PID) == winner
	})
	// An older fm knows this much: it took the lock file of the project whole.
	other, err := os.OpenFile(b.project.LockFile(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
		t.Error("the lock is not held")
	}
	b.must("work", "1", "--workers", "1")
	if pid := strconv.Itoa(b.status().PID); pid != winner {
		t.Errorf("got the supervisor %s, want %s to go on", pid, winner)
	}
	b.lets("go")
	b.once("2")
	b.must("stop", "--now")
	// And the other way round: an old one holds it.
	b.until("the lock to be free", 10*time.Second, func() (any, bool) {
		err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		return err, err == nil
	})
	if err := os.WriteFile(b.project.LockFile(), []byte("pid "+strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := b.fm("supervise"); err == nil || !strings.Contains(out, "(pid "+strconv.Itoa(os.Getpid())+")") {
		t.Errorf("beside another: %v, %s", err, out)
	}
}

// TestAStoppedSupervisorLooksBeforeItActs: the supervisor is stopped for ten
// minutes (SIGSTOP, as by a laptop's lid or a debugger). Meanwhile one agent
// finishes, a person takes another one's task back in queue.txt, and a third
// agent dies; no second supervisor can begin. When it goes on, it does what is to
// be done now, and nothing of what it had in mind before: each task is done once,
// the one that was taken back not at all. Caught: agents that were taken for
// silent since before the stop; a status that was ten minutes old and did not say so.
//
// Fault: F28.
func TestAStoppedSupervisorLooksBeforeItActs(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{Health: fm.HealthConfig{Idle: fm.Duration(20 * time.Minute)}})
	three := append([]doing{b.waits("three")}, done("three")...)
	b.plays(
		acts("One", append([]doing{b.waits("one")}, done("one")...)...),
		acts("Two", append([]doing{b.waits("two")}, done("two")...)...),
		part{"Three", [][]doing{three, three}},
		acts("Four", done("four")...),
	)
	b.must("work", "1", "--workers", "3")
	b.busy(3)
	pid, agents := b.status().PID, b.pids()
	b.stops(pid)
	b.lets("one")
	b.until("the first to be finished", 30*time.Second, func() (any, bool) {
		_, err := os.Stat(filepath.Join(b.tree("2"), "COMPLETION.md"))
		return err, err == nil
	})
	if err := syscall.Kill(agents[fm.Run{Task: "4", Attempt: 1}], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.sed(`s/^\([0-9]*|1|3|\)working/\1cancelled/`)
	if out, err := b.fm("supervise"); err == nil || !strings.Contains(out, "pid "+strconv.Itoa(pid)) {
		t.Errorf("a second supervisor: %v, %s", err, out)
	}
	b.age(10 * time.Minute)
	if out := b.must("status"); !strings.Contains(out, "10m") || !strings.Contains(out, "kill -CONT "+strconv.Itoa(pid)) {
		t.Errorf("fm status does not say that the supervisor was stopped:\n%s", out)
	}
	b.goesOn(pid)
	b.becomes("3", fm.Cancelled)
	b.lets("two")
	b.lets("three")
	for _, id := range []fm.TaskID{"2", "4", "5"} {
		b.once(id)
	}
	if got := b.status().PID; got != pid {
		t.Errorf("got the supervisor %d, want %d to go on", got, pid)
	}
	if out, err := exec.CommandContext(t.Context(), "git", "-C", filepath.Join(b.dir, "remote.git"), "show", "main:two.txt").CombinedOutput(); err == nil {
		t.Errorf("what was taken back was merged: %s", out)
	}
}

// stops has a process do nothing at all, and waits until it does.
func (b *bench) stops(pid int) {
	b.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		b.Fatal(err)
	}
	b.until("the process to be stopped", 10*time.Second, func() (any, bool) {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		_, after, _ := strings.Cut(string(text), ") ")
		return err, strings.HasPrefix(after, "T")
	})
}

func (b *bench) goesOn(pid int) {
	b.Helper()
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		b.Fatal(err)
	}
}

// sed edits queue.txt as a person does.
func (b *bench) sed(script string) {
	b.Helper()
	if out, err := exec.CommandContext(b.Context(), "sed", "-i", script, b.project.Queue()).CombinedOutput(); err != nil {
		b.Fatalf("sed: %v: %s", err, out)
	}
}

// age makes what the supervisor showed last so old.
func (b *bench) age(by time.Duration) {
	b.Helper()
	s := b.status()
	s.At = s.At.Add(-by)
	b.write(b.project.StatusFile(), s)
}
