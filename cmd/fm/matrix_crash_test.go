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
// Each step is killed on each forge on which it is reached, at its beginning and
// at its end, and what others see each time. FM_MATRIX=line and FM_MATRIX=full kill
// more; scripts/proof says what that takes.
//
// Fault: F1.
func TestCrashMatrix(t *testing.T) {
	m := &crashMatrix{depth: os.Getenv(matrixDepth), room: map[bool]chan struct{}{false: make(chan struct{}, atOnce), true: make(chan struct{}, waiting)}, shown: map[scenery][]instant{}}
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
	if m.depth != noDepth {
		m.choose(all)
	}
	close(chosen)
	over.Wait()
	m.sum(t)
	if len(m.shown) == sceneries(all) {
		m.complete(t)
	}
}
