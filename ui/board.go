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
	paint(canvas{screen: screen, x: x, y: y, w: w, h: h, theme: b.d.theme}, &b.d.model)
}

// paint paints a page. It is pure but for the screen.
func paint(c canvas, m *model) {
	c.fill(c.theme.text)
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
