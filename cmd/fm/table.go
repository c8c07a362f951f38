package main

import (
	"strings"

	"github.com/founder-mode/fm"
)

// table is what is shown as rows, in the form of Markdown, which reads well as
// it is. Its texts may come from outside.
type table struct {
	heads []string
	long  int // the column that is cut where the room is too narrow
	rows  [][]string
}

// narrowest is what is left of a column that is cut, however narrow the room.
const narrowest = 8

// lines gives the table in at most so many columns, as far as that can be done
// by cutting the long one.
func (t table) lines(width int) []string {
	widths := make([]int, len(t.heads))
	var rows [][]string
	for _, row := range append([][]string{t.heads}, t.rows...) {
		var cells []string
		for i, cell := range row {
			cell = strings.ReplaceAll(fm.Line(cell, 500), "|", "¦") // a table has no other way to show it
			widths[i] = max(widths[i], columns(cell))
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	total := 1
	for _, w := range widths {
		total += w + len("|  ")
	}
	widths[t.long] = max(min(widths[t.long], narrowest), widths[t.long]-max(0, total-width))
	var out []string
	for i, row := range rows {
		var line, rule strings.Builder
		for j, cell := range row {
			line.WriteString("| " + padded(cut(cell, widths[j]), widths[j]) + " ")
			rule.WriteString("|" + strings.Repeat("-", widths[j]+2))
		}
		out = append(out, line.String()+"|")
		if i == 0 {
			out = append(out, rule.String()+"|")
		}
	}
	return out
}
