package ui

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// spot is a row of a text: the nth of those that a line is broken into. On the
// line atEnd it is where the last rows are shown, and stays there while the
// text grows.
type spot struct{ line, row int }

const (
	atEnd = -1
	far   = 1 << 20 // rows, beyond any text
)

// moved is where one is so many rows further, in a window of w × h cells.
func (t textState) moved(by, w, h int) spot {
	last := t.last(w, h)
	at := t.top
	if at.line == atEnd {
		at = last
	}
	switch {
	case by <= -far:
		at = spot{}
	case by >= far:
		at = last
	}
	for ; by < 0 && (at.line > 0 || at.row > 0); by++ {
		if at.row--; at.row < 0 {
			at.line--
			at.row = len(t.rows(at.line, w)) - 1
		}
	}
	for ; by > 0 && at.before(last); by-- {
		if at.row++; at.row >= len(t.rows(at.line, w)) {
			at = spot{at.line + 1, 0}
		}
	}
	if !at.before(last) {
		at = spot{line: atEnd}
	}
	return at
}

func (s spot) before(o spot) bool { return s.line < o.line || s.line == o.line && s.row < o.row }

// last is where the last rows fill a window.
func (t textState) last(w, h int) spot {
	for line := range slices.Backward(t.lines) {
		rows := len(t.rows(line, w))
		if rows >= h {
			return spot{line, rows - h}
		}
		h -= rows
	}
	return spot{}
}

// rows are what a line is broken into. Those but the first are indented, unless
// they stand beside the time of an event.
func (t textState) rows(line, w int) []string {
	text, indent := t.lines[line].text, 0
	if t.of.task == "" {
		indent = min(len(text)-len(strings.TrimLeft(text, " "))+2, max(w/4, 0))
	}
	return folded(text, w, indent)
}

// folded breaks a line into rows of at most so many cells, between words where
// that is possible.
func folded(s string, w, indent int) []string {
	var rows []string
	begin := ""
	for {
		room := max(w-len(begin), 1)
		n := len(s)
		if !ascii(s) || n > room {
			n = head(s, room)
		}
		if n == len(s) {
			return append(rows, begin+s)
		}
		if space := strings.LastIndexByte(s[:n], ' '); space > n/2 && s[n] != ' ' {
			n = space
		}
		rows = append(rows, begin+s[:n])
		s = strings.TrimLeft(s[n:], " ")
		begin = strings.Repeat(" ", indent)
	}
}

// head is how many bytes of a text fit into so many cells; one character at
// least.
func head(s string, cells int) int {
	n, state := 0, -1
	for rest := s; rest != ""; {
		var cluster string
		var width int
		cluster, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if width > cells && n > 0 {
			break
		}
		n += len(cluster)
		cells -= width
	}
	return n
}
