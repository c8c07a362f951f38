package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// Caught: no drop in Write.
//
// Fault: F3.
func TestEndlessOutputStaysBounded(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	o := &output{log: log, room: 1000}
	chunk := bytes.Repeat([]byte("0123456789abcde\n"), 256)
	for range 1000 {
		if n, err := o.Write(chunk); n != len(chunk) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
		if c := cap(o.tail.buf); c > 8*tailBytes {
			t.Fatalf("tail holds %d bytes, want at most %d", c, 8*tailBytes)
		}
	}
	if info, err := log.Stat(); err != nil || info.Size() != 1000 {
		t.Errorf("log of %d bytes (%v), want it cut at 1000", info.Size(), err)
	}
}

func TestTailIsCutBetweenLines(t *testing.T) {
	var o tail
	_, _ = o.Write([]byte(strings.Repeat("x", 3*tailBytes)))
	_, _ = o.Write([]byte("\nlast line\n"))
	if got := o.lines(); got != "\nlast line" {
		t.Errorf("lines() = %.60q, want the last line whole and no half one", got)
	}
}

func TestProgressBarsAreLinesOfTheirOwn(t *testing.T) {
	var o tail
	_, _ = o.Write([]byte("10%\r20%\r100%\r\ndone\n"))
	if got, want := o.lines(), "\n10%\n20%\n100%\ndone"; got != want {
		t.Errorf("lines() = %q, want %q", got, want)
	}
}

func TestLongLinesAreCut(t *testing.T) {
	var o tail
	_, _ = o.Write([]byte(strings.Repeat("é", 2*tailWidth)))
	if got := utf8.RuneCountInString(o.lines()); got != tailWidth+1 {
		t.Errorf("a line of %d runes came out with %d, want %d and the newline", 2*tailWidth, got, tailWidth)
	}
}

// Whatever a build prints, what goes into the error is short and safe to show.
func FuzzTail(f *testing.F) {
	f.Add([]byte("ok\r\n\x1b[31mred\x1b[0m\n"))
	f.Add([]byte("\x1b]0;never closed"))
	f.Add([]byte("\xff\xfe\u202e\n\n\n"))
	f.Add(bytes.Repeat([]byte("\x1b[2J\n"), tailBytes/2))
	f.Fuzz(func(t *testing.T, b []byte) {
		var o tail
		_, _ = o.Write(b)
		s := o.lines()
		if s != fm.Plain(s) || strings.ContainsRune(s, '\r') {
			t.Errorf("unsafe to show: %q", s)
		}
		if n := strings.Count(s, "\n"); n > tailLines || len(s) > tailLines*(tailWidth*utf8.UTFMax+1) {
			t.Errorf("%d lines, %d bytes", n, len(s))
		}
	})
}
