package tmux

import (
	"os"

	"golang.org/x/sys/unix"
)

// Terminal is how a terminal was set up before a program took the whole of it.
// A server of tmux that dies cannot set back what it has changed, and its
// client does not know it.
type Terminal struct {
	file *os.File
	was  *unix.Termios // nil: it is no terminal
}

// KeepTerminal remembers how a terminal is now.
func KeepTerminal(f *os.File) Terminal {
	was, err := unix.IoctlGetTermios(int(f.Fd()), getTermios)
	if err != nil {
		return Terminal{file: f}
	}
	return Terminal{file: f, was: was}
}

// leaveScreen ends what a program that draws has a terminal do: scroll regions,
// line drawing and colours, reports of the mouse and of focus, bracketed paste,
// the keypad's own codes, a hidden cursor, and last the alternate screen, on
// which the cursor goes back to where it was.
const leaveScreen = "\x1b[r\x1b(B\x0f\x1b[m" +
	"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1005l\x1b[?1004l\x1b[?2004l" +
	"\x1b[?1l\x1b>\x1b[?25h\x1b[?1049l"

// Restore sets the terminal back, if whoever had it did not: one that is as it
// was is left alone. It tells no error, because the terminal may be gone, and
// never waits long for one that takes nothing more.
func (t Terminal) Restore() {
	if t.was == nil {
		return
	}
	fd := int(t.file.Fd())
	is, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil || *is == *t.was {
		return
	}
	_ = unix.IoctlSetTermios(fd, setTermios, t.was)
	// The server wanted it to be without waits, and so it is for all who have it.
	_ = unix.SetNonblock(fd, false)
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}} //nolint:gosec // a descriptor is small
	if n, err := unix.Poll(ready, 1000); err == nil && n > 0 {
		_, _ = unix.Write(fd, []byte(leaveScreen))
	}
}
