package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"
)

// binding is what a key does. The help page and the line of hints are made from
// these, so that they cannot say anything else.
type binding struct {
	keys  []string          // as name gives them
	on    []pageID          // pages on which it counts; none: on all
	group string            // heading on the help page
	hint  string            // one or two words for the bottom line; "" for none
	when  func(*model) bool // the hint is worth its room; nil: always
	help  string            // a sentence for the help page
	needs need
	do    func(*Dashboard)
}

// need is what must be there for a key to do anything.
type need int

const (
	nothing     need = iota
	aSupervisor      // one runs
	aWorker          // one is selected
)

// bindings is the key table, put together from those of the pages. The first
// that fits counts.
func bindings() []binding {
	return slices.Concat(overviewKeys(), deskKeys(), gridKeys(), queueKeys(), textKeys(), fleetKeys(), helpKeys(), dashboardKeys())
}

// Headings on the help page.
const (
	workersGroup   = "Workers"
	pagesGroup     = "Pages"
	moveGroup      = "Move"
	dashboardGroup = "Dashboard" // of the keys that count everywhere
)

// dashboardKeys are those that count everywhere.
func dashboardKeys() []binding {
	inner := []pageID{gridPage, queuePage, logPage, historyPage, helpPage}
	return []binding{
		{keys: []string{"Esc", "q"}, on: inner, group: dashboardGroup, hint: "back", help: "Go back to the page before.", do: func(d *Dashboard) { d.model.leave() }},
		{keys: []string{"?", "F1"}, group: dashboardGroup, hint: "help", help: "Show the keys.", do: (*Dashboard).helped},
		{keys: []string{"q", "Ctrl-C"}, group: dashboardGroup, hint: "quit", help: "Quit the dashboard. The workers go on.", do: func(d *Dashboard) { d.cancel() }},
	}
}

// key finds the binding of a key and carries it out. While a modal is open all
// keys are its own.
func (d *Dashboard) key(ev *tcell.EventKey) *tcell.EventKey {
	word := name(ev)
	if md := d.model.modal; md != nil {
		md.key(d, word, ev)
		return nil
	}
	if !d.press(word) {
		return ev
	}
	return nil
}

// press does what a key does on the page, and says whether that is anything.
func (d *Dashboard) press(word string) bool {
	for _, b := range bindings() {
		if slices.Contains(b.keys, word) && b.counts(d.model.page) {
			d.perform(b)
			return true
		}
	}
	return false
}

// counts says whether the binding is there on a page.
func (b binding) counts(on pageID) bool { return len(b.on) == 0 || slices.Contains(b.on, on) }

func (d *Dashboard) perform(b binding) {
	d.model.said, d.model.wrong = "", d.model.lacks(b.needs)
	if d.model.wrong == "" {
		b.do(d)
	}
}

// lacks says what is missing for a key to do anything; "" for nothing.
func (m *model) lacks(n need) string {
	switch {
	case n == aSupervisor && !m.alive():
		return "the supervisor is not running"
	case n == aWorker && m.worker == 0:
		return "there is no worker"
	}
	return ""
}

// name gives a key as the table writes it: "Enter", "Ctrl-C", "p". A letter
// right after Escape comes as "Alt-p", and is not that letter.
func name(ev *tcell.EventKey) string {
	if ev.Key() == tcell.KeyRune {
		if ev.Modifiers()&(tcell.ModAlt|tcell.ModMeta) != 0 {
			return "Alt-" + string(ev.Rune())
		}
		return string(ev.Rune())
	}
	return tcell.KeyNames[ev.Key()]
}
