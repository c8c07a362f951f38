package ui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// TestOverviewFrames holds what the first page looks like.
func TestOverviewFrames(t *testing.T) {
	for name, v := range map[string]View{"1": sampleView(1), "8": sampleView(8), "100": sampleView(100), "hostile": hostileView()} {
		for _, size := range sizes() {
			m := sampleModel(v)
			m.move(1)
			golden(t, fmt.Sprintf("overview-%s-%dx%d", name, size[0], size[1]), frame(t, m, size[0], size[1]))
		}
	}
}

// rareViews are what is not there every day.
func rareViews() map[string]View {
	down := sampleView(8)
	down.Status.PID, down.Status.Workers = 0, nil
	limited := sampleView(8)
	limited.Status.Gate = supervisor.Gate{Why: fm.LimitTrouble.Text(), Until: noon().Add(34 * time.Minute)}
	halted := sampleView(8)
	halted.Status.Gate = supervisor.Gate{Why: fm.LoginTrouble.Text(), Person: true}
	halted.Status.Wanted.Paused, halted.Status.Wanted.Stop, halted.Status.Wanted.Permission = true, supervisor.StopDrain, bypass
	halted.Status.Quota = fm.Quota{Blocked: noon().Add(5 * time.Minute), Why: "secondary rate limit"}
	begun := sampleView(8) // by a supervisor that has only its lock yet
	begun.Status.Started, begun.Status.Wanted.Workers = time.Time{}, 0
	return map[string]View{
		"unseen":  {},
		"begun":   begun,
		"empty":   {Now: noon(), Status: supervisor.Status{PID: 1, Started: noon(), Project: "/home/ada/shop"}},
		"down":    down,
		"limited": limited,
		"halted":  halted,
	}
}

// TestSupervisorThatHasSaidNothingHasNoAge. Caught: the age of a zero time.
func TestSupervisorThatHasSaidNothingHasNoAge(t *testing.T) {
	for _, size := range sizes() {
		got := frame(t, sampleModel(rareViews()["begun"]), size[0], size[1])
		if strings.Contains(got, "up ") || !strings.Contains(got, "active, 0 wanted") || !strings.Contains(got, "No worker is wanted: + adds one") {
			t.Errorf("at %v:\n%s", size, got)
		}
	}
}

// TestNothingBegunIsSaid in the place of a key that starts nothing there.
func TestNothingBegunIsSaid(t *testing.T) {
	v := rareViews()["down"]
	v.Unused = "nothing has been started in /home/ada/shop yet; begin with: fm work ISSUES"
	for _, size := range sizes() {
		got := frame(t, sampleModel(v), size[0], size[1])
		if !strings.Contains(got, "fm work ISSUES") || strings.Contains(got, "starts it") {
			t.Errorf("at %v:\n%s", size, got)
		}
	}
}

// TestRareFrames holds what the first page looks like when something is unusual.
func TestRareFrames(t *testing.T) {
	for name, v := range rareViews() {
		for _, size := range sizes() {
			golden(t, fmt.Sprintf("rare-%s-%dx%d", name, size[0], size[1]), frame(t, sampleModel(v), size[0], size[1]))
		}
	}
}

// TestSelectionIsInSight wherever a user goes, and it alone is marked. Caught: a
// list that scrolls by one row too few.
func TestSelectionIsInSight(t *testing.T) {
	m := sampleModel(sampleView(100))
	steps := []int{0, 1, 1, 40, -3, 59, 1, 1, -1, -200, 12, 300}
	for _, size := range [][2]int{{40, 12}, {40, 5}, {80, 24}, {140, 20}, {200, 50}} {
		for _, by := range steps {
			m.move(by)
			m.settle(size[0], size[1])
			cells, w, h := drawn(t, m, size[0], size[1], Plain).GetContents()
			marked := ""
			for y := range h {
				for x := range w {
					if _, _, attrs := cells[y*w+x].Style.Decompose(); attrs&tcell.AttrReverse != 0 && strings.TrimSpace(string(cells[y*w+x].Runes)) != "" {
						marked += string(cells[y*w+x].Runes)
					}
				}
			}
			if want := m.worker.String(); !strings.Contains(marked+" ", want) || strings.Count(marked, "worker-") != 1 {
				t.Errorf("%d×%d: %s is selected, and marked is %q", size[0], size[1], want, marked)
			}
		}
	}
}

// TestListScrollsNoFurtherThanItMust: the selected one is in sight, no row is
// wasted, and what was in sight stays where it is if it can.
func TestListScrollsNoFurtherThanItMust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.IntRange(1, 200).Draw(t, "all")
		rows := rapid.IntRange(1, 60).Draw(t, "rows")
		top := rapid.IntRange(-5, 250).Draw(t, "top")
		selected := rapid.IntRange(0, all-1).Draw(t, "selected")
		got := scrolled(top, selected, rows, all)
		if selected < got || selected >= got+rows || got < 0 || got > max(all-rows, 0) {
			t.Fatalf("shows %d–%d of %d, selected is %d", got, got+rows, all, selected)
		}
		if selected >= top && selected < top+rows && top >= 0 && top <= max(all-rows, 0) && got != top {
			t.Fatalf("moved from %d to %d", top, got)
		}
	})
}

// TestSelectionSurvivesNews: it stays on its worker while the list changes, and
// falls on a neighbour when that is gone.
func TestSelectionSurvivesNews(t *testing.T) {
	m := sampleModel(sampleView(8))
	m.move(4)
	m.see(sampleView(100))
	if m.worker != 5 {
		t.Errorf("selected %s, want worker-5", m.worker)
	}
	v := sampleView(8)
	v.Status.Workers = append(v.Status.Workers[:4:4], v.Status.Workers[5:]...)
	m.see(v)
	if m.worker != 6 {
		t.Errorf("selected %s after worker-5 went, want worker-6", m.worker)
	}
	m.see(sampleView(2))
	if m.worker != 2 {
		t.Errorf("selected %s of two, want worker-2", m.worker)
	}
	m.see(sampleView(0))
	if m.worker != 0 {
		t.Errorf("selected %s of none", m.worker)
	}
	m.see(sampleView(3))
	if m.worker != 1 {
		t.Errorf("selected %s, want worker-1", m.worker)
	}
}

// TestTabGoesRoundTheQuestions and begins again.
func TestTabGoesRoundTheQuestions(t *testing.T) {
	m := sampleModel(sampleView(20))
	for _, want := range []fm.WorkerID{3, 11, 19, 3} {
		if m.moveToWaiting(); m.worker != want {
			t.Errorf("selected %s, want %s", m.worker, want)
		}
	}
	m = sampleModel(sampleView(2))
	if m.moveToWaiting(); m.worker != 1 || m.said == "" {
		t.Errorf("selected %s, said %q", m.worker, m.said)
	}
}

// TestWorkersAreFoundWhereTheyAreDrawn: what is clicked is what is seen there.
// Caught: a list that forgets that it is scrolled.
func TestWorkersAreFoundWhereTheyAreDrawn(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {200, 50}} {
		m := sampleModel(sampleView(100))
		m.move(57)
		m.settle(size[0], size[1])
		found := 0
		for y, row := range strings.Split(frame(t, m, size[0], size[1]), "\n") {
			in := regexp.MustCompile(`^. (worker-\d+) `).FindStringSubmatch(row)
			if in == nil {
				continue
			}
			if got := m.workerAt(3, y, size[0], size[1]); got.String() != in[1] {
				t.Errorf("%d×%d row %d is %s, want %s", size[0], size[1], y, got, in[1])
			}
			found++
		}
		if found < 4 {
			t.Errorf("only %d workers are seen", found)
		}
	}
}

// TestPlainHasNoColour: with NO_COLOR nothing but bold, dim and reverse is used,
// on every page.
func TestPlainHasNoColour(t *testing.T) {
	for _, page := range []pageID{overviewPage, gridPage, queuePage, logPage, historyPage, helpPage} {
		m := sampleModel(sampleView(8))
		m.page = page
		cells, w, _ := drawn(t, m, 200, 50, Plain).GetContents()
		for i, cell := range cells {
			if fg, bg, _ := cell.Style.Decompose(); fg != tcell.ColorDefault || bg != tcell.ColorDefault {
				t.Fatalf("%s: the cell %d, %d has the colours %v on %v", page, i%w, i/w, fg, bg)
			}
		}
	}
}

// TestOwnColoursAreTheTerminals: beside panes, which have the colours of their
// agents, only the sixteen that every scheme makes readable, and no background.
func TestOwnColoursAreTheTerminals(t *testing.T) {
	for _, page := range []pageID{overviewPage, queuePage, helpPage} {
		m := sampleModel(sampleView(8))
		m.page, m.panes = page, nil
		cells, w, _ := drawn(t, m, 200, 50, Coloured).GetContents()
		for i, cell := range cells {
			fg, bg, _ := cell.Style.Decompose()
			if bg != tcell.ColorDefault || fg != tcell.ColorDefault && (fg < tcell.ColorBlack || fg > tcell.ColorWhite) {
				t.Fatalf("%s: the cell %d, %d has the colours %v on %v", page, i%w, i/w, fg, bg)
			}
		}
	}
}

// TestWorkerLineIsCutWhereItTellsLeast.
func TestWorkerLineIsCutWhereItTellsLeast(t *testing.T) {
	for _, c := range []struct {
		text, since string
		width       int
		want        string
	}{
		{"Working on #1", " (5m)", 18, "Working on #1 (5m)"},
		{"Working on #1 (limited)", " (5m)", 28, "Working on #1 (limited) (5m)"},
		{"Working on #1 (limited)", " (5m)", 27, "Working on #1 (5m)"},
		{"Working on #1 (limited)", " (5m)", 17, "Working on #1"},
		{"Working on #1 (limited)", " (5m)", 9, "Working …"},
		{"Idle (waiting for work)", "", 12, "Idle (waiti…"},
		{"Working on #1", " (5m)", 0, ""},
	} {
		text, since := shortened(c.text, c.since, c.width)
		if got := text + since; got != c.want {
			t.Errorf("in %d cells: %q, want %q", c.width, got, c.want)
		}
	}
}

// TestEveryStateHasASign that is its own, and none that the table explains is
// for nothing.
func TestEveryStateHasASign(t *testing.T) {
	used := map[string]bool{}
	for _, state := range []string{
		"idle", "verifying", "publishing", "draining", string(fm.Starting), string(fm.AtWork), string(fm.Waiting), string(fm.Limited),
		string(fm.Retrying), string(fm.InShell), string(fm.Exited), string(fm.UnknownState), "something new",
	} {
		used[markOf(supervisor.WorkerStatus{State: state}).sign] = true
	}
	if len(used) != len(marks()) {
		t.Errorf("the states have %d signs, and %d are explained", len(used), len(marks()))
	}
}
