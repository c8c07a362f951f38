package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// textBody is where the lines are, on a page of so many cells.
func (m *model) textBody(w, h int) area {
	top, bottom := 0, 0
	if h >= 3 {
		top, bottom = 1, 1
	}
	top += m.whyRows(w, h)
	return area{0, top, w, max(h-top-bottom, 0)}
}

// whyRows is how many rows the sentence above the events takes, with the line
// below it.
func (m *model) whyRows(w, h int) int {
	if m.text.why == "" && m.text.wrong == "" {
		return 0
	}
	return min(len(wrapped(m.whyText(), w)), max(h/4, 1)) + 1
}

// whyText is that sentence, or what is wrong.
func (m *model) whyText() string {
	if m.text.wrong != "" {
		return "It cannot be read: " + m.text.wrong
	}
	return m.text.why
}

// textWidth is how wide the lines are, the times of events left out.
func (m *model) textWidth(w int) int { return w - len(m.clock(w, m.view.Now)) }

// clock words when something happened, in a column that is as wide for each
// event; "" where there are no times.
func (m *model) clock(w int, at time.Time) string {
	if m.text.of.task == "" || len(m.text.lines) == 0 {
		return ""
	}
	now := m.view.Now
	day := func(t time.Time) string { return t.In(now.Location()).Format(time.DateOnly) }
	wide, format := 9, "15:04:05"
	switch short := w < 60; {
	case short && day(at) == day(now):
		wide, format = 7, "15:04"
	case short:
		wide, format = 7, "2 Jan"
	case day(m.text.lines[0].at) != day(now):
		wide = 14
		if day(at) != day(now) {
			format = "2 Jan 15:04"
		}
	}
	return fmt.Sprintf("%-*s", wide, at.In(now.Location()).Format(format))
}

// paintText paints the log, or the history, that is open.
func paintText(c canvas, m *model) {
	body := m.textBody(c.w, c.h)
	if body.y > 0 {
		paintTextHeading(c.part(0, 0, c.w, 1), m)
		paintFoot(c.part(0, c.h-1, c.w, 1), m)
	}
	if n := m.whyRows(c.w, c.h); n > 0 {
		style := c.theme.text
		if m.text.wrong != "" {
			style = c.theme.bad
		}
		for y, line := range wrapped(m.whyText(), c.w)[:n-1] {
			c.text(0, 1+y, style, line)
		}
		c.rule(n)
	}
	in := body.in(c)
	if len(m.text.lines) == 0 {
		if m.text.wrong == "" {
			in.text(0, 0, c.theme.dim, m.emptyText())
		}
		return
	}
	w := m.textWidth(c.w)
	at := m.text.top
	if at.line == atEnd {
		at = m.text.last(w, in.h)
	}
	for y, line := -at.row, at.line; y < in.h && line < len(m.text.lines); line++ {
		if y >= 0 {
			in.text(0, y, c.theme.dim, m.clock(c.w, m.text.lines[line].at))
		}
		for _, row := range m.text.rows(line, w) {
			in.put(c.w-w, y, piece{c.theme.text, row})
			y++
		}
	}
}

func (m *model) emptyText() string {
	if m.text.reading != isRead {
		return "Reading…"
	}
	return "Nothing has happened yet."
}

// paintTextHeading says whose text it is, and where in it one is.
func paintTextHeading(c canvas, m *model) {
	what, whose := "LOG", " "+m.text.of.worker.String()
	switch i := m.place(m.text.of.worker); {
	case m.text.of.task != "":
		what, whose = "HISTORY", " "+m.text.of.task.Ref()+" "+m.titleOf(m.text.of.task)
	case m.text.of.worker == 0:
		whose = " supervisor"
	case i >= 0:
		whose += " " + tileTitle(m.view.Status.Workers[i])
	}
	where := m.text.where()
	c.part(0, 0, c.w-uniseg.StringWidth(where)-1, 1).rule(0, piece{c.theme.strong, what}, piece{c.theme.text, whose})
	c.right(0, c.theme.dim, where)
}

// place is where a worker is in the list; -1 for nowhere.
func (m *model) place(w fm.WorkerID) int {
	return slices.IndexFunc(m.view.Status.Workers, func(ws supervisor.WorkerStatus) bool { return ws.Worker == w })
}

// titleOf is what a task is called.
func (m *model) titleOf(id fm.TaskID) string {
	if i := slices.IndexFunc(m.view.Tasks, func(t fm.Task) bool { return t.ID == id }); i >= 0 {
		return fm.Line(m.view.Tasks[i].Title, 200)
	}
	return ""
}

// where says how far one has gone back; "" at the end.
func (t textState) where() string {
	if len(t.lines) == 0 || t.top.line == atEnd {
		return ""
	}
	return fmt.Sprintf("line %d of %d", t.top.line+1, len(t.lines))
}
