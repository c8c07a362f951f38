package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// gutter is how many cells the headings beside the summary take.
const gutter = 12

// block is a part of the summary: lines under a heading.
type block struct {
	heading string
	lines   [][]piece
}

// summary is what is beside the workers, in at most so many lines: the queue,
// the parents, the throughput, pull requests, and what is wrong.
func (m *model) summary(t theme, w, rows int) []block {
	if rows <= 0 || m.view.Now.IsZero() {
		return nil
	}
	room := w
	if w >= 60 {
		room -= gutter
	}
	s := m.view.Status
	if rows == 1 {
		return []block{{"QUEUE", [][]piece{m.counts(t, room, m.wrongs(t))}}}
	}
	blocks := []block{
		{"QUEUE", [][]piece{m.counts(t, room, nil)}},
		{"PARENTS", parentLines(t, shownParents(s.Parents, rows), room)},
		{"THROUGHPUT", [][]piece{m.throughput(t, room)}},
		{"PULLS", pullLines(t, s.Pulls)},
		{"PROBLEMS", problemLines(t, s)},
	}
	return share(t, blocks, rows)
}

// share gives each block a line, and what is left to those that want more, in
// their order. A block that is cut says so in its last line.
func share(t theme, blocks []block, rows int) []block {
	given := make([]int, len(blocks))
	for _, most := range []int{1, 2, 4, 8} {
		for _, i := range []int{0, 4, 1, 2, 3} { // problems before pull requests
			for given[i] < min(most, len(blocks[i].lines)) && rows > 0 {
				given[i]++
				rows--
			}
		}
	}
	var out []block
	for i, b := range blocks {
		if given[i] == 0 {
			continue
		}
		if more := len(b.lines) - given[i]; more > 0 {
			b.lines = slices.Clone(b.lines[:given[i]])
			last := &b.lines[given[i]-1]
			*last = append(slices.Clone(*last), piece{t.dim, fmt.Sprintf("  +%d", more)})
		}
		out = append(out, b)
	}
	return out
}

// paintSummary paints blocks one below the other, with their headings beside
// them where there is room.
func paintSummary(c canvas, blocks []block, gap int) {
	y := 0
	for _, b := range blocks {
		in := c
		if c.w >= 60 {
			c.put(0, y, piece{c.theme.strong, b.heading})
			in = c.part(gutter, 0, c.w-gutter, c.h)
		}
		for _, line := range b.lines {
			in.lineKeepingLast(y, line)
			y++
		}
		y += gap
	}
}

// lineKeepingLast paints a line so that, when it is too long, what is cut is
// not its last piece but the one before: that says how much more there is.
func (c canvas) lineKeepingLast(y int, line []piece) {
	if over := cells(line) - c.w; over > 0 && len(line) > 1 {
		if tail := line[len(line)-1:]; strings.HasPrefix(tail[0].text, "  +") {
			width := cells(tail)
			x := c.part(0, 0, c.w-width, c.h).line(0, y, line[:len(line)-1]...)
			c.line(x, y, tail...)
			return
		}
	}
	c.line(0, y, line...)
}

// summaryRows is how many rows blocks take.
func summaryRows(blocks []block, gap int) int {
	n := 0
	for _, b := range blocks {
		n += len(b.lines)
	}
	return n + gap*max(len(blocks)-1, 0)
}

// counts tells the queue. Of what does not fit the least important goes.
func (m *model) counts(t theme, w int, tail []piece) []piece {
	if len(m.view.Status.Counts) == 0 {
		return []piece{{t.dim, "empty: fm work ISSUE fills it"}}
	}
	shown := []fm.Status{fm.Pending, fm.Working, fm.Completed, fm.Merged, fm.Failed, fm.Blocked, fm.Hold, fm.Cancelled}
	for _, drop := range []fm.Status{"", fm.Cancelled, fm.Hold, fm.Merged, fm.Completed, fm.Working} { // who works is in the header
		shown = slices.DeleteFunc(shown, func(s fm.Status) bool { return s == drop })
		line := append(m.countLine(t, shown), tail...)
		if cells(line) <= w {
			return line
		}
	}
	return append(m.countLine(t, shown), tail...)
}

func (m *model) countLine(t theme, shown []fm.Status) []piece {
	var line []piece
	for _, s := range shown {
		n := m.view.Status.Counts[s]
		if n == 0 && s != fm.Pending && s != fm.Working && s != fm.Completed {
			continue
		}
		style := t.strong
		switch {
		case n == 0:
			style = t.text
		case s == fm.Failed:
			style = t.bad
		case s == fm.Blocked:
			style = t.warn
		}
		if len(line) > 0 {
			line = append(line, piece{t.text, "  "})
		}
		line = append(line, piece{style, fmt.Sprint(n)}, piece{t.text, " " + string(s)})
	}
	return line
}

// wrongs counts what is wrong, for where there is no room to say it.
func (m *model) wrongs(t theme) []piece {
	s := m.view.Status
	if n := len(s.Problems) + len(s.Conflicts); n > 0 {
		return []piece{{t.warn, fmt.Sprintf("  ! %d", n)}}
	}
	return nil
}

// shownParents are those that are open, and after them where there is room
// those that are closed.
func shownParents(parents []supervisor.ParentStatus, rows int) []supervisor.ParentStatus {
	var open, closed []supervisor.ParentStatus
	for _, p := range parents {
		if p.Closed {
			closed = append(closed, p)
		} else {
			open = append(open, p)
		}
	}
	if rows < 8 {
		return open
	}
	return append(open, closed...)
}

// parentLines are the progress of each parent, as many in a line as fit.
func parentLines(t theme, parents []supervisor.ParentStatus, w int) [][]piece {
	name, of := 0, 0
	for _, p := range parents {
		name = max(name, uniseg.StringWidth(p.Parent.Ref()))
		of = max(of, len(parentOf(p)))
	}
	name = min(name, 16)
	const gap = 3
	each := name + 1 + barCells + 5 + 1 + of
	perLine := max((w+gap)/(each+gap), 1)
	var lines [][]piece
	for some := range slices.Chunk(parents, perLine) {
		var line []piece
		for i, p := range some {
			if i > 0 {
				line = append(line, piece{t.text, strings.Repeat(" ", gap)})
			}
			merged, done, left := bar(p)
			ref := fit(fm.Line(p.Parent.Ref(), 0), name)
			text := t.text
			if p.Closed {
				text = t.dim
			}
			line = append(line,
				piece{text, ref + strings.Repeat(" ", name-uniseg.StringWidth(ref)+1)},
				piece{t.good, merged},
				piece{t.accent, done},
				piece{t.dim, left},
				piece{text, fmt.Sprintf(" %3d%% %-*s", p.Completed*100/max(p.Total, 1), of, parentOf(p))})
		}
		lines = append(lines, line)
	}
	return lines
}

func parentOf(p supervisor.ParentStatus) string {
	text := fmt.Sprintf("(%d/%d)", p.Completed, p.Total)
	if p.Closed {
		text += " closed"
	}
	return text
}

// throughput tells how fast it goes.
func (m *model) throughput(t theme, w int) []piece {
	p, now := m.view.Status.Throughput, m.view.Now
	line := []piece{
		{t.strong, fmt.Sprint(p.LastHour)},
		{t.text, " last hour  "},
		{t.strong, fmt.Sprint(p.Today)},
		{t.text, " today"},
	}
	if p.Average > 0 {
		line = append(line, piece{t.strong, "  " + fm.Span(p.Average)}, piece{t.text, " average"})
	}
	for _, hours := range []int{24, 12, 8} {
		if cells(line)+2+hours+4 <= w {
			return append(line, piece{t.accent, "  " + spark(m.view.Status.Finishes, now, hours)}, piece{t.dim, fmt.Sprintf(" %dh", hours)})
		}
	}
	return line
}

func pullLines(t theme, pulls []supervisor.PullStatus) [][]piece {
	var lines [][]piece
	for _, p := range pulls {
		lines = append(lines, []piece{{t.text, "#" + fm.Line(p.Number, 20)}, {t.dim, " of " + p.Task.Ref() + ": "}, {t.text, fm.Line(p.Text, 200)}})
	}
	return lines
}

// problemLines are conflicts between branches, and whatever else is wrong.
func problemLines(t theme, s supervisor.Status) [][]piece {
	var lines [][]piece
	for _, c := range s.Conflicts {
		with := "the base branch"
		if c.Tasks[1] != "" {
			with = c.Tasks[1].Ref()
		}
		lines = append(lines, []piece{{t.warn, "! "}, {t.text, c.Tasks[0].Ref() + " conflicts with " + with + ": " + fm.Line(strings.Join(c.Files, ", "), 200)}})
	}
	for _, p := range s.Problems {
		lines = append(lines, []piece{{t.warn, "! "}, {t.text, fm.Line(p, 300)}})
	}
	return lines
}
