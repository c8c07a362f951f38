package tmux

import (
	"bytes"
	"context"
	"errors"
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

// attachArgv is the command that attaches a terminal to a target; it must run
// without TMUX in its environment.
func (s *Server) attachArgv(target string, mode AttachMode) []string {
	argv := append(append([]string{"tmux"}, always()...), "-S", s.path, "attach-session")
	if mode == ReadOnly {
		argv = append(argv, "-r")
	}
	return append(argv, "-t", target)
}

// Attach shows a session, "worker-3" or "supervisor", on the terminal of this
// process, and returns when the person detaches, also inside another tmux.
// From inside a session of our own server it sends the person there, and
// returns at once. F12 leads back to where the person was, and so does prefix
// d. The terminal is as it was by then, however the visit ended, and nothing is
// written to it. The error wraps [fm.ErrGone] when there is no such session,
// [fm.ErrRefused] when this terminal cannot show it, and [ErrEnded] when the
// session ended before the person left.
func (s *Server) Attach(ctx context.Context, session string, mode AttachMode) error {
	l, err := s.list(ctx)
	if err != nil {
		return fmt.Errorf("attach to %s: %w", session, err)
	}
	if !slices.ContainsFunc(l.panes, func(p pane) bool { return p.name == session }) {
		return fmt.Errorf("attach to %s: no such session: %w", session, fm.ErrGone)
	}
	// A popup of our server is no pane, and may hold a client of it.
	if pane := os.Getenv("TMUX_PANE"); pane != "" && s.inside(os.Getenv("TMUX")) {
		err = s.detour(ctx, pane, session, mode)
	} else {
		err = attachHere(ctx, s.attachArgv(exact(session), mode))
	}
	if err != nil {
		return fmt.Errorf("attach to %s: %w", session, err)
	}
	return nil
}

// attachHere runs a client of tmux on the terminal of this process.
func attachHere(ctx context.Context, argv []string) error {
	var err error
	for _, term := range terms(os.Getenv("TERM")) {
		if err = runClient(ctx, term, argv); !errors.Is(err, errUnknownTerminal) {
			break
		}
	}
	return err
}

// terms are the kinds of terminal to try in turn. That of many an emulator is
// unknown on machines that one comes to over ssh; they all behave as an xterm
// does, and a tmux as a screen.
func terms(term string) []string {
	if strings.HasPrefix(term, "tmux") {
		return []string{term, "screen-256color", "screen"}
	}
	return []string{term, "xterm-256color", "xterm"}
}

// What tmux says of a terminal that it cannot use.
var errUnknownTerminal = fmt.Errorf("this machine does not know the terminal: %w", fm.ErrRefused)

// ErrEnded is the end of a visit that the person did not end.
var ErrEnded = errors.New("its session has ended")

// runClient runs one client until it ends. What it says of an error is told in
// ours, and its word of farewell is kept from the terminal, which it draws on
// through its standard input.
func runClient(ctx context.Context, term string, argv []string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(without(os.Environ(), "TMUX", "TMUX_PANE", "TERM"), "TERM="+term)
	var said, farewell bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, &farewell, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it restores the terminal
	cmd.WaitDelay = 2 * time.Second
	was := KeepTerminal(os.Stdin)
	err := cmd.Run()
	was.Restore()
	switch line := fm.Line(said.String(), 200); {
	case strings.Contains(line, "missing or unsuitable terminal"):
		return fmt.Errorf("%w (TERM=%s)", errUnknownTerminal, fm.Line(os.Getenv("TERM"), 40))
	case strings.Contains(line, "open terminal failed"):
		return fmt.Errorf("on TERM=%s: %s: %w", fm.Line(term, 40), line, fm.ErrRefused)
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && line != "":
		return fmt.Errorf("tmux: %w: %s", err, line)
	}
	return parted(farewell.String(), err)
}

// parted says how a visit ended, from a client's last line, "[detached (from
// session worker-1)]", and how it exited.
func parted(farewell string, err error) error {
	lines := strings.Split(strings.TrimSpace(farewell), "\n")
	word := strings.Trim(fm.Line(lines[len(lines)-1], 200), "[]")
	switch {
	case err == nil && (word == "exited" || word == "server exited"):
		return ErrEnded
	case err == nil:
		return nil
	case word == "":
		return fmt.Errorf("tmux: %w", err)
	case strings.Contains(word, "server"): // "server exited unexpectedly", "lost server"
		return fmt.Errorf("%w: tmux: %s", ErrEnded, word)
	}
	return fmt.Errorf("tmux: %w: %s", err, word)
}

// detour sends the person who works in a pane of our server to another
// session: their client becomes one of that session, and of the old one again
// when they leave. So each visit is left by the same key, however deep, and
// may be read-only; switch-client can do neither.
func (s *Server) detour(ctx context.Context, pane, session string, mode AttachMode) error {
	who, err := s.visitor(ctx, pane)
	if err != nil {
		return err
	}
	if who.session == session && mode == ReadWrite {
		return nil
	}
	there := shellLine(s.attachArgv(exact(session), mode))
	back := shellLine(s.attachArgv(who.id+":", who.mode))
	_, err = s.run(ctx, "detach-client", "-t", who.client, "-E", there+"; exec "+back)
	return err
}

// visitor is a person's client, and where it is.
type visitor struct {
	client, id, session string
	mode                AttachMode
}

// visitor finds the person at a pane: of several the one who typed last.
func (s *Server) visitor(ctx context.Context, pane string) (visitor, error) {
	out, err := s.run(ctx, "list-clients", "-t", pane, "-F",
		"#{client_control_mode}\t#{client_activity}\t#{client_readonly}\t#{client_name}\t#{session_id}\t#{session_name}")
	if err != nil {
		return visitor{}, err
	}
	var who visitor
	var last time.Time
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 6)
		if len(f) != 6 || f[0] == "1" || unixTime(f[1]).Before(last) {
			continue
		}
		who, last = visitor{client: f[3], id: f[4], session: f[5]}, unixTime(f[1])
		if f[2] == "1" {
			who.mode = ReadOnly
		}
	}
	if who.client == "" {
		return who, fmt.Errorf("nobody looks at the pane that this runs in: %w", fm.ErrRefused)
	}
	return who, nil
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

// restoreSizes gives the windows of workers that nobody sizes their fixed
// size back. The configuration's hooks do so too; this is for a window that
// was not the current one when its person left, and for one at which readers
// are left. It tells no error: the next person to leave, or the next
// connection, brings it back.
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
		if l.sized(r) || !r.ours || r.main.id == "" || strings.Contains(sizes, r.main.id+" "+w+" "+h+"\n") {
			continue
		}
		unchanged := "#{==:#{session_attached}," + strconv.Itoa(l.attached(r)) + "}" // or somebody has come since
		_, _ = s.run(ctx, "if-shell", "-F", "-t", r.session+":", unchanged, "resize-window -t "+r.main.id+" -x "+w+" -y "+h)
	}
}
