package supervisor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// ofTheForge says whether a call needs the forge, or the tracker.
func ofTheForge(at call) bool {
	return slices.Contains([]string{"push", "find", "open", "look", "merge", "rerun", "feedback", "rebase", "unpublish", "close issue", "children", "issue"}, at.op)
}

// TestAnHourWithoutTheForge takes the forge and the tracker away when the first
// agents are at work, and the supervisor in the middle of it. Attempts of tasks
// that were never begun before begin all the same. All tasks are worked on to their
// publication meanwhile, none twice; people are told what is owed; and when the
// forge is back all of it is done.
//
// Caught: a publication that kept its worker; the owed tasks counted as one that
// a worker has; a session of one that nobody else could have.
//
// Fault: F14.
func TestAnHourWithoutTheForge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(12)...)
		c.copies = true
		began := time.Now()
		gone := func() bool { d := time.Since(began); return d > 10*time.Minute && d < 75*time.Minute }
		c.trouble = func(_ context.Context, at call) error {
			if gone() && ofTheForge(at) {
				return errors.New("no route to host")
			}
			return nil
		}
		for _, end := range []time.Duration{33 * time.Minute, 74 * time.Minute} {
			if err := c.until(end - time.Since(began)); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		begun := 0
		for _, l := range c.lives {
			if l.began.Sub(began) > 10*time.Minute {
				begun++
			}
		}
		if begun != 8 || c.counts["last known issue"] == 0 {
			t.Errorf("%d attempts began in that hour, want 8", begun)
		}
		for _, task := range c.disk.open(t).Snapshot().Tasks {
			if !queue.Owed(task) || !strings.HasPrefix(task.Note, "its pull request is owed: ") {
				t.Errorf("#%s is %s, worker %q, note %q; want it owed", task.ID, task.Status, task.Worker, task.Note)
			}
		}
		if told := strings.Join(c.last.Problems, "\n"); strings.Count(told, " is owed: no route to host (tried ") != 12 {
			t.Errorf("people are told:\n%s", told)
		}
		if err := c.until(20 * time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		c.wantsMerged(12)
		c.wantsOneStartEach()
		for _, op := range []string{"open", "merge"} {
			if n := c.count(op); n != 12 {
				t.Errorf("%s was called %d times, want 12", op, n)
			}
		}
	})
}

// openPulls gives n completed tasks their pull requests.
func (c *town) openPulls(n int, p fm.PullRequest) {
	c.tb.Helper()
	q := c.disk.open(c.tb)
	for i, t := range q.Snapshot().Tasks[:n] {
		p.Number, p.Head, p.State, p.SHA = fmt.Sprint(i+1), (fm.Task{ID: t.ID}).Head(), fm.PullOpen, c.sha(t.ID)
		c.pulls = append(c.pulls, p)
		for _, change := range []func(fm.Task) queue.Change{
			func(t fm.Task) queue.Change { return queue.Claim(t, 1, time.Now()) },
			func(t fm.Task) queue.Change { return queue.Publish(t, time.Now()) },
			func(t fm.Task) queue.Change { return queue.Complete(t, p.Number, time.Now()) },
		} {
			t, _ = q.Snapshot().Task(t.ID)
			if _, err := q.Commit(c.tb.Context(), time.Now(), change(t)); err != nil {
				c.tb.Fatal(err)
			}
		}
	}
}

// TestFiftyOpenPullRequestsCostLooksOnly watches for an hour what nothing
// happens to: people merge, or the forge will, or reviewers are waited for. No
// more than 120 looks at all of them, and nothing else, not even a line in the
// ledger.
//
// Caught: a pause that never grew; a merge that was asked for again while the
// forge waits to make it.
func TestFiftyOpenPullRequestsCostLooksOnly(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]struct {
		merge MergePolicy
		pull  fm.PullRequest
	}{
		"people merge":             {ManualMerge, fm.PullRequest{}},
		"people merge, with marks": {ManualMerge, fm.PullRequest{Checks: fm.Checks{State: fm.ChecksPending}, Draft: true}},
		"the forge merges":         {AutoMerge, fm.PullRequest{Armed: true, Checks: fm.Checks{State: fm.ChecksPending}}},
		"drafts":                   {AutoMerge, fm.PullRequest{Draft: true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newTown(t, row(50)...)
				c.rules.Merge = given.merge
				c.openPulls(50, given.pull)
				ledger := len(c.disk.log)
				if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				if n := c.count("look"); n < 20 || n > 40 {
					t.Errorf("%d looks in an hour", n)
				}
				delete(c.counts, "look")
				delete(c.counts, "observe")
				if len(c.counts) > 0 || len(c.disk.log) != ledger {
					t.Errorf("also called %v; the ledger grew by %d", c.counts, len(c.disk.log)-ledger)
				}
			})
		})
	}
}

// storm is weather in which everything happens to pull requests that can.
type storm struct {
	*town
	*rand.Rand
	calm time.Time
	id   int
}

func (w *storm) blow(p *fm.PullRequest) {
	if p.State != fm.PullOpen {
		return
	}
	id := fm.TaskID(strings.TrimPrefix(p.Head, "subissue/"))
	chance := func(percent int) bool { return w.IntN(100) < percent }
	if time.Now().After(w.calm) {
		p.Draft, p.Conflict, p.Demand, p.Checks = false, false, "", fm.Checks{State: fm.ChecksPassed}
	}
	switch {
	case time.Now().After(w.calm):
	case p.Checks.State == fm.ChecksPending && chance(50), p.Checks.State == fm.NoChecks && chance(20):
		w.id++
		p.Checks = fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{ID: fmt.Sprint(w.id), Name: fmt.Sprint("test ", w.id%2)}}}
		if chance(60) {
			p.Checks = fm.Checks{State: fm.ChecksPassed}
		}
	case p.Checks.State == fm.NoChecks:
		p.Checks.State = fm.ChecksPending
	case chance(5):
		p.Conflict = true
	case chance(4):
		w.id++
		p.Demand = fmt.Sprint("review ", w.id)
	case p.Demand != "" && chance(20):
		p.Demand = ""
	case chance(2), p.Draft && chance(30):
		p.Draft = !p.Draft
	case chance(2):
		w.commit(id)
		w.shows(id)
	case chance(1):
		p.State = fm.PullClosed
	}
	if p.Armed && !p.Draft && !p.Conflict && p.Demand == "" && p.Checks.State == fm.ChecksPassed {
		p.State = fm.PullMerged
	}
}

// TestAStormOverTheForge runs nights in which pull requests conflict, their
// checks fail, reviewers ask for changes, people push, draft and close, every
// fifth call of the forge fails, and the supervisor is restarted. There is one pull request for each task, nothing is
// given to an agent twice, checks are run again once for each commit, and in the
// end every task is merged or says what it waits for.
//
// Caught: a rebase beside a live session; a demand that took the place of an
// older one, which came back; a second merge while the forge waits to make one; a
// second pull request beside the one that a person had closed.
func TestAStormOverTheForge(t *testing.T) {
	for seed := range uint64(storms) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newTown(t, row(8)...)
				w := &storm{town: c, Rand: rand.New(rand.NewPCG(seed, 1)), calm: time.Now().Add(6 * time.Hour)}
				faults := rand.New(rand.NewPCG(seed, 2))
				c.weather = w.blow
				c.hard = func(fm.TaskID) bool { return w.IntN(3) == 0 }
				c.rules.DeleteBranch = true
				c.trouble = func(_ context.Context, at call) error {
					if !ofTheForge(at) || time.Now().After(w.calm) {
						return nil
					}
					c.mu.Lock()
					defer c.mu.Unlock()
					if faults.IntN(5) == 0 {
						return errors.New("the network")
					}
					return nil
				}
				for range 15 {
					d := time.Duration(10+faults.IntN(3000)) * time.Second
					if err := c.until(d); !errors.Is(err, context.DeadlineExceeded) {
						t.Fatal(err)
					}
				}
				if err := c.until(time.Until(w.calm) + 2*time.Hour); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				c.weathered()
			})
		})
	}
}

// weathered checks what a storm left behind.
func (c *town) weathered() {
	c.tb.Helper()
	q := c.disk.open(c.tb)
	for _, t := range q.Snapshot().Tasks {
		if t.Status != fm.Merged && (!t.Status.Over() || t.Note == "") {
			c.tb.Errorf("#%s is %s, attempt %d, pull request %s: %q %v", t.ID, t.Status, t.Attempt, t.Pull, t.Note, t.Extra)
		}
		history, err := q.History(c.tb.Context(), t.ID)
		if err != nil {
			c.tb.Fatal(err)
		}
		var before fm.Task
		for _, e := range history {
			if e.Op == queue.OpReopen {
				c.givenBack(before, e)
			}
			if before = e.Task; before.Pull != "" && before.Pull != t.Pull {
				c.tb.Errorf("#%s had pull request %s, and has %s", t.ID, before.Pull, t.Pull)
			}
		}
	}
}

// givenBack takes note of what an agent was given back for.
func (c *town) givenBack(before fm.Task, e queue.Entry) {
	for _, key := range []string{checksKey, demandKey} {
		for _, word := range newWords(before, e.Task, key) {
			c.once("#%s was given back for %s %s", e.Task.ID, key, word)
		}
	}
}
