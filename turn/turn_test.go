package turn

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Caught: no flock.
func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	turns := []*Turn{On(path), On(path)} // as two processes: flock does not tell them apart
	var inside atomic.Int32              // the race detector does not know that flock orders
	done := make(chan error, 8)
	for i := range cap(done) {
		go func() {
			for range 50 {
				release, err := turns[i%2].Take(t.Context())
				if err != nil {
					done <- err
					return
				}
				if inside.Add(1) != 1 {
					err = errors.New("two are inside")
				}
				runtime.Gosched() // invites the others
				inside.Add(-1)
				release()
				if err != nil {
					done <- err
					return
				}
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

// Whoever gives up leaves nothing behind that keeps the others out.
// Caught: a waiter that keeps the lock after its context ended; one that waits
// for the token alone.
func TestWaitingEndsWithTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	opened := make(chan bool, 3)
	mine := New(func() (*os.File, error) {
		opened <- true
		return os.OpenFile(path, os.O_RDWR, 0)
	})
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error, 3)
	for range cap(got) { // one waits for the file, the others for that one
		go func() {
			_, err := mine.Take(ctx)
			got <- err
		}()
	}
	<-opened
	cancel()
	late := time.After(30 * time.Second)
	for range cap(got) {
		select {
		case err := <-got:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's end", err)
			}
		case <-late:
			t.Fatal("somebody waits although the context has ended")
		}
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	release, err := mine.Take(ctx)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// Caught: a token that goes with the error.
func TestAFileThatCannotBeOpenedHoldsNobodyUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	mine := On(filepath.Join(dir, "lock"))
	if _, err := mine.Take(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("got %v, want ErrNotExist", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	release, err := mine.Take(ctx)
	if err != nil {
		t.Fatal(err)
	}
	release()
}
