package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Serving is the server that runs, which may be of another release of tmux
// than the one that is installed.
type Serving struct {
	PID     int    // 0 when it is not known
	Version string // "" when the tmux that is installed cannot talk to it
	Refusal string // what that says then
}

// Serving asks the running server who it is; [fm.ErrGone] when none runs. A
// server that does not understand the tmux that is installed is no error.
func (s *Server) Serving(ctx context.Context) (Serving, error) {
	up, err := s.running(ctx)
	if err == nil && !up {
		err = fm.ErrGone
	}
	if err != nil {
		return Serving{}, fmt.Errorf("ask tmux server: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, execLimit)
	defer cancel()
	// Not through gotmux, which throws away what tmux says.
	cmd := exec.CommandContext(ctx, "tmux", "-u", "-N", "-S", s.path, "display-message", "-p", "#{pid} #{version}")
	cmd.Env = s.opts.Environ
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err == nil {
		pid, version, _ := strings.Cut(fm.Line(string(out), 60), " ")
		n, _ := strconv.Atoi(pid) // 0, by promise
		return Serving{PID: n, Version: version}, nil
	}
	if exit := (*exec.ExitError)(nil); ctx.Err() != nil || !errors.As(err, &exit) {
		return Serving{}, fmt.Errorf("ask tmux server: no answer: %w", errors.Join(ctx.Err(), err))
	}
	if up, again := s.running(ctx); again == nil && !up {
		return Serving{}, fmt.Errorf("ask tmux server: it ended: %w", fm.ErrGone)
	}
	pid, _ := lostServer(s.path) // 0, by promise
	return Serving{PID: pid, Refusal: fm.Line(said.String(), 200)}, nil
}
