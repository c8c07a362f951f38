//go:build !race

package main

import (
	"os"
	"sync"
	"testing"
)

// TestCrashMatrix kills fm with SIGKILL at the steps that change the world, for
// each kind of work, on each forge, and holds what there is in the end against
// what there is when nobody was killed. What nobody could tell from the end, the
// witnesses see while it happens.
//
// Each step is killed at least once on each forge on which it is reached, at its
// beginning and at its end; with FM_MATRIX=full, in each kind of work.
// It takes ten minutes, and is run by scripts/proof: the gate leaves it out.
//
// Fault: F1.
func TestCrashMatrix(t *testing.T) {
	m := &crashMatrix{full: os.Getenv(fullMatrix) == "full", room: map[bool]chan struct{}{false: make(chan struct{}, atOnce), true: make(chan struct{}, waiting)}, shown: map[scenery][]instant{}}
	t.Cleanup(func() {
		if dir, err := deadly(); err == nil {
			_ = os.RemoveAll(dir)
		}
	})
	all := dramas()
	var recorded, over sync.WaitGroup
	chosen := make(chan struct{})
	for _, d := range all {
		for _, forge := range d.forges {
			recorded.Add(1)
			over.Go(func() {
				done := sync.OnceFunc(recorded.Done)
				defer done() // the flag -run may leave it out
				t.Run(d.name+","+forge, func(t *testing.T) {
					want := m.record(t, d, forge)
					done()
					<-chosen
					m.killAll(t, d, forge, want)
				})
			})
		}
	}
	recorded.Wait()
	if os.Getenv(fullMatrix) != "none" {
		m.choose(all)
	}
	close(chosen)
	over.Wait()
	m.sum(t)
	if len(m.shown) == sceneries(all) {
		m.complete(t)
	}
}
