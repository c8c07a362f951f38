package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// role makes the test binary another process of fm's: its value is the role,
// and roleDir the folder of the server that it shares with the test.
const (
	role    = "FM_TMUX_TEST_ROLE"
	roleDir = "FM_TMUX_TEST_DIR"
)

func TestMain(m *testing.M) {
	if r := os.Getenv(role); r != "" {
		if err := play(r, os.Getenv(roleDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func play(r, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := New(context.Background(), options(dir))
	if err != nil {
		return err
	}
	verb, arg, _ := strings.Cut(r, " ")
	switch verb {
	case "ensure":
		started, err := s.Ensure(ctx)
		fmt.Println(started)
		return err
	case "attach":
		return s.Attach(ctx, arg, ReadWrite)
	case "type":
		if _, err := s.Typing(ctx, 3); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	case "peek":
		return s.Attach(ctx, arg, ReadOnly)
	case "popup":
		return Popup(ctx, strings.Fields(arg)...)
	}
	return fmt.Errorf("no role %q", r)
}

func options(dir string) Options {
	return Options{
		Socket:   filepath.Join(dir, "s"),
		ConfFile: filepath.Join(dir, "tmux.conf"),
		Environ:  []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "FROM_OPTIONS=yes"},
	}
}

// down gives a server that does not run yet. Cleanup ends what the test left.
func down(tb testing.TB, change ...func(*Options)) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket path holds 100 bytes; that of TempDir is longer
	if err != nil {
		tb.Fatal(err)
	}
	o := options(dir)
	for _, c := range change {
		c(&o)
	}
	s, err := New(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if pid, lost := lostServer(s.path); lost {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
		if err := s.Shutdown(ctx); err != nil {
			tb.Errorf("clean up: %v", err)
		}
		// A child that it forked at its end looks like the server for a moment.
		until(tb, "no server is left", func() (any, bool) { pid, left := lostServer(s.path); return pid, !left })
		_ = os.RemoveAll(dir)
	})
	return s
}

// up gives a running server.
func up(tb testing.TB, change ...func(*Options)) *Server {
	tb.Helper()
	s := down(tb, change...)
	if started, err := s.Ensure(tb.Context()); err != nil || !started {
		tb.Fatalf("Ensure: started %v, %v", started, err)
	}
	return s
}

// watched runs Watch until the test ends, and returns with its connection up.
func watched(tb testing.TB, s *Server) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Watch(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("Watch: %v", err)
		}
	})
	until(tb, "the connection is up", func() (any, bool) { return "down", s.conn.Load() != nil })
}

// until waits for a state, and shows the last one when it does not come.
func until(tb testing.TB, what string, look func() (state any, ok bool)) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		state, ok := look()
		if ok {
			return
		}
		if pause(ctx, 5*time.Millisecond) != nil {
			tb.Fatalf("never: %s; last seen: %+v", what, state)
		}
	}
}

// hand is what a person types: tmux -S socket words...
func hand(tb testing.TB, s *Server, words ...string) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "tmux", append([]string{"-u", "-S", s.path}, words...)...)
	cmd.Env = without(os.Environ(), "TMUX", "TMUX_PANE")
	cmd.WaitDelay = time.Second
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("tmux %q: %v: %s", words, err, errs.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

// sh is a command that runs a script with arguments.
func sh(tb testing.TB, script string, args ...string) fm.Command {
	tb.Helper()
	return fm.Command{Dir: tb.TempDir(), Argv: append([]string{"/bin/sh", "-c", script, "sh"}, args...)}
}

const forever = "exec sleep 1000"

func runOf(task string, attempt int) fm.Run { return fm.Run{Task: fm.TaskID(task), Attempt: attempt} }

// writeProgram writes a script that is run at once. No process is forked
// meanwhile: it would hold the file open for writing until its own exec, and the
// script could not be run as long as that ("text file busy").
func writeProgram(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), 0o700)
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wantErr(tb testing.TB, got, want error) {
	tb.Helper()
	if !errors.Is(got, want) {
		tb.Errorf("got error %v, want one that wraps %v", got, want)
	}
}

func observe(tb testing.TB, s *Server) fm.Sight {
	tb.Helper()
	sight, err := s.Observe(tb.Context())
	must(tb, err)
	return sight
}

func session(tb testing.TB, s *Server, w fm.WorkerID) fm.Session {
	tb.Helper()
	sight := observe(tb, s)
	for _, one := range sight.Sessions {
		if one.Worker == w {
			return one
		}
	}
	tb.Fatalf("no session of %s in %+v", w, sight)
	return fm.Session{}
}

// fileIs waits until a process has written exactly that.
func fileIs(tb testing.TB, path, want string) {
	tb.Helper()
	until(tb, path+" is written", func() (any, bool) {
		got, err := os.ReadFile(path)
		return fmt.Sprintf("%q, %v; want %q", got, err, want), err == nil && string(got) == want
	})
}
