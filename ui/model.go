package ui

import (
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// pageID names a page.
type pageID string

// The pages.
const (
	overviewPage pageID = "overview"
	gridPage     pageID = "grid"
	queuePage    pageID = "queue"
	logPage      pageID = "log"
	historyPage  pageID = "history"
	helpPage     pageID = "help"
)

// model is what the dashboard shows: the last view, and where its user is in
// it. Everything in it is a value; painting reads it, keys and news change it.
type model struct {
	view    View
	page    pageID
	back    pageID      // where Escape leads
	worker  fm.WorkerID // the selected one; 0 while there is none
	panes   map[fm.WorkerID]Pane
	said    string  // what the last order said
	wrong   string  // or why it was not done
	ordered int     // orders under way
	pausing pausing // what the last of them has to do with the next one
	top     int     // the first worker of the list that is shown, when not all fit
	help    int     // the first line of the help page that is shown
	queue   queueState
	text    textState
	modal   modal // what lies over the page; nil for nothing
}

func newModel() model {
	return model{page: overviewPage, back: overviewPage}
}

// see takes in a new view. The selection stays on its worker, and falls on a
// neighbour when that is gone.
func (m *model) see(v View) {
	m.view = v
	m.pausing.see(v)
	m.queue.arrange(v)
	workers := v.Status.Workers
	if len(workers) == 0 {
		m.worker = 0
		return
	}
	if i := m.selected(); i < 0 {
		i = slices.IndexFunc(workers, func(ws supervisor.WorkerStatus) bool { return ws.Worker >= m.worker })
		if i < 0 {
			i = len(workers) - 1
		}
		m.worker = workers[i].Worker
	}
}

// selected is the place of the selected worker in the list; -1 for none.
func (m *model) selected() int {
	return slices.IndexFunc(m.view.Status.Workers, func(ws supervisor.WorkerStatus) bool { return ws.Worker == m.worker })
}

// move selects the worker that is so many places further.
func (m *model) move(by int) {
	workers := m.view.Status.Workers
	if len(workers) == 0 {
		return
	}
	i := min(max(m.selected()+by, 0), len(workers)-1)
	m.worker = workers[i].Worker
}

// turn opens a page; Escape leads back from it.
func (m *model) turn(to pageID) {
	if to != m.page {
		m.page, m.back = to, m.page
	}
}

// leave goes back to the page before.
func (m *model) leave() {
	m.page, m.back = m.back, overviewPage
}

// say keeps what an order has said, until the next one.
func (m *model) say(said string, err error) {
	m.said, m.wrong = fm.Line(said, 300), ""
	if err != nil {
		m.wrong = fm.Line(fm.Reason(err), 300)
	}
}

// alive says whether a supervisor runs.
func (m *model) alive() bool { return m.view.Status.PID != 0 }
