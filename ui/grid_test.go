package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/tview"

	"github.com/founder-mode/fm"
)

// gridModel is the grid of so many workers, with one of them selected.
func gridModel(v View, selected fm.WorkerID) model {
	m := sampleModel(v)
	m.page, m.worker = gridPage, selected
	return m
}

// footless leaves out the bottom line of a frame, which is that of all pages and
// changes with every key.
func footless(frame string) string {
	frame = strings.TrimSuffix(frame, "\n")
	return frame[:strings.LastIndexByte(frame, '\n')+1]
}

func TestGridLooksCalm(t *testing.T) {
	for _, workers := range []int{1, 8, 100} {
		for _, size := range sizes() {
			m := gridModel(sampleView(workers), fm.WorkerID(min(workers, 3)))
			golden(t, fmt.Sprintf("grid-%d-%dx%d", workers, size[0], size[1]), footless(frame(t, m, size[0], size[1])))
		}
	}
}

// hostilePanes is what a program prints that wants to own the terminal.
func hostilePanes(m *model) {
	for i, text := range hostileTexts() {
		lines := strings.Repeat(text+"\n", 3)
		m.panes[fm.WorkerID(i+1)] = Pane{Text: lines + "\x1b[8;44m" + text + "\x1b[", Width: 160, Height: 45}
	}
	m.panes[2] = Pane{}
}

// Fault: F24.
func TestHostilePanesAreDrawnHarmlessly(t *testing.T) {
	for _, size := range sizes() {
		m := gridModel(hostileView(), 1)
		hostilePanes(&m)
		got := frame(t, m, size[0], size[1])
		golden(t, fmt.Sprintf("grid-hostile-%dx%d", size[0], size[1]), footless(got))
		if strings.Contains(got, "owned") || strings.Contains(got, "evil") {
			t.Errorf("a title or a link is shown as text:\n%s", got)
		}
	}
}

func TestGridWithoutWorkersSaysSo(t *testing.T) {
	for name, v := range map[string]View{"nothing seen": {}, "no workers": sampleView(0)} {
		if got := frame(t, gridModel(v, 0), 80, 24); !strings.Contains(got, "Looking") && !strings.Contains(got, "No workers") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// Caught: the last screen left out when it is not full; a tile below the foot.
func TestEveryWorkerHasATileOnSomeScreen(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 5, 8, 13, 99, 100} {
		for _, size := range append(sizes(), [2]int{1, 1}, [2]int{30, 3}, [2]int{300, 9}, [2]int{20, 100}) {
			w, h := size[0], size[1]
			m := gridModel(sampleView(workers), 1)
			for id := fm.WorkerID(1); int(id) <= workers; id++ {
				m.worker = id
				g := m.tiles(w, h)
				shown := m.gridWorkers(g)
				if !slices.Contains(m.watched(theme{}, w, h), id) {
					t.Fatalf("%d workers, %d×%d: %s is selected and not captured: %v", workers, w, h, id, g)
				}
				for i, ws := range shown {
					a := g.tile(i)
					if a.x < g.area.x || a.y < g.area.y || a.x+a.w > g.area.x+g.area.w || a.y+a.h > g.area.y+g.area.h {
						t.Fatalf("%d workers, %d×%d: %v leaves %v", workers, w, h, a, g.area)
					}
					if a.w > 0 && a.h > 0 && m.tileAt(a.x+a.w-1, a.y+a.h-1, w, h) != ws.Worker {
						t.Fatalf("%d workers, %d×%d: a click on %v does not hit %s", workers, w, h, a, ws.Worker)
					}
				}
			}
		}
	}
}

// Caught: a screen of tiles further that skips some.
func TestGridMovesByTiles(t *testing.T) {
	d := New(Options{})
	d.board.SetRect(0, 0, 200, 50)
	d.model = gridModel(sampleView(100), 1)
	for _, step := range []struct {
		key  string
		want fm.WorkerID
	}{
		{"Right", 2},
		{"Down", 7},
		{"Left", 6},
		{"j", 11},
		{"k", 6},
		{"Up", 1},
		{"Up", 1},
		{"PgDn", 31},
		{"PgDn", 61},
		{"PgUp", 31},
		{"End", 100},
		{"Right", 100},
		{"Home", 1},
	} {
		if !d.press(step.key) || d.model.worker != step.want {
			t.Fatalf("%s: got %s, want %s", step.key, d.model.worker, step.want)
		}
	}
	if d.press("g"); d.model.page != overviewPage {
		t.Errorf("g leads to %s, and not back", d.model.page)
	}
}

// Caught: l that goes to the right, and leaves another worker selected.
func TestKeysOfTheWorkersCountInTheGrid(t *testing.T) {
	s := onStage(t, sampleView(8))
	s.keys("g", "Down", "l")
	var worker fm.WorkerID
	s.until("a log", func(m *model) bool {
		worker = m.worker
		return m.page == logPage && m.text.of.worker == m.worker
	})
	s.keys("Esc", "w")
	s.until("the history of the same worker's task", func(m *model) bool { return m.page == historyPage && m.worker == worker })
	s.keys("Esc")
	s.until("the grid", func(m *model) bool { return m.page == gridPage })
}

// Caught: a click that counts on the first page alone.
func TestClickSelectsATile(t *testing.T) {
	d := New(Options{})
	d.board.SetRect(0, 0, 200, 50)
	d.model = gridModel(sampleView(100), 50)
	if !d.mouse(tview.MouseLeftClick, 199, 48) || d.model.worker != 60 {
		t.Errorf("a click on the last tile: got %s, want worker-60", d.model.worker)
	}
	if d.mouse(tview.MouseLeftClick, 3, 0) || d.mouse(tview.MouseLeftClick, 3, 49) {
		t.Error("the heading or the foot is a tile")
	}
	if d.mouse(tview.MouseScrollUp, 3, 3); d.model.worker != 55 {
		t.Errorf("the wheel: got %s, want worker-55", d.model.worker)
	}
}

func BenchmarkGrid(b *testing.B) {
	m := gridModel(sampleView(100), 50)
	screen := drawn(b, m, 200, 50, Coloured)
	c := canvas{screen: screen, x: 1, y: 1, w: 200, h: 50, theme: themeOf(Coloured)}
	b.ReportAllocs()
	for b.Loop() {
		paint(c, &m)
	}
}
