package ui

import (
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// overviewKeys are those of the first page, and what is done to the worker that
// is selected there.
func overviewKeys() []binding {
	on := []pageID{overviewPage}
	move := func(by int) func(*Dashboard) {
		return func(d *Dashboard) {
			d.model.move(by)
			d.glanceNow()
		}
	}
	return []binding{
		{keys: []string{"Enter"}, on: []pageID{overviewPage, gridPage}, group: workersGroup, hint: "attach", help: "Join the selected worker's session; F12 leads back.", needs: aWorker, do: (*Dashboard).attach},
		{keys: []string{"Down", "j"}, on: on, group: moveGroup, help: "Select the next worker.", do: move(1)},
		{keys: []string{"Up", "k"}, on: on, group: moveGroup, help: "Select the worker before.", do: move(-1)},
		{keys: []string{"PgDn", "Ctrl-F"}, on: on, group: moveGroup, help: "Go ten workers down.", do: move(10)},
		{keys: []string{"PgUp", "Ctrl-B"}, on: on, group: moveGroup, help: "Go ten workers up.", do: move(-10)},
		{keys: []string{"Home", "<"}, on: on, group: moveGroup, help: "Select the first worker.", do: move(-1 << 20)},
		{keys: []string{"End", ">"}, on: on, group: moveGroup, help: "Select the last worker.", do: move(1 << 20)},
		{keys: []string{"Tab", "n"}, on: on, group: moveGroup, help: "Select the next worker that waits for you.", do: func(d *Dashboard) { d.model.moveToWaiting(); d.glanceNow() }},
	}
}

// moveToWaiting selects the next worker whose agent waits for a person, and
// begins again at the top.
func (m *model) moveToWaiting() {
	all := m.waiting()
	if len(all) == 0 {
		m.said = "nobody waits for you"
		return
	}
	for _, ws := range all {
		if ws.Worker > m.worker {
			m.worker = ws.Worker
			return
		}
	}
	m.worker = all[0].Worker
}

func paintOverview(c canvas, m *model) {
	o := m.arrange(c.theme, c.w, c.h)
	paintHeader(o.header.in(c), m)
	paintNotices(o.notices.in(c), m)
	paintWaiting(o.waiting.in(c), m)
	paintHeading(o.heading.in(c), m, o.list.h)
	paintWorkers(o.list.in(c), m)
	paintSummary(o.below.in(c), o.summary, o.gap)
	if o.divider > 0 {
		for y := range o.pane.h {
			c.put(o.divider, o.pane.y+y, piece{c.theme.dim, "│"})
		}
	}
	paintLive(o.pane.in(c), m)
	paintFoot(o.foot.in(c), m)
}

// paintHeading says what the list shows.
func paintHeading(c canvas, m *model, rows int) {
	all := len(m.view.Status.Workers)
	pieces := []piece{{c.theme.strong, "WORKERS"}}
	if all > rows {
		top := scrolled(m.top, m.selected(), rows, all)
		pieces = append(pieces, piece{c.theme.dim, fmt.Sprintf(" %d–%d of %d", top+1, top+rows, all)})
	}
	c.rule(0, pieces...)
}

// paintLive paints what the selected worker's pane shows, below a line that
// says whose it is.
func paintLive(c canvas, m *model) {
	if m.worker == 0 || m.selected() < 0 {
		return
	}
	ws := m.view.Status.Workers[m.selected()]
	pieces := []piece{{c.theme.strong, ws.Worker.String()}}
	if ws.Task != "" {
		pieces = append(pieces, piece{c.theme.text, " " + ws.Task.Ref() + " " + fit(fm.Line(ws.Title, 0), max(c.w/2, c.w-40))})
	}
	c.rule(0, pieces...)
	body := c.part(0, 1, c.w, c.h-1)
	if c.h >= 20 && ws.Task != "" {
		body.line(0, 0, piece{c.theme.dim, m.particulars(ws)})
		body = c.part(0, 3, c.w, c.h-3)
	}
	m.paintPane(body, ws.Worker)
}

// particulars are what is known of a worker's attempt.
func (m *model) particulars(ws supervisor.WorkerStatus) string {
	text := fm.Line(ws.Text, 200) + since(ws, m.view.Now, 200) + fmt.Sprintf(" · attempt %d", ws.Attempt)
	if ws.Evidence != "" {
		text += " · " + ws.State + ": " + fm.Line(ws.Evidence, 80)
	}
	return text
}

// workerAt is the worker that is shown at a cell of the page; 0 for none.
func (m *model) workerAt(x, y, w, h int) fm.WorkerID {
	o := m.arrange(theme{}, w, h)
	all := m.view.Status.Workers
	switch {
	case o.list.holds(x, y):
		if i := scrolled(m.top, m.selected(), o.list.h, len(all)) + y - o.list.y; i < len(all) {
			return all[i].Worker
		}
	case o.waiting.holds(x, y):
		return m.waiting()[y-o.waiting.y].Worker
	case o.pane.holds(x, y):
		return m.worker
	}
	return 0
}
