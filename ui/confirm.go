package ui

import (
	"github.com/gdamore/tcell/v2"
)

// question asks before something that cannot be undone.
type question struct {
	text string
	then func()
}

// confirm asks, and has then run in the event loop when its user says yes. Only
// y is a yes: Enter may have been meant for the page that was there before.
func (d *Dashboard) confirm(text string, then func()) { d.open(question{text, then}) }

func (q question) key(d *Dashboard, word string, _ *tcell.EventKey) {
	switch word {
	case "y", "Y":
		d.closeModal()
		q.then()
	case "n", "N", "q", "Esc", "Ctrl-C":
		d.closeModal()
	}
}

func (q question) paint(c canvas, _ *model) {
	lines := wrapped(q.text, min(c.w-4, 60))
	width := 0
	for _, line := range lines {
		width = max(width, cells([]piece{{text: line}}))
	}
	answers := []piece{{c.theme.strong, "y"}, {c.theme.text, " yes   "}, {c.theme.strong, "n"}, {c.theme.text, " no"}}
	in := c.box(max(width, cells(answers)), len(lines)+2)
	lines = lines[:min(len(lines), max(in.h-1, 0))] // the answers stay in sight
	for y, line := range lines {
		in.text(0, y, c.theme.text, line)
	}
	in.line(0, in.h-1, answers...)
}

// box paints an empty box in the middle, with an edge around so many cells, and
// gives what is inside. It is as large as fits.
func (c canvas) box(w, h int) canvas {
	w, h = min(w+4, c.w), min(h+2, c.h)
	b := c.part((c.w-w)/2, (c.h-h)/2, w, h)
	b.fill(c.theme.text)
	for x := 1; x < b.w-1; x++ {
		b.put(x, 0, piece{c.theme.warn, "─"})
		b.put(x, b.h-1, piece{c.theme.warn, "─"})
	}
	for y := 1; y < b.h-1; y++ {
		b.put(0, y, piece{c.theme.warn, "│"})
		b.put(b.w-1, y, piece{c.theme.warn, "│"})
	}
	b.put(0, 0, piece{c.theme.warn, "╭"})
	b.put(b.w-1, 0, piece{c.theme.warn, "╮"})
	b.put(0, b.h-1, piece{c.theme.warn, "╰"})
	b.put(b.w-1, b.h-1, piece{c.theme.warn, "╯"})
	return b.part(2, 1, b.w-4, b.h-2)
}
