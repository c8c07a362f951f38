package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// watchStatus shows each picture that differs from the last.
func (h *house) watchStatus(ctx context.Context, draw drawing, over func(string) string) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	last := ""
	for {
		s, err := h.status(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := draw(s)
		if err != nil {
			return err
		}
		// The terminal may have another size by now.
		if text = over(text); text != last {
			fmt.Fprint(h.stdout, text)
		}
		last = text
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// drawnOver draws over the last picture in place, so that nothing flickers:
// home; each line clears its own rest; then clear what is below.
func (h *house) drawnOver(text string) string {
	begin, end := "", ""
	if rows, _ := size(h.stdout); rows > 0 {
		// A line that wraps, or one too many, would move all above it: the
		// terminal cuts the one (DECAWM), we the other.
		begin, text, end = "\x1b[?7l", clipped(text, rows), "\x1b[?7h"
	}
	return begin + "\x1b[H" + strings.ReplaceAll(text, "\n", "\x1b[K\n") + "\x1b[J" + end
}

// clipped is the beginning of a text as a terminal with so many rows can show
// it: the last row has no newline, which would scroll.
func clipped(text string, rows int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if over := len(lines) - rows; over > 0 {
		lines = append(lines[:rows-1], fmt.Sprintf("… and %s", plural(over+1, "line")))
	}
	return strings.Join(lines, "\n")
}

// size is that of the terminal that w is; 0 when it is none.
func size(w io.Writer) (rows, cols int) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(size.Row), int(size.Col)
}
