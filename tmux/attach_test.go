package tmux

import (
	"bytes"
	"context"
	"os"
	"os/exec"
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
	return newTerminal(tb, nil, append([]string{"env", "-u", "TMUX", "-u", "TMUX_PANE"}, s.attachArgv(exact(name), mode)...)...)
}

// acting is a terminal in which fm attaches.
func acting(tb testing.TB, s *Server, what string) terminal {
	tb.Helper()
	dir := strings.TrimSuffix(s.path, "/s")
	return newTerminal(tb, map[string]string{role: what, roleDir: dir}, os.Args[0], "-test.run=^$")
}

// actingOn is a terminal of some kind.
func actingOn(tb testing.TB, s *Server, term, what string) terminal {
	tb.Helper()
	dir := strings.TrimSuffix(s.path, "/s")
	return newTerminal(tb, map[string]string{role: what, roleDir: dir}, "env", "TERM="+term, os.Args[0], "-test.run=^$")
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
			for _, leave := range []func(terminal, string){
				func(term terminal, _ string) { term.press(t, "F12") },
				func(_ terminal, client string) { hand(t, around, "display-popup", "-C", "-c", client) },
			} {
				term := byHand(t, around, "worker-2", ReadWrite)
				sized(t, around, 2, "100x29")
				client := hand(t, around, "list-clients", "-t", target(2), "-F", "#{client_name}")
				closed := overlaid(t, around, client, s.attachArgv(target(1), ReadWrite))
				sized(t, s, 1, "78x17")
				leave(term, client)
				closed()
				attached(t, s, 1, 0)
				sized(t, s, 1, "160x45")
				term.close(t)
				sized(t, around, 2, "160x45")
			}
		})
	}
}

// overlaid opens a popup of 80 × 20 on a client. What is returned waits until it
// is closed. Without TMUX in it, because tmux takes a popup for a pane whose
// terminal has the name that a dead pane's had.
func overlaid(t *testing.T, s *Server, client string, argv []string) (closed func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "tmux", "-S", s.path, "display-popup", "-c", client, "-E", "-w", "80", "-h", "20",
		shellLine(append([]string{"env", "-u", "TMUX", "-u", "TMUX_PANE"}, argv...)))
	cmd.Env = without(os.Environ(), "TMUX", "TMUX_PANE")
	cmd.WaitDelay = time.Second
	said := &bytes.Buffer{}
	cmd.Stderr = said
	must(t, cmd.Start())
	return func() {
		t.Helper()
		if err := cmd.Wait(); said.Len() > 0 { // its exit code is that of what ran in it
			t.Fatalf("the popup: %v: %s", err, said)
		}
	}
}

// One key leads back for readers, too. Caught: F12 bound to if-shell, which
// tmux does not run for a reader.
func TestReaderChangesNoSize(t *testing.T) {
	t.Parallel()
	s := up(t)
	cmd := sh(t, "stty raw -echo; exec cat > heard")
	must(t, s.Start(t.Context(), 1, runOf("7", 1), cmd))
	for _, keys := range [][]string{{"F12"}, {"C-b", "d"}} {
		term := acting(t, s, "peek worker-1")
		attached(t, s, 1, 1)
		term.press(t, "x")
		if got := size(t, s, 1); got != "160x45" {
			t.Errorf("a reader made it %s", got)
		}
		term.press(t, keys...)
		attached(t, s, 1, 0)
		term.close(t)
	}
	must(t, s.Paste(t.Context(), 1, "told"))
	fileIs(t, cmd.Dir+"/heard", "told")
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

// Who goes from one session of our server to another, and to a third, is led
// back one by one, also from a visit that was to look only. Caught:
// switch-client, from which F12 led out of all; a reader's visit that is left
// for one in which they may type.
func TestVisitsWithinOurServerAreLeftOneByOne(t *testing.T) {
	t.Parallel()
	s := up(t)
	visits := func(what string) fm.Command {
		return fm.Command{
			Dir:  t.TempDir(),
			Argv: []string{"/bin/sh", "-c", `read key; "$0" -test.run='^$'; echo "left with $?"; ` + forever, os.Args[0]},
			Env:  map[string]string{role: what, roleDir: strings.TrimSuffix(s.path, "/s")},
		}
	}
	must(t, s.StartSupervisor(t.Context(), visits("attach worker-1")))
	must(t, s.Start(t.Context(), 1, runOf("7", 1), visits("peek worker-10")))
	must(t, s.Start(t.Context(), 10, runOf("8", 1), sh(t, forever)))
	term := byHand(t, s, "supervisor", ReadWrite)
	where := func(want string) {
		t.Helper()
		until(t, "the person is at "+want, func() (any, bool) {
			got := hand(t, s, "list-clients", "-F", "#{session_name} #{client_readonly}")
			return got, got == want
		})
	}
	where("supervisor 0")
	term.press(t, "Enter")
	where("worker-1 0")
	sized(t, s, 1, "100x29")
	term.press(t, "Enter")
	where("worker-10 1")
	sized(t, s, 1, "160x45")
	term.press(t, "F12")
	where("worker-1 0")
	sized(t, s, 1, "100x29")
	term.press(t, "F12")
	where("supervisor 0")
	sized(t, s, 1, "160x45")
	term.press(t, "F12")
	where("")
	if got := size(t, s, 10); got != "160x45" {
		t.Errorf("a reader made it %s", got)
	}
}

// A pane that nobody looks at takes nobody else's client along. Caught: the
// client that tmux finds by itself.
func TestNobodyIsTakenAlong(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	must(t, s.Start(t.Context(), 2, runOf("8", 1), fm.Command{
		Dir: t.TempDir(), Argv: []string{os.Args[0], "-test.run=^$"},
		Env: map[string]string{role: "attach worker-3", roleDir: strings.TrimSuffix(s.path, "/s")},
	}))
	must(t, s.Start(t.Context(), 3, runOf("9", 1), sh(t, forever)))
	byHand(t, s, "worker-1", ReadWrite)
	attached(t, s, 1, 1)
	must(t, s.Start(t.Context(), 2, runOf("8", 2), fm.Command{
		Dir: t.TempDir(), Argv: []string{os.Args[0], "-test.run=^$"},
		Env: map[string]string{role: "attach worker-3", roleDir: strings.TrimSuffix(s.path, "/s")},
	}))
	until(t, "it was refused", func() (any, bool) { got := session(t, s, 2); return got, got.Exit == "exit 1" })
	attached(t, s, 1, 1)
}

// Many an emulator's name means nothing to the machine at the other end of ssh.
// Caught: TERM handed on as it is.
func TestUnknownTerminalIsTakenForAKnownOne(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	for term, want := range map[string]string{"xterm-nobodys": "xterm-256color", "tmux-nobodys": "screen-256color", "rxvt-unicode": "rxvt-unicode"} {
		outer := actingOn(t, s, term, "attach worker-1")
		attached(t, s, 1, 1)
		if got := hand(t, s, "list-clients", "-t", target(1), "-F", "#{client_termname}"); got != want {
			t.Errorf("%s: taken for %s, want %s", term, got, want)
		}
		outer.press(t, "F12")
		attached(t, s, 1, 0)
		outer.close(t)
	}
}

// What cannot be drawn on is refused in one line.
func TestDumbTerminalIsRefused(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	outer := actingOn(t, s, "dumb", "attach worker-1")
	until(t, "it was refused", func() (any, bool) { got := session(t, outer.Server, 1); return got, got.Exit == "exit 1" })
	want := "attach to worker-1: on TERM=dumb: open terminal failed: terminal does not support clear: refused"
	if got := hand(t, outer.Server, "capture-pane", "-J", "-p", "-t", target(1)); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAttachToNobodyIsGone(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 10, runOf("7", 1), sh(t, forever)))
	wantErr(t, s.Attach(t.Context(), "worker-1", ReadWrite), fm.ErrGone)
}
