package supervisor

import (
	"fmt"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func failures(n int, at time.Time) Breaker {
	var b Breaker
	for i := range n {
		b = b.failed(fm.TaskID(fmt.Sprint(i)), at)
	}
	return b
}

// TestBreaker opens for many different tasks, and for one never.
func TestBreaker(t *testing.T) {
	at := noon()
	var same Breaker
	for i := range 100 {
		same = same.failed("5", at.Add(time.Duration(i)*time.Second))
	}
	probed := failures(8, at)
	probed.Probe = at
	again := failures(8, at)
	for i := range 8 { // a second wave of the same tasks, when the first has decayed
		again = again.failed(fm.TaskID(fmt.Sprint(i)), at.Add(2*time.Minute))
	}
	for _, c := range []struct {
		name string
		b    Breaker
		at   time.Time
		want int // of ten claims
	}{
		{"nothing failed", Breaker{}, at, 10},
		{"one task, a hundred times", same, at.Add(100 * time.Second), 10},
		{"four tasks", failures(4, at), at, 10},
		{"eight tasks: a probe", failures(8, at), at.Add(time.Second), 1},
		{"eight tasks, just probed", probed, at.Add(29 * time.Second), 0},
		{"eight tasks, the next probe", probed, at.Add(30 * time.Second), 1},
		{"eight tasks, a minute ago", failures(8, at), at.Add(time.Minute), 10},
		{"the same eight again", again, at.Add(2*time.Minute + time.Second), 1},
		{"the clock was set back", failures(8, at), at.Add(-time.Hour), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.b.allows(10, c.at); got != c.want {
				t.Errorf("allows %d, want %d (score %.2f)", got, c.want, c.b.score(c.at))
			}
		})
	}
	b := failures(8, at)
	if b = b.failed("9", at.Add(time.Hour)); len(b.Failures) != 1 {
		t.Errorf("remembers %d failures of an hour ago", len(b.Failures)-1)
	}
}

// TestBreakerProbesAndCloses claims one task at a time while it is open, and
// all again after a success.
func TestBreakerProbesAndCloses(t *testing.T) {
	s := seen(task("5", fm.Pending), task("6", fm.Pending), publishing("7", 9))
	s.Breaker = failures(8, noon())
	s, effects := step(s, WantedRead{Wanted: Wanted{Workers: 4}})
	if got := fmt.Sprint(names(effects)); got != "[record claim 5 worker-1 Publish task 7]" {
		t.Errorf("open: %s", got)
	}
	if _, effects = step(s, QueueRead{Snapshot: s.Queue}); len(effects) > 0 {
		t.Errorf("right after a probe: %v", names(effects))
	}
	_, effects = step(s, Published{Run: fm.Run{Task: "7", Attempt: 1}, Pull: fm.PullRequest{Number: "1"}})
	if got := fmt.Sprint(names(effects)); got != "[record complete 7 record claim 5 worker-1 record claim 6 worker-2]" {
		t.Errorf("after a success: %s", got)
	}
}
