package main

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
)

// TestAskingIsNotSupervising: the lock that a command holds while it asks is
// not taken for a supervisor whose process is gone. Caught: belief in the lock
// alone.
func TestAskingIsNotSupervising(t *testing.T) {
	h := &house{app: &app{}, project: fm.Project{Root: t.TempDir()}}
	if err := os.MkdirAll(h.project.Dir(), 0o755); err != nil {
		t.Fatal(err)
	}
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pid  int
		want bool
	}{{gone.Process.Pid, false}, {os.Getpid(), true}} {
		lock, _, err := disk.TryLock(h.project.LockFile(), fmt.Sprintf("pid %d", c.pid))
		if err != nil {
			t.Fatal(err)
		}
		if _, got := h.supervisorPID(); got != c.want {
			t.Errorf("held in the name of %d: got alive %t, want %t", c.pid, got, c.want)
		}
		if err := lock.Release(); err != nil {
			t.Fatal(err)
		}
	}
}
