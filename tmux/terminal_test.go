package tmux

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// visiting is a terminal whose shell attaches to worker-1 of s, and writes down
// how the terminal was set up before that, and after.
func visiting(tb testing.TB, s *Server) (term terminal, dir string) {
	tb.Helper()
	dir = tb.TempDir()
	script := `cd "$1"; stty -a > before; "$0" -test.run='^$'; echo "left with $?"; stty -a > part; mv part after; ` + forever
	term = terminal{up(tb, func(o *Options) { o.Width, o.Height = 100, 30 })}
	must(tb, term.Start(tb.Context(), 1, runOf("terminal", 1), fm.Command{
		Dir: dir, Argv: []string{"/bin/sh", "-c", script, os.Args[0], dir},
		Env: map[string]string{role: "attach worker-1", roleDir: strings.TrimSuffix(s.path, "/s")},
	}))
	attached(tb, s, 1, 1)
	return term, dir
}

// isBack checks that the terminal is as it was, and gives what stands there.
func isBack(tb testing.TB, term terminal, dir string) string {
	tb.Helper()
	var before, after []byte
	until(tb, "the shell has its terminal back", func() (any, bool) {
		var err, also error
		before, err = os.ReadFile(filepath.Join(dir, "before"))
		after, also = os.ReadFile(filepath.Join(dir, "after"))
		return hand(tb, term.Server, "capture-pane", "-p", "-t", target(1)), err == nil && also == nil
	})
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		tb.Errorf("the terminal is not as it was (-before +after):\n%s", diff)
	}
	flags := "#{alternate_on}#{mouse_any_flag}#{mouse_sgr_flag}#{keypad_flag}#{keypad_cursor_flag}#{insert_flag}#{cursor_flag}"
	until(tb, "screen, mouse, keypad and cursor are as they were", func() (any, bool) {
		got := hand(tb, term.Server, "display-message", "-p", "-t", target(1), flags)
		return got, got == "0000001"
	})
	return hand(tb, term.Server, "capture-pane", "-J", "-p", "-t", target(1))
}

// A server that dies sets no terminal back, and nor does its client. Caught: a
// shell without echo and without Ctrl-C, on the alternate screen.
func TestTerminalIsAsItWasWhenTheServerDies(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term, dir := visiting(t, s)
	pid, err := strconv.Atoi(hand(t, s, "display-message", "-p", "#{pid}"))
	must(t, err)
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	text := isBack(t, term, dir)
	if want := "attach to worker-1: its session has ended: tmux: server exited unexpectedly\nleft with 1\n"; !strings.Contains(text+"\n", want) {
		t.Errorf("got %q, want %q", text, want)
	}
}

// A session that is closed ends the visit of who is there, and they are told.
func TestVisitThatIsEndedIsTold(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term, dir := visiting(t, s)
	must(t, s.Close(t.Context(), 1))
	text := isBack(t, term, dir)
	if want := "attach to worker-1: its session has ended\nleft with 1\n"; !strings.Contains(text+"\n", want) {
		t.Errorf("got %q, want %q", text, want)
	}
}

// What tmux says of a visit that its person has ended stands in nobody's way.
func TestVisitLeavesNoWord(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term, dir := visiting(t, s)
	term.press(t, "F12")
	if got := isBack(t, term, dir); strings.TrimSpace(got) != "left with 0" {
		t.Errorf("it left %q", got)
	}
}

// The client that C-b C-z stops is no job of a shell's, which could wake it: fm
// waits for its end. Caught: the key as tmux has it.
func TestNobodyIsStuckInAClientThatStops(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, "exec cat")))
	term, dir := visiting(t, s)
	term.press(t, "C-b", "C-z", "x")
	until(t, "the worker's pane goes on", func() (any, bool) {
		got := hand(t, s, "capture-pane", "-p", "-t", target(1))
		return got, strings.Contains(got, "x")
	})
	term.press(t, "F12")
	if got := isBack(t, term, dir); strings.TrimSpace(got) != "left with 0" {
		t.Errorf("it left %q", got)
	}
}
