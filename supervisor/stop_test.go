package supervisor

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// TestStopNowGivesEverythingBack stops in the middle of the work, and in the
// middle of a check that takes for ever, with a person at one of the agents.
// Caught: sessions that were left alive; what they had started; a halt that
// waits for the person.
func TestStopNowGivesEverythingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(6)...)
		c.trouble = func(ctx context.Context, at call) error {
			if at.op == "verify" {
				<-ctx.Done() // a check that takes for ever
				return ctx.Err()
			}
			return nil
		}
		c.task = func(r fm.Run) time.Duration {
			if r.Task == "100" {
				return time.Minute
			}
			return time.Hour
		}
		go func() {
			time.Sleep(10 * time.Minute)
			c.mu.Lock()
			c.guest = 2
			c.mu.Unlock()
			c.want(Wanted{Workers: 4, Stop: StopNow})
		}()
		began := time.Now()
		if err := c.until(2 * time.Hour); err != nil {
			t.Fatalf("%v; last shown %+v", err, c.last)
		}
		if d := time.Since(began); d > 10*time.Minute+5*time.Second {
			t.Errorf("ended after %s", d)
		}
		for r := range c.lives {
			if c.alive(r) {
				t.Errorf("%s lives", r)
			}
		}
		if got := c.statuses(); got[fm.Pending] != 6 {
			t.Errorf("%v, want all pending", got)
		}
		if starts, reaps := c.count("start"), c.count("reap"); reaps < starts+4 {
			t.Errorf("reaped %d times with %d starts: what the stopped agents started may live", reaps, starts)
		}
	})
}

// TestStopThatIsTakenBackSpendsNoAttempt has the user go on while the agents
// are still being stopped. Caught: tasks that were given back after their
// agents' end, which was taken for a failure when the wish was gone by then.
func TestStopThatIsTakenBackSpendsNoAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(6)...)
		c.trouble = func(_ context.Context, at call) error {
			if at.op == "stop" {
				c.want(Wanted{Workers: 4})
				time.Sleep(3 * time.Second) // an agent takes its time to end
			}
			return nil
		}
		go func() {
			time.Sleep(10 * time.Minute)
			c.want(Wanted{Workers: 4, Stop: StopNow})
		}()
		if err := c.until(4 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(6)
		for _, task := range c.disk.open(c.tb).Snapshot().Tasks {
			if task.Failures != 0 {
				t.Errorf("#%s: %d failures, want none: %s", task.ID, task.Failures, task.Note)
			}
		}
	})
}

// TestDrainFinishesWhatWasBegun ends when the four that work are merged. A
// person who sits in one of the sessions neither delays it nor is disturbed.
func TestDrainFinishesWhatWasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(6)...)
		go func() {
			time.Sleep(10 * time.Minute)
			c.want(Wanted{Workers: 4, Stop: StopDrain})
			c.mu.Lock()
			defer c.mu.Unlock()
			c.guest = 2
		}()
		if err := c.until(2 * time.Hour); err != nil {
			t.Fatalf("%v; last shown %+v", err, c.last)
		}
		if got := c.statuses(); got[fm.Merged] != 4 || got[fm.Pending] != 2 || len(c.trees) != 1 || !c.alive(c.slots[2]) {
			t.Errorf("%v, worktrees %v, want that of worker-2 left to its guest", got, c.trees)
		}
	})
}

// TestEndsThoughNothingCanBePublished has the remote down for good. Caught: a
// drain that waited for ever.
func TestEndsThoughNothingCanBePublished(t *testing.T) {
	t.Parallel()
	for _, stop := range []StopMode{StopDrain, StopNow} {
		t.Run(string(stop), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTown(t, row(2)...)
				c.trouble = func(_ context.Context, at call) error {
					if at.op == "push" {
						return errors.New("no route to host")
					}
					return nil
				}
				go func() {
					time.Sleep(30 * time.Minute)
					c.want(Wanted{Workers: 4, Stop: stop})
				}()
				if err := c.until(time.Hour); err != nil {
					t.Fatalf("%v; last shown %+v", err, c.last)
				}
				c.trouble = func(context.Context, call) error { return nil }
				c.want(Wanted{Workers: 4})
				if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				c.wantsMerged(2)
				c.wantsOneStartEach()
			})
		})
	}
}

// TestStopNowGivesTheMainCheckoutBack stops while a task is at work there, with a
// workspace that is busy at first. The next supervisor goes on with it.
//
// Caught: an end before the checkout was its user's again, who then edited under
// the hands of the next attempt.
func TestStopNowGivesTheMainCheckoutBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tasks := row(2)
		for i := range tasks {
			tasks[i].Terms = fm.Terms{Fix: true, Main: true}
		}
		c := newTown(t, tasks...)
		busy := 2
		c.trouble = func(_ context.Context, at call) error {
			if at.op == "remove" && busy > 0 {
				busy--
				return errors.New("index.lock")
			}
			return nil
		}
		go func() {
			time.Sleep(10 * time.Minute)
			c.want(Wanted{Workers: 4, Stop: StopNow})
		}()
		if err := c.until(2 * time.Hour); err != nil {
			t.Fatalf("%v; last shown %+v", err, c.last)
		}
		if got := c.statuses(); got[fm.Pending] != 2 || c.main != "" || c.count("remove") != 1 || busy > 0 {
			t.Errorf("%v, and %q has the main checkout, which was given back %d times", got, c.main, c.count("remove"))
		}
		c.want(Wanted{Workers: 4})
		if err := c.until(4 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsAllEnded()
	})
}

// TestStopNowEndsThoughNothingCanBeRecorded damages the ledger, or fills the
// disk, while agents work. They end, their work is kept, and their tasks stay
// theirs for the next supervisor.
//
// Caught: a halt that waited for the disk; one that ended beside living agents.
//
// Fault: F4.
func TestStopNowEndsThoughNothingCanBeRecorded(t *testing.T) {
	damage := func(d *disk) {
		last := d.log[bytes.LastIndexByte(d.log[:len(d.log)-1], '\n')+1:]
		d.log = slices.Concat(d.log, []byte("no entry\n"), last)
	}
	full := func(d *disk) { d.fault = func() error { return errors.New("no space left on device") } }
	for name, harm := range map[string]func(*disk){"damaged": damage, "full": full} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTown(t, row(6)...)
				c.task = func(fm.Run) time.Duration { return time.Hour }
				go func() {
					time.Sleep(10 * time.Minute)
					c.disk.mu.Lock()
					harm(c.disk)
					c.disk.mu.Unlock()
					time.Sleep(time.Minute)
					c.want(Wanted{Workers: 4, Stop: StopNow})
				}()
				began := time.Now()
				if err := c.until(2 * time.Hour); err != nil {
					t.Fatalf("%v; last shown %+v", err, c.last)
				}
				if d := time.Since(began); d > 11*time.Minute+30*time.Second {
					t.Errorf("ended after %s", d)
				}
				for r := range c.lives {
					if c.alive(r) {
						t.Errorf("%s lives", r)
					}
				}
				if told := strings.Join(c.last.Problems, "\n"); name == "damaged" && !strings.Contains(told, Unrecorded+"refresh queue: ledger is damaged: ") {
					t.Errorf("people are told %q", told)
				}
				if preserved := c.count("preserve"); preserved < 4 {
					t.Errorf("the work of %d agents was preserved, want all", preserved)
				}
			})
		})
	}
}

// TestTroubleOfReadingTheQueueIsToldUntilItIsOver holds what people are told.
// Caught: a problem that outlived its cause.
func TestTroubleOfReadingTheQueueIsToldUntilItIsOver(t *testing.T) {
	s := seen(task("5", fm.Hold))
	s, _ = step(s, QueueUnread{Err: "input/output error"})
	if got := View(s).Problems; len(got) != 1 || got[0] != Unrecorded+"input/output error" {
		t.Errorf("told %q", got)
	}
	s, _ = step(s, QueueRead{Snapshot: s.Queue})
	if got := View(s).Problems; len(got) > 0 {
		t.Errorf("told %q when it is over", got)
	}
}
