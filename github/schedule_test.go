package github

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// shards is how many histories are lived through at a time.
const shards = 4

// In each history, processes make the two subissues of an issue and close a
// third issue; they are killed, cut off, refused and slowed down at random
// requests, on one machine or on several, and after some time all goes well.
// Then there is one of everything.
//
// Caught: a task line that is added again; a comment that is not looked for; a
// link that is taken for done after an answer that was lost.
//
// Fault: F14.
func TestRandomSchedulesLeaveOneOfEverything(t *testing.T) {
	t.Parallel()
	var seen tally
	t.Run("histories", func(t *testing.T) {
		for shard := range uint64(shards) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for seed := shard; seed < schedules; seed += shards {
					h := newHistory(t, seed)
					h.live()
					doubled := h.check()
					seen.add(&h.weather, h.Log(), doubled, !t.Failed())
					if t.Failed() {
						t.Fatalf("seed %d, native %v:\n%s", seed, h.native, h.story())
					}
				}
			})
		}
	})
	seen.tell(t, "make issue, labelled", "link subissue", "block subissue", "list task in parent", "comment", "close issue")
}

type history struct {
	*rig
	weather

	native bool // sub-issues
	rounds int  // until all goes well
}

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 4))
	h := &history{rig: newRig(t), native: random.IntN(3) > 0, rounds: 1 + random.IntN(4)}
	h.weather = weather{random: random, left: 1 << 30, trouble: 5 + random.IntN(40), more: h.more}
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
		err := h.process(ctx, h.open(h.direct, func(o *Options) { o.Dir = dir }).Tracker())
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

// more is what GitHub does to those who come too often, and at the wrong time.
func (h *history) more(q fake.Request) *fake.Verdict {
	v := fake.Verdict{Act: fake.Truncate, When: fake.After}
	switch h.random.IntN(4) {
	case 0:
		v = fake.SecondaryLimit([]int{403, 429}[h.random.IntN(2)], time.Duration(h.random.IntN(90))*time.Second)
	case 1:
		v = fake.PrimaryLimit([]int{403, 429}[h.random.IntN(2)], "core", h.clock.Now().Add(time.Duration(h.random.IntN(1200))*time.Second))
	case 2:
		if q.Operation != "POST issues/{issue_number}/sub_issues" {
			return nil
		}
		v = fake.Refusing(http.StatusUnprocessableEntity, "Priority has already been taken")
	}
	return &v
}

// check compares what came of it with what was asked for, and tells of each
// operation how many effects there are too many.
func (h *history) check() map[string]int {
	h.t.Helper()
	h.Fault(nil)
	made := h.made()
	times, comments := h.closings(13)
	linked, text := h.issue(12).Children, h.issue(12).Body
	if !h.native {
		linked = readTasks(text)
	}
	lines := strings.Count(text, "- [ ]")
	doubled := map[string]int{
		"make issue, labelled": len(made) - 2, "link subissue": 0, "block subissue": 0,
		"list task in parent": lines - len(readTasks(text)), "comment": comments - 1, "close issue": times - 1,
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
		doubled["block subissue"] += max(0, count(m.Events, "blocked_by_added")-1)
		doubled["link subissue"] += max(0, count(m.Events, "parent_issue_added")-1)
		if len(m.BlockedBy) > 1 || len(m.BlockedBy) == 1 && m.BlockedBy[0] != before {
			h.t.Errorf("#%d is blocked by %v", m.Number, m.BlockedBy)
		}
		before = m.Number
	}
	if !slices.Equal(linked, numbers) || !strings.HasPrefix(text, "Please.") {
		h.t.Errorf("children %v of %v, text %q", linked, numbers, text)
	}
	for operation, n := range doubled {
		if n != 0 {
			h.t.Errorf("%s: %d too many", operation, n)
		}
	}
	children, err := h.open(h.direct, func(o *Options) { o.Dir = h.elsewhere() }).Tracker().Children(h.t.Context(), "12")
	if err != nil || len(children) != 2 {
		h.t.Errorf("%d children, %v", len(children), err)
	}
	return doubled
}

func (h *history) story() string {
	var b strings.Builder
	for _, q := range h.Log() {
		fmt.Fprintf(&b, "%v %s happened=%v\n", q.Time.Format(time.TimeOnly), q, q.Happened)
	}
	return b.String()
}
