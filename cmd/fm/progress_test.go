package main

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What takes long is told on a terminal, and leaves no trace on it. Caught: a line
// that stays, one that is written into what is printed, and one without a
// terminal.
func TestWhatTakesLongIsTold(t *testing.T) {
	t.Parallel()
	master, terminal := newTerminal(t)
	screen := make(chan string)
	go func() {
		defer close(screen)
		for b := make([]byte, 4096); ; {
			n, err := master.Read(b)
			if err != nil {
				return
			}
			screen <- string(b[:n])
		}
	}()
	var seen strings.Builder
	// However late the machine is, and so whatever the seconds.
	seconds := regexp.MustCompile(`(issues…) \d+s`)
	sees := func(want string) {
		t.Helper()
		for end := time.After(30 * time.Second); !strings.Contains(seconds.ReplaceAllString(seen.String(), "$1 Ns"), want); {
			select {
			case text := <-screen:
				seen.WriteString(text)
			case <-end:
				t.Fatalf("want %q, seen %q", want, seen.String())
			}
		}
	}
	a := &app{stdout: terminal, stderr: terminal, getenv: func(string) string { return "" }}
	p := a.busy("reading %s \x1b[31m", "3 issues")
	sees("\r\x1b[Kfm: reading 3 issues… Ns")
	p.aside(func() { _, _ = terminal.WriteString("✓ one\n") })
	sees("Ns\r\x1b[K✓ one\r\n")
	sees("✓ one\r\n\r\x1b[Kfm: reading 3 issues… Ns")
	p.done()
	sees("✓ one\r\n\r\x1b[Kfm: reading 3 issues… Ns\r\x1b[K")
	p.done()

	for name, silent := range map[string]app{
		"without a terminal": {stderr: &bytes.Buffer{}, getenv: os.Getenv},
		"with --quiet":       {stderr: terminal, voice: quiet, getenv: os.Getenv},
		"with --verbose":     {stderr: terminal, voice: verbose, getenv: os.Getenv},
		"on a dumb terminal": {stderr: terminal, getenv: func(string) string { return "dumb" }},
	} {
		if p := silent.busy("reading"); p.stop != nil {
			p.done()
			t.Errorf("%s it would be shown", name)
		}
	}
}

// newTerminal gives both ends of a terminal.
func newTerminal(tb testing.TB) (master, terminal *os.File) {
	tb.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		tb.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		tb.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		tb.Fatal(err)
	}
	if terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = terminal.Close()
		_ = master.Close()
	})
	return master, terminal
}
