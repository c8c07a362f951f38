package main

import (
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/ui/sgr"
)

const tabWidth = 8

// picture is what a terminal shows.
type picture struct {
	title   string
	columns int
	rows    [][]stretch
}

// stretch is a part of a row that has one look.
type stretch struct {
	x, cells int
	text     string // one character to a cell, or a single one that takes two
	style    tcell.Style
}

func newPicture(title, capture string, columns int) picture {
	p := picture{title: fm.Line(title, 200), columns: max(columns, 1)}
	var pen sgr.Pen
	for line := range strings.SplitSeq(strings.TrimSuffix(capture, "\n"), "\n") {
		row, width := stretches(&pen, line)
		p.rows = append(p.rows, row)
		p.columns = max(p.columns, width)
	}
	return p
}

// stretches reads a line, with the look that the line before has left.
func stretches(pen *sgr.Pen, line string) (row []stretch, width int) {
	for line != "" {
		if n := pen.Take(line); n > 0 {
			if line[0] == '\t' {
				width += tabWidth - width%tabWidth
			}
			line = line[n:]
			continue
		}
		text, cells, n := sgr.First(line)
		line = line[n:]
		if pen.Hidden {
			text = strings.Repeat(" ", cells)
		}
		if cells > 0 {
			row = added(row, stretch{x: width, cells: cells, text: text, style: pen.Style})
			width += cells
		}
	}
	return row, width
}

// added adds a cell to a row. It goes on with the last stretch if that is like
// it: a font that lacks a character takes one from another font, with another
// width, so only plain letters, and repetitions of one sign, stand together. A gap
// stands alone, so that a viewer that squeezes text moves nothing behind it.
func added(row []stretch, c stretch) []stretch {
	if len(row) > 0 && row[len(row)-1].goesOn(c) {
		last := &row[len(row)-1]
		last.text += c.text
		last.cells += c.cells
		return row
	}
	return append(row, c)
}

func (s stretch) goesOn(c stretch) bool {
	if s.x+s.cells != c.x || s.style != c.style || len(s.text) > 1<<10 {
		return false
	}
	if isASCII(s.text) && isASCII(c.text) {
		return isBlank(s.text) == isBlank(c.text) || !isBlank(s.text) && !strings.HasSuffix(s.text, " ")
	}
	return !isASCII(s.text) && strings.HasSuffix(s.text, c.text) && strings.Count(s.text, c.text) == s.cells
}

func isASCII(text string) bool { return text[0] < 0x80 }

func isBlank(text string) bool { return strings.Trim(text, " ") == "" }
