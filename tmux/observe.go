package tmux

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// Observe lists the workers' sessions. A server that is down is an empty Sight
// and no error; an error means that nothing is known. While [Server.Watch]
// has its connection, a look starts no process; else it takes one exec.
//
// A process that has ended is never reported alive, and how it ended is asked
// for until tmux knows.
func (s *Server) Observe(ctx context.Context) (fm.Sight, error) {
	d, before := s.deaths.Load(), 0
	if d != nil {
		before = d.before()
	}
	l, err := s.list(ctx)
	if err != nil {
		return fm.Sight{}, fmt.Errorf("observe sessions: %w", err)
	}
	if l, err = s.settle(ctx, l); err != nil {
		return fm.Sight{}, fmt.Errorf("observe sessions: %w", err)
	}
	if d != nil {
		d.follow(l, before)
	}
	return l.sight(), nil
}

// list takes one look. A server that is down is an empty listing.
func (s *Server) list(ctx context.Context) (listing, error) {
	if c := s.conn.Load(); c != nil {
		l, err := c.list(ctx)
		if !errors.Is(err, errLost) {
			return l, err
		}
	}
	return s.listByExec(ctx)
}

func (s *Server) listByExec(ctx context.Context) (listing, error) {
	up, err := s.running(ctx)
	if err != nil || !up {
		return listing{}, err
	}
	q := questions()
	out, err := s.run(ctx, chain(q[:]...)...)
	if err == nil {
		return parseListing(out)
	}
	if !errors.Is(err, errRejected) {
		return listing{}, err
	}
	// Without any session the lists are errors ("no current target"), and the
	// server is well; it may also have ended since.
	if out, again := s.run(ctx, q[0]...); again == nil && s.noSessions(ctx) {
		return parseListing(out)
	}
	if up, again := s.running(ctx); again == nil && !up {
		return listing{}, nil
	}
	return listing{}, err
}

// noSessions is positive evidence: a server that has no session at all.
func (s *Server) noSessions(ctx context.Context) bool {
	out, err := s.run(ctx, "list-sessions")
	return err == nil && out == ""
}

// chain joins commands for one exec.
func chain(commands ...[]string) []string {
	var words []string
	for i, c := range commands {
		if i > 0 {
			words = append(words, then)
		}
		words = append(words, c...)
	}
	return words
}

// settle looks again while tmux has not noticed that a process ended, or does
// not know how. tmux below 3.6 with utempter loses the SIGCHLD of most killed
// processes; any later one repairs that, and ours is as good as a child's.
func (s *Server) settle(ctx context.Context, l listing) (listing, error) {
	const tries = 40
	server := serverPID(l.generation)
	for i := range tries {
		if !s.unsettled(l) {
			s.bury(l)
			return l, nil
		}
		if server > 0 {
			_ = syscall.Kill(server, syscall.SIGCHLD) // gone is found by the next look
		}
		if err := pause(ctx, 500*time.Microsecond*time.Duration(1+i/4)); err != nil {
			return listing{}, err
		}
		next, err := s.list(ctx)
		if err != nil || next.generation != l.generation {
			return next, err
		}
		l = next
	}
	s.giveUp(l)
	s.bury(l)
	return l, nil
}

// unsettled says whether a worker's pane waits for news of its process.
func (s *Server) unsettled(l listing) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range l.rooms() {
		p := r.main
		if p.pid == 0 || s.untold[p.pid] {
			continue
		}
		if p.dead && p.exit() == "" || !p.dead && ended(p.pid) {
			return true
		}
	}
	return false
}

// giveUp remembers the panes that tmux has no news of, so that each costs the
// wait once.
func (s *Server) giveUp(l listing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.untold) // of panes that are no more
	for _, p := range l.panes {
		if p.pid != 0 && (p.dead && p.exit() == "" || !p.dead && ended(p.pid)) {
			s.untold[p.pid] = true
		}
	}
}

// bury takes the process's word where tmux has none: ended is dead.
func (s *Server) bury(l listing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range l.panes {
		if s.untold[p.pid] && ended(p.pid) {
			l.panes[i].dead = true
		}
	}
}
