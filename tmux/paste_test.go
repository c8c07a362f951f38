package tmux

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// listener writes what is typed into its pane to the file "heard", byte by
// byte, as an agent that asks for bracketed pastes hears it.
func listener(tb testing.TB, s *Server, w fm.WorkerID) (heard string) {
	tb.Helper()
	cmd := sh(tb, `stty raw -echo; printf '\033[?2004hready'; exec cat > heard`)
	must(tb, s.Start(tb.Context(), w, runOf("7", 1), cmd))
	// tmux reads in order: it has seen what stands before what it shows.
	until(tb, "the pane asks for brackets", func() (any, bool) {
		text, err := s.Capture(tb.Context(), w, 0)
		return fmt.Sprintf("%q, %v", text, err), text == "ready"
	})
	return filepath.Join(cmd.Dir, "heard")
}

// hears waits for all that was typed so far.
func hears(tb testing.TB, path, want string) {
	tb.Helper()
	until(tb, "it is heard", func() (any, bool) {
		b, err := os.ReadFile(path)
		got := string(b)
		return fmt.Sprintf("%.200q (%d bytes), %v; want %.200q (%d bytes)", got, len(got), err, want, len(want)), got == want
	})
}

// Caught: paste-buffer without -p (lines sent one by one) or without -r (LF
// becomes CR); text as an exec argument (";" and 16 KB).
//
// Fault: F19, F24.
func TestTextIsPastedAsItIs(t *testing.T) {
	t.Parallel()
	s := up(t)
	heard := listener(t, s, 1)
	all := ""
	for _, text := range append(hostile("/nonexistent/canary"),
		"one\ntwo\n\nthree", "~", "x;", "Enter", "C-c", strings.Repeat("line of some length\n", 2000)+"end",
	) {
		want := strings.TrimSpace(fm.Plain(text))
		if want == "" {
			continue
		}
		must(t, s.Paste(t.Context(), 1, text))
		all += "\x1b[200~" + want + "\x1b[201~"
		hears(t, heard, all)
	}
	if got := hand(t, s, "list-buffers"); got != "" {
		t.Errorf("buffers were left: %s", got)
	}
}

// Caught: Paste that trusts paste-buffer, which succeeds on a dead pane.
func TestDeadPaneTakesNoPaste(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, "exit 0")))
	until(t, "it is dead", func() (any, bool) { got := session(t, s, 1); return got, !got.Alive })
	wantErr(t, s.Paste(t.Context(), 1, "hello"), fm.ErrGone)
	wantErr(t, s.Paste(t.Context(), 2, "hello"), fm.ErrGone)
	wantErr(t, s.Paste(t.Context(), 1, " \x1b "), fm.ErrRefused)
}

// Caught: Paste without copy-mode -q, whose Enter only leaves the mode.
func TestPasteLeavesCopyModeFirst(t *testing.T) {
	t.Parallel()
	s := up(t)
	heard := listener(t, s, 1)
	hand(t, s, "copy-mode", "-t", target(1))
	must(t, s.Paste(t.Context(), 1, "hello"))
	hears(t, heard, "\x1b[200~hello\x1b[201~")
	if got := hand(t, s, "display-message", "-p", "-t", target(1), "#{pane_in_mode}"); got != "0" {
		t.Errorf("pane_in_mode is %s", got)
	}
}

func TestCaptureShowsTheTail(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, `i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "line $i #{pid} $(printf '\033[31m')红"; done; `+forever)))
	capture := func(lines int) string {
		text, err := s.Capture(t.Context(), 1, lines)
		must(t, err)
		return text
	}
	until(t, "all is shown", func() (any, bool) { got := capture(1); return got, got == "line 200 #{pid} 红" })
	if got := strings.Count(capture(0), "\n") + 1; got != 44 {
		t.Errorf("the screen has %d lines, want 44", got)
	}
	if got := capture(150); !strings.HasPrefix(got, "line 51 ") {
		t.Errorf("150 lines begin with %.20q", got)
	}
	if got := strings.Count(capture(1<<30), "\n") + 1; got != 200 {
		t.Errorf("the whole has %d lines, want 200", got)
	}
}
