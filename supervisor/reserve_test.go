package supervisor

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// shelf is a town's reserve.
type shelf struct {
	*town
	ready int
	most  int
	moved int
}

func (c *town) shelve(n int) *shelf {
	s := &shelf{town: c}
	c.rules.Ready = n
	c.alter = func(o *Options) { o.Reserve = s }
	return s
}

func (s *shelf) Stock(ctx context.Context, count int) error {
	leave, err := s.enter(ctx, "stock")
	if err != nil {
		return err
	}
	defer leave()
	s.ready, s.most = count, max(s.most, count)
	return nil
}

func (s *shelf) Moved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved++
}

// TestWorktreesAreMadeReadyWhileTasksAreToCome goes through when a Stock is ordered,
// and of how many.
//
// Caught: a Stock beside a Start or a Publish; a reserve for tasks that have a worktree already.
func TestWorktreesAreMadeReadyWhileTasksAreToCome(t *testing.T) {
	busy := func(s State, effs ...Effect) State {
		s = s.copied()
		for _, eff := range effs {
			s.Busy[eff.key()] = eff
		}
		return s
	}
	full := func(more ...fm.Task) State { // no worker is free
		s := seen(append([]fm.Task{working("1", 1), working("2", 2)}, more...)...).with(live(1, "1", 1), atWork()).with(live(2, "2", 1), atWork())
		s.Rules.Ready = 2
		return s
	}
	none, three := full(), full(task("5", fm.Pending), task("6", fm.Pending), task("7", fm.Pending))
	again, checkout, held := task("5", fm.Pending), task("6", fm.Pending), task("7", fm.Hold)
	again.Attempt, checkout.Terms = 1, fm.Terms{Fix: true, Main: true}
	kept := func(s State, count int) State { s.Supply = Supply{Seen, count}; return s }
	stop := kept(three, 2)
	stop.Wanted.Stop = StopDrain
	off := three
	off.Rules.Ready = 0
	failed := three.copied()
	failed.Waits[Stock{}.key()] = Wait{Until: failed.At.Add(time.Second), Count: 1}
	for _, c := range []struct {
		name  string
		given State
		want  int // -1 for no order
	}{
		{"at first", three, 2},
		{"as many as there are tasks", full(task("5", fm.Pending)), 1},
		{"nothing known, and nothing to come", none, 0},
		{"enough", kept(three, 2), -1},
		{"one too many", kept(full(task("5", fm.Pending)), 2), 1},
		{"for nobody any more", kept(none, 2), 0},
		{"the others need none", full(again, checkout, held), 0},
		{"when it ends", stop, 0},
		{"turned off", off, -1},
		{"after a failure", failed, -1},
		{"one is under way", busy(three, Stock{Count: 1}), -1},
		{"a task is started", busy(three, Start{Worker: 1, Task: working("1", 1)}), -1},
		{"a worktree is removed", busy(three, Tidy{Task: task("3", fm.Merged)}), -1},
		{"a branch is rebased", busy(three, Rebase{Task: task("3", fm.Completed)}), -1},
		{"work is published", busy(three, Publish{Task: working("1", 1)}), -1},
		{"work is merged", busy(three, Merge{Task: task("3", fm.Completed)}), -1},
		{"work is checked", busy(three, Verify{Task: working("1", 1)}), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, effects := step(c.given, QueueRead{Snapshot: c.given.Queue})
			got := -1
			for _, eff := range effects {
				if stock, ok := eff.(Stock); ok {
					got = stock.Count
				}
			}
			if got != c.want {
				t.Errorf("ordered %v of %d, want %d", names(effects), got, c.want)
			}
		})
	}
}

// TestTheReserveIsSeenToAgainAfterItWasUsed delivers what may have changed it.
//
// Caught: a Stock that was under way when one was taken, and counted as the last
// word.
func TestTheReserveIsSeenToAgainAfterItWasUsed(t *testing.T) {
	s := seen(working("1", 1), working("2", 1), task("5", fm.Pending)).with(live(1, "1", 1), atWork())
	s.Rules.Ready = 1
	s, effects := step(s, QueueRead{Snapshot: s.Queue})
	if !slices.ContainsFunc(effects, func(eff Effect) bool { _, ok := eff.(Stock); return ok }) {
		s.Supply = Supply{Seen, 1}
		s = s.copied()
		s.Busy[Stock{}.key()] = Stock{Count: 1}
	}
	s = s.copied()
	start := Start{Worker: 2, Task: working("2", 1)}
	s.Busy[start.key()] = start
	s, _ = step(s, Started{Worker: 2, Run: fm.Run{Task: "2", Attempt: 1}})
	s, effects = step(s, Stocked{Count: 1})
	if !slices.ContainsFunc(effects, func(eff Effect) bool { return eff == Effect(Stock{Count: 1}) }) {
		t.Errorf("ordered %v, want one more Stock; %+v", names(effects), s.Supply)
	}
}

// TestAReserveThatFailsHurtsNobody has it fail, hang and panic for a whole night.
//
// Caught: a failure of Stock that counted for the breaker; a drain that waited for
// it without end.
func TestAReserveThatFailsHurtsNobody(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(context.Context) error{
		"fails":   func(context.Context) error { return errors.New("no space left on device") },
		"refuses": func(context.Context) error { return fm.ErrRefused },
		"panics":  func(context.Context) error { panic("no refs") },
		"hangs":   hangs,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTown(t, row(12)...)
				s := c.shelve(2)
				c.trouble = func(ctx context.Context, at call) error {
					if at.op == "stock" {
						return fails(ctx)
					}
					return nil
				}
				began := time.Now()
				time.AfterFunc(90*time.Minute, func() { c.want(Wanted{Workers: 4, Stop: StopDrain}) })
				if err := c.until(6 * time.Hour); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > 2*time.Hour+15*time.Minute {
					t.Errorf("the drain took until %s", took)
				}
				c.wantsMerged(12)
				c.wantsOneStartEach()
				if s.ready != 0 {
					t.Errorf("%d stand ready", s.ready)
				}
			})
		})
	}
}

// TestANightLeavesNoReadyWorktree works through tasks, with supervisors that come
// and go, and ends in each way.
//
// Caught: a halt that did not wait for it; a merge that the reserve was not told of.
func TestANightLeavesNoReadyWorktree(t *testing.T) {
	t.Parallel()
	for _, stop := range []StopMode{"", StopDrain, StopNow} {
		t.Run("stop "+string(stop), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tasks := row(12)
				tasks[11].DependsOn = []fm.TaskID{tasks[0].ID}
				c := newTown(t, tasks...)
				s := c.shelve(2)
				if err := c.until(30 * time.Minute); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				if s.ready != 2 || s.most != 2 || s.moved == 0 {
					t.Errorf("%d ready, at most %d, %d merges", s.ready, s.most, s.moved)
				}
				c.want(Wanted{Workers: 4, Stop: stop})
				err := c.until(3 * time.Hour)
				if s.ready != 0 {
					t.Errorf("%d stand ready", s.ready)
				}
				if stop == "" {
					c.wantsMerged(12)
				} else if err != nil {
					t.Error(err)
				}
				if pending := queue.Counts(c.disk.open(t).Snapshot().Tasks)[fm.Pending]; stop != "" && pending == 0 {
					t.Error("nothing was left to do: the test shows nothing")
				}
			})
		})
	}
}
