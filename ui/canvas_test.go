package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// onCanvas gives the rows of a screen of so many cells after paint.
func onCanvas(tb testing.TB, w, h int, paint func(canvas)) []string {
	tb.Helper()
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(screen.Fini)
	screen.SetSize(w, h)
	screen.Fill('·', tcell.StyleDefault)
	paint(canvas{screen: screen, w: w, h: h, theme: themeOf(Coloured)})
	screen.Show()
	return screenRows(tb, screen)
}

// TestFitCutsBetweenCharacters: never more cells than there are, never half of
// a character, and an ellipsis where something is lost.
func TestFitCutsBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"abc", 0, ""},
		{"abc", -1, ""},
		{"漢字", 4, "漢字"},
		{"漢字仮", 5, "漢字…"},
		{"漢字仮", 4, "漢…"},
		{"漢字", 1, "…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"🇩🇪🇩🇪", 3, "🇩🇪…"},
		{"", 0, ""},
	} {
		if got := fit(c.text, c.width); got != c.want {
			t.Errorf("fit(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s, width := rapid.String().Draw(t, "text"), rapid.IntRange(0, 20).Draw(t, "width")
		if got := uniseg.StringWidth(fit(s, width)); got > width && width > 0 {
			t.Fatalf("fit(%q, %d) takes %d cells", s, width, got)
		}
	})
}

// TestWrappedLosesNoWord, and no line is too long.
func TestWrappedLosesNoWord(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"take a worker away", 7, []string{"take a", "worker", "away"}},
		{"take", 4, []string{"take"}},
		{"extraordinary", 5, []string{"extra", "ordin", "ary"}},
		{"漢字仮名", 5, []string{"漢字", "仮名"}},
		{"  \x1b[2J a\n\tb ", 9, []string{"a b"}},
		{"", 9, nil},
		{"a", 0, nil},
	} {
		if diff := cmp.Diff(c.want, wrapped(c.text, c.width)); diff != "" {
			t.Errorf("wrapped(%q, %d) (-want +got):\n%s", c.text, c.width, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s, width := rapid.StringMatching(`[a-z漢字 ]{0,60}`).Draw(t, "text"), rapid.IntRange(2, 20).Draw(t, "width")
		lines := wrapped(s, width)
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(s, " ", ""); got != want {
			t.Fatalf("wrapped(%q, %d) = %q", s, width, lines)
		}
		for _, line := range lines {
			if uniseg.StringWidth(line) > width {
				t.Fatalf("wrapped(%q, %d) has the line %q", s, width, line)
			}
		}
	})
}

// TestCanvasKeepsToItself paints from and to everywhere: nothing is painted
// outside of the part. Caught: a clipped part that keeps its whole width.
func TestCanvasKeepsToItself(t *testing.T) {
	text := "漢字 and more of it"
	for x := -3; x < 9; x++ {
		for y := -2; y < 5; y++ {
			rows := onCanvas(t, 8, 4, func(c canvas) {
				in := c.part(2, 1, 4, 2)
				in.text(x, y, c.theme.text, text)
				in.right(y, c.theme.text, text)
				in.rule(y, piece{c.theme.text, text})
				in.part(x, y, 9, 9).fill(c.theme.text)
				in.part(x, y, 9, 9).box(3, 3)
				in.part(x, y, -1, -1).fill(c.theme.text)
			})
			for i, row := range rows {
				if (i == 0 || i == 3) && row != "········" || !strings.HasPrefix(row, "··") || !strings.HasSuffix(row, "··") {
					t.Fatalf("at %d, %d row %d is %q", x, y, i, row)
				}
			}
		}
	}
}

// TestBoxCutsNoCharacterInHalf: a terminal draws no half of a wide character,
// and would draw the whole of it over the edge of the box.
func TestBoxCutsNoCharacterInHalf(t *testing.T) {
	rows := onCanvas(t, 12, 3, func(c canvas) {
		for y := range 3 {
			c.text(0, y, c.theme.text, "漢漢漢漢漢漢")
		}
		c.part(3, 0, 7, 3).box(3, 1).text(0, 0, c.theme.text, "yes")
	})
	want := []string{"漢 ╭─────╮漢", "漢 │ yes │漢", "漢 ╰─────╯漢"}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestConfirmTakesOnlyYForYes, and every way out leads out. Caught: Enter as a
// yes.
func TestConfirmTakesOnlyYForYes(t *testing.T) {
	for word, want := range map[string]bool{"y": true, "Y": true, "n": false, "N": false, "Esc": false, "q": false, "Ctrl-C": false} {
		done := false
		d := &Dashboard{model: newModel()}
		d.confirm("Cancel #12?", func() { done = true })
		for _, other := range []string{"Enter", "x", " ", "Tab", "j"} {
			d.model.modal.key(d, other, nil)
		}
		if done || d.model.modal == nil {
			t.Fatalf("another key was an answer")
		}
		d.model.modal.key(d, word, nil)
		if done != want || d.model.modal != nil {
			t.Errorf("%s: done %t, want %t; open %t", word, done, want, d.model.modal != nil)
		}
	}
}

// TestConfirmFrames holds the dialog, also over a page that is too small for it.
func TestConfirmFrames(t *testing.T) {
	for name, size := range map[string][2]int{"40x12": {40, 12}, "80x24": {80, 24}, "20x5": {20, 5}} {
		m := sampleModel(sampleView(8))
		m.modal = question{text: "Cancel #202, データベースの移行を書く? Its agent is stopped; what it has written is kept as refs/fm/preserved."}
		golden(t, "confirm-"+name, frame(t, m, size[0], size[1]))
	}
}
