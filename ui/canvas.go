package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// canvas is a rectangle of the screen. What is painted on it is clipped to it,
// cell by cell; text never becomes markup or an escape.
type canvas struct {
	screen     tcell.Screen
	x, y, w, h int
	theme      theme
}

// piece is a part of a line in a style of its own. Its spaces are kept; text
// from outside goes through [fm.Line] before it becomes one.
type piece struct {
	style tcell.Style
	text  string
}

// part is a rectangle within this one, clipped to it.
func (c canvas) part(x, y, w, h int) canvas {
	x, y = min(max(x, 0), c.w), min(max(y, 0), c.h)
	p := c
	p.x, p.y, p.w, p.h = c.x+x, c.y+y, min(max(w, 0), c.w-x), min(max(h, 0), c.h-y)
	return p
}

// text paints a line at x, y and gives the cells that it took. What does not
// fit ends in an ellipsis; a wide character that would be cut is left out.
func (c canvas) text(x, y int, style tcell.Style, s string) int {
	return c.put(x, y, piece{style, fm.Line(s, 0)})
}

// line paints pieces one behind the other and gives the cells that they took.
func (c canvas) line(x, y int, pieces ...piece) int {
	from := x
	for _, p := range pieces {
		x += c.put(x, y, p)
	}
	return x - from
}

// right paints a line so that it ends at the right edge.
func (c canvas) right(y int, style tcell.Style, s string) {
	c.lineRight(y, piece{style, fm.Line(s, 0)})
}

// lineRight paints pieces so that they end at the right edge.
func (c canvas) lineRight(y int, pieces ...piece) {
	c.line(max(c.w-cells(pieces), 0), y, pieces...)
}

func (c canvas) put(x, y int, p piece) int {
	if y < 0 || y >= c.h || x >= c.w || x < 0 {
		return 0
	}
	from := x
	state := -1
	for s := fit(fm.Plain(p.text), c.w-x); s != ""; {
		var cluster string
		var width int
		cluster, s, width, state = uniseg.FirstGraphemeClusterInString(s, state)
		if width > 0 {
			c.screen.Put(c.x+x, c.y+y, cluster, p.style)
			x += width
		}
	}
	return x - from
}

// fill paints the whole rectangle in a style. A wide character that would reach
// into it from the left goes: a terminal shows no half of one.
func (c canvas) fill(style tcell.Style) {
	for y := range c.h {
		if _, old, width := c.screen.Get(c.x-1, c.y+y); width > 1 && c.w > 0 {
			c.screen.Put(c.x-1, c.y+y, " ", old)
		}
		for x := range c.w {
			c.screen.Put(c.x+x, c.y+y, " ", style)
		}
	}
}

// rule paints a thin line with a heading in it.
func (c canvas) rule(y int, pieces ...piece) {
	if y < 0 || y >= c.h {
		return
	}
	x := c.line(0, y, pieces...)
	if x > 0 {
		x++
	}
	if x < c.w {
		c.put(x, y, piece{c.theme.dim, strings.Repeat("─", c.w-x)})
	}
}

// cells is how many cells pieces take.
func cells(pieces []piece) int {
	n := 0
	for _, p := range pieces {
		n += uniseg.StringWidth(p.text)
	}
	return n
}

// fit cuts a line to so many cells, with an ellipsis where something is lost.
func fit(s string, width int) string {
	if len(s) <= width && ascii(s) || uniseg.StringWidth(s) <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	return s[:within(s, width-1)] + "…"
}

// within is how many bytes of a text fit into so many cells.
func within(s string, width int) int {
	n, state := 0, -1
	for rest := s; rest != ""; {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if width -= w; width < 0 {
			break
		}
		n += len(cluster)
	}
	return n
}

// ascii says whether each byte of a text is a character of one cell.
func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// wrapped breaks a text into lines of at most so many cells, between words
// where that is possible.
func wrapped(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(fm.Plain(s)) {
		if line != "" && uniseg.StringWidth(line)+1+uniseg.StringWidth(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; uniseg.StringWidth(line) > width; {
			n := within(line, width)
			if n == 0 { // a single character is wider than the line
				return append(lines, fit(line, width))
			}
			lines, line = append(lines, line[:n]), line[n:]
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
