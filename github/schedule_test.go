package github

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// schedules is how many random histories are lived through.
const (
	schedules = 300
	shards    = 4
)

// In each history, processes make the two subissues of an issue and close a
// third issue; they are killed, cut off, refused and slowed down at random
// requests, on one machine or on several, and after some time all goes well.
// Then there is one of everything.
//
// Caught: a task line that is added again.
func TestRandomSchedulesLeaveOneOfEverything(t *testing.T) {
	var faults, kills atomic.Int64
	t.Run("histories", func(t *testing.T) {
		for shard := range uint64(shards) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for seed := shard; seed < schedules; seed += shards {
					h := newHistory(t, seed)
					h.live()
					h.check()
					faults.Add(h.faults)
					kills.Add(h.kills)
					if t.Failed() {
						t.Fatalf("seed %d, native %v:\n%s", seed, h.native, h.story())
					}
				}
			})
		}
	})
	t.Logf("%d schedules, %d faults, %d processes killed", schedules, faults.Load(), kills.Load())
	if faults.Load() < schedules || kills.Load() < schedules/3 {
		t.Errorf("only %d faults and %d kills", faults.Load(), kills.Load())
	}
}

type history struct {
	*rig

	random  *rand.Rand
	native  bool // sub-issues
	rounds  int  // until all goes well
	trouble int  // per cent of requests
	kill    context.CancelFunc
	faults  int64
	kills   int64
}

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 4))
	h := &history{rig: newRig(t), random: random, native: random.IntN(3) > 0, rounds: 1 + random.IntN(4), trouble: 5 + random.IntN(40)}
	if !h.native {
		h.DisableSubIssues()
	}
	if random.IntN(4) == 0 {
		h.Configure(func(s *fake.Settings) { s.NoDependencies = true })
	}
	h.AddIssue(fake.Issue{Number: 1, Title: "Before"})
	h.AddIssue(fake.Issue{Number: 12, Title: "Log in", Body: "Please."})
	h.AddIssue(fake.Issue{Number: 13, Title: "To close"})
	return h
}

// live runs processes until one comes to its end.
func (h *history) live() {
	for round := 0; ; round++ {
		ctx, kill := context.WithCancel(h.t.Context())
		h.kill = kill
		h.Fault(h.judge)
		if round >= h.rounds {
			h.Fault(nil)
			h.pass(time.Hour) // limits are over
		}
		dir := h.dir
		if h.random.IntN(2) == 0 {
			dir = h.elsewhere()
		}
		err := h.process(ctx, h.open(func(o *Options) { o.Dir = dir }).Tracker())
		kill()
		if err == nil {
			return
		}
		if round >= h.rounds {
			h.t.Fatalf("although all goes well: %v", err)
		}
		h.pass(time.Duration(h.random.IntN(120)) * time.Second)
	}
}

func (h *history) pass(d time.Duration) {
	h.clock.mu.Lock()
	defer h.clock.mu.Unlock()
	h.clock.now = h.clock.now.Add(d)
}

// elsewhere is another machine.
func (h *history) elsewhere() string {
	dir, err := os.MkdirTemp(h.dir, "m")
	if err != nil {
		h.t.Fatal(err)
	}
	return dir
}

func (h *history) process(ctx context.Context, t *Tracker) error {
	ids := []fm.IssueID{"1"}
	for i := range 2 {
		issue, err := t.Create(ctx, "12", fmt.Sprint("k", i), part(fmt.Sprint("Part ", i)), ids[len(ids)-1:])
		if err != nil {
			return err
		}
		ids = append(ids, issue.ID)
	}
	return t.Close(ctx, "13", "Done.")
}

// judge is what happens to a request. A process that is killed dies right
// before or right after the effect.
func (h *history) judge(q fake.Request) fake.Verdict {
	if h.random.IntN(100) >= h.trouble {
		return fake.Verdict{}
	}
	h.faults++
	when := []fake.Moment{fake.Before, fake.After}[h.random.IntN(2)]
	switch h.random.IntN(8) {
	case 0:
		h.kills++
		h.kill()
		return fake.Verdict{Act: fake.Cut, When: when}
	case 1, 2:
		return fake.Verdict{Act: fake.Cut, When: when}
	case 3:
		return fake.Verdict{Act: fake.Truncate, When: fake.After}
	case 4:
		return fake.Failing(when, []int{500, 502, 503, 504}[h.random.IntN(4)])
	case 5:
		return fake.SecondaryLimit([]int{403, 429}[h.random.IntN(2)], time.Duration(h.random.IntN(90))*time.Second)
	case 6:
		return fake.PrimaryLimit([]int{403, 429}[h.random.IntN(2)], "core", h.clock.Now().Add(time.Duration(h.random.IntN(1200))*time.Second))
	}
	if q.Operation == "POST issues/{issue_number}/sub_issues" {
		return fake.Refusing(http.StatusUnprocessableEntity, "Priority has already been taken")
	}
	return fake.Verdict{}
}

func (h *history) check() {
	h.t.Helper()
	h.Fault(nil)
	made := h.made()
	if len(made) != 2 {
		h.t.Errorf("%d issues were made", len(made))
		return
	}
	var numbers []int
	before := 1
	for i, m := range made {
		numbers = append(numbers, m.Number)
		if mark, _ := readMarker(m.Body); mark.key != fmt.Sprint("k", i) || !slices.Equal(mark.deps, []int{before}) {
			h.t.Errorf("#%d has marker %+v", m.Number, mark)
		}
		if !slices.Equal(m.Labels, []string{"fm", "priority: high"}) {
			h.t.Errorf("#%d has labels %q", m.Number, m.Labels)
		}
		if len(m.BlockedBy) > 1 || len(m.BlockedBy) == 1 && m.BlockedBy[0] != before {
			h.t.Errorf("#%d is blocked by %v", m.Number, m.BlockedBy)
		}
		before = m.Number
	}
	linked, text := h.issue(12).Children, h.issue(12).Body
	if !h.native {
		linked = readTasks(text)
	}
	if !slices.Equal(linked, numbers) || strings.Count(text, "- [ ]") != len(readTasks(text)) || !strings.HasPrefix(text, "Please.") {
		h.t.Errorf("children %v of %v, text %q", linked, numbers, text)
	}
	if times, comments := h.closings(13); times != 1 || comments != 1 {
		h.t.Errorf("closed %d times with %d comments", times, comments)
	}
	children, err := h.open(func(o *Options) { o.Dir = h.elsewhere() }).Tracker().Children(h.t.Context(), "12")
	if err != nil || len(children) != 2 {
		h.t.Errorf("%d children, %v", len(children), err)
	}
}

func (h *history) story() string {
	var b strings.Builder
	for _, q := range h.Log() {
		fmt.Fprintf(&b, "%v %s happened=%v\n", q.Time.Format(time.TimeOnly), q, q.Happened)
	}
	return b.String()
}
