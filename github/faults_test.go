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
// any request: it is opened once, furnished once, made ready, a draft, and
// ready again, its checks run again once, it is armed once and merged once; and
// so does one that is merged without being armed. Caught: labels taken for done
// after a POST that was lost; a lost rerun ordered again; a merge that was done
// taken for one that was refused (405).
//
// Fault: F14.
func TestNothingHappensTwiceInBadWeather(t *testing.T) {
	t.Parallel()
	var seen tally
	t.Run("histories", func(t *testing.T) {
		for shard := range uint64(shards) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for seed := shard; seed < schedules; seed += shards {
					l := newLife(t, seed)
					l.live()
					doubled := l.settle()
					seen.add(&l.weather, l.Log(), doubled, !t.Failed())
					if t.Failed() {
						for _, q := range l.Log() {
							t.Log(q)
						}
						t.Fatalf("seed %d", seed)
					}
				}
			})
		}
	})
	seen.tell(t, "open pull request", "label pull request", "ask reviewers", "mark as ready", "convert to draft",
		"rerun failed jobs", "rerequest check", "arm auto-merge", "merge")
}

// life is that of two pull requests.
type life struct {
	*rig
	weather

	forge     *Forge // of the process that lives; nil when it was killed
	reviewers string // who can be asked
	sha       string // of the first one
	armed     bool   // it was
}

func newLife(t *testing.T, seed uint64) *life {
	t.Helper()
	l := &life{rig: newRig(t), reviewers: "alice stranger bob"}
	random := rand.New(rand.NewPCG(seed, 4))
	l.weather = weather{random: random, trouble: 20 + random.IntN(40), more: l.more}
	l.Configure(func(s *fake.Settings) {
		s.Required = []string{"test"}
		if seed%4 == 0 {
			s.Strangers, l.reviewers = []string{"stranger"}, "alice bob"
		}
	})
	l.Fault(l.judge)
	return l
}

func (l *life) more(fake.Request) *fake.Verdict {
	return &fake.Verdict{Act: fake.Truncate, When: fake.After}
}

// must has something done, in one process of fm after another, as the
// supervisor does: again after each transient error.
func (l *life) must(what string, do func(context.Context, *Forge) error) {
	l.t.Helper()
	l.left = l.random.IntN(4) // faults, so that what comes late gets its share
	for range 100 {
		ctx, cancel := context.WithCancel(l.t.Context())
		l.kill = cancel
		if l.forge == nil || l.random.IntN(2) == 0 {
			l.forge = l.rig.forge(furnished, l.direct)
		}
		err := do(ctx, l.forge)
		killed := ctx.Err() != nil
		cancel()
		switch {
		case killed:
			l.forge = nil
		case err == nil:
			return
		case errors.Is(err, fm.ErrRefused), errors.Is(err, fm.ErrGone), errors.Is(err, fm.ErrConflict):
			l.t.Fatalf("%s: %v", what, err)
		}
	}
	l.t.Fatalf("%s: it never calms down", what)
}

func (l *life) live() {
	l.sha = l.push("subissue/456")
	for _, draft := range []bool{true, false, true, false} {
		l.open("1", proposal.Head, draft)
	}
	l.SetCheck(l.sha, "test", "failure")
	l.SetForeignCheck(l.sha, "scan", "failure")
	var failed []fm.Check
	l.must("look", func(ctx context.Context, f *Forge) error {
		got, err := f.Look(ctx, []string{"1"})
		if err == nil {
			failed = got[0].Checks.Failed
		}
		return err
	})
	l.must("rerun", func(ctx context.Context, f *Forge) error { return f.Rerun(ctx, "1", failed) })
	l.merge("1", l.sha, fm.PullOpen)
	l.armed = l.pull("1").Armed
	l.SetForeignCheck(l.sha, "scan", "success")
	l.SetCheck(l.sha, "test", "success")
	l.merge("1", l.sha, fm.PullMerged)

	second := strings.Repeat("2", 40)
	l.SetBranch("subissue/457", second)
	l.open("2", "subissue/457", false)
	l.SetCheck(second, "test", "success")
	l.merge("2", second, fm.PullMerged)
}

func (l *life) open(number, head string, draft bool) {
	l.t.Helper()
	p := proposal
	p.Head, p.Draft = head, draft
	l.must("open", func(ctx context.Context, f *Forge) error {
		got, err := f.Open(ctx, p)
		if err == nil && (got.Number != number || got.Draft != draft) {
			l.t.Errorf("got %+v", got)
		}
		return err
	})
	if there := l.pull(number); len(there.Labels)+len(there.Reviewers) < 4 {
		l.t.Errorf("opened, and not furnished: %+v", there)
	}
}

func (l *life) merge(number, sha string, want fm.PullState) {
	l.t.Helper()
	l.must("merge", func(ctx context.Context, f *Forge) error {
		got, err := f.Merge(ctx, number, sha)
		if err == nil && (got.State != want || got.Armed != (want == fm.PullOpen)) {
			l.t.Errorf("got %+v, want %s", got, want)
		}
		return err
	})
}

// settle compares what came of it with what was asked for, and tells of each
// operation how many effects there are too many.
func (l *life) settle() map[string]int {
	l.t.Helper()
	pulls := l.Pulls()
	if len(pulls) != 2 || !l.armed {
		l.t.Fatalf("armed %v, got %+v", l.armed, pulls)
	}
	asked := len(strings.Fields(l.reviewers))
	doubled := map[string]int{
		"open pull request": len(pulls) - 2,
		"rerun failed jobs": l.Attempts(l.sha, "test") - 2,
		"rerequest check":   l.Attempts(l.sha, "scan") - 2,
	}
	for i, p := range pulls {
		p = l.pull(fmt.Sprint(p.Number))
		slices.Sort(p.Labels)
		if p.State != "merged" || strings.Join(p.Labels, " ") != "fm login" || strings.Join(p.Reviewers, " ") != l.reviewers {
			l.t.Errorf("got %+v", p)
		}
		for name, each := range map[string]struct {
			event string
			want  [2]int
		}{
			"label pull request": {"labeled", [2]int{2, 2}},
			"ask reviewers":      {"review_requested", [2]int{asked, asked}},
			"mark as ready":      {"ready_for_review", [2]int{2, 0}},
			"convert to draft":   {"convert_to_draft", [2]int{1, 0}},
			"arm auto-merge":     {"auto_merge_enabled", [2]int{1, 0}},
			"merge":              {"merged", [2]int{1, 1}},
		} {
			doubled[name] += count(p.Events, each.event) - each.want[i]
		}
	}
	for operation, n := range doubled {
		if n != 0 {
			l.t.Errorf("%s: %d too many", operation, n)
		}
	}
	return doubled
}
