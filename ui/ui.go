// Package ui is the dashboard: it shows a [View] of the project and turns keys
// into [Orders].
//
// It knows no process, file or network: what there is to see comes through
// [Sights], what a key does goes through [Orders]. Text from outside is painted
// cell by cell, and is never markup of tview's nor an escape of the terminal's.
//
//	Sights.Watch ─► feed ─┐                      ┌─► Sights.Panes, History, Log
//	                      ├─► one event loop ────┤
//	keys, mouse, resize ──┘   owns the model     └─► Orders, each in a goroutine
//	                              │                       │
//	                              └─► paint ◄── a line ◄──┘
//
// Start reading at [Dashboard.Run]; model.go is what is shown, keys.go what a
// key does, and each page has a file of its own.
package ui

import (
	"context"
	"sync"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Options say what a dashboard shows, and on what.
type Options struct {
	Sights Sights
	Orders Orders
	// Screen is where it is drawn; nil is the terminal of this process.
	Screen tcell.Screen
	// Palette says which colours may be used.
	Palette Palette
}

// Dashboard is one dashboard on one terminal. Its model belongs to the event
// loop: other goroutines change it through [Dashboard.post] alone.
type Dashboard struct {
	sights Sights
	orders Orders
	app    *tview.Application
	pages  *tview.Pages
	theme  theme
	model  model // owned by the event loop
	posts  chan func()
	look   chan struct{}   // the panes that are shown have changed: capture now
	ctx    context.Context //nolint:containedctx // of Run; key handlers of tview get none
	cancel context.CancelFunc
	tasks  sync.WaitGroup
}

// New makes a dashboard; it draws nothing yet.
func New(o Options) *Dashboard {
	d := &Dashboard{
		sights: o.Sights, orders: o.Orders, app: tview.NewApplication(), pages: tview.NewPages(), theme: themeOf(o.Palette),
		model: newModel(), posts: make(chan func()), look: make(chan struct{}, 1),
	}
	if o.Screen != nil {
		d.app.SetScreen(o.Screen)
	}
	d.pages.AddPage(string(overviewPage), &board{Box: tview.NewBox(), d: d}, true, true)
	d.app.SetRoot(d.pages, true).EnableMouse(true).EnablePaste(true)
	d.app.SetInputCapture(d.key)
	return d
}

// Run shows the dashboard until its user quits or the context ends. It returns
// the terminal as it was; all its goroutines are gone by then.
func (d *Dashboard) Run(ctx context.Context) error {
	d.ctx, d.cancel = context.WithCancel(ctx)
	defer d.tasks.Wait()
	defer d.cancel()
	d.tasks.Go(d.feed)
	d.tasks.Go(d.glance)
	d.tasks.Go(d.pump)
	return d.app.Run()
}

// pump carries what other goroutines found into the event loop. It alone
// queues updates, and so it alone may stop the loop: an update that is queued
// after that would never return.
func (d *Dashboard) pump() {
	for {
		select {
		case <-d.ctx.Done():
			d.app.Stop()
			return
		case f := <-d.posts:
			d.app.QueueUpdateDraw(f)
		}
	}
}

// post has f run in the event loop, and the screen drawn after it. Once the
// dashboard ends it does nothing. The event loop itself must not call it.
func (d *Dashboard) post(f func()) {
	select {
	case d.posts <- f:
	case <-d.ctx.Done():
	}
}

// feed keeps the model at what there is to see by now.
func (d *Dashboard) feed() {
	for v := range d.sights.Watch(d.ctx) {
		d.post(func() { d.model.see(v) })
	}
}

// order has f carried out beside the event loop, and shows what it says.
func (d *Dashboard) order(f func(context.Context) (string, error)) {
	d.tasks.Go(func() {
		said, err := f(d.ctx)
		d.post(func() { d.model.say(said, err) })
	})
}
