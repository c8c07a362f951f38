package tmux

import (
	"context"
	"errors"
	"strings"
	"time"
)

const (
	backoffMin = 100 * time.Millisecond
	backoffMax = 5 * time.Second
	pingEvery  = 5 * time.Second
)

// Watch keeps one control connection to the server and watches the processes
// in the workers' panes, until the context ends; it then returns nil. It calls
// Options.Wake on any sign of a change. It starts no server: that is
// [Server.Ensure]'s. One Watch at a time.
func (s *Server) Watch(ctx context.Context) error {
	d := newDeaths(s.wake)
	s.deaths.Store(d)
	defer d.close()
	defer s.deaths.Store(nil)
	wait := backoffMin
	for ctx.Err() == nil {
		began := time.Now()
		s.attend(ctx)
		if time.Since(began) > backoffMax {
			wait = backoffMin
		}
		t := time.NewTimer(wait)
		select {
		case <-s.poke:
			wait = backoffMin
		case <-t.C:
			wait = min(2*wait, backoffMax)
		case <-ctx.Done():
		}
		t.Stop()
	}
	return nil
}

// attend holds one connection for as long as it lasts.
func (s *Server) attend(ctx context.Context) {
	if up, err := s.running(ctx); err != nil || !up {
		return
	}
	left := make(chan struct{}, 1) // a person left a session, or changed it
	left <- struct{}{}             // or did so while nobody watched
	c, err := s.dialControl(ctx, func(line string) { s.note(line, left) })
	if err != nil {
		_ = s.mend(ctx) // a hub that somebody closed; the next try tells
		return
	}
	s.conn.Store(c)
	defer func() {
		s.conn.Store(nil)
		c.close()
		s.wake()
	}()
	// What happened while nobody watched is found by a look.
	_, _ = s.Observe(ctx) // its errors are the caller's to see, who looks too
	s.wake()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for missed := 0; missed < 2; {
		select {
		case <-ping.C:
			switch err := c.ping(ctx); {
			case err == nil:
				missed = 0
			case errors.Is(err, errLost):
				return
			default:
				missed++
			}
		case <-left:
			s.restoreSizes(ctx)
		case <-c.ended:
			return
		case <-ctx.Done():
			return
		}
	}
}

// note hears the notifications: all are signs, none is believed.
func (s *Server) note(line string, left chan<- struct{}) {
	if strings.HasPrefix(line, "%client-detached") || strings.HasPrefix(line, "%client-session-changed") {
		select {
		case left <- struct{}{}:
		default: // one look serves both
		}
	}
	if strings.HasPrefix(line, "%") {
		s.wake()
	}
}
