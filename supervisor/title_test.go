package supervisor

import (
	"fmt"
	"testing"
)

// A task that was put into the queue by hand gets the title that its start read,
// once; one that has a title keeps it.
// Caught: a title that the queue does not take, asked for again and again.
func TestATaskWithoutATitleGetsItsIssues(t *testing.T) {
	for title, want := range map[string]string{"": "[record edit 5 worker-1]", "its own": "[]"} {
		at := working("5", 1)
		at.Title = title
		s, _ := step(seen(at), WantedRead{Wanted: Wanted{Workers: 2}})
		s, effects := step(s, Started{Worker: 1, Run: at.Run(), Title: "Fix login"})
		if got := fmt.Sprint(names(effects)); got != want {
			t.Fatalf("%q: ordered %s, want %s", title, got, want)
		}
		for _, eff := range effects {
			if r, ok := eff.(Record); ok && r.Changes[0].Task.Title != "Fix login" {
				t.Errorf("recorded %+v", r.Changes[0])
			}
		}
		if _, effects = step(s, Recorded{Snapshot: s.Queue}); len(effects) > 0 {
			t.Errorf("%q: then %v", title, names(effects))
		}
	}
}
