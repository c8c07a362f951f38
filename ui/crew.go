package ui

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// crew are the goroutines beside the event loop. When one of them panics the
// dashboard ends first, in order: else the terminal would be left as it is, and
// nobody could read what happened.
type crew struct {
	group sync.WaitGroup
	end   func()     // ends the dashboard
	fell  chan error // holds the first panic
}

func newCrew(end func()) *crew { return &crew{end: end, fell: make(chan error, 1)} }

// Go runs f.
func (c *crew) Go(f func()) {
	c.group.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				select {
				case c.fell <- fmt.Errorf("%v\n\n%s", p, debug.Stack()):
				default: // the first one says it
				}
				c.end()
			}
		}()
		f()
	})
}

// Wait waits until all have ended, and goes on with the panic of one, if there
// was any.
func (c *crew) Wait() {
	c.group.Wait()
	select {
	case err := <-c.fell:
		panic(err)
	default:
	}
}
