package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
)

// pen is the look that SGR sequences have set (ECMA-48, 8.3.117, and what
// terminals added to it).
type pen struct {
	style   tcell.Style
	hidden  bool // text is there, and is not to be seen
	palette Palette
}

// take takes what stands at the beginning of s that is no text: a control, or
// an escape sequence, whole. It gives its length, 0 for text. SGR sequences
// count, everything else is dropped: what a pane says may not reach the
// terminal by way of us.
func (p *pen) take(s string) int {
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

// skip takes in what a text sets, and nothing that it shows.
func (p *pen) skip(text string) {
	for {
		i := strings.IndexByte(text, '\x1b')
		if i < 0 {
			return
		}
		text = text[i:]
		text = text[p.take(text):]
	}
}

// set takes in the parameters of one SGR sequence.
func (p *pen) set(params string) {
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
func (p *pen) colour(code int, c tcell.Color) {
	switch {
	case p.palette == Plain:
	case code == 38:
		p.style = p.style.Foreground(c)
	case code == 48:
		p.style = p.style.Background(c)
	case code == 58:
		p.style = p.style.Underline(c)
	}
}

// styled is a code that says more in a second part. Only underlines do; tmux
// writes an overline as a kind of blinking.
func (p *pen) styled(code, kind int) {
	if code == 4 && kind <= int(tcell.UnderlineStyleDashed) {
		p.style = p.style.Underline(tcell.UnderlineStyle(kind))
	}
}

// one is a code that stands by itself. Nothing blinks in another's window, so
// 5 and 6 are left out.
func (p *pen) one(code int) {
	switch {
	case code == 0:
		*p = pen{palette: p.palette}
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

func (p *pen) attribute(code int) {
	switch code {
	case 1:
		p.style = p.style.Bold(true)
	case 2:
		p.style = p.style.Dim(true)
	case 3:
		p.style = p.style.Italic(true)
	case 4:
		p.style = p.style.Underline(tcell.UnderlineStyleSolid)
	case 7:
		p.style = p.style.Reverse(true)
	case 8:
		p.hidden = true
	case 9:
		p.style = p.style.StrikeThrough(true)
	case 21:
		p.style = p.style.Underline(tcell.UnderlineStyleDouble)
	case 22:
		p.style = p.style.Bold(false).Dim(false)
	case 23:
		p.style = p.style.Italic(false)
	case 24:
		p.style = p.style.Underline(tcell.UnderlineStyleNone)
	case 27:
		p.style = p.style.Reverse(false)
	case 28:
		p.hidden = false
	case 29:
		p.style = p.style.StrikeThrough(false)
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
