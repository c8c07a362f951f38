package supervisor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// TestPullRequestThatWasClosedBeforeItWasNotedHasNoSuccessor opens a pull request
// whose reviewers cannot be asked, so that it is not noted yet. A person closes it
// before the next try.
//
// Caught: by TestNights, seeds 4 and 9: only a pull request whose number stood in
// the queue was taken for the task's own, and a second one was opened beside it.
//
// Fault: F14.
func TestPullRequestThatWasClosedBeforeItWasNotedHasNoSuccessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		c.trouble = func(_ context.Context, at call) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			for i := range c.pulls { // at the first call behind its opening
				c.pulls[i].State = fm.PullClosed
			}
			if at.op == "fit" {
				return errors.New("the network")
			}
			return nil
		}
		if err := c.until(2 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		task, _ := c.disk.open(t).Snapshot().Task("100")
		if len(c.pulls) != 1 || task.Status != fm.Blocked || task.Note != "pull request 1 was closed without merging" {
			t.Errorf("%d pull requests, and the task is %s: %q", len(c.pulls), task.Status, task.Note)
		}
	})
}
