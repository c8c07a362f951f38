package tmux

import (
	"context"
	"strings"

	"github.com/founder-mode/fm"
)

// Picture is what a pane shows, with its colours.
type Picture struct {
	// Text is the pane's lines. The only escapes in it are SGR sequences (ECMA-48,
	// 8.3.117); what one sets holds beyond the end of its line.
	Text          string
	Width, Height int // of the pane, in cells
}

// Painted gives what the panes of these workers show, in their colours; else
// it is like [Server.Screens].
func (s *Server) Painted(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]Picture, error) {
	shots, err := s.shoot(ctx, workers, "-e", "-N") // without -N a coloured bar ends where its text does
	if err != nil {
		return nil, err
	}
	pictures := make(map[fm.WorkerID]Picture, len(shots))
	for w, one := range shots {
		pictures[w] = Picture{Text: painted(one.text), Width: one.width, Height: one.height}
	}
	return pictures, nil
}

// painted keeps text and SGR sequences, and drops everything else. Between the
// controls SO and SI tmux gives line drawing in letters, as a VT100 does.
func painted(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	shape := strings.NewReplacer()
	write := func(s string) { b.WriteString(shape.Replace(fm.Plain(s))) }
	from, i := 0, 0
	for i < len(text) {
		next := strings.IndexAny(text[i:], "\x1b\x0e\x0f")
		if next < 0 {
			break
		}
		i += next
		n := sgrLen(text[i:])
		if n == 0 && text[i] == '\x1b' {
			i++ // of another kind: fm.Plain knows where it ends
			continue
		}
		write(text[from:i])
		switch text[i] {
		case '\x0e':
			shape, n = boxes(), 1
		case '\x0f':
			shape, n = strings.NewReplacer(), 1
		default:
			b.WriteString(text[i : i+n])
		}
		i += n
		from = i
	}
	write(text[from:])
	return b.String()
}

// sgrLen is the length of the SGR sequence that s starts with (ECMA-48,
// 8.3.117), or 0.
func sgrLen(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	n := len(s) - len(strings.TrimLeft(s[2:], "0123456789;:"))
	if n == len(s) || s[n] != 'm' {
		return 0
	}
	return n + 1
}

// boxes is the VT100's special graphics set (terminfo(5), acsc).
func boxes() *strings.Replacer {
	return strings.NewReplacer(
		"j", "┘", "k", "┐", "l", "┌", "m", "└", "n", "┼", "q", "─", "t", "├", "u", "┤", "v", "┴", "w", "┬", "x", "│",
		"`", "◆", "a", "▒", "f", "°", "g", "±", "o", "⎺", "p", "⎻", "r", "⎼", "s", "⎽", "y", "≤", "z", "≥", "{", "π", "|", "≠", "}", "£", "~", "·",
		"+", "→", ",", "←", "-", "↑", ".", "↓", "0", "█", "h", "▒", "i", "␋",
	)
}
