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
	if y < 0 || y >= c.h || x >= c.w || x < 0 {
		return 0
	}
	s = fit(fm.Line(s, 0), c.w-x)
	from := x
	state := -1
	for s != "" {
		var cluster string
		var width int
		cluster, s, width, state = uniseg.FirstGraphemeClusterInString(s, state)
		if width > 0 {
			c.screen.Put(c.x+x, c.y+y, cluster, style)
			x += width
		}
	}
	return x - from
}

// right paints a line so that it ends at the right edge.
func (c canvas) right(y int, style tcell.Style, s string) {
	s = fm.Line(s, 0)
	c.text(max(c.w-uniseg.StringWidth(s), 0), y, style, s)
}

// fill paints the whole rectangle in a style.
func (c canvas) fill(style tcell.Style) {
	for y := range c.h {
		for x := range c.w {
			c.screen.Put(c.x+x, c.y+y, " ", style)
		}
	}
}

// fit cuts a line to so many cells, with an ellipsis where something is lost.
func fit(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	var b strings.Builder
	left, state := width-1, -1
	for s != "" {
		var cluster string
		var w int
		cluster, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		if w > left {
			break
		}
		b.WriteString(cluster)
		left -= w
	}
	return b.String() + "…"
}
