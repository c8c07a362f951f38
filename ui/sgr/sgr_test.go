package sgr_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/ui/sgr"
)

// shown gives what a text shows, and the pen at its end.
func shown(text string) (string, sgr.Pen) {
	var b strings.Builder
	var p sgr.Pen
	for text != "" {
		if n := p.Take(text); n > 0 {
			text = text[n:]
			continue
		}
		one, _, n := sgr.First(text)
		b.WriteString(one)
		text = text[n:]
	}
	return b.String(), p
}

// What these mean in every form is held by the pictures of ui; here, how long
// they are. Caught: a sequence that was broken off taking the next one's
// beginning along.
func TestOnlyTextIsShown(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a\x1b[1mb\x1b[0;31mc", "abc"},
		{"a\x1b[2Jb\x1b[?25lc\x1b[10;10Hd", "abcd"},
		{"a\x1b]8;;http://example.org\x1b\\b\x1b]8;;\ac\x1b]0;title", "abc"},
		{"a\x1bPq#0\x1b\\b\x1b_x\x1b\\c\x1b(0d\x1b=e", "abcde"},
		{"a\tb\rc\x07d\x7fe", "abcde"},
		{"a\x1b[3\x1b[31mb", "ab"},
		{"\x1b[", ""},
		{"\x1b", ""},
		{"a\u202eb\u200bc", "abc"},
	} {
		if got, _ := shown(c.text); got != c.want {
			t.Errorf("%q shows %q, want %q", c.text, got, c.want)
		}
	}
}

// Caught: 0 that takes the colours back for one who wants none.
func TestColourlessStaysColourless(t *testing.T) {
	p := sgr.Pen{Colourless: true}
	p.Skip("\x1b[1;31mtext\x1b[0;4;38;5;9;48;2;1;2;3;58;5;1m")
	if want := tcell.StyleDefault.Underline(tcell.UnderlineStyleSolid); p.Style != want {
		t.Errorf("the style is %+v", p.Style)
	}
}

// FuzzPen holds that reading ends, that skipping a text comes to the same look
// as reading it, and that a cell holds one character and nothing else.
func FuzzPen(f *testing.F) {
	f.Add("\x1b[38;2;1;2m\x1b[48:5m\x1b[;;;:::m\x1b[38;5;\x1b]8;;\x1b[31m\x1b")
	f.Add("e" + strings.Repeat("\u0301", 99) + "全\U0001F469\u200d\U0001F469")
	f.Add("\x1b]0;x\n\x1b[31my\x1bP\x1b[0m\xff\xfe\x9b31m")
	f.Fuzz(func(t *testing.T, text string) {
		var read, skipped sgr.Pen
		skipped.Skip(text)
		for left := text; left != ""; {
			n := read.Take(left)
			if n == 0 {
				var cell string
				var width int
				cell, width, n = sgr.First(left)
				if fm.Plain(cell) != cell || len(cell) > sgr.MaxCluster || !utf8.ValidString(cell) {
					t.Fatalf("a cell holds %q", cell)
				}
				if width < 0 || width > 2 || uniseg.GraphemeClusterCount(cell) > 1 {
					t.Fatalf("%q takes %d cells", cell, width)
				}
			}
			if n < 1 || n > len(left) {
				t.Fatalf("%d of %q", n, left)
			}
			left = left[n:]
		}
		if read != skipped {
			t.Fatalf("read: %+v, skipped: %+v", read, skipped)
		}
	})
}
