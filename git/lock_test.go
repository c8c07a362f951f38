package git_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/founder-mode/fm"
)

// Another process holds the lock: whoever waits can give up, and who only
// reads does not wait.
// Caught: Prepare, and Restore, without the writer lock.
func TestWaitingForTheWriterEndsWithTheContext(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.commit(y.prepare("1"), "a.txt", "a\n")
	lock, err := os.OpenFile(filepath.Join(y.root, ".git", "fm.lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	for i := range 3 {
		go func() {
			_, _, err := y.repo.Prepare(ctx, on(fm.TaskID(fmt.Sprint(i))))
			failed <- err
		}()
	}
	go func() {
		_, _, err := y.repo.Restore(ctx, on("1"))
		failed <- err
	}()
	y.push("1")
	if work, err := y.repo.Inspect(t.Context(), on("1")); err != nil || work.Commits != 1 {
		t.Fatalf("%+v, %v", work, err)
	}
	cancel()
	for range 4 {
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the context's end", err)
		}
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	y.prepare("2")
}
