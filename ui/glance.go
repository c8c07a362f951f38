package ui

import (
	"time"

	"github.com/founder-mode/fm"
)

// How often the panes that are shown are looked at: soon again after one has
// changed, and rarer the longer none does.
const (
	glanceSoonest = 500 * time.Millisecond
	glanceLatest  = 4 * time.Second
)

// glanceNow has the panes looked at without waiting. It never blocks.
func (d *Dashboard) glanceNow() {
	select {
	case d.look <- struct{}{}:
	default:
	}
}

// glance looks at the panes that are shown.
func (d *Dashboard) glance() {
	pause := glanceSoonest
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.look:
			pause = glanceSoonest
		case <-wait.C:
		}
		if d.glanceOnce() {
			pause = glanceSoonest
		} else {
			pause = min(2*pause, glanceLatest)
		}
		wait.Reset(pause)
	}
}

// glanceOnce says whether something has changed.
func (d *Dashboard) glanceOnce() bool {
	asked := make(chan []fm.WorkerID, 1)
	d.post(func() { asked <- d.model.watched() })
	var workers []fm.WorkerID
	select {
	case workers = <-asked:
	case <-d.ctx.Done():
		return false
	}
	if len(workers) == 0 {
		return false
	}
	panes, err := d.sights.Panes(d.ctx, workers)
	if err != nil {
		return false // the last ones stay; the status says what is wrong
	}
	changed := make(chan bool, 1)
	d.post(func() { changed <- d.model.show(panes) })
	select {
	case c := <-changed:
		return c
	case <-d.ctx.Done():
		return false
	}
}

// watched are the workers whose panes are on the screen.
func (m *model) watched() []fm.WorkerID {
	if m.page != overviewPage || m.worker == 0 {
		return nil
	}
	return []fm.WorkerID{m.worker}
}

// show takes in what the panes show.
func (m *model) show(panes map[fm.WorkerID]Pane) (changed bool) {
	changed = len(panes) != len(m.panes)
	for w, p := range panes {
		changed = changed || m.panes[w] != p
	}
	m.panes = panes
	return changed
}
