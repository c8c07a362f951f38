package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// modal lies over a page and has all keys while it is there: a dialog, or a
// line that the user types.
type modal interface {
	// paint paints it over the page, on the whole screen.
	paint(c canvas, m *model)
	// key takes a key, by its name in the key table and as it came. Escape and
	// Ctrl-C must lead out.
	key(d *Dashboard, word string, ev *tcell.EventKey)
}

// paster is a modal that takes text which was pasted, whole. Any other does
// nothing with it: words that somebody pastes are not keys.
type paster interface {
	paste(d *Dashboard, text string)
}

// open lays a modal over the page, in the place of the one that was there.
func (d *Dashboard) open(md modal) { d.model.modal = md }

// closeModal gives the keys back to the page.
func (d *Dashboard) closeModal() { d.model.modal = nil }

// PasteHandler hands text that was pasted to the modal, if that takes any.
func (b *board) PasteHandler() func(text string, setFocus func(tview.Primitive)) {
	return b.WrapPasteHandler(func(text string, _ func(tview.Primitive)) {
		if p, ok := b.d.model.modal.(paster); ok {
			p.paste(b.d, text)
		}
	})
}
