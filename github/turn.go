package github

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// turns orders the writers of this process: two that do the same thing, or that
// change one issue at once, get in each other's way.
type turns struct {
	mu    sync.Mutex
	queue map[string]*line // guarded by mu
}

// line is of those who want one turn.
type line struct {
	free   chan struct{} // holds one value while nobody has the turn
	wanted int           // by so many, with the one who has it
}

func (t *turns) take(ctx context.Context, name string) error {
	t.mu.Lock()
	l := t.queue[name]
	if l == nil {
		l = &line{free: make(chan struct{}, 1)}
		l.free <- struct{}{}
		t.queue[name] = l
	}
	l.wanted++
	t.mu.Unlock()
	select {
	case <-l.free:
		return nil
	case <-ctx.Done():
		t.forgo(name)
		return ctx.Err()
	}
}

func (t *turns) leave(name string) {
	t.mu.Lock()
	t.queue[name].free <- struct{}{}
	t.mu.Unlock()
	t.forgo(name)
}

func (t *turns) forgo(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.queue[name]; l.wanted > 1 {
		l.wanted--
	} else {
		delete(t.queue, name)
	}
}

// spell is a turn at one piece of work, until its end, and at one issue, except
// in the pauses. One goroutine owns it.
type spell struct {
	turns       *turns
	work, place string
	placed      bool // it has the turn at the issue
}

// turn waits for those who do the same work, or write to the same issue.
func (g *GitHub) turn(ctx context.Context, n int, work string) (*spell, error) {
	s := &spell{turns: &g.writing, place: fmt.Sprint(n)}
	s.work = s.place + " " + work
	if err := s.turns.take(ctx, s.work); err != nil {
		return nil, err
	}
	if err := s.turns.take(ctx, s.place); err != nil {
		s.turns.leave(s.work)
		return nil, err
	}
	s.placed = true
	return s, nil
}

func (s *spell) end() {
	if s.placed {
		s.turns.leave(s.place)
	}
	s.turns.leave(s.work)
}

// pause sleeps, and lets others have the issue meanwhile. It does not begin a
// sleep that the context would end.
func (g *GitHub) pause(ctx context.Context, s *spell, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return context.DeadlineExceeded
	}
	s.turns.leave(s.place)
	s.placed = false
	if err := g.sleep(ctx, d); err != nil {
		return err
	}
	if err := s.turns.take(ctx, s.place); err != nil {
		return err
	}
	s.placed = true
	return nil
}
