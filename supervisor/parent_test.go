package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// TestAParentWaitsForAChildThatIsOpen has a person add a child to a parent that
// the queue does not know of. The parent stays open as long as that one does,
// people are told why, and the tracker is not asked more often than every five
// minutes.
//
// Caught: a parent that was closed by what the queue knows alone; one that was
// asked about with the patience of a failure.
func TestAParentWaitsForAChildThatIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(2)...)
		c.open = []fm.Issue{{ID: "7", Closed: true}, {ID: "19"}, {ID: "100"}, {ID: "101", Closed: true}}
		if err := c.until(20 * time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		before := c.count("children")
		if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if n := c.count("children") - before; n < 10 || n > 14 {
			t.Errorf("asked %d times in an hour", n)
		}
		if slices.Contains(c.closed, "1") {
			t.Errorf("closed %v", c.closed)
		}
		if told := strings.Join(c.last.Problems, "\n"); !strings.HasPrefix(told, "#1 stays open: #19 is open") || strings.Count(told, "\n") > 0 {
			t.Errorf("people are told:\n%s", told)
		}
		c.mu.Lock()
		c.open[1].Closed = true
		c.mu.Unlock()
		if err := c.until(10 * time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(2)
		if len(c.last.Problems) > 0 {
			t.Errorf("people are told %v", c.last.Problems)
		}
	})
}

// TestAWholeIssueIsClosedOnce merges issues that are tasks themselves, one of which
// got a subissue afterwards, while the
// tracker takes no closing for half an hour. Of each, people are told of one thing
// that is owed, and it is done once.
//
// Caught: a second closing, as of a parent, that was owed when the first was done.
func TestAWholeIssueIsClosedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, fm.Task{ID: "100"}, fm.Task{ID: "101", Parent: "101"}, fm.Task{ID: "102", Parent: "100"})
		began, closings := time.Now(), map[fm.TaskID]int{}
		c.trouble = func(_ context.Context, at call) error {
			if at.op != "close issue" {
				return nil
			}
			if time.Since(began) < 50*time.Minute {
				return errors.New("limited")
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if closings[at.task]++; closings[at.task] > 1 {
				return errors.New("limited again")
			}
			return nil
		}
		for range 6 {
			if err := c.until(20 * time.Minute); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			told := strings.Join(c.last.Problems, "\n")
			for _, id := range []string{"#100", "#101", "#102"} {
				if strings.Count(told, id+",")+strings.Count(told, id+" stays") > 1 {
					t.Errorf("people are told:\n%s", told)
				}
			}
		}
		if got := fmt.Sprint(closings); got != "map[100:1 101:1 102:1]" || len(c.last.Problems) > 0 {
			t.Errorf("closings %s; people are told %v", got, c.last.Problems)
		}
		if closed := c.disk.open(t).Snapshot().Closed; len(closed) != 2 {
			t.Errorf("the queue has closed %v, want 100 and 101", closed)
		}
	})
}

// TestSlowWritesMayTakeTheirTime looks how long the forge and the tracker are
// given for what consists of several requests, which wait for their turn.
// Caught: a minute for all of a parent's closing.
func TestSlowWritesMayTakeTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		seen := map[string]time.Duration{}
		c.trouble = func(ctx context.Context, at call) error {
			deadline, _ := ctx.Deadline()
			c.mu.Lock()
			defer c.mu.Unlock()
			seen[at.op] = time.Until(deadline)
			return nil
		}
		if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		for _, op := range []string{"look", "children", "close issue", "find", "open", "merge"} {
			if seen[op] != longLimit {
				t.Errorf("%s is given %s, want %s", op, seen[op], longLimit)
			}
		}
	})
}
