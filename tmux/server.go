// Package tmux hosts workers: one private tmux server per project, a session
// per worker, marked so that tmux alone tells which attempt of which task runs
// where.
//
// It never touches a user's own server or configuration, never kills a session
// that it did not mark, never addresses a session by a name that could match
// another one, and never lets text become a shell word, a key or a tmux
// format. It keeps nothing that it cannot observe again; everything works
// without [Server.Watch], which only makes it faster.
//
// Two transports lead to the server:
//
//	run  ── gotmux ── one exec ──────────────► life cycle, options, keys, captures
//	conn ── tmux -C, kept by Watch ──────────► Observe, the hot path
//
// Start reading at [Server], then [Server.Observe] and [Server.Start].
package tmux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/GianlucaP106/gotmux/gotmux"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/turn"
)

// Names of the sessions that are fm's but no worker's.
const (
	hub               = "fm-hub" // what the control connection attaches to
	supervisorSession = "supervisor"
)

// maxSocket keeps a socket path below the 104 bytes that the shortest
// sockaddr_un of our systems has.
const maxSocket = 100

// Options say how a project's server is reached, and how it is started. The
// zero value of each but Socket and ConfFile has a default.
type Options struct {
	// Socket is a name as in tmux -L, or an absolute path. A name becomes
	// ${TMUX_TMPDIR:-/tmp}/tmux-UID/NAME, so that tmux -L NAME works by hand.
	Socket string
	// ConfFile is where fm's own tmux configuration is written. The turns at
	// the workers' keyboards are files in the folder "typing" beside it.
	ConfFile string
	// Width and Height of a worker's pane that nobody is attached to, in cells.
	// Default 160 × 45.
	Width, Height int
	// History is the scrollback of a pane in lines. Default 5000.
	History int
	// Environ is the environment of the server, and so of every session. TMUX
	// and TMUX_PANE are dropped from it; TERM and a UTF-8 LC_CTYPE are added.
	// Nil is a server that knows PATH, HOME and nothing else.
	Environ []string
	// Wake is called when something may have changed. It must not block, and
	// may be called from any goroutine.
	Wake func()
	// Ran is told of every tmux that ended: the names of its commands, without
	// what they carry, and its time. It may be called concurrently; nil for
	// nobody.
	Ran func(argv []string, took time.Duration)
}

// Server is a project's tmux server, running or not. All methods may be called
// concurrently, by several processes too.
type Server struct {
	opts  Options
	path  string // of the socket
	conf  string // text of the configuration
	id    string // of that text; the server knows it as @fm_conf
	found string // the version of the tmux that is installed; set by New
	gt    *gotmux.Tmux
	slots chan struct{} // bounds the execs in flight, hung ones included

	conn   atomic.Pointer[conn]   // set by Watch while its connection stands
	deaths atomic.Pointer[deaths] // set by Watch while it runs
	poke   chan struct{}          // tells Watch that the server may be back

	mu        sync.Mutex
	untold    map[int]bool                  // pids of dead panes whose exit tmux never told
	changing  map[fm.WorkerID]chan struct{} // holds a token while a session is changed
	keyboards map[fm.WorkerID]*turn.Turn
}

// New checks that tmux is there and new enough; it starts nothing. Its error
// wraps [fm.ErrRefused] and says what to install or change.
func New(ctx context.Context, o Options) (*Server, error) {
	if o.Socket == "" || !filepath.IsAbs(o.ConfFile) {
		return nil, fmt.Errorf("open tmux server: want a socket and an absolute configuration file: %w", fm.ErrRefused)
	}
	path, err := socketPath(o.Socket)
	if err != nil {
		return nil, err
	}
	o.Width, o.Height, o.History = or(o.Width, 160), or(o.Height, 45), or(o.History, 5000)
	o.Environ = serverEnviron(o.Environ)
	s := &Server{
		opts:      o,
		path:      path,
		gt:        &gotmux.Tmux{Socket: &gotmux.Socket{Path: path}},
		slots:     make(chan struct{}, 4),
		poke:      make(chan struct{}, 1),
		untold:    map[int]bool{},
		changing:  map[fm.WorkerID]chan struct{}{},
		keyboards: map[fm.WorkerID]*turn.Turn{},
	}
	s.conf, s.id = confText(o)
	ctx, cancel := context.WithTimeout(ctx, execLimit)
	defer cancel()
	if err := s.checkVersion(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// wake passes on that something may have changed.
func (s *Server) wake() {
	if s.opts.Wake != nil {
		s.opts.Wake()
	}
}

// socketPath follows tmux(1), -L. The folder that tmux makes for -L it does
// not make for -S, so that is done here, with tmux's own check of its mode.
func socketPath(socket string) (string, error) {
	path := socket
	if !filepath.IsAbs(socket) {
		if strings.ContainsRune(socket, '/') {
			return "", fmt.Errorf("open tmux server %q: want a name or an absolute path: %w", socket, fm.ErrRefused)
		}
		tmp := or(os.Getenv("TMUX_TMPDIR"), "/tmp")
		path = filepath.Join(tmp, "tmux-"+strconv.Itoa(os.Getuid()), socket)
	}
	if len(path) > maxSocket {
		return "", fmt.Errorf("open tmux server: socket path of %d bytes, at most %d fit; set TMUX_TMPDIR to a shorter folder: %w", len(path), maxSocket, fm.ErrRefused)
	}
	dir := filepath.Dir(path)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("open tmux server: %w", err)
	}
	if filepath.IsAbs(socket) {
		return path, nil
	}
	return path, private(dir)
}

// private refuses a folder that somebody else made, or may put a socket of his own
// into: /tmp is everybody's.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("open tmux server: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir() || !ok || int(st.Uid) != os.Getuid():
		return fmt.Errorf("open tmux server: %s is not a folder of yours; set TMUX_TMPDIR to one: %w", dir, fm.ErrRefused)
	case info.Mode().Perm()&0o007 != 0:
		return fmt.Errorf("open tmux server: %s is open to other users: %w", dir, fm.ErrRefused)
	}
	return nil
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
