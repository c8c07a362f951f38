package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/supervisor"
)

// TestResumeWaitsForASupervisorThatEnds: a supervisor that was to stop has not read
// yet that it is to go on, and ends. fm resume starts another one. Caught: one that
// lived for that instant more, taken for one that goes on, so that nobody did.
func TestResumeWaitsForASupervisorThatEnds(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	b.plays(acts("One", done("one")...))
	b.must("work", "1", "--workers", "1")
	b.once("2")
	b.must("stop")
	old := b.status()
	lock, _, err := disk.TryLock(b.project.LockFile(), fmt.Sprintf("pid %d", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	old.PID, old.Wanted.Stop = os.Getpid(), supervisor.StopDrain
	b.write(b.project.StatusFile(), old)
	resumed := make(chan error, 1)
	go func() {
		_, err := b.fm("resume")
		resumed <- err
	}()
	b.until("the wish to go on", 30*time.Second, func() (any, bool) {
		w, err := b.house().wanted()
		return w, err == nil && w.Stop == ""
	})
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if err := <-resumed; err != nil {
		t.Fatal(err)
	}
	if pid, alive := b.house().supervisorPID(); !alive || pid == os.Getpid() {
		t.Fatalf("supervisor: pid %d, alive %t", pid, alive)
	}
}

// TestStopLeavesNoTokenToASupervisorThatIsToEnd: a guard has started a supervisor
// that only looks whether it is to stop. fm stop waits for its end, and takes the
// token away that nobody needs any more. Caught: a token that stayed for good,
// because somebody lived when fm stop was through.
func TestStopLeavesNoTokenToASupervisorThatIsToEnd(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	b := newBench(t, fm.Config{})
	h := b.house()
	files := h.handOverFiles(forGitHub)
	if err := leaveToken(files, handOver{Host: "github.com", Token: "secret"}); err != nil {
		t.Fatal(err)
	}
	lock, _, err := disk.TryLock(b.project.LockFile(), fmt.Sprintf("pid %d", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	// Who asks what is wanted waits here until somebody tells.
	if err := unix.Mkfifo(b.project.StateFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	reaped, asked := make(chan error, 1), make(chan *os.File, 1)
	go func() { reaped <- h.reap(t.Context()) }()
	go func() {
		f, _ := os.OpenFile(b.project.StateFile(), os.O_WRONLY, 0) // nil when nobody asked
		asked <- f
	}()
	select {
	case err := <-reaped:
		t.Fatalf("it did not wait: %v", err)
	case f := <-asked:
		b.write(b.project.File("wish"), object{"stop": supervisor.StopNow})
		if err := os.Rename(b.project.File("wish"), b.project.StateFile()); err != nil {
			t.Fatal(err)
		}
		if err := lock.Release(); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(`{"stop":"now"}`); err != nil {
			t.Fatal(err)
		}
		_ = f.Close() // it was read
	}
	if err := <-reaped; err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if exists(path) {
			t.Errorf("%s is there", path)
		}
	}
}
