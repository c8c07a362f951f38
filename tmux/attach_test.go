package tmux

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// terminal is a person's terminal of 100 × 30 cells, with a command in it: a
// pane of another tmux server.
type terminal struct{ *Server }

func newTerminal(tb testing.TB, env map[string]string, argv ...string) terminal {
	tb.Helper()
	s := up(tb, func(o *Options) { o.Width, o.Height = 100, 30 })
	must(tb, s.Start(tb.Context(), 1, runOf("terminal", 1), fm.Command{Dir: tb.TempDir(), Argv: argv, Env: env}))
	return terminal{s}
}

// byHand is a terminal in which a person typed attachArgv.
func byHand(tb testing.TB, s *Server, name string, mode AttachMode) terminal {
	tb.Helper()
	return newTerminal(tb, nil, append([]string{"env", "-u", "TMUX", "-u", "TMUX_PANE"}, s.attachArgv(name, mode)...)...)
}

// acting is a terminal in which fm attaches.
func acting(tb testing.TB, s *Server, what string) terminal {
	tb.Helper()
	dir := strings.TrimSuffix(s.path, "/s")
	return newTerminal(tb, map[string]string{role: what, roleDir: dir}, os.Args[0], "-test.run=^$")
}

func (term terminal) press(tb testing.TB, keys ...string) {
	tb.Helper()
	hand(tb, term.Server, append([]string{"send-keys", "-t", target(1)}, keys...)...)
}

func (term terminal) close(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	must(tb, term.Close(ctx, 1))
}

func size(tb testing.TB, s *Server, w fm.WorkerID) string {
	tb.Helper()
	return hand(tb, s, "display-message", "-p", "-t", target(w), "#{window_width}x#{window_height}")
}

func attached(tb testing.TB, s *Server, w fm.WorkerID, clients int) {
	tb.Helper()
	until(tb, "that many people are attached", func() (any, bool) {
		got := session(tb, s, w)
		return got, got.Clients == clients
	})
}

func sized(tb testing.TB, s *Server, w fm.WorkerID, want string) {
	tb.Helper()
	until(tb, w.String()+" is "+want, func() (any, bool) { got := size(tb, s, w); return got, got == want })
}

// Caught: no hook on client-detached.
func TestPersonIsSeenAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, "exec cat")))
	watched(t, s)
	attached(t, s, 1, 0)
	term := byHand(t, s, "worker-1", ReadWrite)
	attached(t, s, 1, 1)
	sized(t, s, 1, "100x29")
	came := session(t, s, 1).LastKey
	until(t, "a key moves LastKey", func() (any, bool) {
		term.press(t, "x")
		got := session(t, s, 1)
		return got, got.LastKey.After(came)
	})
	must(t, s.Start(t.Context(), 1, runOf("8", 1), sh(t, "exec cat")))
	if got := session(t, s, 1); got.Clients != 1 || got.Run != runOf("8", 1) {
		t.Errorf("a new run threw the person out: %+v", got)
	}
	term.press(t, "F12")
	attached(t, s, 1, 0)
	sized(t, s, 1, "160x45")
}

// No fm runs here that could tidy up.
func TestSizeComesBackWhenTheTerminalIsClosed(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term := byHand(t, s, "worker-1", ReadWrite)
	sized(t, s, 1, "100x29")
	term.close(t)
	sized(t, s, 1, "160x45")
}

// A popup is no pane, so tmux lets one attach even to its own server. No fm
// runs here either. Caught: no hook on client-detached; a hook there that
// looks at one session, which left the window around the popup as it was.
func TestPopupLeavesNoSize(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	for name, around := range map[string]*Server{"of another server": up(t), "of the same server": s} {
		t.Run(name, func(t *testing.T) {
			must(t, around.Start(t.Context(), 2, runOf("8", 1), sh(t, forever)))
			hand(t, around, "bind-key", "-n", "F5", "display-popup", "-E", "-w", "80", "-h", "20",
				strings.Join(s.attachArgv("worker-1", ReadWrite), " "))
			for _, leave := range []func(terminal, string){
				func(term terminal, _ string) { term.press(t, "F12") },
				func(_ terminal, client string) { hand(t, around, "display-popup", "-C", "-c", client) },
			} {
				term := byHand(t, around, "worker-2", ReadWrite)
				sized(t, around, 2, "100x29")
				client := hand(t, around, "list-clients", "-t", target(2), "-F", "#{client_name}")
				term.press(t, "F5")
				sized(t, s, 1, "78x17")
				leave(term, client)
				attached(t, s, 1, 0)
				sized(t, s, 1, "160x45")
				term.close(t)
				sized(t, around, 2, "160x45")
			}
		})
	}
}

func TestReaderChangesNoSize(t *testing.T) {
	t.Parallel()
	s := up(t)
	cmd := sh(t, "stty raw -echo; exec cat > heard")
	must(t, s.Start(t.Context(), 1, runOf("7", 1), cmd))
	term := acting(t, s, "peek worker-1")
	attached(t, s, 1, 1)
	term.press(t, "x")
	if got := size(t, s, 1); got != "160x45" {
		t.Errorf("a reader made it %s", got)
	}
	must(t, s.Paste(t.Context(), 1, "told"))
	fileIs(t, cmd.Dir+"/heard", "told")
	term.press(t, "C-b", "d")
	attached(t, s, 1, 0)
}

// The terminal itself is a pane of another tmux server.
func TestAttachFromInsideAnotherTmux(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term := acting(t, s, "attach worker-1")
	attached(t, s, 1, 1)
	term.press(t, "F12")
	attached(t, s, 1, 0)
	until(t, "fm has returned", func() (any, bool) { got := session(t, term.Server, 1); return got, got.Exit == "exit 0" })
}

// Caught: a key that detaches a client which came by switch-client; a hook
// that resizes only what was detached from.
func TestAttachFromInsideOurServerSwitchesAndLeadsBack(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	must(t, s.Start(t.Context(), 10, runOf("8", 1), sh(t, forever)))
	must(t, s.StartSupervisor(t.Context(), fm.Command{
		Dir:  t.TempDir(),
		Argv: []string{"/bin/sh", "-c", `read key; "$0" -test.run='^$'; echo "left with $?"; ` + forever, os.Args[0]},
		Env:  map[string]string{role: "attach worker-1", roleDir: strings.TrimSuffix(s.path, "/s")},
	}))
	term := byHand(t, s, "supervisor", ReadWrite)
	where := func(want string) {
		t.Helper()
		until(t, "the person is at "+want, func() (any, bool) {
			got := hand(t, s, "list-clients", "-F", "#{session_name}")
			return got, got == want
		})
	}
	where("supervisor")
	term.press(t, "Enter")
	where("worker-1")
	sized(t, s, 1, "100x29")
	term.press(t, "F12")
	where("supervisor")
	sized(t, s, 1, "160x45")
	term.press(t, "F12")
	where("")
}

func TestAttachToNobodyIsGone(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 10, runOf("7", 1), sh(t, forever)))
	wantErr(t, s.Attach(t.Context(), "worker-1", ReadWrite), fm.ErrGone)
}
