package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// board is the primitive that paints the page which is shown.
type board struct {
	*tview.Box
	d *Dashboard
}

// Draw paints the whole screen anew; tcell sends the cells that differ.
func (b *board) Draw(screen tcell.Screen) {
	x, y, w, h := b.GetRect()
	b.d.model.settle(w, h)
	paint(canvas{screen: screen, x: x, y: y, w: w, h: h, theme: b.d.theme}, &b.d.model)
	b.d.watch(w, h)
}

// settle keeps what is shown of a list and of the help page where it is, as
// far as the size allows. Painting alone changes nothing.
func (m *model) settle(w, h int) {
	if m.page == overviewPage {
		m.top = scrolled(m.top, m.selected(), m.arrange(theme{}, w, h).list.h, len(m.view.Status.Workers))
	}
	if m.page == queuePage {
		m.queue.top = scrolled(m.queue.top, m.queue.at, m.table(w, h).rows.h, len(m.queue.rows))
	}
	if m.page == helpPage {
		body, columns := helpBody(canvas{w: w, h: h})
		m.help = helpTop(m.help, len(helpLines(theme{}, body.w/columns-2)), columns, body.h)
	}
}

// paint paints a page. It is pure but for the screen.
func paint(c canvas, m *model) {
	c.fill(c.theme.text)
	c.screen.HideCursor() // unless a line is typed
	switch m.page {
	case overviewPage:
		paintOverview(c, m)
	case gridPage:
		paintGrid(c, m)
	case queuePage:
		paintQueue(c, m)
	case logPage, historyPage:
		paintText(c, m)
	case helpPage:
		paintHelp(c, m)
	}
	if m.modal != nil {
		m.modal.paint(c, m)
	}
}
