package tmux

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// process is a handle on a process that is not our child. It stays with that
// process when the pid is given to another one.
type process struct {
	pid   int
	order int // in which deaths came to know it
	fd    *os.File
}

// openProcess fails with [os.ErrProcessDone] when there is no such process.
func openProcess(pid int) (*process, error) {
	if pid <= 0 {
		return nil, os.ErrProcessDone
	}
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if errors.Is(err, unix.ESRCH) {
		return nil, os.ErrProcessDone
	}
	if err != nil {
		return nil, fmt.Errorf("open process %d: %w", pid, err)
	}
	return &process{pid: pid, fd: os.NewFile(uintptr(fd), "pidfd")}, nil
}

// done returns nil when the process has ended, reaped or not, and
// [os.ErrClosed] after close.
func (p *process) done() error {
	raw, err := p.fd.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Read(readable)
}

// close may be called twice; it ends a wait.
func (p *process) close() { _ = p.fd.Close() }

// ended says whether a process is gone or a zombie. False may mean unknown.
func ended(pid int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return errors.Is(err, unix.ESRCH)
	}
	defer func() { _ = unix.Close(fd) }()
	return readable(uintptr(fd))
}

// readable is what a pidfd becomes when its process ends (pidfd_open(2)).
func readable(fd uintptr) bool {
	poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(poll, 0)
	return err == nil && n == 1
}
