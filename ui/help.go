package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// helped opens the help page.
func (d *Dashboard) helped() {
	d.model.help = 0
	d.model.turn(helpPage)
}

// helpKeys are those of the help page.
func helpKeys() []binding {
	on := []pageID{helpPage}
	scroll := func(by int) func(*Dashboard) { return func(d *Dashboard) { d.model.help = max(d.model.help+by, 0) } }
	return []binding{
		{keys: []string{"Down", "j"}, on: on, do: scroll(1)},
		{keys: []string{"Up", "k"}, on: on, do: scroll(-1)},
		{keys: []string{"PgDn", " "}, on: on, do: scroll(10)},
		{keys: []string{"PgUp"}, on: on, do: scroll(-10)},
		{keys: []string{"Home"}, on: on, do: scroll(-1 << 20)},
		{keys: []string{"End"}, on: on, do: scroll(1 << 20)},
	}
}

// paintHelp paints the key table, and what the signs mean. In a wide page it
// has two columns.
func paintHelp(c canvas, m *model) {
	body, columns := helpBody(c)
	lines := helpLines(c.theme, body.w/columns-2)
	top := helpTop(m.help, len(lines), columns, body.h)
	shown := lines[top:]
	heading := []piece{{c.theme.title, "Keys"}}
	if columns == 1 && len(lines) > body.h {
		heading = append(heading, piece{c.theme.dim, fmt.Sprintf(" %d–%d of %d", top+1, min(top+body.h, len(lines)), len(lines))})
	}
	c.rule(0, heading...)
	half := body.h
	if columns == 2 {
		half = halfOf(lines)
	}
	for i, line := range shown {
		column, y := 0, i
		if columns == 2 && i >= half {
			column, y = 1, i-half
		}
		body.part(column*body.w/columns, 0, body.w/columns-1, body.h).line(0, y, line...)
	}
	paintFoot(c.part(0, c.h-1, c.w, 1), m)
}

// helpBody is where the lines are, and in how many columns.
func helpBody(c canvas) (body canvas, columns int) {
	body = c.part(1, 2, c.w-2, c.h-4)
	if c.h < 16 {
		body = c.part(0, 1, c.w, c.h-2)
	}
	if len(helpLines(c.theme, body.w/2-2)) <= 2*body.h-8 && c.w >= 120 {
		return body, 2
	}
	return body, 1
}

// helpTop is the first line that is shown, so that none is wasted.
func helpTop(want, lines, columns, h int) int {
	if columns == 2 {
		return 0 // all are shown
	}
	return max(min(want, lines-h), 0)
}

// halfOf is where the second column begins: at a heading in the middle.
func halfOf(lines [][]piece) int {
	for i := len(lines) / 2; i < len(lines); i++ {
		if len(lines[i]) == 0 {
			return i + 1
		}
	}
	return len(lines)
}

// helpLines is the key table as text, group by group.
func helpLines(t theme, w int) [][]piece {
	all := slices.DeleteFunc(bindings(), func(b binding) bool { return b.help == "" })
	var groups []string
	key := 0
	for _, b := range all {
		if h := b.heading(); rank(b.group) < rank(moveGroup) && b.group != dashboardGroup && !slices.Contains(groups, h) {
			groups = append(groups, h)
		}
		key = max(key, uniseg.StringWidth(b.words()))
	}
	for _, b := range all {
		if h := b.heading(); b.group == moveGroup && !slices.Contains(groups, h) {
			groups = append(groups, h)
		}
	}
	groups = append(groups, dashboardGroup)
	key = min(key, max(w/3, 6))
	var lines [][]piece
	for i, group := range groups {
		if i > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, []piece{{t.title, group}})
		for _, b := range all {
			if b.heading() == group {
				lines = append(lines, entry(t, b.words(), b.help, key, w)...)
			}
		}
	}
	lines = append(lines, nil, []piece{{t.title, "Signs"}})
	for _, mk := range marks() {
		some := entry(t, mk.sign, mk.means, key, w)
		some[0][0].style = mk.style(t)
		lines = append(lines, some...)
	}
	lines = append(lines, entry(t, "@", "somebody is attached", key, w)...)
	return append(lines, entry(t, "H", "held: fm leaves it alone (fm hold)", key, w)...)
}

// words names the keys of a binding.
func (b binding) words() string {
	words := slices.Clone(b.keys)
	for i, k := range words {
		if k == " " {
			words[i] = "Space"
		}
	}
	return strings.Join(words, " ")
}

// heading is what a binding stands under. Moving is another thing on each page.
func (b binding) heading() string {
	if b.group != moveGroup || len(b.on) == 0 {
		return b.group
	}
	pages := make([]string, 0, len(b.on))
	for _, p := range b.on {
		pages = append(pages, string(p))
	}
	return b.group + ": " + strings.Join(pages, ", ")
}

// entry is a key, or a sign, and what it means, in as many lines as that takes.
func entry(t theme, word, means string, key, w int) [][]piece {
	word = fit(word, key)
	lines := [][]piece{{{t.strong, word}, {t.text, strings.Repeat(" ", key-uniseg.StringWidth(word)+2)}}}
	for i, part := range wrapped(means, max(w-key-2, 10)) {
		if i > 0 {
			lines = append(lines, []piece{{t.text, strings.Repeat(" ", key+2)}})
		}
		lines[i] = append(lines[i], piece{t.text, part})
	}
	return lines
}
