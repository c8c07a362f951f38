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
	"github.com/founder-mode/fm/queue"
)

// published brings the first task of a town to where it is published, and does
// so.
func (c *town) published(change func(fm.Task, time.Time) queue.Change) (fm.Task, fm.PullRequest, error) {
	c.tb.Helper()
	q := c.disk.open(c.tb)
	var t fm.Task
	for _, next := range []func(fm.Task, time.Time) queue.Change{
		func(t fm.Task, at time.Time) queue.Change { return queue.Claim(t, 1, at) }, change,
	} {
		t, _ = q.Snapshot().Task("100")
		if _, err := q.Commit(c.tb.Context(), time.Now(), next(t, time.Now())); err != nil {
			c.tb.Fatal(err)
		}
	}
	t, _ = q.Snapshot().Task("100")
	pull, _, err := c.supervisor(nil).publish(c.tb.Context(), t)
	return t, pull, err
}

// TestADraftBecomesReady publishes a part, and later the whole, with one pull
// request. Caught: an open draft that was taken for what was to be opened.
func TestADraftBecomesReady(t *testing.T) {
	c := newTown(t, row(1)...)
	if _, pull, err := c.published(queue.PublishDraft); err != nil || !pull.Draft || pull.Number != "1" {
		t.Fatalf("got %+v, %v", pull, err)
	}
	q := c.disk.open(t)
	at, _ := q.Snapshot().Task("100")
	blocked := queue.Block(at, "a part", time.Now())
	blocked.Task.Pull = "1"
	if _, err := q.Commit(t.Context(), time.Now(), blocked); err != nil {
		t.Fatal(err)
	}
	at, _ = q.Snapshot().Task("100")
	if _, err := q.Commit(t.Context(), time.Now(), queue.Retry(at, time.Now())); err != nil {
		t.Fatal(err)
	}
	if _, pull, err := c.published(queue.Publish); err != nil || pull.Draft || pull.Number != "1" || len(c.pulls) != 1 {
		t.Errorf("got %+v, %v; want number 1 ready of %+v", pull, err, c.pulls)
	}
}

// TestEveryPullRequestIsFurnished has Open break off after the pull request is
// there, and ends the supervisor again and again. In the end each has its labels
// and reviewers.
//
// Caught: an open pull request that was taken for all that was to be done.
func TestEveryPullRequestIsFurnished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(6)...)
		fits := 0
		c.trouble = func(_ context.Context, at call) error {
			if at.op != "fit" {
				return nil
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if fits++; fits%3 > 0 {
				return errors.New("cut off")
			}
			return nil
		}
		for range 6 {
			if err := c.until(20*time.Minute + 2*time.Second); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		c.wantsMerged(6)
		for _, p := range c.pulls {
			if !c.fitted[p.Number] {
				t.Errorf("pull request %s was never furnished", p.Number)
			}
		}
	})
}

// TestTitlesCloseNothing publishes a task whose issue is called after another
// that it would close.
func TestTitlesCloseNothing(t *testing.T) {
	c := newTown(t, row(1)...)
	c.titles = "Fix #123: log in"
	if _, _, err := c.published(queue.Publish); err != nil || c.proposed.Title != "[Subissue] Fix 123: log in" {
		t.Errorf("proposed %+v, %v", c.proposed, err)
	}
}

// TestWhatAPersonMadeOfAPullRequestStands publishes anew where a person has
// closed or merged the pull request meanwhile.
// Caught: a second pull request beside the one that was closed.
func TestWhatAPersonMadeOfAPullRequestStands(t *testing.T) {
	for name, c := range map[string]struct {
		state fm.PullState
		own   string
		sha   string
		err   error
		opens int
	}{
		"open":                            {state: fm.PullOpen, own: "7", opens: 1},
		"open, and not known":             {state: fm.PullOpen, opens: 1},
		"merged":                          {state: fm.PullMerged, own: "7"},
		"merged, and not known: the same": {state: fm.PullMerged, sha: "sha-100"},
		"closed":                          {state: fm.PullClosed, own: "7", err: fm.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			town := newTown(t, row(1)...)
			town.pulls = []fm.PullRequest{{Number: "7", Head: "subissue/100", State: c.state, SHA: c.sha}}
			_, pull, err := town.published(func(at fm.Task, now time.Time) queue.Change {
				change := queue.Publish(at, now)
				change.Task.Pull = c.own
				return change
			})
			if !errors.Is(err, c.err) || (err == nil) != (pull.Number == "7") || town.counts["open"] != c.opens {
				t.Errorf("got %+v, %v, %d opened", pull, err, town.counts["open"])
			}
		})
	}
}

// TestBranchesGoWhereThatIsWanted tidies up after a merge. What the remote will
// not delete stays, and is no failure; what could not be asked is asked again.
func TestBranchesGoWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wanted bool
		fails  error
		want   int // calls
	}{
		"not wanted":  {false, nil, 0},
		"wanted":      {true, nil, 1},
		"refused":     {true, fmt.Errorf("protected: %w", fm.ErrRefused), 1},
		"unreachable": {true, errors.New("no route to host"), 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				town := newTown(t, row(1)...)
				town.rules.DeleteBranch = c.wanted
				calls := 0
				town.trouble = func(_ context.Context, at call) error {
					if at.op != "unpublish" {
						return nil
					}
					if calls++; calls < 3 {
						return c.fails
					}
					return nil
				}
				if err := town.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
					t.Fatal(err)
				}
				town.wantsMerged(1)
				if calls != c.want {
					t.Errorf("asked %d times, want %d", calls, c.want)
				}
				task, _ := town.disk.open(t).Snapshot().Task("100")
				if queue.Tidying(task) {
					t.Errorf("not tidied: %+v", task)
				}
			})
		})
	}
}

// TestAnAttemptThatMendsIsToldWhatSpeaksAgainstIt has a reviewer ask for changes
// while the forge cannot be asked for a while. The next attempt begins with what
// the review says, and with the conversation of the one before.
// Caught: an attempt that was begun without, because the forge was away.
func TestAnAttemptThatMendsIsToldWhatSpeaksAgainstIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(t, row(1)...)
		asked, tries := false, 0
		c.weather = func(p *fm.PullRequest) {
			if !asked {
				asked, p.Demand = true, "review 1"
			}
		}
		c.trouble = func(_ context.Context, at call) error {
			if at.op == "feedback" {
				if tries++; tries < 5 {
					return errors.New("no route to host")
				}
			}
			return nil
		}
		if err := c.until(2 * time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if len(c.briefs) != 2 {
			t.Fatalf("%d launches, want 2", len(c.briefs))
		}
		got := c.briefs[1]
		if got.Resume != (fm.Run{Task: "100", Attempt: 1}) || !strings.Contains(got.Feedback, "review 1") || !strings.Contains(got.History, "changes are asked for in the review of pull request 1") {
			t.Errorf("briefed %+v", got)
		}
		at, _ := c.disk.open(t).Snapshot().Task("100")
		if at.Status != fm.Completed || at.Pull != "1" || len(c.pulls) != 1 {
			t.Errorf("%+v, of %+v; want it to wait for the reviewer", at, c.pulls)
		}
	})
}

// TestWhoseConversationGoesOn reads the ledger.
func TestWhoseConversationGoesOn(t *testing.T) {
	first := []queue.Entry{entry(queue.OpClaim, 1, ""), entry(queue.OpPublish, 1, ""), entry(queue.OpComplete, 1, "")}
	back := append(slices.Clone(first), entry(queue.OpRerun, 1, "x"), entry(queue.OpReopen, 1, "x"), entry(queue.OpClaim, 2, ""))
	for name, c := range map[string]struct {
		past  []queue.Entry
		run   int
		mends bool
	}{
		"never published":                         {first[:1], 0, false},
		"published":                               {first, 0, false},
		"given back":                              {back, 1, true},
		"given back, and stopped":                 {append(slices.Clone(back), entry(queue.OpRelease, 2, "x"), entry(queue.OpClaim, 3, "")), 1, true},
		"given back, and that attempt failed":     {append(slices.Clone(back), entry(queue.OpFail, 2, "x"), entry(queue.OpClaim, 3, "")), 0, true},
		"given back, published, a person's retry": {append(slices.Clone(back), entry(queue.OpComplete, 2, ""), entry(queue.OpBlock, 2, "x"), entry(queue.OpRetry, 2, "")), 0, false},
	} {
		got, mends := mending(c.past)
		if got.Attempt != c.run || mends != c.mends {
			t.Errorf("%s: got %+v, %v; want attempt %d, %v", name, got, mends, c.run, c.mends)
		}
	}
}
