package supervisor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
	"github.com/founder-mode/fm/queue"
)

// gale is what goes wrong between a town and its hub, and what people and machines
// do there meanwhile.
type gale struct {
	*hub

	town    *town
	random  *rand.Rand
	trouble int // per cent of requests

	mu     sync.Mutex
	kill   context.CancelFunc
	faults int
	kills  int
}

// judge is what happens to a request. A supervisor that is killed dies right
// before or right after the effect.
func (g *gale) judge(fake.Request) fake.Verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.random.IntN(100) >= g.trouble {
		return fake.Verdict{}
	}
	g.faults++
	when := []fake.Moment{fake.Before, fake.After}[g.random.IntN(2)]
	switch g.random.IntN(6) {
	case 0:
		g.kills++
		g.kill()
	case 1:
		return fake.Failing(when, []int{500, 502, 503, 504}[g.random.IntN(4)])
	case 2:
		return fake.SecondaryLimit([]int{403, 429}[g.random.IntN(2)], time.Duration(1+g.random.IntN(90))*time.Second)
	}
	return fake.Verdict{Act: fake.Cut, When: when}
}

// hard says whether a rebase conflicts.
func (g *gale) hard(fm.TaskID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.random.IntN(3) == 0
}

// run lets supervisors live, one after the other, until the time is over.
func (g *gale) run(d time.Duration) {
	g.town.tb.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		ctx, cancel := context.WithDeadline(g.town.tb.Context(), end)
		g.mu.Lock()
		g.kill = cancel
		g.mu.Unlock()
		err := g.town.supervisor(nil).Run(ctx)
		cancel()
		if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			g.town.tb.Fatal(err)
		}
	}
}

// blow has something happen to each open pull request, or not.
func (g *gale) blow() {
	for _, p := range g.Pulls() {
		if p.State != "open" {
			continue
		}
		name := []string{"test", "lint"}[g.random.IntN(2)]
		switch g.random.IntN(9) {
		case 0, 1:
			g.SetCheck(p.SHA, name, "failure")
		case 2:
			g.SetCheck(p.SHA, name, "success")
		case 3:
			g.Review(p.Number, "alice", "CHANGES_REQUESTED", "No.")
		case 4:
			g.Review(p.Number, "alice", "APPROVED", "Yes.")
		case 5:
			g.SetConflict(p.Number, fake.Conflicting)
		case 6:
			if len(p.Labels) == 0 || len(p.Reviewers) == 0 {
				continue // or it would go without
			}
			if err := g.MergePull(p.Number, "alice"); err != nil {
				g.SetConflict(p.Number, fake.Mergeable)
			}
		}
	}
}

// calm ends whatever keeps pull requests from being merged, and has a person try
// again what was given to one.
func (g *gale) calm() {
	for _, p := range g.Pulls() {
		if p.State != "open" {
			continue
		}
		for _, name := range []string{"test", "lint"} {
			g.SetCheck(p.SHA, name, "success")
		}
		g.Review(p.Number, "alice", "APPROVED", "Yes.")
		g.SetConflict(p.Number, fake.Mergeable)
	}
	q := g.town.disk.open(g.town.tb)
	for _, t := range q.Snapshot().Tasks {
		if t.Status == fm.Blocked || t.Status == fm.Failed {
			if _, err := q.Commit(g.town.tb.Context(), time.Now(), queue.Retry(t, time.Now())); err != nil {
				g.town.tb.Fatal(err)
			}
		}
	}
}

// check looks for what is missing and for what is there twice.
func (g *gale) check(tasks int) {
	g.town.tb.Helper()
	if got := g.town.statuses(); got[fm.Merged] != tasks {
		g.town.tb.Errorf("%d tasks: %v; people are told %q", tasks, got, g.town.last.Problems)
		for _, t := range g.town.disk.open(g.town.tb).Snapshot().Tasks {
			g.town.tb.Logf("#%s %s, attempt %d, pull request %s: %s", t.ID, t.Status, t.Attempt, t.Pull, t.Note)
		}
	}
	heads := map[string]int{}
	for _, p := range g.Pulls() {
		if heads[p.Head]++; heads[p.Head] > 1 || p.State != "merged" {
			g.town.tb.Errorf("pull request %d of %s is %s, one of %d", p.Number, p.Head, p.State, heads[p.Head])
		}
		for _, what := range []string{"labeled", "review_requested"} {
			if n := happened(p.Events, what); n != 1 {
				g.town.tb.Errorf("pull request %d was %s %d times", p.Number, what, n)
			}
		}
		if strings.Join(p.Labels, " ") != "made by fm" || len(p.Comments) > 0 {
			g.town.tb.Errorf("pull request %d: labels %q, comments %v", p.Number, p.Labels, p.Comments)
		}
	}
	if len(heads) != tasks {
		g.town.tb.Errorf("%d pull requests, want %d", len(heads), tasks)
	}
	for _, i := range g.Issues() {
		if n := happened(i.Events, "closed"); n != 1 || !i.Closed || len(i.Comments) > 1 {
			g.town.tb.Errorf("issue %d was closed %d times, with %d comments", i.Number, n, len(i.Comments))
		}
		if i.Number == 1 && len(i.Comments) != 1 {
			g.town.tb.Errorf("the parent has %d comments", len(i.Comments))
		}
	}
}

func happened(events []fake.Event, name string) int {
	n := 0
	for _, e := range events {
		if e.Name == name {
			n++
		}
	}
	return n
}

// TestSupervisorAndGitHubInAGale has supervisors and the real adapter work on a
// fake GitHub that cuts, refuses and limits their requests, before and after the
// effect, and that kills them. Meanwhile checks fail, reviewers ask for changes,
// branches conflict and people merge. In the end everything is merged, and nothing
// was done twice: one pull request for each task, each with its label and reviewer
// once, each issue closed once, and the parent with one comment.
//
// Caught: pull requests that never got their labels; checks that were run again
// twice on one commit.
//
// Fault: F14.
func TestSupervisorAndGitHubInAGale(t *testing.T) {
	t.Parallel()
	if _, err := published(); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(gales) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			const tasks = 4
			h := newHub(t)
			h.AddIssue(fake.Issue{Number: 1, Title: "Log in"})
			for i := range tasks {
				h.AddIssue(fake.Issue{Number: 100 + i, Title: fmt.Sprint("Fix #1: part ", i), Parent: 1})
			}
			synctest.Test(t, func(t *testing.T) {
				g := &gale{hub: h, town: h.town(t, row(tasks)...), random: rand.New(rand.NewPCG(seed, 5))}
				g.trouble = 5 + g.random.IntN(30)
				g.town.task = func(fm.Run) time.Duration { return 3 * time.Minute }
				g.town.hard = g.hard
				h.Fault(g.judge)
				for range 20 {
					g.run(time.Duration(60+g.random.IntN(240)) * time.Second)
					g.blow()
				}
				h.Fault(nil)
				for range 24 {
					g.calm()
					g.run(10 * time.Minute)
					if g.town.statuses()[fm.Merged] == tasks {
						break
					}
				}
				g.run(20 * time.Minute)
				g.check(tasks)
				t.Logf("%d requests, %d faults, %d kills", len(h.Log()), g.faults, g.kills)
				if t.Failed() {
					for _, q := range h.Log() {
						if q.Write {
							t.Logf("%s %s happened=%v", q.Time.Format(time.TimeOnly), q, q.Happened)
						}
					}
				}
			})
		})
	}
}
