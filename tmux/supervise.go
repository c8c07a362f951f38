package tmux

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// StartSupervisor runs cmd in session "supervisor", which is created, or
// respawned when its process has ended. A live one is left alone.
func (s *Server) StartSupervisor(ctx context.Context, cmd fm.Command) error {
	return s.superviseUnless(ctx, cmd, alive)
}

// RenewSupervisor is StartSupervisor for a caller that knows better than the
// process that lives there, which it ends.
func (s *Server) RenewSupervisor(ctx context.Context, cmd fm.Command) error {
	return s.superviseUnless(ctx, cmd, func(pane) bool { return false })
}

func (s *Server) superviseUnless(ctx context.Context, cmd fm.Command, good func(pane) bool) error {
	if err := check(cmd); err != nil {
		return fmt.Errorf("start supervisor: %w", err)
	}
	unlock, err := s.lock(ctx, 0)
	if err != nil {
		return fmt.Errorf("start supervisor: %w", err)
	}
	defer unlock()
	p, found, err := s.supervisorPane(ctx)
	if err != nil {
		return fmt.Errorf("start supervisor: %w", err)
	}
	words := chain(append([]string{"new-session", "-d", "-s", supervisorSession, "-n", supervisorSession}, spawn(cmd)...))
	if found {
		if good(p) {
			return nil
		}
		words = chain(respawn(p.id, cmd)...)
	}
	defer failpoint.Step("tmux.start-guard")()
	if _, err := s.run(ctx, words...); err != nil {
		if up, again := s.SupervisorAlive(ctx); again == nil && up {
			return nil // another process was first
		}
		return fmt.Errorf("start supervisor: %w", err)
	}
	return nil
}

// SupervisorAlive says whether the process in session "supervisor" runs.
func (s *Server) SupervisorAlive(ctx context.Context) (bool, error) {
	p, found, err := s.supervisorPane(ctx)
	if err != nil {
		return false, fmt.Errorf("look for supervisor: %w", err)
	}
	return found && alive(p), nil
}

func (s *Server) supervisorPane(ctx context.Context) (pane, bool, error) {
	l, err := s.list(ctx)
	if err != nil {
		return pane{}, false, err
	}
	p, found := l.guard()
	return p, found, nil
}

func alive(p pane) bool { return !p.dead && !ended(p.pid) }
