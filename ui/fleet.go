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

func (d *Dashboard) pause() {
	if d.model.view.Status.Wanted.Paused {
		d.resume()
		return
	}
	d.order(func(ctx context.Context) (string, error) { return d.orders.Pause(ctx) })
}

func (d *Dashboard) resume() {
	d.order(func(ctx context.Context) (string, error) { return d.orders.Resume(ctx) })
}
