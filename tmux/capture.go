package tmux

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// maxCapture bounds a capture in lines: the server serves nobody else while it
// writes one.
const maxCapture = 1000

// Capture gives the last lines of what the worker's pane shows, as plain text
// without trailing blank lines; zero lines is the whole screen, and 1000 is
// the most. The error wraps [fm.ErrGone] when there is no such pane.
//
// Captures go by exec on every version of tmux: below 3.6 one over the control
// connection leaks its whole text in the server, and what a pane shows could
// pass itself off as the end of an answer there.
func (s *Server) Capture(ctx context.Context, w fm.WorkerID, lines int) (string, error) {
	r, found, err := s.own(ctx, w)
	if err != nil {
		return "", fmt.Errorf("capture %s: %w", w, err)
	}
	if !found || r.main.id == "" {
		return "", fmt.Errorf("capture %s: no such pane: %w", w, fm.ErrGone)
	}
	lines = min(max(lines, 0), maxCapture)
	words := []string{"capture-pane", "-p", "-t", r.main.id}
	if lines > 0 {
		words = append(words, "-S", "-"+strconv.Itoa(lines))
	}
	text, err := s.run(ctx, words...)
	if err != nil {
		return "", fmt.Errorf("capture %s: %w", w, err)
	}
	return tail(fm.Plain(text), lines), nil
}

// tail drops trailing blank lines, and then all but the last n unless n is 0.
func tail(text string, n int) string {
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if n > 0 && len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}
