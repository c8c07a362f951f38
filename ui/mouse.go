package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/founder-mode/fm"
)

// MouseHandler takes clicks and the wheel. While a modal is open it takes none.
func (b *board) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return b.WrapMouseHandler(func(action tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		x, y := ev.Position()
		return b.d.mouse(action, x, y), nil
	})
}

// mouse says whether the mouse did anything. The wheel is the arrow keys of
// the page, and a double click its Enter.
func (d *Dashboard) mouse(action tview.MouseAction, x, y int) bool {
	if d.model.modal != nil {
		return false
	}
	keys := map[tview.MouseAction]string{tview.MouseScrollUp: "Up", tview.MouseScrollDown: "Down"}
	if key, wheel := keys[action]; wheel {
		return d.press(key)
	}
	if action == tview.MouseLeftClick {
		return d.click(x, y)
	}
	if action == tview.MouseLeftDoubleClick {
		return d.click(x, y) && d.press("Enter")
	}
	return false
}

// click selects what is shown there, and says whether that is anything.
func (d *Dashboard) click(x, y int) bool {
	_, _, w, h := d.board.GetRect()
	var worker fm.WorkerID
	switch d.model.page {
	case overviewPage:
		worker = d.model.workerAt(x, y, w, h)
	case gridPage:
		worker = d.model.tileAt(x, y, w, h)
	case queuePage:
		return d.model.clickTask(x, y, w, h)
	case logPage, historyPage, helpPage:
	}
	if worker == 0 {
		return false
	}
	d.model.worker = worker
	d.glanceNow()
	return true
}
