package ui

import (
	"strings"

	"github.com/founder-mode/fm"
)

// paneInto paints what a pane shows: its last lines, because an agent is at
// work at the bottom.
func paneInto(c canvas, p Pane) {
	lines := strings.Split(strings.TrimRight(fm.Plain(p.Text), " \n"), "\n")
	for y, line := range lines[max(len(lines)-c.h, 0):] {
		c.text(0, y, c.theme.text, line)
	}
}
