package disk

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// Caught: a lock that is unlinked when it is released; LOCK_SH.
//
// Fault: F17.
func TestLockIsFreeWhenItsHolderIsDead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "FM_DISK_HOLD="+name)
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if _, holder, err := TryLock(name, "me"); !errors.Is(err, ErrHeld) || holder != "pid 7" {
		t.Errorf("got holder %q, %v; want ErrHeld with pid 7", holder, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as ordered
	lock, _, err := TryLock(name, "me")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, name); got != "me\n" {
		t.Errorf("text %q", got)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err != nil {
		t.Errorf("the file of a released lock: %v", err)
	}
	lock, _, err = TryLock(name, "again")
	if err != nil {
		t.Fatal(err)
	}
	_ = lock.Release() // nothing was written since
}

// hold takes the lock and waits to be killed.
func hold(name string) int {
	if _, _, err := TryLock(name, "pid 7"); err != nil {
		return 1
	}
	_, _ = os.Stdout.WriteString("held\n")
	select {}
}

// Caught: a waiter that keeps the lock after its context ended.
func TestWaitingForTheGateEndsWithTheContext(t *testing.T) {
	f, _ := openReal(t)
	unlock, err := f.Lock.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan error, 1)
		go func() {
			_, err := f.Lock.Lock(ctx)
			got <- err
		}()
		cancel()
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want Canceled", err)
		}
	}
	unlock()
	again, err := f.Lock.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestGateLetsOneInAtATime(t *testing.T) {
	f, _ := openReal(t)
	var inside atomic.Int32 // the race detector does not know that flock orders
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			for range 50 {
				unlock, err := f.Lock.Lock(t.Context())
				if err != nil {
					done <- err
					return
				}
				if inside.Add(1) != 1 {
					done <- errors.New("two are inside")
					unlock()
					return
				}
				inside.Add(-1)
				unlock()
			}
			done <- nil
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestAskingForALockWipesNothing: a command that only asks whether the lock is
// free leaves the last holder's text. Caught: TryLock truncating for "".
func TestAskingForALockWipesNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	for _, text := range []string{"pid 7", ""} {
		lock, _, err := TryLock(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := lock.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "pid 7\n" {
		t.Errorf("got %q, %v, want the last holder's text", got, err)
	}
}

// Caught: the end of a longer text behind a shorter one.
func TestALocksTextIsItsHoldersAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	for _, text := range []string{"pid 123456", "pid 7"} {
		lock, _, err := TryLock(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != text+"\n" {
			t.Errorf("got %q, %v, want %q", got, err, text)
		}
		if err := lock.Release(); err != nil {
			t.Fatal(err)
		}
	}
}

// A lock is written into, and what a link leads to may be anybody's.
//
// Caught: a lock that is opened wherever it leads; a pipe that is waited for.
func TestALockIsNeverTakenThroughALink(t *testing.T) {
	dir := t.TempDir()
	precious, name := filepath.Join(dir, "precious"), filepath.Join(dir, "lock")
	if err := os.WriteFile(precious, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(precious, name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := TryLock(name, "pid 7"); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("got %v, want a refusal", err)
	}
	if _, err := newGate(name).Lock(t.Context()); err == nil {
		t.Error("the gate went through the link")
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "mine" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}
