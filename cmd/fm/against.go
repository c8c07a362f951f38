package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

const pausedHint = "! The project is paused: fm resume"

// against tells what may keep all tasks from going on.
func against(s supervisor.Status, now time.Time) []string {
	var lines []string
	if s.Gate.Why != "" {
		lines = append(lines, gateLine(s.Gate, now))
	}
	return append(lines, obstacles(s)...)
}

// obstacles tells what lasts until a person sees to it.
func obstacles(s supervisor.Status) []string {
	var lines []string
	if s.Wanted.Paused {
		lines = append(lines, pausedHint)
	}
	for _, p := range s.Problems {
		lines = append(lines, "! "+fm.Line(p, 300))
	}
	return lines
}

// hinted is what was told of that, without the numbers: how often something was
// tried is no news.
type hinted map[string]bool

// tell tells it to who reads line by line, each once as long as it lasts.
func (h hinted) tell(out io.Writer, s supervisor.Status) {
	now := map[string]bool{}
	for _, line := range obstacles(s) {
		key := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return -1
			}
			return r
		}, line)
		if now[key] = true; !h[key] {
			fmt.Fprintln(out, line)
		}
	}
	clear(h)
	for key := range now {
		h[key] = true
	}
}
