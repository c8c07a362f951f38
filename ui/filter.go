package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
)

// filtering is the line in which the filter is typed. The page paints it, and
// goes on showing what matches.
type filtering struct{}

// filter has the user type what the table is to show.
func (d *Dashboard) filter() { d.open(filtering{}) }

// paint says on the bottom line which keys do something now.
func (filtering) paint(c canvas, m *model) {
	foot := m.table(c.w, c.h).foot.in(c)
	if foot.h > 0 {
		foot.fill(c.theme.text)
		foot.keyHints([][2]string{{"Enter", "keep"}, {"↑↓", "select"}}, [2]string{"Esc", "show all"})
	}
}

// paste takes words that were pasted. A line with its end is that line, and several
// are one: a filter has no lines.
func (filtering) paste(d *Dashboard, text string) {
	text = strings.TrimRight(text, " \r\n")
	d.model.queue.filter.paste(strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(text))
	d.model.queue.arrange(d.model.view)
}

// key narrows the table with every letter. Enter keeps the filter, Escape drops
// it; the selection can be moved meanwhile.
func (filtering) key(d *Dashboard, word string, ev *tcell.EventKey) {
	q := &d.model.queue
	switch word {
	case "Esc", "Ctrl-C":
		q.filter = input{}
		d.closeModal()
	case "Enter":
		d.closeModal()
	case "Down":
		d.step(func(int) int { return 1 })
		return
	case "Up":
		d.step(func(int) int { return -1 })
		return
	case "PgDn":
		d.step(func(page int) int { return page })
		return
	case "PgUp":
		d.step(func(page int) int { return -page })
		return
	default:
		if !q.filter.key(word, ev) {
			return
		}
	}
	q.arrange(d.model.view)
}

// wordsOf gives the words of a filter, in lower case.
func wordsOf(filter string) []string { return strings.Fields(strings.ToLower(filter)) }

// matches says whether every word is found somewhere in what the table shows of
// a task.
func matches(t fm.Task, words []string) bool {
	if len(words) == 0 {
		return true
	}
	shown := []string{t.ID.Ref(), parentRef(t), string(t.Status), t.Worker.String(), fm.Line(t.Title, 0)}
	all := strings.ToLower(strings.Join(shown, "\n"))
	for _, word := range words {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
