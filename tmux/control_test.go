package tmux

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func dialed(tb testing.TB, s *Server) *conn {
	tb.Helper()
	c, err := s.dialControl(tb.Context(), func(string) {})
	must(tb, err)
	tb.Cleanup(c.close)
	return c
}

// A pane can show anything; the reply that carries it must end where tmux
// ended it. Caught: a block closed by any line that begins with %end.
//
// Fault: F23.
func TestShownGuardsCloseNoAnswer(t *testing.T) {
	t.Parallel()
	s := up(t)
	spoof := "%end 1 2 1\n%error 1 2 1\n%begin 1 2 1\n%exit\n%output %0 x"
	cmd := sh(t, `printf '%s\n' "$1"; : > shown; `+forever, spoof)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), cmd))
	fileIs(t, filepath.Join(cmd.Dir, "shown"), "")
	until(t, "the screen is up to date", func() (any, bool) {
		text, err := s.Capture(t.Context(), 1, 0)
		return text, err == nil && text == spoof
	})
	c := dialed(t, s)
	got, err := c.ask(t.Context(), "capture-pane", "-p", "-t", target(1))
	must(t, err)
	if strings.TrimRight(got, "\n") != spoof {
		t.Errorf("got %q", got)
	}
	must(t, c.ping(t.Context()))
}

func TestRejectedQuestionTellsWhyAndKeepsStep(t *testing.T) {
	t.Parallel()
	c := dialed(t, up(t))
	_, err := c.ask(t.Context(), "has-session", "-t", "=nobody")
	if err == nil || !strings.Contains(err.Error(), "can't find session: nobody") {
		t.Errorf("got error %v", err)
	}
	must(t, c.ping(t.Context()))
}

// Caught: a slot taken back when its question is given up, so that the late
// answer goes to the next one.
func TestGivenUpQuestionKeepsStep(t *testing.T) {
	t.Parallel()
	s := up(t)
	c := dialed(t, s)
	gen, err := s.Generation(t.Context())
	must(t, err)
	must(t, syscall.Kill(serverPID(gen), syscall.SIGSTOP))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.ask(ctx, "display-message", "-p", "late")
	wantErr(t, err, context.DeadlineExceeded)
	must(t, syscall.Kill(serverPID(gen), syscall.SIGCONT))
	for _, word := range []string{"one", "two"} {
		if got, err := c.ask(t.Context(), "display-message", "-p", word); got != word+"\n" || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, word)
		}
	}
}

// tmux stops reading a pane while a control client that is to hear its output
// does not listen. Those are the panes of the client's session, the hub, into
// which a person may have linked a worker's window. Caught: no-output left
// out, where the pane stands until the connection is given up.
func TestHeldReaderFreezesNoPane(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	var held atomic.Bool
	s := up(t, func(o *Options) {
		o.Wake = func() {
			if held.Load() {
				<-gate
			}
		}
	})
	commands := []fm.Command{sh(t, "read key; yes $(seq 100) | head -c 3000000; : > done; "+forever)}
	commands = append(commands, sh(t, commands[0].Argv[2]))
	for i, cmd := range commands {
		must(t, s.Start(t.Context(), fm.WorkerID(i+1), runOf("7", i+1), cmd))
	}
	hand(t, s, "link-window", "-d", "-s", target(2), "-t", exact(hub))
	watched(t, s)
	release := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(release)
	c := s.conn.Load()
	held.Store(true)
	hand(t, s, "new-session", "-d", "-s", "guest", "sleep", "1000") // the sign that holds the reader
	for i, cmd := range commands {
		hand(t, s, "send-keys", "-t", target(fm.WorkerID(i+1)), "Enter")
		fileIs(t, filepath.Join(cmd.Dir, "done"), "")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantErr(t, c.ping(ctx), context.DeadlineExceeded) // held all the while
	release()
	must(t, c.ping(t.Context()))
}

func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	c := dialed(t, up(t))
	done := make(chan error)
	for i := range 20 {
		go func() {
			word := strings.Repeat("x", i+1)
			var err error
			for range 20 {
				if got, e := c.ask(t.Context(), "display-message", "-p", word); e != nil || got != word+"\n" {
					err = errors.Join(err, e, errors.New("got "+got))
				}
			}
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestLostConnectionIsToldAtOnce(t *testing.T) {
	t.Parallel()
	s := up(t)
	c := dialed(t, s)
	must(t, s.Shutdown(t.Context()))
	_, err := c.ask(t.Context(), "display-message", "-p", "x")
	wantErr(t, err, errLost)
}

// FuzzQuote sends words through tmux's own parser of control lines and back.
func FuzzQuote(f *testing.F) {
	for _, seed := range append(hostile("canary"), "\r\x1b[31m\x7f\x01", "\xff\xfe", "\\033", strings.Repeat("~$\"", 9000)) {
		f.Add(seed)
	}
	s := up(f)
	c := dialed(f, s)
	file := filepath.Join(f.TempDir(), "buffer")
	f.Fuzz(func(t *testing.T, word string) {
		if word == "" || strings.Contains(word, "\x00") {
			return // tmux keeps no empty buffer, and no words with NUL
		}
		if _, err := c.ask(t.Context(), "set-buffer", "-b", "x", "--", word); err != nil {
			t.Fatalf("set-buffer %q: %v", word, err)
		}
		if _, err := c.ask(t.Context(), "save-buffer", "-b", "x", file); err != nil {
			t.Fatalf("save-buffer: %v", err)
		}
		fileIs(t, file, word) // tmux has its client write the file, after the answer
	})
}

// FuzzRead feeds the reader any bytes: it never panics, never blocks, and
// answers each slot at most once.
func FuzzRead(f *testing.F) {
	f.Add("%begin 1 2 1\nhello\n%end 1 2 1\n%sessions-changed\n%begin 1 3 0\n%end 1 3 0\n")
	f.Add("%begin 1 2 1\n%end 1 3 1\n%error 1 2 1\n%begin\n%end\n%exit reason\n")
	f.Fuzz(func(t *testing.T, stream string) {
		slots := []chan answer{make(chan answer, 1), make(chan answer, 1)}
		c := &conn{note: func(string) {}, ended: make(chan struct{}), slots: append([]chan answer{}, slots...)}
		c.read(strings.NewReader(stream))
		if len(slots[0]) < len(slots[1]) {
			t.Error("the second question was answered before the first")
		}
	})
}
