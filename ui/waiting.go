package ui

import (
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// waiting are the workers whose agents wait for a person.
func (m *model) waiting() []supervisor.WorkerStatus {
	var all []supervisor.WorkerStatus
	for _, ws := range m.view.Status.Workers {
		if ws.State == string(fm.Waiting) {
			all = append(all, ws)
		}
	}
	return all
}

// waitingRows is how many of them are shown.
func (m *model) waitingRows(h int) int {
	most := 1
	switch {
	case h >= 40:
		most = 5
	case h >= 30:
		most = 3
	case h >= 20:
		most = 2
	}
	return min(len(m.waiting()), most)
}

// paintWaiting paints the questions, one in each row, and says how many more
// there are.
func paintWaiting(c canvas, m *model) {
	all := m.waiting()
	for y := range c.h {
		if y >= len(all) {
			return
		}
		ws, in := all[y], c
		if more := len(all) - c.h; y == c.h-1 && more > 0 {
			text := piece{c.theme.warn, fmt.Sprintf(" +%d more", more)}
			c.lineRight(y, text)
			in = c.part(0, 0, c.w-cells([]piece{text}), c.h)
		}
		name, on := ws.Worker.String(), " on "+ws.Task.Ref()+": "
		if c.w < 60 {
			on = " " + ws.Task.Ref() + ": "
		}
		in.line(0, y, piece{c.theme.warn, "? " + name}, piece{c.theme.dim, on}, piece{c.theme.text, asked(ws)})
	}
}

// asked is what an agent waits for, in a line.
func asked(ws supervisor.WorkerStatus) string {
	if ws.Question.Text == "" {
		return fm.Line(ws.Text, 300)
	}
	return fm.Line(ws.Question.Text, 300)
}
