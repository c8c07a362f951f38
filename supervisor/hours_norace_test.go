//go:build !race

package supervisor

import (
	"testing"
	"time"
)

// TestTenThousandWorkerHours is [TestThreeHundredWorkerHours] for weeks, in which
// everything happens that can. It is left out where everything takes ten times as
// long.
func TestTenThousandWorkerHours(t *testing.T) {
	h := newWeeks(t, 1+seeds(t, 1)[0])
	h.pass(10_000 * time.Hour)
	for _, what := range []string{"merged", "visits", "restarts", "limits", "sleeps", "crashes", "hangs", "mass deaths", "servers", "stop", "tell", "clear"} {
		if h.counts[what] == 0 {
			t.Errorf("no %s in all that time: %v", what, h.counts)
		}
	}
}

// TestHundredWorkersForANight is eight hours of a hundred workers, for each seed.
func TestHundredWorkersForANight(t *testing.T) {
	for _, seed := range seeds(t, 3) {
		newWeeks(t, 100+seed).pass(8 * weeksWorkers * time.Hour)
	}
}
