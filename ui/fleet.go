package ui

import "context"

// fleetKeys are about all workers, or the selected one.
func fleetKeys() []binding {
	return []binding{
		{keys: []string{"Enter"}, on: []pageID{overviewPage, gridPage}, group: "Workers", hint: "attach", help: "Join the selected worker's session; F12 leads back.", needs: aWorker, do: (*Dashboard).attach},
		{keys: []string{"p"}, group: "Workers", hint: "pause", help: "Pause: nothing new is begun. Again: go on.", do: (*Dashboard).pause},
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

func (d *Dashboard) pause() {
	paused := d.model.view.Status.Wanted.Paused
	d.order(func(ctx context.Context) (string, error) {
		if paused {
			return d.orders.Resume(ctx)
		}
		return d.orders.Pause(ctx)
	})
}
