package github

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/founder-mode/fm/github/fake"
)

// The promise of the issue: 50 open pull requests, looked at every 30 seconds
// for an hour, cost at most 200 requests that count and no write, whatever
// their checks do; and few requests in all. Checks that come to an end cost one
// more. Caught: one query for each pull request; reviews read at
// each look; statuses read while runs pend; checks that are over read again.
func TestAnHourOfLooking(t *testing.T) {
	t.Parallel()
	const pulls = 50
	for _, world := range []struct {
		name   string
		checks func(r *rig, sha string, i int)
		then   string // how the checks end, after 20 minutes
		paid   int    // at most
		sent   int    // at most
	}{
		{"passed or failed", func(r *rig, sha string, i int) { r.SetCheck(sha, "test", []string{"success", "failure"}[i%2]) }, "", 200, 1200},
		{"pending", func(r *rig, sha string, _ int) { r.SetCheck(sha, "test", "") }, "", 200, 2000},
		{"pending statuses", func(r *rig, sha string, _ int) { r.SetStatus(sha, "ci", "pending") }, "", 200, 2000},
		{"none", func(*rig, string, int) {}, "", 200, 2000},
		{"pending, then passed", func(r *rig, sha string, _ int) { r.SetCheck(sha, "test", "") }, "success", 260, 1700},
	} {
		apis := []string{"GraphQL", "REST"}
		if schedules < 1000 { // under the race detector, which takes minutes for all
			apis = apis[:1]
		}
		for _, api := range apis {
			t.Run(world.name+" with "+api, func(t *testing.T) {
				r := newRigOver(t, fake.Options{}) // what is asked here is held against the description elsewhere
				paidMost, sentMost := 200, 200
				if api == "REST" {
					r.DisableGraphQL()
					paidMost, sentMost = world.paid, world.sent
				}
				var numbers, heads []string
				for i := range pulls {
					n := r.AddPull(fake.Pull{Head: fmt.Sprintf("subissue/%d", i)})
					numbers = append(numbers, strconv.Itoa(n))
					heads = append(heads, r.pull(numbers[i]).SHA)
					world.checks(r, heads[i], i)
				}
				r.lookForAnHour(numbers, func() {
					for _, sha := range heads {
						if world.then != "" {
							r.SetCheck(sha, "test", world.then)
						}
					}
				})
				paid := 0
				kinds := map[string]int{}
				for _, q := range r.Log() {
					if kinds[q.Operation]++; q.Status != 304 {
						paid++
					}
				}
				t.Logf("%d requests, of which %d count against the limit, %d writes: %v", len(r.Log()), paid, r.Writes(), kinds)
				if paid > paidMost || len(r.Log()) > sentMost || r.Writes() != 0 {
					t.Errorf("want at most %d requests that count, %d in all, and no write", paidMost, sentMost)
				}
			})
		}
	}
}

// pass lets time pass, in which nobody sleeps.
func (r *rig) pass(d time.Duration) {
	r.clock.mu.Lock()
	defer r.clock.mu.Unlock()
	r.clock.now = r.clock.now.Add(d)
}

// lookForAnHour has something happen after a third of it.
func (r *rig) lookForAnHour(numbers []string, happens func()) {
	r.t.Helper()
	const pause = 30 * time.Second
	f := r.forge(r.direct)
	for i := range int(time.Hour / pause) {
		if i == 40 {
			happens()
		}
		if _, err := f.Look(r.t.Context(), numbers); err != nil {
			r.t.Fatal(err)
		}
		r.pass(pause)
	}
}
