package main

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// Sizes, in pixels. The width of a cell is that of most monospaced fonts, which
// is 0.6 of their size; textLength makes the others keep to it.
const (
	fontSize   = 14
	cellWidth  = 8.4
	cellHeight = 18
	baseline   = 13.5
	padding    = 14
	bar        = 34
)

// The window brings its own background, so that it can be read on a light page
// and on a dark one. The colours are those of GitHub's dark theme.
const (
	paper = "#0d1117"
	ink   = "#e6edf3"
	edge  = "#484f58"
	quiet = "#9198a1"
	fonts = `ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace`
)

// sixteen are the colours that a terminal gives names.
func sixteen() [16]string {
	return [16]string{
		"#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
		"#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
	}
}

// draw gives the picture as SVG.
func (p picture) draw() string {
	var b strings.Builder
	width := float64(p.columns)*cellWidth + 2*padding
	height := bar + len(p.rows)*cellHeight + padding
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]s %[2]d" width="%[1]s" height="%[2]d" role="img">`+"\n", number(width), height)
	fmt.Fprintf(&b, "<title>%s</title>\n", escaped(p.title))
	fmt.Fprintf(&b, "<style>text{font:%dpx %s;white-space:pre;fill:%s}</style>\n", fontSize, fonts, ink)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%s" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n", number(width-1), height-1, paper, edge)
	for i, colour := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5.5" fill="%s"/>`+"\n", 18+18*i, bar/2, colour)
	}
	fmt.Fprintf(&b, `<text x="%s" y="%d" text-anchor="middle" style="fill:%s">%s</text>`+"\n", number(width/2), bar/2+5, quiet, escaped(p.title))
	for y, row := range p.rows {
		behind(&b, row, y)
		for _, s := range row {
			s.draw(&b, y)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// behind draws what is behind the letters of a row. Neighbours of one colour
// are one rectangle, because between two there would be a seam.
func behind(b *strings.Builder, row []stretch, y int) {
	from, end, colour := 0, 0, ""
	flush := func() {
		if colour != "" {
			fmt.Fprintf(b, `<rect x="%s" y="%d" width="%s" height="%d" fill="%s"/>`+"\n", left(from), bar+y*cellHeight, number(float64(end-from)*cellWidth), cellHeight, colour)
		}
	}
	for _, s := range row {
		if c := lookOf(s.style).behind; c != colour || s.x != end {
			flush()
			from, colour = s.x, c
		}
		end = s.x + s.cells
	}
	flush()
}

func (s stretch) draw(b *strings.Builder, y int) {
	look := lookOf(s.style)
	if isBlank(s.text) && !look.lined {
		return
	}
	fmt.Fprintf(b, `<text x="%s" y="%s"%s`, left(s.x), number(float64(bar+y*cellHeight)+baseline), look.css())
	if s.cells > 1 {
		fmt.Fprintf(b, ` textLength="%s" lengthAdjust="spacingAndGlyphs"`, number(float64(s.cells)*cellWidth))
	}
	fmt.Fprintf(b, " xml:space=\"preserve\">%s</text>\n", escaped(s.text))
}

// look is a style as SVG has it.
type look struct {
	front, behind string // colours; "" for those of the window
	lined         bool   // something is to be seen even where there is no letter
	more          []string
}

func lookOf(s tcell.Style) look {
	front, behind, attrs := s.Decompose()
	l := look{front: colour(front), behind: colour(behind)}
	if attrs&tcell.AttrReverse != 0 {
		l.front, l.behind = l.behind, l.front
		if l.front == "" {
			l.front = paper
		}
		if l.behind == "" {
			l.behind = ink
		}
	}
	for _, a := range []struct {
		mask tcell.AttrMask
		css  string
	}{
		{tcell.AttrBold, "font-weight:bold"},
		{tcell.AttrDim, "fill-opacity:.65"},
		{tcell.AttrItalic, "font-style:italic"},
	} {
		if attrs&a.mask != 0 {
			l.more = append(l.more, a.css)
		}
	}
	var lines []string
	if s.GetUnderlineStyle() != tcell.UnderlineStyleNone {
		lines = append(lines, "underline")
	}
	if attrs&tcell.AttrStrikeThrough != 0 {
		lines = append(lines, "line-through")
	}
	if l.lined = len(lines) > 0; l.lined {
		l.more = append(l.more, "text-decoration:"+strings.Join(lines, " "))
	}
	return l
}

func (l look) css() string {
	all := l.more
	if l.front != "" {
		all = append([]string{"fill:" + l.front}, all...)
	}
	if len(all) == 0 {
		return ""
	}
	return ` style="` + strings.Join(all, ";") + `"`
}

// colour gives a colour of a terminal, "" for its default.
func colour(c tcell.Color) string {
	if !c.Valid() {
		return ""
	}
	if n := int(c - tcell.ColorValid); n < 16 {
		return sixteen()[n]
	}
	return fmt.Sprintf("#%06x", c.Hex())
}

// escaped is a text that XML takes for text, and that is the same when it comes
// out of it.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}

// left is where a column begins.
func left(column int) string { return number(padding + float64(column)*cellWidth) }

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 32) }
