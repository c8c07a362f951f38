package ui

import (
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/ui/sgr"
)

const (
	tabWidth = 8
	maxBelow = 12 // lines at the end among which an input box is
)

// paintPane paints what a worker's pane shows, as far as it was looked at.
func (m *model) paintPane(c canvas, w fm.WorkerID) {
	p, looked := m.panes[w]
	if looked && p.Text == "" {
		c.text(0, 0, c.theme.dim, "Nothing is to be seen in it.")
		return
	}
	paneInto(c, p)
}

// paneInto paints what a pane shows, in its own colours. Where the pane is
// higher than the canvas, its last lines are shown, because an agent is at work
// at the bottom; where it is wider, lines are cut and end in an ellipsis.
func paneInto(c canvas, p Pane) {
	if c.w <= 0 || c.h <= 0 {
		return
	}
	before, shown := bottom(p.Text, c.h)
	pen := sgr.Pen{Colourless: c.theme.palette == Plain}
	pen.Skip(before)
	for y := 0; shown != ""; y++ {
		var line string
		line, shown, _ = strings.Cut(shown, "\n")
		paneLine(c, y, &pen, line)
	}
}

// bottom cuts off the last lines, so many at most. Blank ones at the very end
// are left out; and where not all lines fit, so is an input box with nothing in
// it, because it says less than what is above.
func bottom(text string, lines int) (before, shown string) {
	text = trimmed(text)
	if strings.Count(text, "\n") >= lines {
		text = trimmed(withoutBox(text))
	}
	from := len(text)
	for range lines {
		from = strings.LastIndexByte(text[:from], '\n')
		if from < 0 {
			return "", text
		}
	}
	return text[:from+1], text[from+1:]
}

// trimmed leaves out blank lines at the end.
func trimmed(text string) string {
	for text != "" {
		i := strings.LastIndexByte(text, '\n')
		if !blank(text[i+1:]) {
			break
		}
		text = text[:max(i, 0)]
	}
	return text
}

// withoutBox leaves out an empty input box near the end, and what stands below
// it: a mark alone between two rules.
func withoutBox(text string) string {
	var below, mark string // the lines that follow, as they look
	end := len(text)
	for range maxBelow {
		i := strings.LastIndexByte(text[:end], '\n')
		if i < 0 {
			break
		}
		line := strings.Trim(fm.Plain(text[i+1:end]), " \u00a0│")
		if isRule(line) && (mark == ">" || mark == "❯") && isRule(below) {
			return text[:i]
		}
		below, mark, end = mark, line, i
	}
	return text
}

// isRule says whether a line is the upper or the lower edge of something.
func isRule(line string) bool {
	line = strings.TrimLeft(line, "╭╰┌└")
	return strings.HasPrefix(line, "──")
}

// blank says whether nothing can be read in a line.
func blank(line string) bool {
	var p sgr.Pen
	for line != "" {
		switch n := p.Take(line); {
		case n > 0:
			line = line[n:]
		case line[0] == ' ':
			line = line[1:]
		default:
			return false
		}
	}
	return true
}

// paneLine paints one line, and leaves the pen as it is at the line's end.
func paneLine(c canvas, y int, p *sgr.Pen, line string) {
	x, last := 0, 0 // where the next cell goes, and where the last one began
	put := func(text string, width int) {
		if p.Hidden {
			text = "  "[:width]
		}
		c.screen.Put(c.x+x, c.y+y, text, p.Style)
		last, x = x, x+width
	}
	for line != "" {
		if n := p.Take(line); n > 0 {
			for to := min(x+tabWidth-x%tabWidth, c.w); line[0] == '\t' && x < to; {
				put(" ", 1)
			}
			line = line[n:]
			continue
		}
		text, width, n := sgr.First(line)
		if x+width > c.w {
			break
		}
		if width > 0 {
			put(text, width)
		}
		line = line[n:]
	}
	if !blank(line) && !p.Hidden {
		if x == c.w && last < c.w-1 {
			c.screen.Put(c.x+last, c.y+y, " ", p.Style) // a wide character that loses its half
		}
		c.screen.Put(c.x+c.w-1, c.y+y, "…", c.theme.dim)
	}
	p.Skip(line)
}
