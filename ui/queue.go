package ui

import (
	"slices"

	"github.com/founder-mode/fm"
)

// queueKeys are those of the queue's table, and the key that opens it.
func queueKeys() []binding {
	here, group := []pageID{queuePage}, "Queue"
	edit := func(key, hint, help string, e Edit) binding {
		return binding{keys: []string{key}, on: here, group: group, hint: hint, help: help, do: func(d *Dashboard) { d.edit(e) }}
	}
	step := func(help string, by func(page int) int, keys ...string) binding {
		return binding{keys: keys, on: here, group: moveGroup, help: help, do: func(d *Dashboard) { d.step(by) }}
	}
	return []binding{
		{keys: []string{"Enter"}, on: here, group: group, hint: "attach", help: "Join the session of the worker that has the task.", do: (*Dashboard).attachToTask},
		{keys: []string{"/"}, on: here, group: group, hint: "filter", help: "Show only what matches: task, parent, status, worker, words of the title.", do: (*Dashboard).filter},
		{keys: []string{"s"}, on: here, group: group, hint: "sort", help: "Sort by the next column; after the last, as the queue is.", do: (*Dashboard).sortByNext},
		{keys: []string{"S"}, on: here, group: group, help: "Sort the other way round.", do: (*Dashboard).sortReversed},
		edit("r", "retry", "Have a task that failed, is blocked, cancelled or on hold done again; one that waits, at once.", Retry),
		edit("x", "cancel", "Cancel the task. It asks when that throws work away.", Cancel),
		edit("h", "hold", "Hold: the task is not begun. Again: it is released.", Hold),
		edit("1", "2 3 4 priority", "Make its priority critical.", Critical),
		edit("2", "", "Make its priority high.", High),
		edit("3", "", "Make its priority normal.", Normal),
		edit("4", "", "Make its priority low.", Low),
		{keys: []string{"w"}, on: here, group: group, hint: "why", help: "How the task came where it is.", do: (*Dashboard).historyOfTask},
		{keys: []string{"Esc", "t"}, on: here, group: group, help: "Show all tasks again; then go back.", do: (*Dashboard).leaveQueue},
		step("Select the next task.", func(int) int { return 1 }, "Down", "j"),
		step("Select the task before.", func(int) int { return -1 }, "Up", "k"),
		step("One page further.", func(page int) int { return page }, "PgDn", "Ctrl-F"),
		step("One page back.", func(page int) int { return -page }, "PgUp", "Ctrl-B"),
		step("Select the first task.", func(int) int { return -1 << 30 }, "Home"),
		step("Select the last task.", func(int) int { return 1 << 30 }, "End", "G"),
		{keys: []string{"t"}, on: []pageID{overviewPage, gridPage, logPage, historyPage, helpPage}, group: pagesGroup, hint: "tasks", help: "The queue as a table: sort, filter, edit.", do: (*Dashboard).showQueue},
		{keys: []string{"r"}, on: []pageID{overviewPage}, group: workersGroup, hint: "retry", when: (*model).anyStuck, help: "Have what failed done again: the selected worker's task, or the only one; of several, it lets you choose.", do: (*Dashboard).retryHere},
	}
}

// queueState is where the user is in the queue's table.
type queueState struct {
	rows     []int     // places in View.Tasks: what is shown, in its order
	task     fm.TaskID // the selected one; "" while nothing is shown
	at       int       // its place in rows
	top      int       // the first row on the screen
	by       columnID  // what it is sorted by
	reversed bool
	filter   input
	needs    needs
	met      map[fm.TaskID]bool // whom no task waits for any more
}

// arrange sorts and filters a view's tasks, once for all frames that show it.
// The selection stays on its task; when that is not shown any more it falls on
// the one that took its place.
func (q *queueState) arrange(v View) {
	words := wordsOf(q.filter.text)
	rows := make([]int, 0, len(v.Tasks))
	for i, t := range v.Tasks {
		if matches(t, words) {
			rows = append(rows, i)
		}
	}
	sortRows(rows, v.Tasks, q.by)
	if q.reversed {
		slices.Reverse(rows)
	}
	q.rows, q.needs, q.met = rows, needsOf(v.Tasks), metBy(v.Tasks)
	at := slices.IndexFunc(rows, func(i int) bool { return v.Tasks[i].ID == q.task })
	if at < 0 {
		at = q.at
	}
	q.pick(v, at)
}

// pick selects a row, or the nearest that there is.
func (q *queueState) pick(v View, at int) {
	q.at, q.task = max(min(at, len(q.rows)-1), 0), ""
	if len(q.rows) > 0 {
		q.task = v.Tasks[q.rows[q.at]].ID
	}
}

// selected is the task in the selected row.
func (q *queueState) selected(v View) (t fm.Task, ok bool) {
	if q.task == "" {
		return fm.Task{}, false
	}
	return v.Tasks[q.rows[q.at]], true
}

func (d *Dashboard) showQueue() {
	d.model.turn(queuePage)
}

// leaveQueue goes back, in two steps where a filter hides tasks.
func (d *Dashboard) leaveQueue() {
	m := &d.model
	if m.queue.filter.text != "" {
		m.queue.filter = input{}
		m.queue.arrange(m.view)
		return
	}
	m.leave()
}

// step selects another row; a page is as many as the screen shows.
func (d *Dashboard) step(by func(page int) int) {
	_, _, w, h := d.board.GetRect()
	q := &d.model.queue
	q.pick(d.model.view, q.at+by(max(d.model.table(w, h).rows.h, 1)))
}

// clickTask selects the task in a row of the screen, and says whether there is
// one.
func (m *model) clickTask(x, y, w, h int) bool {
	rows := m.table(w, h).rows
	at := scrolled(m.queue.top, m.queue.at, rows.h, len(m.queue.rows)) + y - rows.y
	if !rows.holds(x, y) || at >= len(m.queue.rows) {
		return false
	}
	m.queue.pick(m.view, at)
	return true
}

func (d *Dashboard) sortByNext() {
	m := &d.model
	_, _, w, _ := d.board.GetRect()
	m.queue.by, m.queue.reversed = m.queue.nextColumn(w), false
	m.queue.arrange(m.view)
}

func (d *Dashboard) sortReversed() {
	m := &d.model
	m.queue.reversed = !m.queue.reversed
	m.queue.arrange(m.view)
}
