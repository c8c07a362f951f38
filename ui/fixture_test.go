package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// noon is when every sample view is looked at. Nothing in these tests depends
// on the machine's clock or time zone.
func noon() time.Time { return time.Date(2026, time.November, 20, 14, 30, 45, 0, time.UTC) }

// sizes are those that a frame is held at.
func sizes() [][2]int { return [][2]int{{40, 12}, {80, 24}, {200, 50}} }

// sampleTitles are what people call their issues, wide characters among them.
func sampleTitles() []string {
	return []string{
		"Implement user model", "Add authentication endpoints", "Create login UI", "Add test coverage",
		"Design API schema", "データベースの移行を書く", "Add OpenAPI documentation", "Rate limits for the public API, by key and by address, with a burst",
		"Übersetzung der Fehlermeldungen", "Ship it 🚀", "Cafe\u0301 menu for the staging site", "Remove the feature flag",
	}
}

// sampleWorker is slot i, counted from 1. The first eight are those that the
// design draws; after that they repeat, one minute older each.
func sampleWorker(i int) supervisor.WorkerStatus {
	id := fm.TaskID(fmt.Sprint(200 + i))
	ws := supervisor.WorkerStatus{
		Worker: fm.WorkerID(i), Task: id, Attempt: 1, Title: sampleTitles()[(i-1)%12], State: string(fm.AtWork),
		Since: noon().Add(-time.Duration(5+i*7%55) * time.Minute), Text: "Working on " + id.Ref(),
		Evidence: "hook UserPromptSubmit 14:25:31", Spent: fm.Spending{Cost: fm.Dollars(0.15 * float64(i)), Tokens: int64(i) * 12_345},
	}
	switch (i - 1) % 8 {
	case 0:
		ws = supervisor.WorkerStatus{Worker: ws.Worker, State: "idle", Text: "PR " + id.Ref() + " created"}
	case 1:
		ws.Attached = 1
	case 2:
		ws.State, ws.Question = string(fm.Waiting), fm.Question{Kind: fm.AsksQuestion, Text: "Which database should the sessions live in?", Options: []string{"PostgreSQL", "Redis", "Neither"}}
		ws.Text = "Waiting for you on " + id.Ref() + ": " + ws.Question.Text
	case 3:
		ws = supervisor.WorkerStatus{Worker: ws.Worker, State: "idle", Text: "Idle (waiting for work)"}
	case 4:
		ws.State, ws.Text = string(fm.Retrying), "Working on "+id.Ref()+" (the API is asked again: 529 overloaded)"
	case 5:
		ws.State, ws.Text = "verifying", "Verifying "+id.Ref()
	case 6:
		ws.State, ws.Text, ws.Held = "starting", "Preparing the worktree for "+id.Ref(), true
	case 7:
		ws.Attached, ws.Person = 2, true
	}
	return ws
}

// sampleView is a project with so many workers in the middle of a day.
func sampleView(workers int) View {
	v := View{Now: noon(), Closed: []fm.IssueID{"122"}}
	s := &v.Status
	*s = supervisor.Status{
		Version: 1, At: noon(), Started: noon().Add(-2*time.Hour - 15*time.Minute), PID: 4711, Project: "/home/ada/shop",
		Wanted: supervisor.Wanted{Workers: workers}, Server: "1700000000.99",
		Throughput: supervisor.Throughput{LastHour: 4, LastDay: 17, Today: 15, Average: 22 * time.Minute},
		Today:      fm.Spending{Cost: fm.Dollars(12.34), Tokens: 2_345_678},
		Conflicts:  []fm.Conflict{{Tasks: [2]fm.TaskID{"202", "205"}, Files: []string{"api/routes.go", "api/user.go"}}},
		Pulls:      []supervisor.PullStatus{{Task: "209", Number: "209", Text: "waits for a review"}},
		Problems:   []string{"tmux session scratch on fm's server is not fm's: left alone"},
	}
	for i := 1; i <= workers; i++ {
		s.Workers = append(s.Workers, sampleWorker(i))
	}
	for i := range 15 {
		at := noon().Add(-time.Duration(i*i*5+3) * time.Minute)
		s.Finishes = append(s.Finishes, supervisor.Finish{Run: fm.Run{Task: fm.TaskID(fmt.Sprint(180 + i)), Attempt: 1}, At: at, Took: 22 * time.Minute})
	}
	s.Parents = []supervisor.ParentStatus{
		{Parent: "123", Total: 4, Completed: 3, Merged: 2},
		{Parent: "124", Total: 3, Completed: 1},
		{Parent: "SHOP-77", Total: 5},
		{Parent: "122", Total: 2, Completed: 2, Merged: 2, Closed: true},
	}
	v.Tasks = sampleTasks(s.Workers)
	s.Counts = map[fm.Status]int{}
	for _, t := range v.Tasks {
		s.Counts[t.Status]++
	}
	return v
}

// sampleTasks is a queue in which these workers are at work.
func sampleTasks(workers []supervisor.WorkerStatus) []fm.Task {
	var tasks []fm.Task
	add := func(t fm.Task) {
		t.Revision, t.Parent = uint64(len(tasks)+1), []fm.IssueID{"123", "124", "SHOP-77"}[len(tasks)%3]
		t.Priority = fm.Priority(1 + len(tasks)%4)
		tasks = append(tasks, t)
	}
	for _, ws := range workers {
		if ws.Task != "" {
			add(fm.Task{ID: ws.Task, Status: fm.Working, Worker: ws.Worker, Since: ws.Since, Attempt: 1, Title: ws.Title, Spent: ws.Spent, Branch: "subissue/" + string(ws.Task)})
		}
	}
	others := []struct {
		status fm.Status
		note   string
	}{
		{fm.Pending, ""},
		{fm.Pending, ""},
		{fm.Completed, ""},
		{fm.Merged, ""},
		{fm.Merged, ""},
		{fm.Failed, "5 attempts failed: go test ./... exit status 1"},
		{fm.Blocked, "needs a person: the checks cannot be run"},
		{fm.Hold, ""},
		{fm.Cancelled, ""},
	}
	for i, o := range others {
		t := fm.Task{ID: fm.TaskID(fmt.Sprint(401 + i)), Status: o.status, Since: noon().Add(-time.Duration(i*13+2) * time.Minute), Title: sampleTitles()[(i+3)%12], Note: o.note}
		switch o.status {
		case fm.Completed, fm.Merged:
			t.Attempt, t.Pull, t.Spent = 1, fmt.Sprint(501+i), fm.Spending{Cost: fm.Dollars(1.5), Tokens: 250_000}
		case fm.Failed:
			t.Attempt, t.Failures = 5, 5
		case fm.Pending:
			if i == 1 {
				t.Attempt, t.Failures, t.NotBefore, t.DependsOn = 1, 1, noon().Add(40*time.Second), []fm.TaskID{"401"}
			}
		case fm.Working, fm.Blocked, fm.Hold, fm.Cancelled:
		}
		add(t)
	}
	return tasks
}

// hostileTexts are what somebody writes who wants to own the terminal.
func hostileTexts() []string {
	return []string{
		"\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\ \x1bP1$r\x1b\\ \x9b31m \x1b[2J\x1b[H",
		`[red]tags["region"][::b] [-:-:-] [white:red]end[]`,
		"left \u202eright to left\u202c \u2066isolate\u2069 zero\u200bwidth\ufeff\u200d",
		strings.Repeat("very long ", 200),
		"全角文字がとても長く続くので端で切られなければならない🚀👩‍👩‍👧‍👦🇩🇪",
		"line one\nline two\r\nline three\ttab\x00nul\x08\x7f",
		strings.Repeat("e\u0301\u0302\u0303", 60),
		"\xff\xfe broken \xc3( utf-8 #{pane_id} $(reboot) `id` %s %d",
	}
}

// hostileView has the hostile texts wherever a text from outside can stand.
func hostileView() View {
	v := sampleView(len(hostileTexts()))
	for i, text := range hostileTexts() {
		ws := &v.Status.Workers[i]
		ws.Task, ws.Title, ws.Text, ws.Evidence = fm.TaskID(fmt.Sprint(300+i)), text, "Working on it: "+text, text
		ws.Question = fm.Question{Kind: fm.AsksQuestion, Text: text, Options: []string{text, text}}
		if i%2 == 0 {
			ws.State = string(fm.Waiting)
		}
		v.Status.Problems = append(v.Status.Problems, text)
		v.Status.Conflicts = append(v.Status.Conflicts, fm.Conflict{Tasks: [2]fm.TaskID{"1", ""}, Files: []string{text}})
		v.Status.Pulls = append(v.Status.Pulls, supervisor.PullStatus{Task: "1", Number: "2", Text: text})
	}
	for i := range v.Tasks {
		text := hostileTexts()[i%len(hostileTexts())]
		v.Tasks[i].Title, v.Tasks[i].Note = text, text
	}
	v.Status.Project = "/home/ada/" + strings.ReplaceAll(hostileTexts()[0], "/", "")
	v.Status.Gate = supervisor.Gate{Why: hostileTexts()[1] + hostileTexts()[0]}
	return v
}

// sampleModel is a dashboard that has just seen a view, with what every pane of
// it shows.
func sampleModel(v View) model {
	m := newModel()
	m.see(v)
	m.panes = map[fm.WorkerID]Pane{}
	for _, ws := range v.Status.Workers {
		m.panes[ws.Worker] = samplePane(ws)
	}
	return m
}

// samplePane is what an agent's pane looks like.
func samplePane(ws supervisor.WorkerStatus) Pane {
	lines := []string{
		"\x1b[38;5;174m ▐▛███▜▌\x1b[0m   \x1b[1mClaude Code\x1b[0m \x1b[2mv2.1.0\x1b[0m",
		"\x1b[38;5;174m▝▜█████▛▘\x1b[0m  \x1b[2mOpus · API Usage Billing\x1b[0m",
		"\x1b[38;5;174m  ▘▘ ▝▝\x1b[0m    \x1b[2m/home/ada/shop/.worktrees/issue-" + string(ws.Task) + "\x1b[0m",
		"",
		"\x1b[48;5;237m> /work-on-subissue " + string(ws.Task) + "\x1b[0m",
		"",
		"\x1b[32m●\x1b[0m I'll read the task first, then the code that it touches.",
		"",
		"\x1b[32m●\x1b[0m \x1b[1mRead\x1b[0m(TASK.md)",
		"  ⎿  Read \x1b[1m42\x1b[0m lines",
		"",
		"\x1b[32m●\x1b[0m \x1b[1mUpdate\x1b[0m(api/user.go)",
		"  ⎿  Added \x1b[1m2\x1b[0m lines, removed \x1b[1m1\x1b[0m line",
		"\x1b[2m      41 \x1b[0m  func (u User) Valid() error {",
		"\x1b[48;2;74;34;29m      42 -    return nil\x1b[0m",
		"\x1b[48;2;30;65;45m      42 +    if u.Email == \"\" {\x1b[0m",
		"\x1b[48;2;30;65;45m      43 +        return errNoEmail\x1b[0m",
		"",
		"\x1b[38;5;174m✽ Implementing…\x1b[0m \x1b[2m(2m 14s · ↓ 4.1k tokens · esc to interrupt)\x1b[0m",
		"",
		"\x1b[2m" + strings.Repeat("─", 100) + "\x1b[0m",
		">",
		"\x1b[2m" + strings.Repeat("─", 100) + "\x1b[0m",
		"  \x1b[2m? for shortcuts\x1b[0m",
	}
	return Pane{Text: strings.Join(lines, "\n"), Width: 100, Height: 30}
}

// drawn paints a model on a screen of its own, inside a margin that nobody may
// touch, and gives the screen.
func drawn(tb testing.TB, m model, w, h int, p Palette) tcell.SimulationScreen {
	tb.Helper()
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(screen.Fini)
	screen.SetSize(w+2, h+2)
	screen.Fill('·', tcell.StyleDefault)
	paint(canvas{screen: screen, x: 1, y: 1, w: w, h: h, theme: themeOf(p)}, &m)
	screen.Show()
	return screen
}

// frame gives what a model looks like at a size, as text. It fails where
// something was painted outside of that size, or could reach a terminal as
// anything but a character.
func frame(tb testing.TB, m model, w, h int) string {
	tb.Helper()
	rows := screenRows(tb, drawn(tb, m, w, h, Coloured))
	margin := strings.Repeat("·", w+2)
	if rows[0] != margin || rows[h+1] != margin {
		tb.Fatalf("painted above or below %d×%d:\n%s", w, h, strings.Join(rows, "\n"))
	}
	var b strings.Builder
	for i, row := range rows[1 : h+1] {
		inner, left := strings.CutPrefix(row, "·")
		inner, right := strings.CutSuffix(inner, "·")
		if !left || !right || uniseg.StringWidth(inner) != w {
			tb.Fatalf("row %d of %d×%d leaves its place: %q", i, w, h, row)
		}
		b.WriteString(strings.TrimRight(inner, " ") + "\n")
	}
	return b.String()
}

// screenRows gives the rows of a screen as text.
func screenRows(tb testing.TB, screen tcell.SimulationScreen) []string {
	tb.Helper()
	cells, w, h := screen.GetContents()
	rows := make([]string, 0, h)
	for y := range h {
		var b strings.Builder
		for x := 0; x < w; {
			text := string(cells[y*w+x].Runes)
			if text == "" {
				text = " "
			}
			if fm.Plain(text) != text || strings.ContainsAny(text, "\n\t") {
				tb.Fatalf("the cell %d, %d holds %q", x, y, text)
			}
			b.WriteString(text)
			x += max(uniseg.StringWidth(text), 1)
		}
		rows = append(rows, b.String())
	}
	return rows
}

// golden holds a frame to the one that was checked in; -update writes it.
func golden(tb testing.TB, name, got string) {
	tb.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		tb.Fatalf("read golden frame: %v (write it with go test ./ui -update)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		tb.Errorf("%s is not what it was (-was +is):\n%s\nwhole:\n%s", name, diff, got)
	}
}

// TestFrameHoldsItsPlace asks the fixture itself: every size down to nothing
// can be drawn, on every page.
func TestFrameHoldsItsPlace(t *testing.T) {
	for _, page := range []pageID{overviewPage, gridPage, queuePage, logPage, historyPage, helpPage} {
		for _, v := range []View{{}, sampleView(0), sampleView(1), sampleView(100), hostileView()} {
			m := sampleModel(v)
			m.page = page
			for _, size := range [][2]int{{0, 0}, {1, 1}, {2, 2}, {3, 40}, {200, 1}, {40, 12}, {80, 24}, {200, 50}} {
				frame(t, m, size[0], size[1])
			}
		}
	}
}
