package scripted

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// inputEnded takes note that nothing more can be typed. The end of a terminal
// is a hang-up, whose signal goes to the leader of the session alone and may be
// a moment behind; the end of anything else is an order to exit.
func (s *session) inputEnded() {
	s.keys = nil
	if !s.terminal {
		s.inbox.add("/exit")
		return
	}
	time.AfterFunc(time.Second, func() {
		select {
		case s.signals <- syscall.SIGHUP:
		default: // others wait already
		}
	})
}

// lastSignal gives the signal behind the end of a context, which a caller may
// have tied to the same signals.
func (s *session) lastSignal() os.Signal {
	select {
	case number := <-s.signals:
		if number != syscall.SIGHUP || !s.deaf.Load() {
			return number
		}
	case <-time.After(200 * time.Millisecond):
	}
	return syscall.SIGTERM
}

// signalled ends the session as the CLI does at a signal.
func (s *session) signalled(ctx context.Context, number os.Signal) exitCode {
	switch number {
	case syscall.SIGHUP:
		if s.deaf.Load() {
			return staying
		}
		return s.leave(ctx, 129, "other")
	case syscall.SIGINT:
		return s.leave(ctx, 0, "other")
	case syscall.SIGQUIT:
		return 131 // no hook, and the state file stays
	}
	return s.leave(ctx, 143, "other")
}

func (s *session) leave(ctx context.Context, code exitCode, reason string) exitCode {
	s.screen.gone()
	s.jobs.end()
	s.fire(ctx, "SessionEnd", reason, fields{"reason": reason})
	s.store.leave()
	s.screen.raw("\x1b[?2004l")
	if s.store.first != "" {
		s.screen.line(faint, "Resume this session with:\n--resume "+s.store.id)
	}
	if s.store.fault != nil {
		_, _ = fmt.Fprintln(s.env.Stderr, "write session files:", s.store.fault) // nobody to tell
	}
	return code
}
