package supervisor

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// endable is a desk whose agent can be ended.
type endable struct{ *desk }

func (e endable) Stop(context.Context, fm.WorkerID) error {
	e.steps = append(e.steps, "stop")
	return nil
}

func (e endable) Reap(context.Context, fm.TaskID, int) error {
	e.steps = append(e.steps, "reap")
	return nil
}

// A person who came after the look that the Stop was ordered on is not cut off,
// except by `fm stop --now`.
// Caught: a Stop that asks only which run is there.
func TestAStopGivesWayToAPersonWhoCameSinceTheLook(t *testing.T) {
	for name, c := range map[string]struct {
		typed time.Duration // ago
		run   fm.Run
		halt  bool
		steps []string
	}{
		"a person types":              {typed: time.Second, run: theRun},
		"a person types, halt":        {typed: time.Second, run: theRun, halt: true, steps: []string{"stop", "reap"}},
		"a person typed long ago":     {typed: time.Hour, run: theRun, steps: []string{"stop", "reap"}},
		"another run, a person types": {typed: time.Second, run: fm.Run{Task: "456", Attempt: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				k.session.Clients, k.session.LastKey = 1, time.Now().Add(-c.typed)
				s := k.atDesk()
				s.o.Terminal, s.o.Agent = endable{k}, endable{k}
				err := s.stop(t.Context(), Stop{Worker: 3, Run: c.run, Halt: c.halt})
				waits := c.steps == nil && c.run == theRun
				if (err != nil) != waits || waits && (kind(err) != Transient || !strings.Contains(err.Error(), "in the hands of a person")) {
					t.Errorf("got %v", err)
				}
				k.did(c.steps...)
			})
		})
	}
}
