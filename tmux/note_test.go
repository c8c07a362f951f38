package tmux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// bottom waits until the last row of a person's terminal holds the text.
func bottom(tb testing.TB, term terminal, want string) {
	tb.Helper()
	until(tb, "the status line shows "+want, func() (any, bool) {
		text, err := term.Capture(tb.Context(), 1, 0)
		must(tb, err)
		last := text[strings.LastIndexByte(text, '\n')+1:]
		return last, strings.Contains(last, want)
	})
}

// Caught: a note that is not escaped, of which "#[fg=red]" vanishes.
//
// Fault: F23.
func TestNoteIsShownAsItIs(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term := byHand(t, s, "worker-1", ReadWrite)
	attached(t, s, 1, 1)
	bottom(t, term, " worker-1 · 7.1 ")
	canary := filepath.Join(t.TempDir(), "canary")
	for text, want := range map[string]string{
		"#7 is done; fm goes on when you leave": " · #7 is done; fm goes on when you leave ",
		"a#[fg=red]b##[x]":                      " · a# [fg=red]b",
		"#{pid} %H ,}":                          " · #{pid} %H ,} ",
		"two\nlines\x1b[31m;":                   " · two lines; ",
		"-t x":                                  " · -t x ",
		"#(touch x)#[fg=red]#{pid}":             " · #(touch x)# [fg=red]#{pid} ",
	} {
		must(t, s.Note(t.Context(), 1, text))
		bottom(t, term, want)
	}
	must(t, s.Note(t.Context(), 1, "#(touch "+canary+")"))
	bottom(t, term, "#(touch ")
	if _, err := os.Stat(canary); err == nil {
		t.Error("a note was run")
	}
	must(t, s.Note(t.Context(), 1, ""))
	bottom(t, term, " worker-1 · 7.1  ")
}

// What was said of one run is not said of the next.
// Caught: Start, or Stop, that leaves the note.
func TestNoteEndsWithWhatItIsAbout(t *testing.T) {
	t.Parallel()
	s := up(t)
	noted := func() string {
		return hand(t, s, "show-options", "-q", "-v", "-t", target(1), noteOption)
	}
	end := func() { must(t, s.Stop(t.Context(), 1)) }
	again := func() { must(t, s.Start(t.Context(), 1, runOf("8", 1), sh(t, forever))) }
	again()
	for _, do := range []func(){end, again} {
		must(t, s.Note(t.Context(), 1, "said"))
		if got := noted(); got != "said" {
			t.Fatalf("noted %q", got)
		}
		do()
		if got := noted(); got != "" {
			t.Errorf("%q stays", got)
		}
	}
}

func TestNoteNeedsASessionOfOurs(t *testing.T) {
	t.Parallel()
	s := up(t)
	wantErr(t, s.Note(t.Context(), 1, "x"), fm.ErrGone)
	must(t, s.Note(t.Context(), 1, ""))
	hand(t, s, "new-session", "-d", "-s", "worker-3", "sleep", "1000")
	wantErr(t, s.Note(t.Context(), 3, "x"), fm.ErrRefused)
}
