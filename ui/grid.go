package ui

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// Cells of a tile, its title and the gap to the next one included. Below the
// first sizes nothing can be read; at the ideal ones more would not help much.
const (
	tileWidth, tileHeight   = 38, 5
	easyHeight              = 7 // when not all fit anyway
	idealWidth, idealHeight = 80, 16
)

// gridKeys are those of the grid of all panes, and the key that opens it.
func gridKeys() []binding {
	on := []pageID{gridPage}
	step := func(help string, by func(g grid) int, keys ...string) binding {
		return binding{keys: keys, on: on, group: "Move", help: help, do: func(d *Dashboard) { d.model.move(by(d.grid())) }}
	}
	return []binding{
		{keys: []string{"g"}, on: []pageID{overviewPage, queuePage, logPage, historyPage, helpPage}, group: "Pages", hint: "grid", help: "All panes side by side.", do: func(d *Dashboard) { d.model.turn(gridPage) }},
		{keys: []string{"g"}, on: on, do: func(d *Dashboard) { d.model.leave() }},
		step("In the grid: the tile to the right.", func(grid) int { return 1 }, "Right"),
		step("In the grid: the tile to the left.", func(grid) int { return -1 }, "Left"),
		step("In the grid: the tile below.", func(g grid) int { return g.across }, "Down", "j"),
		step("In the grid: the tile above.", func(g grid) int { return -g.across }, "Up", "k"),
		step("In the grid: one screen further.", func(g grid) int { return g.across * g.down }, "PgDn", "Ctrl-F", " "),
		step("In the grid: one screen back.", func(g grid) int { return -g.across * g.down }, "PgUp", "Ctrl-B"),
		step("In the grid: the first worker.", func(grid) int { return -1 << 20 }, "Home"),
		step("In the grid: the last worker.", func(grid) int { return 1 << 20 }, "End", "G"),
	}
}

// grid is how the tiles lie on the page: those among which the selected worker
// is.
type grid struct {
	area         area // of all tiles
	across, down int  // tiles on the screen
	first, after int  // which workers of the list those are
}

func (d *Dashboard) grid() grid {
	_, _, w, h := d.board.GetRect()
	return d.model.tiles(w, h)
}

// tiles lays out the grid on a page of so many cells. All workers are shown
// where that leaves each something to read; else as many as can be read well,
// and the others a screen further.
func (m *model) tiles(w, h int) grid {
	all := len(m.view.Status.Workers)
	g := grid{area: area{0, 0, w, h}}
	if h >= 4 {
		g.area = area{0, 1, w, h - 2}
	}
	if h >= 8 && len(m.notices()) > 0 {
		g.area.y, g.area.h = g.area.y+1, g.area.h-1
	}
	g.across, g.down = max(g.area.w/tileWidth, 1), max(g.area.h/easyHeight, 1)
	best := 0.0
	for across := 1; across <= max(g.area.w/tileWidth, 1); across++ {
		down := max((all+across-1)/across, 1)
		width, height := g.area.w/across, g.area.h/down
		if fit := tileFit(width, height); height >= tileHeight && fit > best {
			best, g.across, g.down = fit, across, down
		}
	}
	page := g.across * g.down
	g.first = max(m.selected(), 0) / page * page
	g.after = min(g.first+page, all)
	return g
}

// tileFit says how well a pane can be read in a tile, from 0 to 1.
func tileFit(w, h int) float64 {
	return min(float64(w)/idealWidth, 1) * min(float64(h)/idealHeight, 1)
}

// tile is where the nth of the tiles on the screen is. The last column and row
// take what is left over.
func (g grid) tile(n int) area {
	x, y := n%g.across, n/g.across
	t := area{g.area.x + x*g.area.w/g.across, g.area.y + y*g.area.h/g.down, 0, 0}
	t.w = g.area.x + (x+1)*g.area.w/g.across - t.x
	t.h = g.area.y + (y+1)*g.area.h/g.down - t.y
	if x < g.across-1 {
		t.w-- // the gap
	}
	return t
}

// gridWorkers are the workers whose tiles are on the screen.
func (m *model) gridWorkers(g grid) []supervisor.WorkerStatus {
	return m.view.Status.Workers[g.first:g.after]
}

// tileAt is the worker whose tile is at a cell of the page; 0 for none.
func (m *model) tileAt(x, y, w, h int) fm.WorkerID {
	g := m.tiles(w, h)
	for i, ws := range m.gridWorkers(g) {
		if g.tile(i).holds(x, y) {
			return ws.Worker
		}
	}
	return 0
}

func paintGrid(c canvas, m *model) {
	g := m.tiles(c.w, c.h)
	if g.area.y > 0 {
		paintGridHeading(c.part(0, 0, c.w, 1), m, g)
		paintNotices(c.part(0, 1, c.w, g.area.y-1), m)
		paintFoot(c.part(0, c.h-1, c.w, 1), m)
	}
	if len(m.view.Status.Workers) == 0 {
		paintNobody(g.area.in(c), m)
	}
	for i, ws := range m.gridWorkers(g) {
		paintTile(g.tile(i).in(c), m, ws)
	}
}

// paintGridHeading says which workers are shown, of how many.
func paintGridHeading(c canvas, m *model, g grid) {
	all := len(m.view.Status.Workers)
	text := fmt.Sprintf(" %d", all)
	switch g.after - g.first {
	case all:
	case 1:
		text = fmt.Sprintf(" %d of %d", g.after, all)
	default:
		text = fmt.Sprintf(" %d–%d of %d", g.first+1, g.after, all)
	}
	paintTop(c, m, piece{c.theme.title, "WORKERS"}, piece{c.theme.dim, text})
}

// paintTop paints the first line of a page: what it shows, and how the project
// stands as far as there is room.
func paintTop(c canvas, m *model, what ...piece) {
	x := c.line(0, 0, what...)
	for _, facts := range m.facts() {
		if text := strings.Join(facts, " · "); x+2+uniseg.StringWidth(text) <= c.w {
			c.lineRight(0, piece{c.theme.dim, text})
			return
		}
	}
}

// paintTile paints what a worker's pane shows, below a line that says whose it
// is.
func paintTile(c canvas, m *model, ws supervisor.WorkerStatus) {
	mk := markOf(ws)
	sign, name, text := mk.style(c.theme), c.theme.strong, c.theme.text
	selected := ws.Worker == m.worker
	if selected {
		sign, name, text = c.theme.selected, c.theme.selected, c.theme.selected
		c.part(0, 0, c.w, 1).fill(c.theme.selected)
	}
	title := []piece{{sign, mk.sign + " "}, {name, ws.Worker.String()}, {text, " " + fm.Line(tileTitle(ws), 200)}}
	present := []piece{{text, presenceOf(ws, c.w)}}
	room := c.part(0, 0, c.w-cells(present)-1, 1)
	x := room.line(0, 0, title...)
	if !selected {
		c.part(x+1, 0, room.w-x-1, 1).rule(0)
	}
	c.lineRight(0, present...)
	m.paintPane(c.part(0, 1, c.w, c.h-1), ws.Worker)
}

// tileTitle is what the worker's task is called, or why it has none.
func tileTitle(ws supervisor.WorkerStatus) string {
	if ws.Task == "" {
		return doing(ws)
	}
	return ws.Task.Ref() + " " + ws.Title
}
