package tmux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

const (
	execLimit = 5 * time.Second // one exec of tmux
	// maxArgs and maxBytes are what one exec may carry: tmux takes 16 KB in
	// all, and from 3.7 at most 1000 arguments.
	maxArgs  = 900
	maxBytes = 12 << 10
)

// errRejected is an error of tmux itself, whose text gotmux throws away. Who
// needs the cause looks at the server again.
var errRejected = errors.New("tmux rejected it")

// run executes tmux commands, given as words and chained by then. It is the
// one way to gotmux, and adds what that lacks: a bound on execs in flight, a
// time limit, -u, quoting, a limit on size, and recovery from panics.
//
// gotmux cannot be cancelled. When the limit passes, run returns and the exec
// keeps its slot until it ends: a server that hangs costs four processes, not
// four per second.
func (s *Server) run(ctx context.Context, words ...string) (string, error) {
	args, err := arguments(words)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, execLimit)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("tmux %s: earlier calls still hang: %w", words[0], ctx.Err())
	}
	type reply struct {
		out string
		err error
	}
	done := make(chan reply, 1) // buffered: nobody may be left to read it
	go func() {
		defer func() { <-s.slots }()
		began := time.Now()
		out, err := s.command(args)
		s.tell(words, began)
		done <- reply{out, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return "", fmt.Errorf("tmux %s: %w", words[0], r.err)
		}
		return r.out, nil
	case <-ctx.Done():
		return "", fmt.Errorf("tmux %s: no answer: %w", words[0], ctx.Err())
	}
}

// tell says which commands ran. What they carry may be what somebody said to an
// agent, and is nobody else's.
func (s *Server) tell(words []string, began time.Time) {
	if s.opts.Ran == nil {
		return
	}
	argv := []string{"tmux", words[0]}
	for i, w := range words[1:] {
		if words[i] == then {
			argv = append(argv, ";", w)
		}
	}
	s.opts.Ran(argv, time.Since(began))
}

func (s *Server) command(args []string) (out string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("gotmux panicked: %v", p)
		}
	}()
	if out, err = s.gt.Command(args...); err != nil {
		return "", errRejected // gotmux's own text says less
	}
	return out, nil
}

// always stands before every command but that of [Server.Ensure]. Without -u,
// TAB and non-ASCII become "_". Without -N, new-session and attach-session
// start a server where none runs any more: with the user's configuration, and
// with everything in our environment.
func always() []string { return []string{"-u", "-N"} }

// then separates two commands of one [Server.run]. An argument ";" of a caller
// is a word, and is escaped.
const then = "\x00;"

func arguments(words []string) ([]string, error) {
	args := make([]string, 0, len(words)+2)
	args = append(args, always()...)
	size := 0
	for _, w := range words {
		size += len(w) + 1
		if w == then {
			args = append(args, ";")
			continue
		}
		args = append(args, escape(w))
	}
	if size > maxBytes || len(args) > maxArgs {
		return nil, fmt.Errorf("tmux %s: command of %d bytes and %d words is too long: %w", words[0], size, len(words), fm.ErrRefused)
	}
	return args, nil
}

// running says whether a server answers on the socket. False is positive
// evidence: the socket is not there or nobody listens, and no process serves
// it. A server whose socket was deleted is asked to make it again.
func (s *Server) running(ctx context.Context) (bool, error) {
	for {
		err := s.dial(ctx)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ECONNREFUSED) {
			return false, fmt.Errorf("reach tmux server: %w", err)
		}
		pid, found := lostServer(s.path)
		if !found {
			return false, nil
		}
		err = s.recall(ctx, pid)
		if err == nil || !ended(pid) {
			return err == nil, err
		}
		// It was on its way out; the socket may be another's by now.
	}
}

func (s *Server) dial(ctx context.Context) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", s.path)
	if err != nil {
		return err
	}
	return c.Close()
}

// pause waits between two looks at the same thing.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
