package tmux

import "golang.org/x/sys/unix"

// Those of termios(3), tcgetattr and tcsetattr at once.
const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)
