package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// selects waits until a task of the table is selected.
func (s *stage) selects(id fm.TaskID) {
	s.tb.Helper()
	s.until("the selection of "+id.Ref(), func(m *model) bool { return m.page == queuePage && m.queue.task == id })
}

// pick selects a task of the table.
func (s *stage) pick(id fm.TaskID) {
	s.tb.Helper()
	s.d.post(func() {
		q := &s.d.model.queue
		q.task = id
		q.arrange(s.d.model.view)
	})
	s.selects(id)
}

// onTheQueue is a dashboard of eight workers that shows its queue.
func onTheQueue(t *testing.T) *stage {
	t.Helper()
	s := onStage(t, sampleView(8))
	s.keys("t")
	s.selects("202")
	return s
}

// Caught: an edit of the task that was selected before the last key.
func TestEditsAreOfTheSelectedTask(t *testing.T) {
	s := onTheQueue(t)
	s.keys("j", "1")
	s.untilOrdered("critical 203")
	s.keys("Down", "Up", "Up", "4")
	s.untilOrdered("critical 203", "low 202")
	s.pick("406")
	s.keys("r")
	s.untilOrdered("critical 203", "low 202", "retry 406")
	s.pick("401")
	s.keys("h", "x")
	s.until("four, five orders", func(*model) bool { return len(s.house.ordered()) == 5 })
	last := s.house.ordered()[3:] // beside one another
	slices.Sort(last)
	if got := strings.Join(last, ", "); got != "cancel 401, hold 401" {
		t.Errorf("h and x ordered %s", got)
	}
	s.until("what the order said", func(m *model) bool { return strings.HasPrefix(m.said, "did ") })
}

// Caught: h on a task on hold holds it once more.
func TestHoldAgainReleases(t *testing.T) {
	s := onTheQueue(t)
	s.pick("408")
	s.keys("h")
	s.untilOrdered("retry 408")
}

// What makes no sense is not ordered, and the line says why.
func TestSenselessEditsSayWhy(t *testing.T) {
	tests := []struct {
		status fm.Status
		e      Edit
		says   string // "" for what makes sense
	}{
		{fm.Working, Retry, "can be retried"},
		{fm.Working, High, ""},
		{fm.Working, Normal, "normal already"},
		{fm.Completed, Retry, "its pull request #7 decides"},
		{fm.Completed, Cancel, ""},
		{fm.Completed, Hold, ""},
		{fm.Completed, High, ""},
		{fm.Merged, High, "its turn is over"},
		{fm.Merged, Retry, "can be retried"},
		{fm.Cancelled, Critical, "r takes it up again"},
		{fm.Hold, Critical, ""},
		{fm.Merged, Hold, "merged"},
		{fm.Cancelled, Cancel, "already"},
		{fm.Cancelled, Hold, ""},
		{fm.Cancelled, Retry, ""},
		{fm.Failed, Retry, ""},
		{fm.Blocked, Retry, ""},
		{fm.Blocked, Hold, ""},
		{fm.Hold, Retry, ""},
		{fm.Pending, Retry, ""},
		{fm.Pending, Cancel, ""},
		{"strange", Retry, ""},
	}
	for _, test := range tests {
		got := whyNot(fm.Task{ID: "1", Status: test.status, Worker: 3, Priority: fm.Normal, Pull: "7"}, test.e)
		if (got == "") != (test.says == "") || !strings.Contains(got, test.says) {
			t.Errorf("%s of a task that is %s: %q, want %q", test.e, test.status, got, test.says)
		}
	}
}

// An agent's turn is not thrown away by one key. Caught: cancel without
// asking; a yes that is taken for what the task was.
func TestCancelOfWhatIsWorkedOnAsks(t *testing.T) {
	s := onTheQueue(t)
	asks := func(m *model) bool { q, ok := m.modal.(question); return ok && strings.Contains(q.text, "#202") }
	s.keys("x")
	s.until("the question", asks)
	s.keys("Enter", "n")
	s.until("the question to go", func(m *model) bool { return m.modal == nil })
	s.keys("x", "y", "x")
	s.untilOrdered("cancel 202")
	s.until("the second question", asks)
	v := sampleView(8)
	v.Tasks[0].Status, v.Tasks[0].Pull = fm.Completed, "77"
	s.sees(v)
	s.until("the news", func(m *model) bool { t, _ := m.task("202"); return t.Status == fm.Completed })
	s.keys("y")
	s.until("another question", func(m *model) bool { q, ok := m.modal.(question); return ok && strings.Contains(q.text, "#77") })
	s.keys("Esc")
	s.until("that question to go", func(m *model) bool { return m.modal == nil })
	s.untilOrdered("cancel 202")
}

func TestEnterJoinsTheTasksWorker(t *testing.T) {
	s := onTheQueue(t)
	s.pick("205")
	s.keys("Enter")
	s.untilOrdered("attach worker-5")
	s.pick("401")
	s.keys("Enter")
	s.until("why not", func(m *model) bool { return strings.Contains(m.wrong, "no worker has #401") })
	s.untilOrdered("attach worker-5")
}

// Letters of a filter are no keys. Caught: a filter that lets q and x through;
// Escape that leaves the page with the filter on.
func TestFilterHasItsLettersToItself(t *testing.T) {
	s := onTheQueue(t)
	shows := func(filter string, tasks int) {
		s.until(fmt.Sprintf("%d tasks with %q", tasks, filter), func(m *model) bool {
			return m.page == queuePage && m.queue.filter.text == filter && len(m.queue.rows) == tasks
		})
	}
	s.keys("/")
	s.types("qxr12 a?")
	shows("qxr12 a?", 0)
	s.keys("Ctrl-U")
	s.types("API")
	s.pastes(" wor\nking \n\n")
	shows("API wor king", 3)
	s.keys("Ctrl-W", "Ctrl-W")
	shows("API ", 6)
	s.types("WORKING")
	shows("API WORKING", 3)
	s.keys("Down", "Enter", "2")
	s.untilOrdered("high 207")
	s.keys("Esc")
	shows("", 15)
	s.selects("207")
	s.keys("Esc")
	s.until("the page before", func(m *model) bool { return m.page == overviewPage })
}

func TestFilterMatchesWhatIsShown(t *testing.T) {
	task := fm.Task{ID: "456", Parent: "SHOP-77", Status: fm.Working, Worker: 3, Title: "Über\x1b[31m  den API-Rand"}
	for filter, want := range map[string]bool{
		"": true, "#456": true, "45": true, "shop-77": true, "work": true, "worker-3": true, "über den": true, "den über": true,
		"31m": false, "3work": false, "456shop": false, "456 merged": false,
	} {
		if got := matches(task, wordsOf(filter)); got != want {
			t.Errorf("filter %q: %t, want %t", filter, got, want)
		}
	}
}

// Caught: the selection stays in its row instead of on its task.
func TestSelectionStaysOnItsTask(t *testing.T) {
	m := queueModel(sampleView(8))
	m.queue.pick(m.view, 3)
	task := m.queue.task
	v := sampleView(8)
	v.Tasks = append([]fm.Task{{ID: "999", Status: fm.Pending}}, v.Tasks...)
	m.see(v)
	if m.queue.task != task || m.queue.at != 4 {
		t.Errorf("a task came before it: %s in row %d is selected, want %s in row 4", m.queue.task, m.queue.at, task)
	}
	v.Tasks = slices.DeleteFunc(slices.Clone(v.Tasks), func(o fm.Task) bool { return o.ID == task })
	m.see(v)
	if want := v.Tasks[4].ID; m.queue.task != want {
		t.Errorf("it is gone: %s is selected, want %s, which took its place", m.queue.task, want)
	}
	m.see(View{Now: noon()})
	if _, ok := m.queue.selected(m.view); ok {
		t.Error("a task of an empty queue is selected")
	}
}

// Caught: ids sorted as text; an order that is not stable.
func TestColumnsSortAsPeopleDo(t *testing.T) {
	task := func(id fm.TaskID, p fm.Priority, s fm.Status, w fm.WorkerID, cost float64, title string) fm.Task {
		return fm.Task{ID: id, Priority: p, Status: s, Worker: w, Spent: fm.Spending{Cost: fm.Dollars(cost)}, Title: title, Since: noon()}
	}
	tasks := []fm.Task{
		task("10", 3, fm.Merged, 0, 0.5, "b"), task("PROJ-9", 1, fm.Working, 10, 0, "C"),
		task("9", 3, fm.Blocked, 0, 2, "a"), task("PROJ-10", 2, fm.Working, 9, 0, "A"),
	}
	for by, want := range map[columnID]string{
		inOrder: "10 PROJ-9 9 PROJ-10", taskColumn: "9 10 PROJ-9 PROJ-10", priorityColumn: "PROJ-9 PROJ-10 10 9",
		statusColumn: "9 PROJ-9 PROJ-10 10", workerColumn: "PROJ-10 PROJ-9 10 9", costColumn: "9 10 PROJ-9 PROJ-10",
		titleColumn: "9 PROJ-10 10 PROJ-9", ageColumn: "10 PROJ-9 9 PROJ-10",
	} {
		q := queueState{by: by}
		q.arrange(View{Now: noon(), Tasks: tasks})
		var got []string
		for _, row := range q.rows {
			got = append(got, string(tasks[row].ID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by column %d: %s, want %s", by, strings.Join(got, " "), want)
		}
	}
}

// s goes through the columns that are there, S turns around, and the task stays.
func TestSortingIsShown(t *testing.T) {
	m := queueModel(sampleView(8))
	m.queue.pick(m.view, 2)
	for _, size := range sizes() {
		m.queue.by = inOrder
		for range queueColumns() {
			if m.queue.by = m.queue.nextColumn(size[0]); m.queue.by == inOrder {
				break
			}
			m.queue.arrange(m.view)
			if got := frame(t, m, size[0], size[1]); !strings.Contains(got, m.queue.order()) || strings.Count(got, "▲") != 2 || m.queue.task != "205" {
				t.Errorf("sorted %q, with %s:\n%s", m.queue.order(), m.queue.task, got)
			}
		}
		if m.queue.by != inOrder {
			t.Errorf("the last column of %d cells is not followed by the queue's own order", size[0])
		}
	}
	m.queue.by, m.queue.reversed = taskColumn, true
	m.queue.arrange(m.view)
	golden(t, "queue-sorted-80x24", frame(t, m, 80, 24))
}

// Caught: a page that scrolls one row too late.
func TestSelectedTaskIsOnScreen(t *testing.T) {
	m := queueModel(longView(10_000))
	for _, size := range append(sizes(), [][2]int{{20, 4}, {80, 6}, {60, 15}}...) {
		for _, at := range []int{0, 1, 7, 15, 16, 40, 5_000, 9_998, 9_999, 9_990, 9_960, 3} {
			m.queue.pick(m.view, at)
			got := frame(t, m, size[0], size[1])
			if strings.Count(got, "›") != 1 || !strings.Contains(got, "› "+m.queue.task.Ref()) {
				t.Fatalf("row %d at %v is not to be seen:\n%s", at, size, got)
			}
			m.settle(size[0], size[1])
		}
	}
}

// No column leaves its place, and the table says what matters at any width.
func TestColumnsFitEveryWidth(t *testing.T) {
	m := queueModel(sampleView(100))
	for w := range 220 {
		end := 0
		cols := fitColumns(w, m.queue.needs)
		for _, p := range cols {
			if p.x < end || w >= 20 && p.x+p.w > w {
				t.Fatalf("%d cells: the column %s is at %d to %d, after %d", w, p.name, p.x, p.x+p.w, end)
			}
			end = p.x + p.w
		}
		names := make([]string, 0, len(cols))
		for _, p := range cols {
			names = append(names, p.name)
		}
		if w >= 30 && !strings.Contains(strings.Join(names, " "), "STATUS") {
			t.Errorf("%d cells: only %v", w, names)
		}
	}
}

// On the first page r means the selected worker's task, or the only one that
// failed. Caught: the first of several is retried.
func TestRetryHereTakesWhatCanOnlyBeMeant(t *testing.T) {
	v := sampleView(8)
	s := onStage(t, v)
	s.keys("r")
	s.until("the choice", func(m *model) bool {
		return m.page == queuePage && m.queue.task == "406" && strings.HasPrefix(m.said, "2 tasks")
	})
	s.untilOrdered()
	s.keys("Esc")
	one := sampleView(8)
	one.Tasks = slices.DeleteFunc(one.Tasks, func(t fm.Task) bool { return t.Status == fm.Blocked })
	s.sees(one)
	s.until("the news", func(m *model) bool { return len(m.view.Tasks) == len(one.Tasks) })
	s.keys("r")
	s.untilOrdered("retry 406")
	none := sampleView(1)
	none.Tasks = none.Tasks[:2]
	s.sees(none)
	s.until("the news", func(m *model) bool { return len(m.view.Tasks) == 2 })
	s.keys("r")
	s.until("why not", func(m *model) bool { return strings.HasPrefix(m.wrong, "nothing to retry") })
	s.untilOrdered("retry 406")
}

func TestFilterFrames(t *testing.T) {
	m := queueModel(sampleView(100))
	m.queue.filter.paste("working user")
	m.queue.arrange(m.view)
	kept := m
	m.modal = filtering{}
	nothing := m
	nothing.queue.filter.paste(" 全角 and more that is longer than the line")
	nothing.queue.arrange(nothing.view)
	for name, m := range map[string]model{"filter-typed": m, "filter-kept": kept, "filter-nothing": nothing} {
		for _, size := range sizes() {
			golden(t, fmt.Sprintf("queue-%s-%dx%d", name, size[0], size[1]), frame(t, m, size[0], size[1]))
		}
	}
}

// Sorting and filtering is for a change; a frame only reads what came of it.
func BenchmarkQueueFrame(b *testing.B) {
	m := queueModel(longView(10_000))
	m.queue.by = titleColumn
	m.queue.filter.paste("a")
	m.queue.arrange(m.view)
	m.queue.pick(m.view, 5_000)
	screen := drawn(b, m, 200, 50, Coloured)
	c := canvas{screen: screen, w: 200, h: 50, theme: themeOf(Coloured)}
	for b.Loop() {
		paint(c, &m)
	}
}

func BenchmarkQueueArrange(b *testing.B) {
	v := longView(10_000)
	for name, q := range map[string]queueState{"as it is": {}, "by title": {by: titleColumn}, "filtered": {filter: input{text: "api worker"}}} {
		b.Run(cmp.Or(name), func(b *testing.B) {
			for b.Loop() {
				q.arrange(v)
			}
		})
	}
}
