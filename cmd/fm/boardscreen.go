package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// screen draws a picture on a terminal again and again, in the place of the
// last one, so that what stands above it stays and nothing flickers.
type screen struct {
	out        io.Writer
	shown      []string // the lines that stand there
	rows, cols int      // of the terminal then
}

// Hidden while the picture changes: a cursor in it would only jump about.
const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	wrapOff    = "\x1b[?7l" // a line that wraps would move all below it (DECAWM)
	wrapOn     = "\x1b[?7h"
	clearRest  = "\x1b[K" // of the line
	clearBelow = "\x1b[J"
	clearAll   = "\x1b[H\x1b[J"
)

// draw shows the lines that a picture has on a terminal of the size that this
// one has by now, and writes only those that have changed. The line below them is
// left for the cursor.
func (s *screen) draw(picture func(width, height int) []string) {
	rows, cols := size(s.out)
	if rows < 1 || cols < 1 {
		return // the terminal is gone, or says nothing of itself for now
	}
	lines := picture(cols, rows-1)
	resized := s.shown != nil && (rows != s.rows || cols != s.cols)
	if !resized && same(s.shown, lines) {
		return
	}
	var b strings.Builder
	b.WriteString(hideCursor + wrapOff)
	shown := s.shown
	switch {
	case resized: // terminals differ in what they make of the lines that stand there
		b.WriteString(clearAll)
		shown = nil
	case len(shown) > 0:
		fmt.Fprintf(&b, "\x1b[%dA\r", len(shown))
	}
	for i, line := range lines {
		if i >= len(shown) || shown[i] != line {
			b.WriteString(line + clearRest)
		}
		b.WriteString("\r\n")
	}
	if len(lines) < len(shown) || len(shown) == 0 {
		b.WriteString(clearBelow)
	}
	b.WriteString(wrapOn)
	fmt.Fprint(s.out, b.String())
	s.shown, s.rows, s.cols = lines, rows, cols
}

// end leaves the picture where it is, and the terminal as it was.
func (s *screen) end() {
	if s.shown != nil {
		fmt.Fprint(s.out, wrapOn+showCursor)
	}
}

func same(a, b []string) bool {
	return a != nil && slices.Equal(a, b)
}
