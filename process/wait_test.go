package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// Both ways of waiting keep the same promises.
var waits = map[string]func(context.Context, int) error{
	"by event": Wait,
	"by look":  waitPoll,
}

// A supervisor whose child is not yet reaped must not wait for the reaping.
// Caught: kill(0) as the sign of life in waitPoll, which a zombie passes.
func TestWaitReturnsWhenTheProcessIsDead(t *testing.T) {
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			cmd := hold(t)
			end := make(chan error, 1)
			go func() { end <- wait(t.Context(), cmd.Process.Pid) }()
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-end:
				if err != nil {
					t.Errorf("Wait = %v, want nil", err)
				}
			case <-time.After(deadline):
				t.Fatal("Wait did not notice the death")
			}
			if err := wait(t.Context(), cmd.Process.Pid); err != nil {
				t.Errorf("Wait for the dead = %v, want nil at once", err)
			}
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	reason := errors.New("somebody called")
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			pid := hold(t).Process.Pid
			end := make(chan error, 1)
			go func() { end <- wait(ctx, pid) }()
			cancel(reason)
			select {
			case err := <-end:
				if !errors.Is(err, reason) {
					t.Errorf("Wait = %v, want %v", err, reason)
				}
			case <-time.After(deadline):
				t.Fatal("Wait did not end with its context")
			}
		})
	}
}

func TestWaitForNobody(t *testing.T) {
	cmd := hold(t)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	if err := Wait(t.Context(), cmd.Process.Pid); err != nil {
		t.Errorf("Wait for a pid that is free = %v, want nil", err)
	}
	for _, pid := range []int{0, -1, -cmd.Process.Pid} {
		if err := Wait(t.Context(), pid); err == nil {
			t.Errorf("Wait(%d) = nil, want an error: it is no pid", pid)
		}
	}
}

// A watch on each of a hundred agents must not take a hundred threads or leave
// descriptors behind.
func TestWaitLeavesNoDescriptorBehind(t *testing.T) {
	cmd := hold(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := descriptors(t)
	for range 100 {
		_ = Wait(ctx, cmd.Process.Pid) // ends at once
	}
	if after := descriptors(t); after > before+10 {
		t.Errorf("%d open descriptors after 100 waits, %d before", after, before)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	fds, err := filepath.Glob("/dev/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

// Caught: a comparison without the start time; a zombie that counts.
//
// Fault: F26.
func TestAliveKnowsAProcessFromItsSuccessor(t *testing.T) {
	me := os.Getpid()
	start, err := StartTime(me)
	if err != nil || start == "" {
		t.Fatalf("StartTime of this process = %q, %v", start, err)
	}
	if !Alive(me, start) || !Alive(me, "") {
		t.Error("this process is not alive")
	}
	if Alive(me, start+"0") {
		t.Error("another process with this pid counts as this one")
	}
	for _, pid := range []int{0, -1, -me} {
		if Alive(pid, "") {
			t.Errorf("Alive(%d) = true: it is no pid", pid)
		}
	}
	cmd := hold(t)
	_ = cmd.Process.Kill()
	awaitDeath(t, cmd.Process.Pid)
	if Alive(cmd.Process.Pid, "") {
		t.Error("a zombie counts as alive")
	}
	_ = cmd.Wait() // killed
	if _, err := StartTime(cmd.Process.Pid); !errors.Is(err, fm.ErrGone) {
		t.Errorf("StartTime of nobody = %v, want %v", err, fm.ErrGone)
	}
}
