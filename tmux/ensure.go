package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Ensure starts the server with fm's configuration and its hub session, unless
// it runs, and mends what is missing from a running one. It says whether it
// started the server. Two processes may race: tmux lets one of them start it, and
// may turn the other away while it does; at most one of them says so, and none
// when the other made the hub.
func (s *Server) Ensure(ctx context.Context) (started bool, err error) {
	for range bootTries {
		if started, err = s.ensure(ctx); !errors.Is(err, errRejected) {
			break
		}
		select {
		case <-time.After(bootPause):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	return started, err
}

// A server that has just been started answers within a second, also on a busy
// machine; one that goes on to reject what fm asks is not mended by asking.
const (
	bootTries = 20
	bootPause = 100 * time.Millisecond
)

func (s *Server) ensure(ctx context.Context) (started bool, err error) {
	up, err := s.running(ctx)
	if err != nil {
		return false, fmt.Errorf("ensure tmux server: %w", err)
	}
	if up {
		return false, s.mend(ctx)
	}
	if err := s.writeConf(); err != nil {
		return false, err
	}
	started, err = s.boot(ctx)
	select {
	case s.poke <- struct{}{}:
	default: // Watch already has one to read
	}
	return started, err
}

// boot starts the server. It does not go through gotmux, which cannot give a
// process an environment: tokens in fm's own would become every agent's.
func (s *Server) boot(ctx context.Context) (started bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, execLimit)
	defer cancel()
	args := append([]string{"-f", s.opts.ConfFile, "start-server", ";"}, s.newHub()...)
	done := failpoint.Step("tmux.start-server")
	err = s.exec(ctx, "", args...)
	done()
	if err == nil {
		return true, nil
	}
	// Another process was first, with the same hub session.
	if other := s.mend(ctx); other == nil || errors.Is(other, errRejected) {
		return false, other
	}
	return false, fmt.Errorf("start tmux server: %w", err)
}

// newHub creates the session that keeps the control connection and the server
// company. Its process ends at once and its dead pane stays: it costs nothing.
func (s *Server) newHub() []string {
	return []string{"new-session", "-d", "-s", hub, "-n", hub, "exec true"}
}

// mend gives a running server our configuration and hub, if it lacks them.
func (s *Server) mend(ctx context.Context) error {
	look := func() (string, error) {
		return s.run(ctx, "display-message", "-p", "-t", exact(hub), "#{session_name} #{@fm_conf}")
	}
	have, err := look()
	if err != nil {
		return fmt.Errorf("look at tmux server: %w", err)
	}
	name, id, _ := strings.Cut(strings.TrimSuffix(have, "\n"), " ")
	if id != s.id {
		if err := s.writeConf(); err != nil {
			return err
		}
		done := failpoint.Step("tmux.configure")
		_, err := s.run(ctx, "source-file", s.opts.ConfFile)
		done()
		if err != nil {
			return fmt.Errorf("configure tmux server: %w", err)
		}
	}
	if name == hub {
		return nil
	}
	if _, err := s.run(ctx, s.newHub()...); err != nil {
		if have, again := look(); again == nil && strings.HasPrefix(have, hub+" ") {
			return nil // another process made it
		}
		return fmt.Errorf("create session %s: %w", hub, err)
	}
	return nil
}

// exec runs tmux without gotmux, for what that cannot do: an environment of
// its own, and text on stdin.
func (s *Server) exec(ctx context.Context, stdin string, args ...string) error {
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", s.path}, args...)...)
	cmd.Env = s.opts.Environ
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	err := cmd.Run()
	s.tell(args, began)
	if err != nil {
		return fmt.Errorf("tmux: %w: %s", err, fm.Line(said.String(), 200))
	}
	return nil
}

// Generation names one life of the server: its pid and start time. It is ""
// when the server is down.
func (s *Server) Generation(ctx context.Context) (string, error) {
	up, err := s.running(ctx)
	if err != nil || !up {
		return "", err
	}
	out, err := s.run(ctx, "display-message", "-p", generationFormat)
	if err != nil {
		if up, again := s.running(ctx); again == nil && !up {
			return "", nil // it ended in between
		}
		return "", fmt.Errorf("ask tmux server: %w", err)
	}
	return strings.TrimSuffix(out, "\n"), nil
}

// generationFormat is also a field of each [Server.Observe].
const generationFormat = "#{pid}.#{start_time}"

// Shutdown ends the server and every session in it, and returns when its
// process is gone. A server that is down is no error.
//
// tmux 3.3a waits for ever for a client that connected while it was ending;
// its sessions are gone by then, so that it may be ended by force.
func (s *Server) Shutdown(ctx context.Context) error {
	gen, err := s.Generation(ctx)
	if err != nil || gen == "" {
		return err
	}
	p, err := openProcess(serverPID(gen))
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("shut down tmux server: %w", err)
	}
	defer p.close()
	defer failpoint.Step("tmux.end-server")()
	if _, err := s.run(ctx, "kill-server"); err != nil && !ended(p.pid) {
		return fmt.Errorf("shut down tmux server: %w", err)
	}
	patience, cancel := context.WithTimeout(ctx, shutdownPatience)
	defer cancel()
	if p.wait(patience) == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	_ = syscall.Kill(p.pid, syscall.SIGKILL) // it may have ended by now
	again, err := openProcess(p.pid)
	if err != nil {
		return nil // there is no such process any more
	}
	defer again.close()
	return again.wait(ctx)
}

// shutdownPatience is what tmux gets to end by itself.
const shutdownPatience = 3 * time.Second

// recall asks a server whose socket file was deleted to create it again, and
// waits until it answers. Starting a second server instead would leave every
// session of the first out of reach.
func (s *Server) recall(ctx context.Context, pid int) error {
	if err := syscall.Kill(pid, syscall.SIGUSR1); err != nil {
		return fmt.Errorf("recall tmux server %d: %w", pid, err)
	}
	for range 100 {
		if s.dial(ctx) == nil {
			return nil
		}
		if ended(pid) {
			break
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("recall tmux server %d: %w", pid, err)
		}
	}
	return fmt.Errorf("recall tmux server %d: its socket %s does not come back", pid, s.path)
}
