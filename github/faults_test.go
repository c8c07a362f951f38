package github

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// storm is bad weather: each request may be lost before or after its effect,
// be answered by a gateway in trouble, or be the last one of its process. It
// calms down in the end.
type storm struct {
	random *rand.Rand
	left   int // faults until it is calm
	kill   context.CancelFunc
}

func (s *storm) judge(fake.Request) fake.Verdict {
	if s.left == 0 || s.random.IntN(3) > 0 {
		return fake.Verdict{}
	}
	s.left--
	when := []fake.Moment{fake.Before, fake.After}[s.random.IntN(2)]
	switch s.random.IntN(4) {
	case 0:
		return fake.Failing(when, []int{500, 502, 503, 504}[s.random.IntN(4)])
	case 1:
		return fake.Verdict{Act: fake.Truncate, When: fake.After}
	case 2:
		s.kill()
	}
	return fake.Verdict{Act: fake.Cut, When: when}
}

// until does something, in one process of fm after another, as the supervisor
// does: again after each transient error.
func (s *storm) until(r *rig, do func(context.Context, *Forge) error) error {
	var f *Forge
	for range 100 {
		ctx, cancel := context.WithCancel(r.t.Context())
		s.kill = cancel
		if f == nil || s.random.IntN(2) == 0 {
			f = r.forge(furnished)
		}
		err := do(ctx, f)
		killed := ctx.Err() != nil
		cancel()
		if killed {
			f = nil
			continue
		}
		if err == nil || errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone) || errors.Is(err, fm.ErrConflict) {
			return err
		}
	}
	return errors.New("it never calms down")
}

func count(events []fake.Event, name string) int {
	n := 0
	for _, e := range events {
		if e.Name == name {
			n++
		}
	}
	return n
}

// A pull request lives its whole life in bad weather, in processes that die at
// any request: it is opened once, furnished once, made ready once, its check
// runs again once, it is armed once and merged once. Caught: labels taken for
// done after a POST that was lost; a lost rerun ordered again; a merge that was
// done taken for one that was refused (405).
func TestNothingHappensTwiceInBadWeather(t *testing.T) {
	const schedules = 300
	for seed := range uint64(schedules) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			liveThrough(t, seed)
		})
	}
}

func liveThrough(t *testing.T, seed uint64) {
	t.Helper()
	r := newRig(t)
	r.Configure(func(s *fake.Settings) { s.Required, s.Strangers = []string{"test"}, []string{"stranger"} })
	s := &storm{random: rand.New(rand.NewPCG(seed, 4)), left: 2 + int(seed%12)} //nolint:gosec // a schedule that can be repeated
	r.Fault(s.judge)
	must := func(what string, do func(context.Context, *Forge) error) {
		t.Helper()
		if err := s.until(r, do); err != nil {
			for _, q := range r.Log() {
				t.Log(q)
			}
			t.Fatalf("%s: %v", what, err)
		}
	}
	sha := r.push("subissue/456")
	draft := proposal
	draft.Draft = true
	for _, p := range []fm.Proposal{draft, proposal} {
		must("open", func(ctx context.Context, f *Forge) error {
			got, err := f.Open(ctx, p)
			if err == nil && (got.Number != "1" || got.Draft != p.Draft) {
				t.Errorf("got %+v", got)
			}
			return err
		})
		if there := r.pull("1"); len(there.Labels)+len(there.Reviewers) != 4 {
			t.Errorf("opened, and not furnished: %+v", there)
		}
	}
	r.SetCheck(sha, "test", "failure")
	var failed []fm.Check
	must("look", func(ctx context.Context, f *Forge) error {
		got, err := f.Look(ctx, []string{"1"})
		if err == nil {
			failed = got[0].Checks.Failed
		}
		return err
	})
	must("rerun", func(ctx context.Context, f *Forge) error { return f.Rerun(ctx, "1", failed) })
	must("arm", func(ctx context.Context, f *Forge) error {
		got, err := f.Merge(ctx, "1", sha)
		if err == nil && !got.Armed {
			t.Errorf("got %+v", got)
		}
		return err
	})
	armed := r.pull("1")
	r.SetConflict(1, fake.Mergeable)
	if seed%2 == 0 {
		r.Configure(func(o *fake.Settings) { o.Required = nil; o.AutoMerge = false })
	}
	r.SetCheck(sha, "test", "success")
	must("merge", func(ctx context.Context, f *Forge) error {
		got, err := f.Merge(ctx, "1", sha)
		if err == nil && got.State != fm.PullMerged {
			t.Errorf("got %+v", got)
		}
		return err
	})
	settle(t, r, sha, armed)
}

// settle compares what came of it with what was asked for.
func settle(t *testing.T, r *rig, sha string, armed fake.Pull) {
	t.Helper()
	if pulls := r.Pulls(); len(pulls) != 1 || pulls[0].State != "merged" {
		t.Fatalf("got %+v", pulls)
	}
	p := r.pull("1")
	slices.Sort(p.Labels)
	if strings.Join(p.Labels, " ") != "fm login" || strings.Join(p.Reviewers, " ") != "alice bob" || !armed.Armed {
		t.Errorf("got %+v", p)
	}
	for name, want := range map[string]int{
		"labeled": 2, "review_requested": 2, "ready_for_review": 1, "convert_to_draft": 0,
		"auto_merge_enabled": 1, "merged": 1, "closed": 1,
	} {
		if got := count(p.Events, name); got != want {
			t.Errorf("%s happened %d times, want %d", name, got, want)
		}
	}
	if got := r.Attempts(sha, "test"); got != 2 {
		t.Errorf("the check ran %d times, want 2", got)
	}
}
