package supervisor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// ill is one way in which a call goes wrong. What hangs ends with its deadline;
// a project's own check has one of its own, and hours.
type ill func(context.Context) error

func fails(context.Context) error   { return errors.New("no route to host") }
func refuses(context.Context) error { return fmt.Errorf("protected: %w", fm.ErrRefused) }
func panics(context.Context) error  { panic("adapter") }

func hangs(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(15 * time.Minute):
		return errors.New("gave up")
	}
}

// night runs six tasks of different lengths on four workers until all is quiet,
// and says how long after its beginning each of them was merged.
func (c *town) night() map[fm.TaskID]time.Duration {
	c.tb.Helper()
	began := time.Now()
	c.radar, c.rules.Warn = true, true
	c.task = func(r fm.Run) time.Duration { return time.Duration(r.Task[2]-'0'+1) * 2 * time.Minute }
	if err := c.until(40 * time.Minute); !errors.Is(err, context.DeadlineExceeded) {
		c.tb.Fatal(err)
	}
	merged := map[fm.TaskID]time.Duration{}
	for _, t := range c.disk.open(c.tb).Snapshot().Tasks {
		if t.Status == fm.Merged {
			merged[t.ID] = t.Since.Sub(began)
		}
	}
	return merged
}

// calls are all that a night without faults asks of the ports.
func calls(t *testing.T) (ops []string, merged map[fm.TaskID]time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, kinds(6)...)
		merged = c.night()
		ops = slices.Sorted(maps.Keys(c.counts))
	})
	if len(merged) != 6 || len(ops) < 12 {
		t.Fatalf("%d tasks were merged with calls of %v", len(merged), ops)
	}
	return ops, merged
}

// TestOneFaultIsSoonForgotten lets one call go wrong in a night, each of them.
// Nobody helps, and still every task is merged no later than the fault lasted,
// plus one backoff and one tick; pull requests are looked at every half minute
// only.
//
// Caught: a first backoff of five seconds.
func TestOneFaultIsSoonForgotten(t *testing.T) {
	ops, usual := calls(t)
	for _, op := range ops {
		for name, goes := range onceIll() {
			t.Run(op+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := newTown(t, kinds(6)...)
					var went atomic.Bool
					var lasted time.Duration
					c.trouble = func(ctx context.Context, at call) error {
						if at.op != op || !went.CompareAndSwap(false, true) {
							return nil
						}
						began := time.Now()
						err := goes(ctx)
						lasted = time.Since(began)
						return err
					}
					merged := c.night()
					bound := lasted + time.Second + lookEvery
					if op == "look" {
						bound += pullsEvery
					}
					for id, at := range usual {
						if merged[id] == 0 || merged[id]-at > bound {
							t.Errorf("#%s was merged after %s, usually after %s; the fault took %s", id, merged[id], at, lasted)
						}
					}
				})
			})
		}
	}
}

// TestWhatIsRefusedWaitsForAPerson has one call of each kind refused for good.
// Its task is merged all the same, or waits, and says for what.
func TestWhatIsRefusedWaitsForAPerson(t *testing.T) {
	ops, _ := calls(t)
	for _, op := range ops {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newTown(t, kinds(6)...)
				c.trouble = func(ctx context.Context, at call) error {
					if at.op == op && at.task == "103" {
						return refuses(ctx)
					}
					return nil
				}
				c.night()
				for _, task := range c.disk.open(t).Snapshot().Tasks {
					if s := task.Status; s != fm.Merged && task.Note == "" && len(c.last.Problems) == 0 {
						t.Errorf("#%s is %s, and nobody is told why", task.ID, s)
					}
				}
			})
		})
	}
}

// TestOneTaskHoldsUpNoOther has every call that is about one task go wrong for
// the whole night, each of them. The others are merged at most one tick later
// than without.
//
// Caught: agents' signs that were read one after another with one limit for
// all, so that those behind one that hung, or panicked, were never seen.
func TestOneTaskHoldsUpNoOther(t *testing.T) {
	ops, usual := calls(t)
	for _, op := range ops {
		for name, goes := range alwaysIll() {
			t.Run(op+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c := newTown(t, kinds(6)...)
					c.trouble = func(ctx context.Context, at call) error {
						if at.op == op && at.task == "103" {
							return goes(ctx)
						}
						return nil
					}
					merged := c.night()
					for id, at := range usual {
						if id != "103" && (merged[id] == 0 || merged[id]-at > lookEvery) {
							t.Errorf("#%s was merged after %s, usually after %s", id, merged[id], at)
						}
					}
				})
			})
		}
	}
}
