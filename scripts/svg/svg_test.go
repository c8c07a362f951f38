package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/ui/sgr"
)

// texts decodes a picture, and gives what stands in its text elements, the
// title's left out. It fails when the picture is not well-formed, or has
// anything in it that loads or runs.
func texts(tb testing.TB, svg string) []string {
	tb.Helper()
	var all []string
	in := ""
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all[1:]
		}
		if err != nil {
			tb.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch x := token.(type) {
		case xml.StartElement:
			in = x.Name.Local
			switch in {
			case "svg", "title", "style", "rect", "circle":
			case "text":
				all = append(all, "")
			default:
				tb.Fatalf("an element %q", in)
			}
			for _, a := range x.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") || strings.Contains(a.Value, "url(") {
					tb.Fatalf("an attribute %q: %q", a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			in = ""
		case xml.CharData:
			if in == "text" {
				all[len(all)-1] += string(x)
			}
		case xml.Comment, xml.ProcInst, xml.Directive:
			tb.Fatalf("%T in it", x)
		}
	}
}

// said is what a capture shows, without blanks. XML has no word for two
// noncharacters, which stand for nothing anyway.
func said(capture string) string {
	var b strings.Builder
	var pen sgr.Pen
	for line := range strings.SplitSeq(capture, "\n") {
		for line != "" {
			n := pen.Take(line)
			if n == 0 {
				var text string
				var width int
				text, width, n = sgr.First(line)
				if !pen.Hidden && width > 0 {
					b.WriteString(text)
				}
			}
			line = line[n:]
		}
	}
	return unblanked(strings.NewReplacer("\ufffe", "\ufffd", "\uffff", "\ufffd").Replace(b.String()))
}

func unblanked(text string) string { return strings.Join(strings.Fields(text), "") }

// Caught: < not escaped; a style's last character lost; a wide character and a
// letter in one stretch; blanks between words drawn as words.
func TestEveryCharacterStandsInItsCell(t *testing.T) {
	type word struct {
		x, cells int
		text     string
	}
	for _, c := range []struct {
		capture string
		want    []word
	}{
		{"a <b> & \"c\"", []word{{0, 11, `a <b> & "c"`}}},
		{"a    b", []word{{0, 2, "a "}, {2, 3, "   "}, {5, 1, "b"}}},
		{"──x", []word{{0, 2, "──"}, {2, 1, "x"}}},
		{"█░a", []word{{0, 1, "█"}, {1, 1, "░"}, {2, 1, "a"}}},
		{"a全全b", []word{{0, 1, "a"}, {1, 2, "全"}, {3, 2, "全"}, {5, 1, "b"}}},
		{"a\x1b[31mb\x1b[0mc", []word{{0, 1, "a"}, {1, 1, "b"}, {2, 1, "c"}}},
		{"a\tb", []word{{0, 1, "a"}, {8, 1, "b"}}},
		{"\x1b[8mpw\x1b[28mx", []word{{0, 2, "  "}, {2, 1, "x"}}},
	} {
		var got []word
		for _, s := range newPicture("", c.capture, 1).rows[0] {
			got = append(got, word{s.x, s.cells, s.text})
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(word{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.capture, diff)
		}
	}
}

// Caught: reverse without a background left invisible; a palette colour taken
// for a named one; seams in a background; a look that ends with its line.
func TestPictureHasTheLooksOfTheTerminal(t *testing.T) {
	for _, c := range []struct{ capture, want string }{
		{"\x1b[31mx", `style="fill:#ff7b72">x`},
		{"\x1b[91mx", `style="fill:#ffa198">x`},
		{"\x1b[38;5;196mx", `style="fill:#ff0000">x`},
		{"\x1b[38;2;1;2;3mx", `style="fill:#010203">x`},
		{"\x1b[44mx", `width="8.4" height="18" fill="#58a6ff"/>` + "\n<text"},
		{"\x1b[7mx", `fill="` + ink + `"/>` + "\n" + `<text x="14" y="47.5" style="fill:` + paper + `">x`},
		{"\x1b[1;2;3;4;9mx", `style="font-weight:bold;fill-opacity:.65;font-style:italic;text-decoration:underline line-through">x`},
		{"\x1b[31m\nx", `y="65.5" style="fill:#ff7b72">x`},
		{"\x1b[41m \x1b[0mx", `width="8.4" height="18" fill="#ff7b72"/>`},
		{"\x1b[41ma\x1b[1mb  \x1b[42mc", `width="33.6" height="18" fill="#ff7b72"/>`},
	} {
		got := strings.ReplaceAll(newPicture("", c.capture, 1).draw(), ` xml:space="preserve"`, "")
		texts(t, got)
		if !strings.Contains(got, c.want) {
			t.Errorf("%q: no %s in\n%s", c.capture, c.want, got)
		}
	}
}

// Caught: the height of the last row; a title that closes its element.
func TestPictureHoldsTheWholeScreen(t *testing.T) {
	var out strings.Builder
	if err := run(strings.NewReader("one\ntwo\n"), &out, "</title><script>alert(1)</script>", 100); err != nil {
		t.Fatal(err)
	}
	if got, want := texts(t, out.String()), []string{"one", "two"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	width, height := fmt.Sprint(100*cellWidth+2*padding), fmt.Sprint(bar+2*cellHeight+padding)
	if want := `viewBox="0 0 ` + width + " " + height + `"`; !strings.Contains(out.String(), want) {
		t.Errorf("no %s in\n%s", want, &out)
	}
}

func TestAColourOfTheTerminalIsReadable(t *testing.T) {
	for n, hex := range sixteen() {
		if tcell.GetColor(hex) == tcell.ColorDefault {
			t.Errorf("colour %d is %q", n, hex)
		}
	}
}

// FuzzPicture holds that whatever a terminal shows gives a picture that is
// well-formed and says all of it.
func FuzzPicture(f *testing.F) {
	f.Add("<svg onload=alert(1)>&amp;]]><!--\x1b[31m-->", "a")
	f.Add("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\\x00\ufffe\uffff\xff", "</title>\x1b[2J")
	f.Add("全\t\u202e\u200b e\u0301\U0001F469\u200d\U0001F467\n\x1b[7m \x1b[4m \n\n", "全")
	f.Fuzz(func(t *testing.T, capture, title string) {
		svg := newPicture(title, capture, 3).draw()
		if !utf8.ValidString(svg) {
			t.Fatalf("not UTF-8: %q", svg)
		}
		got, want := unblanked(strings.Join(texts(t, svg), "")), said(capture)
		if got != want {
			t.Fatalf("the picture says %q, the terminal %q", got, want)
		}
	})
}
