// Command svg draws what a terminal shows as a picture.
//
//	tmux capture-pane -e -p | svg -title "fm dashboard" -columns 110 > dashboard.svg
//
// It promises that all text of the capture is text in the picture, each
// character in its cell, and that nothing else of it gets there: whatever is
// captured, the picture is well-formed, loads nothing and runs nothing.
//
// Start reading at [picture.draw].
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

// mostBytes bounds a capture: a screen of 500×200 with a colour in every cell
// is smaller.
const mostBytes = 4 << 20

func main() {
	title := flag.String("title", "", "what stands in the window's bar")
	columns := flag.Int("columns", 80, "how wide the terminal is, if no line is longer")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *title, *columns); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "svg:", err) // nobody to tell
		os.Exit(1)                                  //nolint:forbidigo // this is main
	}
}

func run(r io.Reader, w io.Writer, title string, columns int) error {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes))
	if err != nil {
		return fmt.Errorf("read capture: %w", err)
	}
	if _, err := io.WriteString(w, newPicture(title, string(text), columns).draw()); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}
