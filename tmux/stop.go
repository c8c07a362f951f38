package tmux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// stopGrace is how long a process may take to end after SIGTERM. Claude Code
// needs 0.4 s, to end its tools and remove its session file.
const stopGrace = 5 * time.Second

// Stop ends the process in the worker's pane: SIGTERM to its process group, and
// SIGKILL after five seconds. It returns when the process is gone; the session
// and what its pane shows stay. No session, or no process in it, is no error.
func (s *Server) Stop(ctx context.Context, w fm.WorkerID) error {
	unlock, err := s.lock(ctx, w)
	if err != nil {
		return fmt.Errorf("stop %s: %w", w, err)
	}
	defer unlock()
	r, found, err := s.own(ctx, w)
	if err == nil && found {
		err = s.stopPane(ctx, r.main)
	}
	if err != nil {
		return fmt.Errorf("stop %s: %w", w, err)
	}
	if found {
		_ = s.setNote(ctx, r, "") // the process is gone, which is what was asked for
	}
	return nil
}

// Close ends the worker's session, and its process with it, which gets the
// same grace as from [Server.Stop]. No session is no error.
func (s *Server) Close(ctx context.Context, w fm.WorkerID) error {
	unlock, err := s.lock(ctx, w)
	if err != nil {
		return fmt.Errorf("close %s: %w", w, err)
	}
	defer unlock()
	r, found, err := s.own(ctx, w)
	if err == nil && found {
		err = s.stopPane(ctx, r.main)
	}
	if err == nil && found {
		done := failpoint.Step("tmux.close")
		_, err = s.run(ctx, "kill-session", "-t", r.session)
		done()
	}
	if err != nil {
		return fmt.Errorf("close %s: %w", w, err)
	}
	return nil
}

// own finds a worker's session and refuses one that fm did not make.
func (s *Server) own(ctx context.Context, w fm.WorkerID) (room, bool, error) {
	l, err := s.list(ctx)
	if err != nil {
		return room{}, false, err
	}
	r, found := l.room(w)
	if found && !r.ours {
		return room{}, false, fmt.Errorf("a session of that name is not fm's: %w", fm.ErrRefused)
	}
	return r, found, nil
}

func (s *Server) stopPane(ctx context.Context, p pane) error {
	if p.dead {
		return nil
	}
	proc, err := openProcess(p.pid)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer proc.close()
	// The pid may have been given to another process since the pane was
	// listed; the handle cannot change any more, so a second look settles it.
	l, err := s.list(ctx)
	if err != nil {
		return err
	}
	if !l.runs(p) {
		return nil
	}
	return end(ctx, proc)
}

func (l listing) runs(p pane) bool {
	for _, q := range l.panes {
		if q.id == p.id && q.pid == p.pid && !q.dead {
			return true
		}
	}
	return false
}

func end(ctx context.Context, p *process) error {
	defer failpoint.Step("tmux.end-process")()
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	grace, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	if err := p.wait(grace); err == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("end process %d: %w", p.pid, err)
	}
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	again, err := openProcess(p.pid) // the wait that ran out closed the handle
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer again.close()
	return again.wait(ctx)
}
