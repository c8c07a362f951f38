package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// until runs a supervisor until the time is over, or it ends by itself.
func (c *town) until(d time.Duration) error {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(c.tb.Context(), d)
	defer cancel()
	return c.supervisor(nil).Run(ctx)
}

func (c *town) statuses() map[fm.Status]int {
	c.tb.Helper()
	return queue.Counts(c.disk.open(c.tb).Snapshot().Tasks)
}

// wantsMerged checks that a night ended well.
func (c *town) wantsMerged(n int) {
	c.tb.Helper()
	if got := c.statuses(); got[fm.Merged] != n {
		c.tb.Errorf("%d tasks: %v, want all merged; last shown %+v", n, got, c.last)
	}
	if len(c.trees) > 0 {
		c.tb.Errorf("worktrees are left: %v", c.trees)
	}
	if len(c.pulls) != n {
		c.tb.Errorf("%d pull requests, want %d", len(c.pulls), n)
	}
	if parents := slices.DeleteFunc(slices.Clone(c.closed), func(id fm.IssueID) bool { return id != "1" }); len(parents) != 1 {
		c.tb.Errorf("closed %v, want the parent once", c.closed)
	}
}

func (c *town) wantsOneStartEach() {
	c.tb.Helper()
	for r, l := range c.lives {
		if l.starts != 1 {
			c.tb.Errorf("%s was started %d times", r, l.starts)
		}
	}
}

// wantsCalm checks that the screen is painted at most four times a second.
func (c *town) wantsCalm() {
	c.tb.Helper()
	for i := 1; i < len(c.shown)-1; i++ { // the last one is the end's
		if d := c.shown[i].Sub(c.shown[i-1]); d < 250*time.Millisecond {
			c.tb.Fatalf("shown again after %s", d)
		}
	}
}

// TestNightPasses is the mission: everything queued is merged in the morning.
// That Run's goroutines are gone is checked by synctest, here and below.
// Caught: a queue that was thought about only once; a parent that was closed
// twice; a screen that was painted at every event.
func TestNightPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(30)...)
		c.task = func(r fm.Run) time.Duration {
			if r.Attempt == 1 && strings.HasSuffix(string(r.Task), "3") {
				return -time.Minute // crashes
			}
			return 20 * time.Minute
		}
		if err := c.until(8 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(30)
		for r, l := range c.lives {
			if want := 1 + max(0, 2-r.Attempt)*strings.Count(string(r.Task)[2:], "3"); l.starts != want {
				c.tb.Errorf("%s was started %d times, want %d: a first crash is forgiven", r, l.starts, want)
			}
		}
		c.wantsCalm()
		if n := len(c.lives); n != 33 {
			t.Errorf("%d attempts, want 30 and 3 that crashed", n)
		}
		if n := c.count("close issue"); n != 31 {
			t.Errorf("%d issues were closed, want 30 subissues and the parent, each once", n)
		}
	})
}

// TestRestartAdopts ends the supervisor again and again. Nobody's work is
// disturbed by it: no session is started twice.
//
// Fault: F1.
func TestRestartAdopts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(12)...)
		for i := range 200 {
			if err := c.until(time.Duration(1+i*i%97) * time.Second); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if err := c.until(2 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(12)
		c.wantsOneStartEach()
	})
}

// TestServerFallsAndEverythingGoesOn takes the terminal server away. The same
// attempts go on: it was nobody's failure.
//
// Fault: F2.
func TestServerFallsAndEverythingGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(4)...)
		go func() {
			time.Sleep(10 * time.Minute)
			c.fall()
		}()
		if err := c.until(2 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(4)
		for r, l := range c.lives {
			if r.Attempt != 1 || l.starts != 2 {
				t.Errorf("%s was started %d times, want attempt 1 twice", r, l.starts)
			}
		}
	})
}

// TestHungLookBlocksNothing lets every look hang. What needs none goes on: the
// results of effects, and the user's wish to end. Caught: a look that began
// anew whenever a tick had come, so that its failure was never heard of.
func TestHungLookBlocksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		var hangs atomic.Bool
		var published time.Time
		c.trouble = func(ctx context.Context, at call) error {
			switch {
			case at.op == "push":
				time.Sleep(3 * time.Second)
				hangs.Store(true)
			case at.op == "merge":
				published = time.Now()
			case at.op == "observe" && hangs.Load():
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		began := time.Now()
		go func() {
			time.Sleep(30 * time.Minute)
			c.want(Wanted{Workers: 4, Stop: StopDrain})
		}()
		if err := c.until(2 * time.Hour); err != nil {
			t.Fatalf("%v; want an end: %+v", err, c.last)
		}
		if d := published.Sub(began); d > 20*time.Minute+10*time.Second {
			t.Errorf("merged after %s", d)
		}
	})
}

// TestFailedLookIsNoDeath lets looks fail for an hour, in which an agent works.
// Reports that cannot be read are no evidence either (TestEveryCallMayFail
// caught that one).
func TestFailedLookIsNoDeath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(4)...)
		began := time.Now()
		c.trouble = func(_ context.Context, at call) error {
			if d := time.Since(began); d > 5*time.Minute && d < time.Hour && (at.op == "observe" || at.op == "report") {
				return errors.New("the probe failed")
			}
			return nil
		}
		if err := c.until(3 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(4)
		c.wantsOneStartEach()
	})
}

// TestHintsNeverStarveLooks sends hints faster than a look takes. Caught: a
// look that was thrown away because a hint had come meanwhile.
//
// Fault: F9.
func TestHintsNeverStarveLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		c.trouble = func(_ context.Context, at call) error {
			if at.op == "observe" {
				time.Sleep(50 * time.Millisecond)
			}
			return nil
		}
		c.task = func(fm.Run) time.Duration { return 2 * time.Second }
		wake := make(chan struct{}, 1)
		var hints sync.WaitGroup
		defer hints.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		hints.Go(func() {
			for ctx.Err() == nil {
				select {
				case wake <- struct{}{}:
				default:
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
		_ = c.supervisor(wake).Run(ctx) // the deadline
		c.wantsMerged(1)
		c.wantsCalm()
	})
}

// TestClosedHintsAreNoBusyLoop ends the hints; the ticks go on. Caught: a timer
// that was set to the past while a look was under way.
func TestClosedHintsAreNoBusyLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		wake := make(chan struct{})
		close(wake)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_ = c.supervisor(wake).Run(ctx) // the deadline
		c.wantsMerged(1)
		if n := c.count("observe"); n > 2000 {
			t.Errorf("%d looks in an hour", n)
		}
	})
}

// TestIdleCostsLooksOnly counts what is done in an hour in which nothing
// changes: looks at the sessions, and nothing else.
func TestIdleCostsLooksOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(1)
		before, ledger := fmt.Sprint(c.counts), len(c.disk.log)
		looks := c.counts["observe"]
		if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if n := c.counts["observe"] - looks; n < 1700 || n > 1900 {
			t.Errorf("%d looks in an hour, want one every two seconds", n)
		}
		c.counts["observe"] = looks
		if after := fmt.Sprint(c.counts); after != before || len(c.disk.log) != ledger {
			t.Errorf("called %s, then %s", before, after)
		}
	})
}

// TestPanicIsAFailure lets each call of an adapter panic once.
func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(3)...)
		var mu sync.Mutex
		seen := map[string]bool{}
		c.trouble = func(_ context.Context, at call) error {
			mu.Lock()
			defer mu.Unlock()
			if !seen[at.op] {
				seen[at.op] = true
				panic("adapter: " + at.op)
			}
			return nil
		}
		if err := c.until(4 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(3)
		c.wantsOneStartEach()
	})
}

// TestEveryCallMayFail fails every call of a port now and then. Nothing is
// lost, nothing is doubled, and no task pays for it.
func TestEveryCallMayFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(12)...)
		var calls atomic.Int64
		c.trouble = func(context.Context, call) error {
			if calls.Add(1)%29 == 0 {
				return errors.New("the network")
			}
			return nil
		}
		if err := c.until(8 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(12)
		for _, task := range c.disk.open(t).Snapshot().Tasks {
			if task.Failures > 0 {
				t.Errorf("%s failed %d times for the environment: %s", task.ID, task.Failures, task.Note)
			}
		}
	})
}

// TestFullDiskHeals lets the ledger refuse every write for an hour. Nothing is
// done that is not durable (see town.Start and town.Push), and half a minute
// after the disk has healed everything goes on. Caught: a patience of minutes.
//
// Fault: F4.
func TestFullDiskHeals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(4)...)
		began := time.Now()
		healed := began.Add(80 * time.Minute)
		c.disk.fault = func() error {
			if now := time.Now(); now.After(began.Add(10*time.Minute)) && now.Before(healed) {
				return errors.New("no space left on device")
			}
			return nil
		}
		if err := c.until(healed.Add(30 * time.Second).Sub(began)); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(4)
		c.wantsOneStartEach()
	})
}

// TestFullDiskStartsNothing has the disk full from the first moment.
//
// Fault: F4.
func TestFullDiskStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(4)...)
		c.disk.fault = func() error { return errors.New("no space left on device") }
		if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if len(c.lives) > 0 || len(c.trees) > 0 {
			t.Errorf("began %v", c.lives)
		}
		if n := c.count("observe"); n > 2200 {
			t.Errorf("%d looks in an hour: it spins", n)
		}
	})
}

// TestEditBetweenThoughtAndDeed lets a user change a task in the moment in
// which the supervisor wants to claim it. The edit stands, and the others do
// not wait for it. Caught: a stale commit that stopped everything for a second.
//
// Fault: F28.
func TestEditBetweenThoughtAndDeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(4)...)
		user := c.disk.open(t)
		edits := []fm.TaskID{"100", "101", "102"}
		busy := false
		c.disk.locking = func() { // on the goroutine of the supervisor, or of the user
			if busy || len(edits) == 0 || len(c.lives) > 0 {
				return
			}
			busy = true
			defer func() { busy = false }()
			snap, err := user.Refresh(t.Context(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			task, _ := snap.Task(edits[0])
			edits = edits[1:]
			if _, err := user.Commit(t.Context(), time.Now(), queue.Cancel(task, "user", time.Now())); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.until(500 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if got := c.statuses(); got[fm.Working] != 1 || got[fm.Cancelled] != 3 {
			t.Errorf("%v, want one at work and three cancelled", got)
		}
	})
}
