package ui

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// table is where everything is on the queue's page.
type table struct{ header, notices, title, heads, rows, detail, foot area }

// table gives everything its area. The tasks have what the others leave; of a
// short page the others leave more.
func (m *model) table(w, h int) table {
	var t table
	y := 0
	take := func(rows int) area {
		a := area{0, y, w, max(min(rows, h-y), 0)}
		y += a.h
		return a
	}
	if h >= 3 {
		h--
		t.foot = area{0, h, w, 1}
	}
	if h >= 15 {
		t.header = take(1)
	}
	t.notices = take(m.noticeRows(h))
	t.title = take(1)
	if h >= 5 {
		t.heads = take(1)
	}
	detail := 0
	switch {
	case h >= 20:
		detail = 4
	case h >= 10:
		detail = 1
	}
	t.rows = take(h - y - detail)
	t.detail = take(detail)
	return t
}

// paintQueue paints the queue as a table: how much of it is shown, the heads of
// the columns, the tasks around the selected one, and that one in full.
func paintQueue(c canvas, m *model) {
	t := m.table(c.w, c.h)
	cols := fitColumns(c.w, m.queue.needs)
	paintHeader(t.header.in(c), m)
	paintNotices(t.notices.in(c), m)
	paintQueueTitle(t.title.in(c), m)
	paintHeads(t.heads.in(c), m, cols)
	paintRows(t.rows.in(c), m, cols)
	paintDetail(t.detail.in(c), m)
	paintFoot(t.foot.in(c), m)
}

// paintQueueTitle says how much of the queue is shown, and how it is sorted.
func paintQueueTitle(c canvas, m *model) {
	q := &m.queue
	all, filtered := len(m.view.Tasks), q.filter.text != ""
	count := fmt.Sprintf("  %d tasks", all)
	switch {
	case filtered:
		count = fmt.Sprintf("  %d of %d", len(q.rows), all)
	case all == 1:
		count = "  1 task"
	}
	x := c.line(0, 0, piece{c.theme.title, "QUEUE"}, piece{c.theme.text, count})
	sorting := q.order()
	if x+wideGap+uniseg.StringWidth(sorting) <= c.w {
		c.right(0, c.theme.dim, sorting)
	}
	if _, typing := m.modal.(filtering); typing || filtered {
		x += c.line(x, 0, piece{c.theme.accent, "  /"})
		room := c.part(x, 0, c.w-x, 1)
		if n := uniseg.StringWidth(sorting) + wideGap; room.w-n >= 16 {
			room = c.part(x, 0, room.w-n, 1)
		}
		if typing {
			q.filter.paint(room, c.theme.strong)
		} else {
			room.fill(c.theme.text)
			room.put(0, 0, piece{c.theme.strong, strings.Join(strings.Fields(q.filter.text), " ")})
		}
	}
}

// order says how the table is sorted, where it is not as the queue is.
func (q *queueState) order() string {
	if q.by == inOrder && !q.reversed {
		return ""
	}
	name := "queue"
	for _, col := range queueColumns() {
		if col.id == q.by {
			name = strings.ToLower(col.name)
		}
	}
	return "by " + name + " " + q.arrow()
}

func (q *queueState) arrow() string {
	if q.reversed {
		return "▼"
	}
	return "▲"
}

func paintHeads(c canvas, m *model, cols []placed) {
	for _, p := range cols {
		style, name := c.theme.dim, p.name
		if p.id == m.queue.by {
			style, name = c.theme.strong, name+m.queue.arrow()
		}
		p.paint(c, 0, style, name)
	}
}

// paint paints a cell of the column.
func (p placed) paint(c canvas, y int, style tcell.Style, s string) {
	cell := c.part(p.x, y, p.w, 1)
	if p.right {
		cell.right(0, style, s)
	} else {
		cell.text(0, 0, style, s)
	}
}

func paintRows(c canvas, m *model, cols []placed) {
	q := &m.queue
	if len(q.rows) == 0 {
		paintNothing(c, m)
		return
	}
	first := scrolled(q.top, q.at, c.h, len(q.rows))
	for y := range min(c.h, len(q.rows)-first) {
		t, chosen := m.view.Tasks[q.rows[first+y]], first+y == q.at
		if chosen {
			c.part(0, y, c.w, 1).fill(c.theme.selected)
			c.put(0, y, piece{c.theme.selected, "›"})
		}
		for _, p := range cols {
			style := p.style(c.theme, t)
			if chosen {
				style = c.theme.selected
			}
			p.paint(c, y, style, p.cell(t, m))
		}
	}
}

func paintNothing(c canvas, m *model) {
	lines := []string{"The queue is empty.", "Fill it with: fm work ISSUES"}
	if len(m.view.Tasks) > 0 {
		lines = []string{"Nothing matches.", "Escape shows all tasks again."}
	}
	for i, line := range lines {
		c.text(markWidth, i, c.theme.dim, line)
	}
}

// paintDetail tells more of the selected task than its row has room for.
func paintDetail(c canvas, m *model) {
	t, ok := m.queue.selected(m.view)
	if !ok || c.h == 0 {
		return
	}
	note := fm.Line(m.queue.remark(t, m.view.Now), 0)
	if c.h == 1 {
		c.text(0, 0, c.theme.dim, t.ID.Ref()+" "+cmp.Or(note, t.Title))
		return
	}
	c.rule(0)
	c.line(0, 1, piece{c.theme.strong, t.ID.Ref()}, piece{c.theme.text, " " + fm.Line(t.Title, 0)})
	y := 2
	for _, line := range []string{note, facts(t)} {
		if line != "" {
			c.text(0, y, c.theme.dim, line)
			y++
		}
	}
}

// facts are what the queue knows of a task beside what its row shows.
func facts(t fm.Task) string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if t.Attempt > 0 {
		add("attempt %d", t.Attempt)
	}
	if t.Failures > 0 {
		add("%d failed", t.Failures)
	}
	if t.Pull != "" {
		add("PR #%s", t.Pull)
	}
	if t.Status == fm.Working || t.Branch != "" {
		add("%s", t.Head())
	}
	return strings.Join(all, " · ")
}
