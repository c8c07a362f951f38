package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// textKeys are those of the pages that show a text, the log and a task's
// history, and the keys that open them.
func textKeys() []binding {
	on := []pageID{logPage, historyPage}
	scroll := func(help string, by func(rows int) int, keys ...string) binding {
		return binding{keys: keys, on: on, group: "Move", help: help, do: func(d *Dashboard) { d.scroll(by) }}
	}
	return []binding{
		{keys: []string{"l"}, on: []pageID{overviewPage, gridPage, logPage, historyPage}, group: "Pages", hint: "log", help: "The log of the selected worker: what happened in its session.", needs: aWorker, do: func(d *Dashboard) { d.showLog(d.model.worker) }},
		{keys: []string{"L"}, group: "Pages", help: "The supervisor's log.", do: func(d *Dashboard) { d.showLog(0) }},
		{keys: []string{"w"}, on: []pageID{overviewPage, gridPage, logPage}, group: "Pages", hint: "why", help: "How the selected worker's task came where it is.", needs: aWorker, do: (*Dashboard).showHistoryOfWorker},
		scroll("In a text: one line down.", func(int) int { return 1 }, "Down", "j"),
		scroll("In a text: one line up.", func(int) int { return -1 }, "Up", "k"),
		scroll("In a text: one screen down.", func(rows int) int { return max(rows-1, 1) }, "PgDn", "Ctrl-F", " "),
		scroll("In a text: one screen up.", func(rows int) int { return -max(rows-1, 1) }, "PgUp", "Ctrl-B"),
		scroll("In a text: to its beginning.", func(int) int { return -far }, "Home"),
		scroll("In a text: to its end, and follow it.", func(int) int { return far }, "End", "G"),
	}
}

// subject is what a text is about: a worker's session, a task where there is
// one, or else the supervisor.
type subject struct {
	worker fm.WorkerID
	task   fm.TaskID
}

// textState is what such a page shows, and where its user is in it.
type textState struct {
	of      subject
	why     string // the task is where it is
	lines   []textLine
	wrong   string // why it could not be read
	reading reading
	state   stamp // that the history was read at
	top     spot  // the first row that is shown
}

// textLine is a line of the text, safe to show.
type textLine struct {
	at   time.Time // of an event
	text string
}

// reading is how far the reading of a text has come.
type reading int

const (
	unread    reading = iota
	underWay          // for the first time, or anew
	overtaken         // under way, while there is something new already
	isRead            // or could not be
)

// stamp tells whether a task's history can have changed.
type stamp struct {
	at       time.Time // of the status
	revision uint64
}

// showLog opens the log of a worker, or of the supervisor (0).
func (d *Dashboard) showLog(w fm.WorkerID) { d.showText(logPage, subject{worker: w}) }

// showHistory opens the history of a task.
func (d *Dashboard) showHistory(id fm.TaskID) { d.showText(historyPage, subject{task: id}) }

func (d *Dashboard) showHistoryOfWorker() {
	i := d.model.selected()
	if i < 0 || d.model.view.Status.Workers[i].Task == "" {
		d.model.wrong = d.model.worker.String() + " has no task"
		return
	}
	d.showHistory(d.model.view.Status.Workers[i].Task)
}

// showText opens a page on a text. From one text to another the way back stays
// what it was.
func (d *Dashboard) showText(page pageID, of subject) {
	m := &d.model
	if m.page == logPage || m.page == historyPage {
		m.page = page
	} else {
		m.turn(page)
	}
	m.text = textState{of: of, top: spot{line: atEnd}}
	d.reread()
}

// reread reads the text that is open anew, beside the event loop, when it can
// have changed. The event loop calls it with each view.
func (d *Dashboard) reread() {
	m := &d.model
	if m.page != logPage && m.page != historyPage {
		return
	}
	of, state := m.text.of, m.stamp(m.text.of.task)
	switch {
	case m.text.reading == underWay:
		m.text.reading = overtaken
	case m.text.reading == overtaken:
	case m.text.reading == isRead && of.task != "" && state == m.text.state:
	default:
		m.text.reading, m.text.state = underWay, state
		d.tasks.Go(func() {
			t := d.read(of)
			d.post(func() { d.takeText(t) })
		})
	}
}

// stamp tells how a task stands by now.
func (m *model) stamp(id fm.TaskID) stamp {
	s := stamp{at: m.view.Status.At}
	if i := slices.IndexFunc(m.view.Tasks, func(t fm.Task) bool { return t.ID == id }); i >= 0 {
		s.revision = m.view.Tasks[i].Revision
	}
	return s
}

// read reads a text, whole.
func (d *Dashboard) read(of subject) textState {
	t := textState{of: of}
	if of.task == "" {
		lines, err := d.sights.Log(d.ctx, of.worker)
		for _, line := range lines {
			t.lines = append(t.lines, textLine{text: untabbed(line)})
		}
		t.fail(err)
		return t
	}
	why, events, err := d.sights.History(d.ctx, of.task)
	t.why = why
	for _, ev := range events {
		t.lines = append(t.lines, textLine{ev.At, untabbed(ev.What)})
	}
	t.fail(err)
	return t
}

func (t *textState) fail(err error) {
	if err != nil {
		t.wrong = fm.Line(fm.Reason(err), 300)
	}
}

// longest is how many bytes of a line are shown.
const longest = 4 << 10

// untabbed makes a line safe to show, its indentation kept.
func untabbed(s string) string {
	s = fm.Plain(s)
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "\t", "    ")
	return strings.TrimRight(s, " ")
}

// takeText takes in what was read, unless another text is open by now. Who has
// gone back in it stays at his line, also when the first ones are gone.
func (d *Dashboard) takeText(read textState) {
	t := &d.model.text
	if t.of != read.of {
		return
	}
	again := t.reading == overtaken
	t.reading, t.wrong = isRead, read.wrong
	if read.wrong == "" {
		if t.top.line > 0 {
			t.top.line = max(t.top.line-dropped(t.lines, read.lines), 0)
		}
		t.why, t.lines = read.why, read.lines
	}
	if again {
		t.reading = unread
		d.reread()
	}
}

// dropped is how many of the first lines of a text are not in it any more.
func dropped(before, after []textLine) int {
	for i := range before {
		n := min(len(before)-i, len(after))
		if slices.Equal(before[i:i+n], after[:n]) {
			return i
		}
	}
	return len(before)
}

// scroll goes so many rows down, of a page with so many of them.
func (d *Dashboard) scroll(by func(rows int) int) {
	_, _, w, h := d.board.GetRect()
	m := &d.model
	body := m.textBody(w, h)
	m.text.top = m.text.moved(by(body.h), m.textWidth(body.w), body.h)
}
