package ui

import "context"

// fleetKeys are about all workers, or the selected one.
func fleetKeys() []binding {
	scale := func(by int) func(*Dashboard) {
		return func(d *Dashboard) {
			d.order(func(ctx context.Context) (string, error) { return d.orders.Scale(ctx, by) })
		}
	}
	return []binding{
		{keys: []string{"p"}, group: "Workers", hint: "pause", help: "Pause: nothing new is begun, what runs goes on. Again: go on.", do: (*Dashboard).pause},
		{keys: []string{"R"}, group: "Workers", hint: "resume", when: (*model).resting, help: "Go on after a pause or a stop; start the supervisor if there is none.", do: (*Dashboard).resume},
		{keys: []string{"+", "="}, group: "Workers", hint: "worker", help: "Add a worker.", do: scale(1)},
		{keys: []string{"-"}, group: "Workers", help: "Take a worker away, once its task is finished.", do: scale(-1)},
	}
}

// attach lends the terminal to the worker's session. The event loop waits, and
// draws anew after that.
func (d *Dashboard) attach() {
	w := d.model.worker
	d.app.Suspend(func() {
		d.model.say("", d.orders.Attach(d.ctx, w))
	})
	d.glanceNow()
}

// resting says whether fm does nothing more until somebody says so.
func (m *model) resting() bool {
	w := m.view.Status.Wanted
	return !m.alive() || w.Paused || w.Stop != ""
}

// pausing is what was ordered last of a pause, until a view shows it: those that
// come before that are older than the order.
type pausing struct {
	wish     wish
	underWay bool // an order, after which it is known what the other one is
}

// wish is whether a pause is wanted.
type wish int

const (
	unsaid wish = iota // as the view has it
	paused
	going
)

// see takes in a view.
func (p *pausing) see(v View) {
	if p.wish == paused && v.Status.Wanted.Paused || p.wish == going && !v.Status.Wanted.Paused {
		p.wish = unsaid
	}
}

// paused says whether fm is paused, as far as its user can know.
func (m *model) paused() bool {
	return m.pausing.wish == paused || m.pausing.wish == unsaid && m.view.Status.Wanted.Paused
}

// pause pauses, or goes on where that was done already.
func (d *Dashboard) pause() {
	if d.model.paused() {
		d.resume()
		return
	}
	d.orderPause(paused, d.orders.Pause)
}

func (d *Dashboard) resume() { d.orderPause(going, d.orders.Resume) }

// orderPause orders one after the other: two at a time could be carried out the
// other way round.
func (d *Dashboard) orderPause(want wish, f func(context.Context) (string, error)) {
	if d.model.pausing.underWay {
		return
	}
	d.model.pausing.underWay = true
	d.orderThen(f, func(err error) {
		d.model.pausing.underWay = false
		if err == nil {
			d.model.pausing.wish = want
			d.model.pausing.see(d.model.view)
		}
	})
}
