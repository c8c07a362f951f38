package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
)

// columnID names a column of the queue's table.
type columnID int

// The columns from left to right, behind what stands for none of them: the
// queue's own order.
const (
	inOrder columnID = iota
	taskColumn
	parentColumn
	priorityColumn
	statusColumn
	workerColumn
	ageColumn
	costColumn
	titleColumn
	noteColumn
)

// queueColumn is a column of the queue's table.
type queueColumn struct {
	id    columnID
	name  string
	right bool // its cells end where it ends
	cell  func(t fm.Task, m *model) string
	// key orders the tasks: by the text, then by the number. Nil for a column
	// that nobody sorts by.
	key func(fm.Task) (string, int64)
}

// queueColumns are all that there are, from left to right.
func queueColumns() []queueColumn {
	return []queueColumn{
		{
			id: taskColumn, name: "TASK", key: func(t fm.Task) (string, int64) { return natural(string(t.ID)) },
			cell: func(t fm.Task, _ *model) string { return t.ID.Ref() },
		},
		{
			id: parentColumn, name: "PARENT", key: func(t fm.Task) (string, int64) { return natural(string(t.Parent)) },
			cell: func(t fm.Task, _ *model) string { return parentRef(t) },
		},
		{
			id: priorityColumn, name: "PRIORITY", key: func(t fm.Task) (string, int64) { return "", int64(t.Priority) },
			cell: func(t fm.Task, _ *model) string { return t.Priority.String() },
		},
		{
			id: statusColumn, name: "STATUS", key: func(t fm.Task) (string, int64) { return "", urgency(t.Status) },
			cell: func(t fm.Task, _ *model) string { return string(t.Status) },
		},
		{
			id: workerColumn, name: "WORKER", key: func(t fm.Task) (string, int64) { return "", int64(cmp.Or(t.Worker, fm.MaxWorkers+1)) },
			cell: func(t fm.Task, _ *model) string { return t.Worker.String() },
		},
		{
			id: ageColumn, name: "AGE", right: true, key: func(t fm.Task) (string, int64) { return "", -t.Since.Unix() },
			cell: func(t fm.Task, m *model) string { return ago(t.Since, m.view.Now) },
		},
		{
			id: costColumn, name: "COST", right: true, key: func(t fm.Task) (string, int64) { return "", -int64(t.Spent.Cost) },
			cell: func(t fm.Task, _ *model) string { return costOf(t) },
		},
		{
			id: titleColumn, name: "TITLE", key: func(t fm.Task) (string, int64) { return strings.ToLower(fm.Line(t.Title, 0)), 0 },
			cell: func(t fm.Task, _ *model) string { return t.Title },
		},
		{id: noteColumn, name: "NOTE", cell: func(t fm.Task, m *model) string { return m.queue.remark(t, m.view.Now) }},
	}
}

// needs are the cells that the columns need whose content differs from project
// to project; 0 where all of a column is empty.
type needs struct{ task, parent, worker, cost int }

func needsOf(tasks []fm.Task) needs {
	var n needs
	var worker fm.WorkerID
	var cost fm.USD
	for _, t := range tasks {
		n.task = max(n.task, len(t.ID.Ref()))
		n.parent = max(n.parent, len(parentRef(t)))
		worker, cost = max(worker, t.Worker), max(cost, t.Spent.Cost)
	}
	n.worker = len(worker.String())
	if cost > 0 {
		n.cost = len(cost.String())
	}
	return n
}

// placed is a column where the screen has room for it.
type placed struct {
	queueColumn
	x, w int
}

// The cells of a gap between two things in a row, of the mark before the first, and of
// what a title and a note must have before anything else is shown beside them.
const (
	wideGap   = 2
	markWidth = 2
	titleRoom = 24
	noteRoom  = 20
	// digitWidth is that of a priority as its digit, where there is no room for
	// the word.
	digitWidth = 2
)

// fitColumns chooses the columns for a screen of a width. Whatever its project needs
// most stays the longest; the title has what is left, and shares it with the
// note.
func fitColumns(width int, n needs) []placed {
	gap := wideGap
	if width < 60 {
		gap = 1
	}
	wide := map[columnID]int{taskColumn: min(max(n.task, 5), 16), statusColumn: 9}
	left := width - markWidth - wide[taskColumn] - gap - wide[statusColumn] - gap
	if left < titleRoom/2 {
		delete(wide, statusColumn)
		left = width - markWidth - wide[taskColumn] - gap
	}
	// add gives a column room, if enough is left for the title.
	add := func(id columnID, need int) bool {
		if need == 0 || left-need-gap < titleRoom {
			return false
		}
		wide[id] = need
		left -= need + gap
		return true
	}
	if !add(priorityColumn, 9) && left-digitWidth-gap >= titleRoom/2 {
		wide[priorityColumn] = digitWidth
		left -= digitWidth + gap
	}
	if n.worker > 0 {
		add(workerColumn, max(n.worker, 8))
	}
	add(ageColumn, 6)
	if n.parent > 0 {
		add(parentColumn, min(max(n.parent, 7), 16))
	}
	if n.cost > 0 {
		add(costColumn, max(n.cost, 6))
	}
	if left >= titleRoom+gap+noteRoom {
		wide[noteColumn] = (left - gap) / 2
		left -= wide[noteColumn] + gap
	}
	wide[titleColumn] = max(left, 0)
	var shown []placed
	x := markWidth
	for _, col := range queueColumns() {
		w := wide[col.id]
		if col.id == priorityColumn && w == digitWidth {
			col.name, col.cell = "P", func(t fm.Task, _ *model) string { return fmt.Sprint(int(t.Priority)) }
		}
		if w > 0 {
			shown = append(shown, placed{col, x, w})
			x += w + gap
		}
	}
	return shown
}

// nextColumn is what a screen of a width is sorted by next.
func (q *queueState) nextColumn(width int) columnID {
	for _, p := range fitColumns(width, q.needs) {
		if p.id > q.by && p.key != nil {
			return p.id
		}
	}
	return inOrder
}

// sortRows sorts places of tasks by a column; what is equal there stays in the
// queue's order.
func sortRows(rows []int, tasks []fm.Task, by columnID) {
	i := slices.IndexFunc(queueColumns(), func(c queueColumn) bool { return c.id == by })
	if i < 0 {
		return
	}
	key := queueColumns()[i].key
	type keyed struct {
		row    int
		text   string
		number int64
	}
	all := make([]keyed, len(rows))
	for i, row := range rows {
		all[i].row = row
		all[i].text, all[i].number = key(tasks[row])
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.number, b.number), cmp.Compare(a.row, b.row))
	})
	for i, k := range all {
		rows[i] = k.row
	}
}

// natural gives an id as people sort it: PROJ-9 comes before PROJ-10.
func natural(id string) (string, int64) {
	head := strings.TrimRight(id, "0123456789")
	var n int64
	for _, digit := range id[len(head):] {
		n = min(n, 1<<58)*10 + int64(digit-'0')
	}
	return head, n
}

// urgency orders statuses: first what waits for a person, last what is over.
func urgency(s fm.Status) int64 {
	order := []fm.Status{fm.Blocked, fm.Failed, fm.Working, fm.Pending, fm.Hold, fm.Completed, fm.Merged, fm.Cancelled}
	return int64(slices.Index(order, s)) // what fm does not know needs a person, too
}

// style is how a cell looks.
func (col queueColumn) style(th theme, t fm.Task) tcell.Style {
	switch col.id {
	case taskColumn, titleColumn:
		return th.text
	case priorityColumn:
		if t.Priority == fm.Critical {
			return th.strong
		}
		return th.text
	case statusColumn:
		return statusStyle(th, t.Status)
	case inOrder, parentColumn, workerColumn, ageColumn, costColumn, noteColumn:
	}
	return th.dim
}

// statusStyle is how a status looks.
func statusStyle(th theme, s fm.Status) tcell.Style {
	switch s {
	case fm.Working:
		return th.accent
	case fm.Completed, fm.Merged:
		return th.good
	case fm.Failed:
		return th.bad
	case fm.Blocked:
		return th.warn
	case fm.Pending:
		return th.text
	case fm.Cancelled, fm.Hold:
		return th.dim
	}
	return th.warn
}

func parentRef(t fm.Task) string {
	if t.Parent == "" {
		return ""
	}
	return t.Parent.Ref()
}

func costOf(t fm.Task) string {
	if t.Spent.Cost == 0 {
		return ""
	}
	return t.Spent.Cost.String()
}

// ago is how long ago something was; "" where nobody knows.
func ago(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return fm.Span(now.Sub(at))
}

// metBy are the tasks that nobody waits for any more, as the queue's own rule
// says; nil where no task waits for another.
func metBy(tasks []fm.Task) map[fm.TaskID]bool {
	if !slices.ContainsFunc(tasks, func(t fm.Task) bool { return t.Status == fm.Pending && len(t.DependsOn) > 0 }) {
		return nil
	}
	met := map[fm.TaskID]bool{}
	for _, t := range tasks {
		if t.Status == fm.Merged || t.Status == fm.Completed && t.Terms.NoPull {
			met[t.ID] = true
		}
	}
	return met
}

// remark says what a person may want to know of a task beside its status.
func (q *queueState) remark(t fm.Task, now time.Time) string {
	var parts, waits []string
	for _, id := range t.DependsOn {
		if t.Status == fm.Pending && !q.met[id] {
			waits = append(waits, id.Ref())
		}
	}
	if len(waits) > 0 {
		parts = append(parts, "waits for "+strings.Join(waits, ", "))
	}
	if t.Status == fm.Pending && t.NotBefore.After(now) {
		parts = append(parts, "again in "+fm.Span(t.NotBefore.Sub(now)))
	}
	if t.Note != "" {
		parts = append(parts, t.Note)
	}
	if len(parts) == 0 && t.Pull != "" {
		parts = append(parts, "PR #"+t.Pull)
	}
	return strings.Join(parts, "; ")
}
