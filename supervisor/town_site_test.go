package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// radar is a town's: each branch conflicts with the next one.
type radar struct{ *town }

func (r radar) Stamp(sites []fm.Site) string {
	if len(sites) == 0 {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprint(len(r.lives), len(r.pulls), r.commits)
}

func (r radar) Conflicts(ctx context.Context, sites []fm.Site) ([]fm.Conflict, error) {
	leave, err := r.enter(ctx, "conflicts")
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []fm.Conflict
	for i := 1; i < len(sites); i++ {
		found = append(found, fm.Conflict{Tasks: [2]fm.TaskID{sites[i-1].Task, sites[i].Task}, Files: []string{"main.go"}})
	}
	return found, nil
}

// kinds gives n tasks of one parent; every second is an issue that is mended as a
// whole, and one of these is so in the main checkout.
func kinds(n int) []fm.Task {
	tasks := row(n)
	for i := range tasks {
		tasks[i].Terms = fm.Terms{Fix: i%2 == 1, Main: i == 5}
	}
	return tasks
}

// TestANightOfEveryKind works on issues that are mended as a whole, in worktrees
// and in the main checkout, with and without pull requests, while every 29th call
// fails and supervisors come and go. No two are in the main checkout at once (see
// town.Prepare), no more are mended at once than are wanted, nobody is told twice
// of a conflict, and in the end all is merged, or stands on its
// branch, and everything is given back.
//
// Caught: a task in the main checkout that was claimed before that was given back.
func TestANightOfEveryKind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tasks := row(18)
		for i := range tasks {
			tasks[i].Parent, tasks[i].Terms = "", someTerms()[i%len(someTerms())]
			tasks[i].Paths = [][]string{nil, {"a.go"}, {"b/"}}[i%3]
		}
		tasks[16].DependsOn = []fm.TaskID{"107"} // which nobody merges
		c := newTown(t, tasks...)
		c.radar, c.rules.Warn = true, true
		c.want(Wanted{Workers: 5, Fixes: 2})
		c.task = func(r fm.Run) time.Duration { return time.Duration(10+int(r.Task[2]-'0')) * time.Minute }
		var calls atomic.Int64
		c.trouble = func(ctx context.Context, at call) error {
			if at.op == "start" {
				c.wantsAtMost(ctx, 2)
			}
			if calls.Add(1)%29 == 0 {
				return errors.New("the network")
			}
			return nil
		}
		for i := range 40 {
			if err := c.until(time.Duration(60+i*i%613) * time.Second); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if err := c.until(8 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsAllEnded()
		slices.Sort(c.heard)
		once := slices.Compact(slices.Clone(c.heard))
		if len(c.heard) < 5 || len(once) < len(c.heard) || c.counts["conflicts"] < 20 {
			t.Errorf("%d scans, %d warnings, %d of them for the first time: %q", c.counts["conflicts"], len(c.heard), len(once), c.heard)
		}
	})
}

// wantsAtMost checks how many issues are mended at the same time.
func (c *town) wantsAtMost(ctx context.Context, limit int) {
	mending := 0
	for _, t := range c.disk.openIn(ctx, c.tb).Snapshot().Tasks {
		if t.Status == fm.Working && t.Terms.Fix && t.Worker != 0 {
			mending++
		}
	}
	if mending > limit {
		c.tb.Errorf("%d issues are mended at once, want at most %d", mending, limit)
	}
}

// wantsAllEnded checks that every task came to the end that it can come to.
func (c *town) wantsAllEnded() {
	c.tb.Helper()
	for _, t := range c.disk.open(c.tb).Snapshot().Tasks {
		want := fm.Merged
		if t.Terms.NoPull {
			want = fm.Completed
		}
		published := slices.ContainsFunc(c.pulls, func(p fm.PullRequest) bool { return headOf(&p) == t.ID })
		switch {
		case t.Status != want || queue.Clearing(t) || queue.Tidying(t) || queue.Holds(t):
			c.tb.Errorf("#%s, %+v, is %s: %q %v", t.ID, t.Terms, t.Status, t.Note, t.Extra)
		case t.Failures > 0:
			c.tb.Errorf("#%s failed %d times for the environment: %s", t.ID, t.Failures, t.Note)
		case published == t.Terms.NoPull:
			c.tb.Errorf("#%s, %+v, has a pull request: %v", t.ID, t.Terms, published)
		case c.trees[t.ID] != (want == fm.Completed && !t.Terms.Fix):
			c.tb.Errorf("#%s, %+v, has a worktree: %v", t.ID, t.Terms, c.trees[t.ID])
		}
	}
	if c.main != "" {
		c.tb.Errorf("#%s has the main checkout", c.main)
	}
}

// blank is a radar that panics.
type blank struct{}

func (blank) Stamp([]fm.Site) string { panic("no refs") }

func (blank) Conflicts(context.Context, []fm.Site) ([]fm.Conflict, error) { panic("no refs") }

// TestARadarThatPanicsBlindsNobody has each look at the branches fail.
//
// Caught: a look that was lost with them.
func TestARadarThatPanicsBlindsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(2)...)
		c.alter = func(o *Options) { o.Radar = blank{} }
		if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(2)
	})
}

// TestARadarThatHangsDelaysNoEnd asks for a drain while branches are compared.
func TestARadarThatHangsDelaysNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		c.radar = true
		c.trouble = func(ctx context.Context, at call) error {
			if at.op == "conflicts" {
				return hangs(ctx)
			}
			return nil
		}
		began := time.Now()
		time.AfterFunc(time.Minute, func() { c.want(Wanted{Workers: 4, Stop: StopDrain}) })
		if err := c.until(2 * time.Hour); err != nil || time.Since(began) > 21*time.Minute {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
