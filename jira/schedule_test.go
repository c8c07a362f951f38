package jira

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

// In each history, processes make two subtasks of an issue, begin another one,
// link its pull request and close it; they are killed, cut off, refused and
// slowed down at random requests, before or after their effect, and after some
// time all goes well. Then there is one of everything, and what a person reopens
// then stays open.
//
// Caught: a subtask that is not looked for after a lost answer; a comment that is
// not looked for; a link that is not; a closing that is repeated after a person
// reopened the issue; a write that is repeated after a 503.
func TestRandomSchedulesLeaveOneOfEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(schedules) {
		synctest.Test(t, func(t *testing.T) {
			h := newHistory(t, seed)
			h.live()
			h.check()
			for name, n := range h.hits {
				seen[name] += n
			}
			if t.Failed() {
				t.Fatalf("seed %d, %s:\n%s", seed, h.kind, h.story())
			}
		})
	}
	for _, operation := range []string{"POST issue", "POST issueLink", "POST issue/{issueIdOrKey}/comment", "POST issue/{issueIdOrKey}/transitions", "POST issue/{issueIdOrKey}/remotelink"} {
		for _, f := range faults {
			if schedules >= 400 && seen[operation+" "+f.name] == 0 {
				t.Errorf("%s was never hit by: %s", operation, f.name)
			}
		}
	}
	t.Logf("%d histories, faults at writes: %v", schedules, seen)
}

// faults are what befalls requests.
var faults = []struct {
	name    string
	verdict func(*rand.Rand) fake.Verdict
	kill    bool
}{
	{"cut before", always(fake.Verdict{Act: fake.Cut}), false},
	{"cut after", always(fake.Verdict{Act: fake.Cut, When: fake.After}), false},
	{"torn after", always(fake.Verdict{Act: fake.Truncate, When: fake.After}), false},
	{"5xx before", func(r *rand.Rand) fake.Verdict { return fake.Failing(fake.Before, 500+r.IntN(5)) }, false},
	{"5xx after", func(r *rand.Rand) fake.Verdict { return fake.Failing(fake.After, 500+r.IntN(5)) }, false},
	{"hung before", always(fake.Verdict{Act: fake.Hang}), false},
	{"hung after", always(fake.Verdict{Act: fake.Hang, When: fake.After}), false},
	{"killed before", always(fake.Verdict{Act: fake.Cut}), true},
	{"killed after", always(fake.Verdict{Act: fake.Cut, When: fake.After}), true},
	{"busy before", busy(fake.Before), false},
	{"busy after", busy(fake.After), false},
	{"limited", func(r *rand.Rand) fake.Verdict { return fake.Limit(fmt.Sprint(r.IntN(600))) }, false},
}

// busy is a 503 that says when to come again.
func busy(when fake.Moment) func(*rand.Rand) fake.Verdict {
	return func(r *rand.Rand) fake.Verdict {
		v := fake.Failing(when, http.StatusServiceUnavailable)
		v.Header = http.Header{"Retry-After": {fmt.Sprint(r.IntN(60))}}
		return v
	}
}

func always(v fake.Verdict) func(*rand.Rand) fake.Verdict {
	return func(*rand.Rand) fake.Verdict { return v }
}

type history struct {
	*rig
	random  *rand.Rand
	trouble int // per cent of the requests
	rounds  int // until all goes well
	kill    context.CancelFunc
	hits    map[string]int

	before, parent, other string // keys
}

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 4))
	h := &history{
		rig: rigUnder(t, fake.Options{Kind: kinds[seed%2]}, fake.Unserved), random: random, trouble: 5 + random.IntN(40), rounds: 1 + random.IntN(4), hits: map[string]int{},
	}
	if random.IntN(4) == 0 {
		h.Configure(func(s *fake.Settings) { s.Page = 1 + random.IntN(3) })
	}
	h.before = h.AddIssue(fake.Issue{Summary: "Before"})
	h.parent = h.AddIssue(fake.Issue{Summary: "Log in", Description: "Please."})
	h.other = h.AddIssue(fake.Issue{Summary: "To close", Comments: []fake.Comment{{Author: "bob", Body: "Soon? " + closing}}})
	return h
}

func (h *history) judge(q fake.Request) fake.Verdict {
	if h.random.IntN(100) >= h.trouble {
		return fake.Verdict{}
	}
	f := faults[h.random.IntN(len(faults))]
	if q.Write {
		h.hits[q.Operation+" "+f.name]++
	}
	if f.kill {
		h.kill()
	}
	return f.verdict(h.random)
}

// live runs processes until one comes to its end.
func (h *history) live() {
	for round := 0; ; round++ {
		ctx, kill := context.WithCancel(h.t.Context())
		h.kill = kill
		h.Fault(h.judge)
		if round >= h.rounds {
			h.Fault(nil)
		}
		err := h.process(ctx, h.tracker(h.direct, h.config))
		kill()
		if err == nil {
			return
		}
		if round >= h.rounds {
			h.t.Fatalf("although all goes well: %v", err)
		}
		time.Sleep(time.Duration(h.random.IntN(120)) * time.Second) // in the bubble nobody waits
	}
}

func (h *history) config(o *Options) {
	if h.kind == fake.DataCenter {
		o.Config.InProgress = "Start Progress"
	}
}

func (h *history) process(ctx context.Context, t *Tracker) error {
	ids := []fm.IssueID{fm.IssueID(h.before)}
	for i := range 2 {
		issue, err := t.Create(ctx, fm.IssueID(h.parent), fmt.Sprint("k", i), part(fmt.Sprint("Part ", i)), ids[len(ids)-1:])
		if err != nil {
			return err
		}
		ids = append(ids, issue.ID)
	}
	other := fm.IssueID(h.other)
	if err := t.Begin(ctx, other); err != nil {
		return err
	}
	if err := t.Link(ctx, other, fm.PullRequest{Number: "12", URL: "https://github.com/acme/widget/pull/12", Title: "Log in"}); err != nil {
		return err
	}
	return t.Close(ctx, other, "Done.")
}

// check compares what came of it with what was asked for.
func (h *history) check() {
	h.t.Helper()
	h.Fault(nil)
	var made []fake.Issue
	for _, i := range h.Issues() {
		if i.Parent == h.parent {
			made = append(made, i)
		}
	}
	if len(made) != 2 {
		h.t.Fatalf("%d subtasks", len(made))
	}
	before := h.before
	for i, m := range made {
		if m.Summary != part(fmt.Sprint("Part ", i)).TitleFor(fm.IssueID(h.parent)) || m.Priority != "High" || !slices.Equal(m.Labels, []string{"fm"}) {
			h.t.Errorf("subtask %d is %+v", i, m)
		}
		if !slices.Equal(m.BlockedBy, []string{before}) {
			h.t.Errorf("%s is blocked by %q, want %q once", m.Key, m.BlockedBy, before)
		}
		before = m.Key
	}
	h.settled([]string{"In Progress", "Done"})
	h.Put(h.other, "In Progress")
	if err := h.tracker(h.direct, h.config).Close(h.t.Context(), fm.IssueID(h.other), "Done again."); err != nil {
		h.t.Error(err)
	}
	h.settled([]string{"In Progress", "Done", "In Progress"})
}

// settled holds what was done to the other issue against what should have been.
func (h *history) settled(moves []string) {
	h.t.Helper()
	other := h.issue(h.other)
	if !slices.Equal(other.Moves, moves) {
		h.t.Errorf("%s went through %q, want %q", h.other, other.Moves, moves)
	}
	if len(other.Comments) != 2 || other.Comments[1].Author != "fm" || !strings.HasPrefix(other.Comments[1].Body, "Done.") {
		h.t.Errorf("said at %s: %+v", h.other, other.Comments)
	}
	if len(other.Remote) != 1 || other.Remote[0].Title != "PR #12: Log in" {
		h.t.Errorf("linked from %s: %+v", h.other, other.Remote)
	}
	if h.kind == fake.DataCenter && len(moves) == 2 && other.Resolution != "Done" {
		h.t.Errorf("resolution %q", other.Resolution)
	}
}

func (h *history) story() string {
	var b strings.Builder
	for _, q := range h.Log() {
		fmt.Fprintf(&b, "%v %s happened=%v\n", q.Time.Format(time.TimeOnly), q, q.Happened)
	}
	return b.String()
}
