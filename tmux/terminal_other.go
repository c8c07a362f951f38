//go:build !linux

package tmux

import "golang.org/x/sys/unix"

// Those of termios(3), tcgetattr and tcsetattr at once.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
