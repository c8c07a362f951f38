package ui

import (
	"maps"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// How often the panes that are shown are looked at: soon again after one has
// changed, and rarer the longer none does.
const (
	glanceSoonest = 500 * time.Millisecond
	glanceLatest  = 4 * time.Second
	glanceGap     = 100 * time.Millisecond // between two looks, however fast a user moves
)

// glanceNow has the panes looked at without waiting. It never blocks.
func (d *Dashboard) glanceNow() {
	select {
	case d.look <- struct{}{}:
	default:
	}
}

// watch has the panes looked at that are on a page of so many cells, from the
// moment when they are. The event loop calls it with each frame.
func (d *Dashboard) watch(w, h int) {
	shown := d.model.watched(d.theme, w, h)
	if was := d.watching.Load(); was == nil || !slices.Equal(*was, shown) {
		d.watching.Store(&shown)
		d.glanceNow()
	}
}

// watched are the workers whose panes are on a page of so many cells.
func (m *model) watched(t theme, w, h int) []fm.WorkerID {
	var shown []fm.WorkerID
	if m.page == overviewPage && m.selected() >= 0 && m.arrange(t, w, h).pane.h > 1 {
		shown = append(shown, m.worker)
	}
	if m.page == gridPage {
		for _, ws := range m.gridWorkers(m.tiles(w, h)) {
			shown = append(shown, ws.Worker)
		}
	}
	return shown
}

// glance looks at the panes that are shown, and sleeps while there are none.
// The screen is drawn anew only when one of them has changed.
func (d *Dashboard) glance() {
	seen := map[fm.WorkerID]Pane{} // what the model was given
	pause := glanceSoonest
	var last time.Time
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-d.look:
			pause = glanceSoonest
			wait.Reset(max(0, glanceGap-time.Since(last)))
			continue
		case <-wait.C:
		}
		shown := d.watching.Load()
		if shown == nil || len(*shown) == 0 {
			continue // until d.look tells that there are some
		}
		if news := d.changed(seen, *shown); len(news) > 0 {
			d.post(func() { d.model.show(news) })
			pause = glanceSoonest
		} else {
			pause = min(2*pause, glanceLatest)
		}
		last = time.Now()
		wait.Reset(pause)
	}
}

// changed gives the panes of these workers that do not show what was seen of
// them, and notes what they show now. One that is not there is the zero Pane.
func (d *Dashboard) changed(seen map[fm.WorkerID]Pane, workers []fm.WorkerID) map[fm.WorkerID]Pane {
	panes, err := d.sights.Panes(d.ctx, workers)
	if err != nil {
		return nil // the last ones stay; the status says what is wrong
	}
	news := map[fm.WorkerID]Pane{}
	for _, w := range workers {
		if was, known := seen[w]; !known || was != panes[w] {
			seen[w], news[w] = panes[w], panes[w]
		}
	}
	return news
}

// show takes in what panes show by now.
func (m *model) show(news map[fm.WorkerID]Pane) {
	panes := maps.Clone(m.panes)
	if panes == nil {
		panes = map[fm.WorkerID]Pane{}
	}
	maps.Copy(panes, news)
	m.panes = panes
}
