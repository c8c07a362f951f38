package jira

import (
	"context"
	"sync"
)

// turns lets one goroutine at a time work at a thing that has a name.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when its holder is done
}

// take waits for the turn; the caller gives it back.
func (t *turns) take(ctx context.Context, name string) (release func(), err error) {
	for {
		t.mu.Lock()
		holder, busy := t.taken[name]
		if !busy {
			if t.taken == nil {
				t.taken = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[name] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				delete(t.taken, name)
				close(mine)
			}, ctx.Err()
		}
		t.mu.Unlock()
		select {
		case <-holder:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
