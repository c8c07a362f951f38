package ui

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// press presses keys in a line: names of keys in angle brackets, else letters.
func (in *input) press(words string) {
	for words != "" {
		word, rest, named := strings.Cut(strings.TrimPrefix(words, "<"), ">")
		ev := tcell.NewEventKey(tcell.KeyF64, 0, tcell.ModNone)
		if !named || !strings.HasPrefix(words, "<") {
			r, n := utf8.DecodeRuneInString(words)
			word, rest, ev = string(r), words[n:], tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone)
		}
		in.key(word, ev)
		words = rest
	}
}

func TestLineIsEditedAsPeopleExpect(t *testing.T) {
	for keys, want := range map[string]string{ // with | for the cursor
		"":                          "|",
		"abc":                       "abc|",
		"abc<Left><Left>X":          "aX|bc",
		"abc<Home>X<End>Y":          "XabcY|",
		"abc<Backspace><Backspace>": "a|",
		"<Backspace>a<Left><Backspace><Left><Left>": "|a",
		"abc<Home><Delete>":                         "|bc",
		"abc<Delete><Right>":                        "abc|",
		"one two  three<Ctrl-W>":                    "one two  |",
		"one two  <Ctrl-W>":                         "one |",
		"one two<Left><Left><Ctrl-W>":               "one |wo",
		"one two<Left><Left><Ctrl-U>":               "|wo",
		"one two<Left><Left><Ctrl-K>":               "one t|",
		"全角<Backspace>":                             "全|",
		"e\u0301x<Left><Left>y":                     "y|e\u0301x",
		"e\u0301<Backspace>":                        "|",
		"🇩🇪<Left>":                                  "|🇩🇪",
		"a\x1b\u202eb":                              "ab|",
		"a<F5><Ctrl-Y>":                             "a|",
	} {
		var in input
		in.press(keys)
		if got := in.text[:in.at] + "|" + in.text[in.at:]; got != want {
			t.Errorf("%q gives %q, want %q", keys, got, want)
		}
	}
}

// Caught: a pasted line break that is lost, so that two words become one.
func TestPastedTextComesWholeAndTame(t *testing.T) {
	in := input{text: "ab", at: 1}
	in.paste("one\r\ntwo\tthree\x1b[31m\x07\u202e\n\n")
	if want := "aone\ntwo threeb"; in.text != want || in.at != len("aone\ntwo three") {
		t.Errorf("got %q with the cursor at %d, want %q", in.text, in.at, want)
	}
	in.paste(strings.Repeat("x", maxInput))
	if !in.full || in.text != "aone\ntwo threeb" {
		t.Errorf("what does not fit left %d bytes, full %t", len(in.text), in.full)
	}
	if in.press("x"); in.full {
		t.Error("it still is full after what fits")
	}
}

// lineAt paints a line in so many cells, and gives them with | at the cursor.
func lineAt(tb testing.TB, in input, width int) (row string, cursor int) {
	tb.Helper()
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		tb.Fatal(err)
	}
	defer screen.Fini()
	screen.SetSize(width+2, 1)
	screen.Fill('·', tcell.StyleDefault)
	screen.HideCursor()
	in.paint(canvas{screen: screen, x: 1, w: width, h: 1, theme: themeOf(Plain)}, tcell.StyleDefault)
	screen.Show()
	row = screenRows(tb, screen)[0]
	if !strings.HasPrefix(row, "·") || !strings.HasSuffix(row, "·") || uniseg.StringWidth(row) != width+2 {
		tb.Fatalf("%q in %d cells leaves its place: %q", in.text, width, row)
	}
	x, _, visible := screen.GetCursor()
	if width > 0 && (!visible || x < 1 || x > width) {
		tb.Fatalf("the cursor of %q at %d is at %d of %d cells, visible %t", in.text, in.at, x, width, visible)
	}
	return strings.Trim(row, "·"), x - 1
}

func TestLongLineShowsWhereTheCursorIs(t *testing.T) {
	for _, test := range []struct {
		text   string
		at     int
		want   string
		cursor int
	}{
		{"", 0, "          ", 0},
		{"short", 5, "short     ", 5},
		{"0123456789", 10, "…23456789 ", 9},
		{"0123456789", 0, "0123456789", 0},
		{"01234567890", 0, "012345678…", 0},
		{"01234567890123456789", 10, "…45678901…", 7},
		{"全角全角全角全角", 24, "…全角全角 ", 9},
		{"a\nb", 2, "a⏎b       ", 2},
		{"a  b ", 5, "a  b      ", 5},
	} {
		row, cursor := lineAt(t, input{text: test.text, at: test.at}, 10)
		if row != test.want || cursor != test.cursor {
			t.Errorf("%q at %d is shown as %q with the cursor at %d, want %q and %d", test.text, test.at, row, cursor, test.want, test.cursor)
		}
	}
}

// Whatever is typed and pasted, the cursor stands between two characters and on
// the screen, and nothing but characters is kept.
func FuzzLine(f *testing.F) {
	f.Add("<Left>e\u0301全<Ctrl-W>🇩🇪🇩<Backspace>", "a\nb\x1b[2J", 7)
	f.Add("\u200d👩\u0301<Home><Delete>\u0301", "🇩", 1)
	f.Fuzz(func(t *testing.T, keys, pasted string, width int) {
		var in input
		in.press(keys)
		in.paste(pasted)
		in.press("<Left>" + keys)
		if fm.Plain(in.text) != in.text {
			t.Fatalf("%q is kept", in.text)
		}
		edge, all := 0, []int{0}
		for _, cluster := range clusters(in.text) {
			edge += len(cluster)
			all = append(all, edge)
		}
		if !slices.Contains(all, in.at) {
			t.Fatalf("the cursor of %q is at %d, within a character", in.text, in.at)
		}
		lineAt(t, in, max(width, -width, 0)%100)
	})
}
