package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// mark is the sign of a state. Its shape says the same as its colour.
type mark struct {
	sign  string
	style func(theme) tcell.Style
	means string
}

// marks are all of them, in the order in which the help page explains them.
func marks() []mark {
	return []mark{
		{"?", func(t theme) tcell.Style { return t.warn }, "waits for you"},
		{"●", func(t theme) tcell.Style { return t.good }, "works"},
		{"◐", func(t theme) tcell.Style { return t.accent }, "is prepared, verified or published"},
		{"‖", func(t theme) tcell.Style { return t.warn }, "limited, or asks the API again"},
		{"○", func(t theme) tcell.Style { return t.dim }, "idle"},
		{"!", func(t theme) tcell.Style { return t.bad }, "ended, or in a state that is not known"},
	}
}

// markOf gives the sign of a worker.
func markOf(ws supervisor.WorkerStatus) mark {
	all := marks()
	switch fm.AgentState(ws.State) {
	case fm.Waiting:
		return all[0]
	case fm.AtWork, fm.InShell:
		return all[1]
	case fm.Starting, "verifying", "publishing", "draining":
		return all[2]
	case fm.Limited, fm.Retrying:
		return all[3]
	case fm.AtPrompt:
		return all[4]
	case fm.Exited, fm.UnknownState:
	}
	return all[5]
}

// scrolled is the first row of a list that is shown: as it was, but so that the
// selected one is in sight and no row is wasted.
func scrolled(top, selected, rows, all int) int {
	top = min(top, selected)
	top = max(top, selected-rows+1, 0)
	return max(min(top, all-rows), 0)
}

// paintWorkers paints so many of the workers as there are rows.
func paintWorkers(c canvas, m *model) {
	all := m.view.Status.Workers
	if len(all) == 0 {
		paintNobody(c, m)
		return
	}
	cols := m.listColumns(c.w)
	top := scrolled(m.top, m.selected(), c.h, len(all))
	for y, ws := range all[top:min(top+c.h, len(all))] {
		c.part(0, y, c.w, 1).worker(ws, cols)
	}
}

// paintNobody says why there is no worker, and what to do.
func paintNobody(c canvas, m *model) {
	text := "No workers: " + keyOf("worker") + " adds one."
	switch {
	case m.view.Now.IsZero():
		text = "Looking…"
	case !m.alive():
		text = "No workers are seen while the supervisor is down."
	}
	for y, line := range wrapped(text, c.w-2) {
		c.text(2, y, c.theme.dim, line)
	}
}

// listColumns says how wide the columns of the list are.
type listColumns struct {
	name, doing int
	title       bool // there is room for it
	selected    fm.WorkerID
	now         time.Time
}

func (m *model) listColumns(w int) listColumns {
	cols := listColumns{now: m.view.Now, selected: m.worker}
	longest := 0
	for _, ws := range m.view.Status.Workers {
		cols.name = max(cols.name, len(ws.Worker.String()))
		longest = max(longest, uniseg.StringWidth(doing(ws)+since(ws, cols.now, w)))
	}
	room := w - 2 - cols.name - 2
	cols.title = room >= 48
	cols.doing = room
	if cols.title {
		cols.doing = min(longest, max(room*45/100, 24))
	}
	return cols
}

// doing is what a worker does, in a line. What an agent asks stands with the
// questions.
func doing(ws supervisor.WorkerStatus) string {
	text := fm.Line(ws.Text, 200)
	if ws.State == string(fm.Waiting) && ws.Question.Text != "" {
		text, _, _ = strings.Cut(text, ": ")
	}
	return text
}

// since is how long a worker has been at its task, and where there is room what
// the attempt has cost.
func since(ws supervisor.WorkerStatus, now time.Time, w int) string {
	if ws.Task == "" || ws.For(now) <= 0 {
		return ""
	}
	text := fm.Span(ws.For(now))
	if w >= 90 && ws.Spent.Cost > 0 {
		text += ", " + ws.Spent.Cost.String()
	}
	return " (" + text + ")"
}

// shortened is both in at most so many cells. What stands in brackets goes
// first, then the time, then the end of the words.
func shortened(text, since string, width int) (string, string) {
	brief := text
	if i := strings.Index(text, " ("); i > 0 && since != "" {
		brief = text[:i]
	}
	fits := func(s string) bool { return uniseg.StringWidth(s) <= width }
	switch {
	case fits(text + since):
		return text, since
	case fits(brief + since):
		return brief, since
	case fits(text):
		return text, ""
	case fits(brief):
		return brief, ""
	}
	return fit(brief, width), ""
}

// worker paints a row of the list.
func (c canvas) worker(ws supervisor.WorkerStatus, cols listColumns) {
	mk := markOf(ws)
	sign, name, text, dim := mk.style(c.theme), c.theme.text, c.theme.text, c.theme.dim
	if ws.Task == "" {
		name, text = c.theme.dim, c.theme.dim
	}
	presence := c.theme.accent
	if ws.Worker == cols.selected {
		s := c.theme.selected
		sign, name, text, dim, presence = s, s, s, s, s
		c.fill(s)
	}
	c.put(0, 0, piece{sign, mk.sign})
	c.put(2, 0, piece{name, ws.Worker.String()})
	present := presenceOf(ws, c.w)
	c.lineRight(0, piece{presence, present})
	rest := c.part(2+cols.name+2, 0, c.w-2-cols.name-2, 1)
	if present != "" {
		rest.w = max(rest.w-uniseg.StringWidth(present)-1, 0)
	}
	does, ago := shortened(doing(ws), since(ws, cols.now, c.w), min(cols.doing, rest.w))
	rest.line(0, 0, piece{text, does}, piece{dim, ago})
	if cols.title {
		rest.part(cols.doing+2, 0, rest.w, 1).text(0, 0, text, ws.Title)
	}
}

// presenceOf says whether somebody is in a worker's session, in a word or, where
// it is narrow, in a sign.
func presenceOf(ws supervisor.WorkerStatus, w int) string {
	narrow := w < 60
	switch {
	case ws.Held && narrow:
		return "H"
	case ws.Held:
		return "held"
	case ws.Person && narrow:
		return "@"
	case ws.Person:
		return "typing"
	case ws.Attached > 0 && narrow:
		return "@"
	case ws.Attached > 1:
		return fmt.Sprintf("%d attached", ws.Attached)
	case ws.Attached > 0:
		return "attached"
	}
	return ""
}
