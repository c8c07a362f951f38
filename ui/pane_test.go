package ui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/ui/sgr"
)

// paintedPane paints a pane alone, and gives its rows as text; where a row's
// cells have a look of their own, it is said behind each run of them.
func paintedPane(tb testing.TB, text string, w, h int, p Palette) []string {
	tb.Helper()
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(screen.Fini)
	screen.SetSize(w, h)
	paneInto(canvas{screen: screen, w: w, h: h, theme: themeOf(p)}, Pane{Text: text})
	rows := make([]string, 0, h)
	for y := range h {
		var b strings.Builder
		look := ""
		for x := 0; x < w; {
			text, style, width := screen.Get(x, y)
			if l := lookOf(style); l != look {
				fmt.Fprintf(&b, "{%s}", l)
				look = l
			}
			b.WriteString(text)
			x += width
		}
		row := strings.TrimRight(b.String(), " ")
		rows = append(rows, strings.TrimSuffix(row, "{}"))
	}
	for len(rows) > 0 && rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// lookOf words a style: "bold red on blue".
func lookOf(s tcell.Style) string {
	fg, bg, attrs := s.Decompose()
	var words []string
	for _, a := range []struct {
		mask tcell.AttrMask
		word string
	}{
		{tcell.AttrBold, "bold"},
		{tcell.AttrDim, "dim"},
		{tcell.AttrItalic, "italic"},
		{tcell.AttrReverse, "reverse"},
		{tcell.AttrStrikeThrough, "strike"},
		{tcell.AttrBlink, "blink"},
	} {
		if attrs&a.mask != 0 {
			words = append(words, a.word)
		}
	}
	if u := s.GetUnderlineStyle(); u != tcell.UnderlineStyleNone {
		words = append(words, []string{"", "underlined", "doubly", "curly", "dotted", "dashed"}[u])
	}
	if c := s.GetUnderlineColor(); c != tcell.ColorDefault {
		words = append(words, "with "+c.String())
	}
	if fg != tcell.ColorDefault {
		words = append(words, fg.String())
	}
	if bg != tcell.ColorDefault {
		words = append(words, "on "+bg.String())
	}
	return strings.Join(words, " ")
}

// Caught: 38;5;1 read as bold and blinking; 38:2::r:g:b with the colour space
// taken for red; 22 that ends bold alone; 5:3 read as blinking; a style that
// ends with its line; a pen that begins anew below what is not shown.
func TestPaneKeepsItsLook(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"sixteen", "\x1b[31ma\x1b[44mb\x1b[93mc\x1b[105md\x1b[39me\x1b[49mf", "{maroon}a{maroon on navy}b{yellow on navy}c{yellow on fuchsia}d{on fuchsia}e{}f"},
		{"256", "\x1b[38;5;196ma\x1b[0;48;5;1mb\x1b[0;38:5:2mc", "{#FF0000}a{on maroon}b{green}c"},
		{"256 and more", "\x1b[1;38;5;1;3ma", "{bold italic maroon}a"},
		{"rgb", "\x1b[38;2;1;2;3ma\x1b[0;48:2:4:5:6mb\x1b[0;38:2::7:8:9mc\x1b[0;48:2:0:7:8:9md", "{#010203}a{on #040506}b{#070809}c{on #070809}d"},
		{"rgb beyond", "\x1b[38;2;999;0;99999999999999ma", "{#FF00FF}a"},
		{"attributes", "\x1b[1;2ma\x1b[22;3mb\x1b[23;4mc\x1b[24;7md\x1b[27;9me\x1b[29mf", "{bold dim}a{italic}b{underlined}c{reverse}d{strike}e{}f"},
		{"underlines", "\x1b[4:2ma\x1b[4:3mb\x1b[4:4mc\x1b[4:5md\x1b[21me\x1b[4:1mf\x1b[4:0mg\x1b[4;58;5;1mh\x1b[59mi", "{doubly}a{curly}b{dotted}c{dashed}d{doubly}e{underlined}f{}g{underlined with maroon}h{underlined}i"},
		{"overline and blinking", "\x1b[5:3ma\x1b[5mb\x1b[53mc", "abc"},
		{"hidden", "a\x1b[8msecret\x1b[28mb", "a      b"},
		{"nothing is zero", "\x1b[1ma\x1b[mb\x1b[1;mc", "{bold}a{}bc"},
		{"unknown", "\x1b[12;38;9;77ma\x1b[38mb\x1b[>4;1mc\x1b[?1md", "abcd"},
		{"over lines", "\x1b[31mx\na", "{maroon}x|{maroon}a"},
		{"from above", "\x1b[31m1\n2\n3\n4", "{maroon}2|{maroon}3|{maroon}4"},
		{"links", "\x1b]8;;http://example.org\x1b\\a\x1b]8;;\x07b", "ab"},
		{"everything else", "\x1b[2Ja\x1b[10;10Hb\x1bPq\x1b\\c\x1b(0d\x0e\x0f\x07e\rf\x1b]0;title", "abcdef"},
		{"broken off", "\x1b[3\x1b[31ma\x1b[", "{maroon}a"},
		{"strings broken off", "\x1b]0;x\x1b[31ma\x1bPy\nb", "{maroon}a|{maroon}b"},
		{"strings broken off above", "\x1b]0;x\n\x1b[31m1\n2\n3\n4", "{maroon}2|{maroon}3|{maroon}4"},
		{"tabs", "a\tb\t\tc", "a       b               c"},
		{"wide", "a全b\U0001F680c", "a全b\U0001F680c"},
		{"combining", "e\u0301x", "e\u0301x"},
		{"joined", "\U0001F469\u200d\U0001F469\u200d\U0001F467x", "\U0001F469x"},
		{"reordering", "a\u202eb\u2066c\u200bd", "abcd"},
		{"blank end", "a\n\n\x1b[0m  \n\x1b[44m   \x1b[0m\n", "a"},
		{"tall", "1\n2\n3\n4\n5\n\n", "3|4|5"},
	} {
		got := strings.Join(paintedPane(t, c.text, 30, 3, Coloured), "|")
		if got != c.want {
			t.Errorf("%s: %q\n got %q\nwant %q", c.name, c.text, got, c.want)
		}
	}
}

// Caught: a box with a draft in it left out; a rule in what the agent says taken
// for a box.
func TestEmptyBoxMakesRoom(t *testing.T) {
	rule := strings.Repeat("─", 20)
	for _, c := range []struct{ name, text, want string }{
		{"a box", "1\n2\n3\n✽ Working…\n\n" + rule + "\n❯\u00a0\n" + rule + "\n  ? for shortcuts", "2|3|✽ Working…"},
		{"an older box", "1\n2\n3\n╭" + rule + "╮\n│ >   │\n╰" + rule + "╯\n  hint\n  and more", "1|2|3"},
		{"in colours", "1\n2\n3\n\x1b[2m" + rule + " fm-3 ──\x1b[0m\n\x1b[1m❯\x1b[0m \n\x1b[2m" + rule, "1|2|3"},
		{"a draft", "1\n2\n3\n" + rule + "\n❯ a draft\n" + rule, rule + "|❯ a draft|" + rule},
		{"room enough", "1\n" + "──\n>", "1|──|>"},
		{"no box", "1\n" + rule + "\n❯\ntext", rule + "|❯|text"},
		{"nothing but a box", "\n" + rule + "\n❯\n" + rule, ""},
	} {
		got := strings.Join(paintedPane(t, c.text, 40, 3, Plain), "|")
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Caught: the second half of a wide character beside the edge; an ellipsis for
// blanks.
func TestPaneIsCutByCells(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"abcd", "abcd"},
		{"abcde", "abc…"},
		{"abcd  \x1b[41m  ", "abcd"},
		{"abc全", "abc…"},
		{"ab全", "ab全"},
		{"ab全x", "ab …"},
		{"全全全", "全 …"},
		{"a\tb", "a  …"},
		{"a\t", "a"},
		{"abcde\u0301", "abc…"},
		{"abcde\x1b[31m\nx", "abc…|{maroon}x"},
	} {
		got := strings.Join(paintedPane(t, c.text, 4, 3, Coloured), "|")
		if got = strings.ReplaceAll(got, "{dim}", ""); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPaneHasNoColoursUnderNoColor(t *testing.T) {
	got := paintedPane(t, "\x1b[1;31;44ma\x1b[0;38;5;9;7mb\x1b[0;4;58;2;1;2;3mc\x1b[0;48:2::1:2:3;2md", 9, 1, Plain)
	if want := []string{"{bold}a{reverse}b{underlined}c{dim}d"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzPane holds that nothing leaves the canvas, that a cell holds a character
// and nothing else, and that it takes no more than its room.
//
// Fault: F24.
func FuzzPane(f *testing.F) {
	for i, text := range hostileTexts() {
		f.Add(text, byte(i*7), byte(5))
	}
	f.Add(samplePane(sampleWorker(2)).Text, byte(80), byte(24))
	f.Add("\x1b[38;2;1;2m\x1b[48:5m\x1b[;;;:::m\x1b[38;5;\x1b]8;;\x1b[31m\x1b", byte(9), byte(9))
	f.Add("e"+strings.Repeat("\u0301", 999), byte(1), byte(1))
	f.Fuzz(func(t *testing.T, text string, w, h byte) {
		screen := tcell.NewSimulationScreen("UTF-8")
		if err := screen.Init(); err != nil {
			t.Fatal(err)
		}
		defer screen.Fini()
		screen.SetSize(int(w)+2, int(h)+2)
		screen.Fill('·', tcell.StyleDefault)
		c := canvas{screen: screen, x: 1, y: 1, w: int(w), h: int(h), theme: themeOf(Coloured)}
		c.fill(tcell.StyleDefault)
		paneInto(c, Pane{Text: text})
		for y := range int(h) + 2 {
			for x := range int(w) + 2 {
				text, style, width := screen.Get(x, y)
				inside := x > 0 && x <= c.w && y > 0 && y <= c.h
				if !inside && (text != "·" || style != tcell.StyleDefault) {
					t.Fatalf("%d, %d is outside of %d×%d, and holds %q", x, y, w, h, text)
				}
				if fm.Line(text, 0) != text && text != " " || len(text) > sgr.MaxCluster || uniseg.GraphemeClusterCount(text) != 1 {
					t.Fatalf("the cell %d, %d holds %q", x, y, text)
				}
				if inside && x+width > c.w+1 {
					t.Fatalf("%q at %d, %d hangs over the edge of %d×%d", text, x, y, w, h)
				}
			}
		}
	})
}

// What tmux says of a pane, and what the program in it printed, look the same.
func TestPaneLooksAsTheProgramPrintedIt(t *testing.T) {
	printed := []struct{ text, want string }{
		{`\033[31mred\033[0m \033[1mbold\033[0m \033[2mdim\033[22m \033[3mitalic\033[0m`, "{maroon}red{} {bold}bold{} {dim}dim{} {italic}italic"},
		{`\033[4munder\033[0m \033[7mreverse\033[0m \033[9mstrike\033[0m`, "{underlined}under{} {reverse}reverse{} {strike}strike"},
		{`\033[4:3mcurly\033[0m\033[4:2mdouble\033[0m\033[5mblink\033[0m`, "{curly}curly{doubly}double{}blink"},
		{`\033[38;5;196m256\033[48;5;22mboth\033[0m\033[97mbright\033[0m`, "{#FF0000}256{#FF0000 on #005F00}both{white}bright"},
		{`\033[38;2;215;119;87mrgb\033[48;2;55;55;55mon it\033[0m`, "{#D77757}rgb{#D77757 on #373737}on it"},
		{`\033[38:2::1:2:3mcolons\033[0m\033[38:5:9mred\033[0m`, "{#010203}colons{red}red"},
		{`\033[44mbar   \033[0m|`, "{on navy}bar   {}|"},
		{`\033]8;;http://example.org\033\\link\033]8;;\033\\ \033]0;title\007after`, "link after"},
		{`全角 é \U0001F680 ─│┌ ⏺ ❯ ⎿`, "全角 é \U0001F680 ─│┌ ⏺ ❯ ⎿"},
		{`a\tb`, "a       b"},
		{`\033[8mhidden\033[0mseen`, "      seen"},
		{`\033[31mover`, "{maroon}over"},
		{`lines\033[0m`, "{maroon}lines"},
		{`end`, "end"},
	}
	var script, want strings.Builder
	for _, p := range printed {
		script.WriteString(strings.ReplaceAll(p.text, `\U0001F680`, "\U0001F680") + `\n`)
		want.WriteString(p.want + "\n")
	}
	got := strings.Join(paintedPane(t, inTmux(t, script.String(), "end"), 60, 20, Coloured), "\n") + "\n"
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("-printed +painted:\n%s", diff)
	}
}

// inTmux gives the capture of a pane in which printf has printed that, once
// its end can be seen.
func inTmux(tb testing.TB, format, end string) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket path holds 100 bytes; that of TempDir is longer
	if err != nil {
		tb.Fatal(err)
	}
	tmux := func(ctx context.Context, words ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-f", "/dev/null", "-S", filepath.Join(dir, "s")}, words...)...)
		cmd.WaitDelay = time.Second
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TERM=xterm-256color", "LC_ALL=C.UTF-8"}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	tb.Cleanup(func() {
		_, _ = tmux(context.Background(), "kill-server")
		_ = os.RemoveAll(dir)
	})
	ctx, cancel := context.WithTimeout(tb.Context(), 15*time.Second)
	defer cancel()
	if out, err := tmux(ctx, "new-session", "-d", "-x", "100", "-y", "30", "/bin/sh", "-c", `printf "$1"; exec sleep 1000`, "sh", format); err != nil {
		tb.Fatalf("start tmux: %v: %s", err, out)
	}
	for {
		out, err := tmux(ctx, "capture-pane", "-p", "-e", "-N")
		if err == nil && strings.Contains(out, end) {
			return out
		}
		if ctx.Err() != nil {
			tb.Fatalf("%q is never shown: %v: %q", end, err, out)
		}
	}
}

func BenchmarkPane(b *testing.B) {
	var text strings.Builder
	for y := range 45 {
		for x := range 20 {
			fmt.Fprintf(&text, "\x1b[38;5;%dmword%03d ", (x+y)%256, x)
		}
		text.WriteString("\x1b[0m\n")
	}
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		b.Fatal(err)
	}
	defer screen.Fini()
	screen.SetSize(160, 45)
	c := canvas{screen: screen, w: 160, h: 45, theme: themeOf(Coloured)}
	b.ReportAllocs()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		paneInto(c, Pane{Text: text.String(), Width: 160, Height: 45})
	}
}
