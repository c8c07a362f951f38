// Package sgr reads text as terminals get it: which look its SGR sequences set,
// and which characters it shows.
//
// It promises that what it gives can be shown in one cell or two, and that
// everything but SGR is dropped: what a pane says may not reach another terminal,
// or a page, by way of its reader. It never fails: what is broken is left out.
//
// Start reading at [Pen].
package sgr

import (
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// MaxCluster is how many bytes a cell may hold; tmux itself keeps no more.
const MaxCluster = 32

// Pen is the look that SGR sequences have set (ECMA-48, 8.3.117, and what
// terminals added to it). Its zero value is a terminal's own look. It belongs to
// one goroutine.
type Pen struct {
	Style      tcell.Style
	Hidden     bool // text is there, and is not to be seen
	Colourless bool // colours are left out; nothing in a text changes that
}

// Take takes what stands at the beginning of s that is no text: a control, or
// an escape sequence, whole. It gives its length, 0 for text. SGR sequences
// count, everything else is dropped. s is not empty.
func (p *Pen) Take(s string) int {
	switch {
	case s[0] >= ' ' && s[0] != 0x7f:
		return 0
	case s[0] != '\x1b' || len(s) == 1:
		return 1
	}
	switch s[1] {
	case '[':
		n := 2 + span(s[2:], ' ', '?')
		if n == len(s) {
			return n
		}
		if s[n] == 'm' {
			p.set(s[2:n])
		}
		if s[n] < '@' || s[n] > '~' {
			return n // the sequence was broken off here
		}
		return n + 1
	case ']', 'P', '_', '^', 'X':
		n := strings.IndexAny(s[2:], "\a\x1b\n")
		switch {
		case n < 0:
			return len(s)
		case s[2+n] == '\a':
			return 2 + n + 1
		case strings.HasPrefix(s[2+n:], "\x1b\\"):
			return 2 + n + 2
		}
		return 2 + n // the sequence was broken off here
	}
	return min(2+span(s[1:], ' ', '/'), len(s))
}

// span is how many of the first bytes are between two.
func span(s string, from, to byte) int {
	n := 0
	for n < len(s) && from <= s[n] && s[n] <= to {
		n++
	}
	return n
}

// Skip takes in what a text sets, and nothing that it shows.
func (p *Pen) Skip(text string) {
	for {
		i := strings.IndexByte(text, '\x1b')
		if i < 0 {
			return
		}
		text = text[i:]
		text = text[p.Take(text):]
	}
}

// First gives the first character of a line as one cell or two may hold it, how
// many cells it takes, and how long it is there. line is not empty, and begins with
// what [Pen.Take] holds to be text.
func First(line string) (text string, width, n int) {
	if line[0] < utf8.RuneSelf && (len(line) == 1 || line[1] < utf8.RuneSelf) {
		return line[:1], 1, 1
	}
	text, _, width, _ = uniseg.FirstGraphemeClusterInString(line, -1)
	n = len(text)
	if safe := fm.Plain(text); safe != text {
		text, _, width, _ = uniseg.FirstGraphemeClusterInString(safe, -1)
	}
	if len(text) > MaxCluster {
		text = strings.ToValidUTF8(text[:MaxCluster], "")
	}
	return text, min(width, 2), n
}

// set takes in the parameters of one SGR sequence.
func (p *Pen) set(params string) {
	if span(params, '0', ';') < len(params) {
		return // a private sequence
	}
	for more := true; more; {
		var field string
		field, params, more = strings.Cut(params, ";")
		code, parts, split := strings.Cut(field, ":")
		switch n := number(code); {
		case n == 38 || n == 48 || n == 58:
			var colour tcell.Color
			if split {
				colour, _ = extended(parts, ":")
			} else {
				colour, params = extended(params, ";")
				more = params != ""
			}
			p.colour(n, colour)
		case split:
			p.styled(n, number(parts))
		default:
			p.one(n)
		}
	}
}

// extended reads a colour of 256 or of all, and gives what follows it. With
// colons there may be a colour space before the red (ITU-T T.416).
func extended(s, separator string) (colour tcell.Color, rest string) {
	next := func() int {
		var field string
		field, s, _ = strings.Cut(s, separator)
		return number(field)
	}
	switch next() {
	case 5:
		return tcell.PaletteColor(min(next(), 255)), s
	case 2:
		if separator == ":" && strings.Count(s, ":") >= 3 {
			next()
		}
		r, g, b := next(), next(), next()
		return tcell.NewRGBColor(int32(min(r, 255)), int32(min(g, 255)), int32(min(b, 255))), s
	}
	return tcell.ColorDefault, s
}

// colour sets the colour that a code is about: 38 of the text, 48 of what is
// behind it, 58 of the line under it.
func (p *Pen) colour(code int, c tcell.Color) {
	switch {
	case p.Colourless:
	case code == 38:
		p.Style = p.Style.Foreground(c)
	case code == 48:
		p.Style = p.Style.Background(c)
	case code == 58:
		p.Style = p.Style.Underline(c)
	}
}

// styled is a code that says more in a second part. Only underlines do; tmux
// writes an overline as a kind of blinking.
func (p *Pen) styled(code, kind int) {
	if code == 4 && kind <= int(tcell.UnderlineStyleDashed) {
		p.Style = p.Style.Underline(tcell.UnderlineStyle(kind))
	}
}

// one is a code that stands by itself. Nothing blinks in another's window, so
// 5 and 6 are left out.
func (p *Pen) one(code int) {
	switch {
	case code == 0:
		*p = Pen{Colourless: p.Colourless}
	case code >= 30 && code <= 37:
		p.colour(38, tcell.PaletteColor(code-30))
	case code >= 40 && code <= 47:
		p.colour(48, tcell.PaletteColor(code-40))
	case code >= 90 && code <= 97:
		p.colour(38, tcell.PaletteColor(code-90+8))
	case code >= 100 && code <= 107:
		p.colour(48, tcell.PaletteColor(code-100+8))
	case code == 39 || code == 49 || code == 59:
		p.colour(code-1, tcell.ColorDefault)
	default:
		p.attribute(code)
	}
}

func (p *Pen) attribute(code int) {
	switch code {
	case 1:
		p.Style = p.Style.Bold(true)
	case 2:
		p.Style = p.Style.Dim(true)
	case 3:
		p.Style = p.Style.Italic(true)
	case 4:
		p.Style = p.Style.Underline(tcell.UnderlineStyleSolid)
	case 7:
		p.Style = p.Style.Reverse(true)
	case 8:
		p.Hidden = true
	case 9:
		p.Style = p.Style.StrikeThrough(true)
	case 21:
		p.Style = p.Style.Underline(tcell.UnderlineStyleDouble)
	case 22:
		p.Style = p.Style.Bold(false).Dim(false)
	case 23:
		p.Style = p.Style.Italic(false)
	case 24:
		p.Style = p.Style.Underline(tcell.UnderlineStyleNone)
	case 27:
		p.Style = p.Style.Reverse(false)
	case 28:
		p.Hidden = false
	case 29:
		p.Style = p.Style.StrikeThrough(false)
	}
}

// number reads digits; what is none, or too many, is a code without a meaning.
// Nothing at all is 0.
func number(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 9999 {
			return 9999
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}
