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
	"fmt"
	"sync/atomic"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"github.com/founder-mode/fm"
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
	screen tcell.Screen // nil until Run for the terminal of this process
	app    *tview.Application
	board  *board
	theme  theme
	model  model // owned by the event loop
	posts  chan func()
	look   chan struct{} // the panes that are shown have changed: capture now
	// watching is whose panes are shown; nobody changes what it points to.
	watching atomic.Pointer[[]fm.WorkerID]
	ctx      context.Context //nolint:containedctx // of Run; key handlers of tview get none
	cancel   context.CancelFunc
	tasks    *crew
}

// New makes a dashboard; it draws nothing yet.
func New(o Options) *Dashboard {
	d := &Dashboard{
		sights: o.Sights, orders: o.Orders, screen: o.Screen, app: tview.NewApplication(), theme: themeOf(o.Palette),
		model: newModel(), posts: make(chan func()), look: make(chan struct{}, 1),
	}
	d.tasks = newCrew(func() { d.cancel() })
	d.board = &board{Box: tview.NewBox(), d: d}
	d.app.SetRoot(d.board, true).SetInputCapture(d.key)
	return d
}

// Run shows the dashboard until its user quits or the context ends; both are
// no error. It returns the terminal as it was; all its goroutines are gone by
// then. It can be called once.
func (d *Dashboard) Run(ctx context.Context) error {
	d.ctx, d.cancel = context.WithCancel(ctx)
	defer d.cancel()
	lost := make(chan error, 1)
	err := d.takeScreen(func(err error) {
		select {
		case lost <- err:
		default: // the first one says it
		}
		d.cancel()
	})
	if err != nil {
		return err
	}
	d.tasks.Go(d.feed)
	d.tasks.Go(d.glance)
	d.tasks.Go(d.pump)
	if err := d.app.Run(); err != nil {
		return fmt.Errorf("draw dashboard: %w", err)
	}
	d.cancel()
	d.tasks.Wait() // not when the loop panics: its pump would never end
	select {
	case err := <-lost:
		return err
	default:
		return nil
	}
}

// takeScreen gives tview a screen that works, or says why there is none.
func (d *Dashboard) takeScreen(lost func(error)) error {
	if d.screen == nil {
		screen, err := openScreen()
		if err != nil {
			return err
		}
		d.screen = screen
	}
	if err := d.screen.Init(); err != nil {
		return fmt.Errorf("take terminal: %w", err)
	}
	d.app.SetScreen(&terminal{Screen: d.screen, lost: lost}).EnableMouse(true).EnablePaste(true)
	return nil
}

// pump carries what other goroutines found into the event loop. It alone
// queues updates, and so it alone may stop the loop: an update that is queued
// after that would never return. It stops it from within, because the terminal
// may be lent to a worker's session.
func (d *Dashboard) pump() {
	for {
		select {
		case <-d.ctx.Done():
			d.app.QueueUpdate(d.app.Stop)
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
	views := d.sights.Watch(d.ctx)
	for {
		select {
		case <-d.ctx.Done():
			return
		case v, ok := <-views:
			if !ok {
				return
			}
			d.post(func() {
				d.model.see(v)
				d.recheck()
				d.reread()
			})
		}
	}
}

// order has f carried out beside the event loop, and shows what it says.
func (d *Dashboard) order(f func(context.Context) (string, error)) {
	d.orderThen(f, func(error) {})
}

// orderThen is order with what is to be done in the event loop after that.
func (d *Dashboard) orderThen(f func(context.Context) (string, error), then func(error)) {
	d.model.ordered++
	d.tasks.Go(func() {
		said, err := f(d.ctx)
		d.post(func() {
			d.model.ordered--
			then(err)
			d.model.say(said, err)
		})
	})
}
