package main

import (
	"fmt"
	"os"
	"testing"
	"time"

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
