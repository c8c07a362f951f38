package ui

import "slices"

// paintFoot paints the bottom line: what an order has said, until the next key,
// or else the keys of the page.
func paintFoot(c canvas, m *model) {
	switch {
	case m.wrong != "":
		c.line(0, 0, piece{c.theme.bad, "✗ "}, piece{plainer(c.theme.bad), m.wrong})
	case m.said != "":
		c.line(0, 0, piece{c.theme.good, "✓ "}, piece{c.theme.text, m.said})
	case m.ordered > 0:
		c.text(0, 0, c.theme.dim, "… being done")
	case m.modal != nil: // it says its keys itself
	default:
		paintHints(c, m)
	}
}

// paintHints paints the keys of a page at the left as far as they fit, and at
// the right those that count everywhere.
func paintHints(c canvas, m *model) {
	var own, everywhere []binding
	for _, b := range bindings() {
		switch {
		case b.hint == "" || !b.counts(m.page) || m.lacks(b.needs) != "" || b.when != nil && !b.when(m):
		case b.group == dashboardGroup:
			everywhere = append(everywhere, b)
		case m.page != helpPage: // that one shows them all
			own = append(own, b)
		}
	}
	slices.SortStableFunc(own, func(a, b binding) int { return rank(a.group) - rank(b.group) })
	end := c.hints(everywhere)
	room := max(c.w-cells(end)-2, 0)
	for n := len(own); n >= 0; n-- {
		if line := c.hints(own[:n]); cells(line) <= room {
			c.line(0, 0, line...)
			break
		}
	}
	c.lineRight(0, end...)
}

// rank is what goes first where there is little room: what a page alone is for.
func rank(group string) int {
	switch group {
	case workersGroup:
		return 1
	case pagesGroup:
		return 2
	case moveGroup:
		return 3
	}
	return 0
}

func (c canvas) hints(all []binding) []piece {
	var line []piece
	for i, b := range all {
		if i > 0 {
			line = append(line, piece{c.theme.text, "  "})
		}
		line = append(line, piece{c.theme.strong, b.keys[0]}, piece{c.theme.dim, " " + b.hint})
	}
	return line
}

// keyOf is the key of an action, by its hint, for where a text tells what to
// press.
func keyOf(hint string) string {
	for _, b := range bindings() {
		if b.hint == hint {
			return b.keys[0]
		}
	}
	return "?"
}
