package tmux

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// AttachMode says what an attached person may do.
type AttachMode int

// The modes of [Server.Attach].
const (
	ReadWrite AttachMode = iota
	ReadOnly             // sees, types nothing, and changes no size
)

// attachArgv is the command that attaches a terminal to a session; it must run
// without TMUX in its environment.
func (s *Server) attachArgv(name string, mode AttachMode) []string {
	argv := append(append([]string{"tmux"}, always()...), "-S", s.path, "attach-session")
	if mode == ReadOnly {
		argv = append(argv, "-r")
	}
	return append(argv, "-t", exact(name))
}

// Attach shows a session, "worker-3" or "supervisor", on the terminal of this
// process. From inside a session of our own server it switches that session's
// client, and returns at once; else it returns when the person detaches, also
// inside another tmux. F12 leads back, and prefix d detaches. The error wraps
// [fm.ErrGone] when there is no such session.
func (s *Server) Attach(ctx context.Context, session string, mode AttachMode) error {
	l, err := s.list(ctx)
	if err != nil {
		return fmt.Errorf("attach to %s: %w", session, err)
	}
	if !slices.ContainsFunc(l.panes, func(p pane) bool { return p.name == session }) {
		return fmt.Errorf("attach to %s: no such session: %w", session, fm.ErrGone)
	}
	if s.inside(os.Getenv("TMUX")) && mode == ReadWrite {
		// The exec finds its client by the TMUX_PANE that it inherits.
		if _, err := s.run(ctx, "switch-client", "-t", exact(session)); err != nil {
			return fmt.Errorf("attach to %s: %w", session, err)
		}
		return nil
	}
	// switch-client cannot make one visit read-only, so that is a client within
	// the client, as it is inside another tmux.
	argv := s.attachArgv(session, mode)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = without(os.Environ(), "TMUX", "TMUX_PANE")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it restores the terminal
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("attach to %s: %w", session, err)
	}
	return nil
}

// inside says whether TMUX, "socket,pid,session", names our server.
func (s *Server) inside(tmux string) bool {
	socket, _, _ := strings.Cut(tmux, ",")
	if socket == "" {
		return false
	}
	theirs, err := filepath.EvalSymlinks(socket)
	if err != nil {
		return socket == s.path
	}
	ours, err := filepath.EvalSymlinks(s.path)
	return err == nil && ours == theirs
}

// restoreSizes gives the windows of workers that nobody looks at their fixed
// size back. The configuration's hooks do so too; this is for a window that
// was not the current one when its person left. It tells no error: the next
// person to leave, or the next connection, brings it back.
func (s *Server) restoreSizes(ctx context.Context) {
	l, err := s.list(ctx)
	if err != nil {
		return
	}
	w, h := strconv.Itoa(s.opts.Width), strconv.Itoa(s.opts.Height)
	sizes, err := s.run(ctx, "list-panes", "-a", "-F", "#{pane_id} #{window_width} #{window_height}")
	if err != nil {
		return
	}
	for _, r := range l.rooms() {
		if n, _ := l.people(r); n > 0 || !r.ours || r.main.id == "" || strings.Contains(sizes, r.main.id+" "+w+" "+h+"\n") {
			continue
		}
		_, _ = s.run(ctx, "resize-window", "-t", r.main.id, "-x", w, "-y", h)
	}
}
