//go:build !linux

package tmux

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"
)

// process stands for a process that is not our child. Without pidfds a pid is
// all there is, and its end is found by asking again and again.
type process struct {
	pid   int
	order int // in which deaths came to know it
	gone  chan struct{}
	once  sync.Once
}

func openProcess(pid int) (*process, error) {
	if pid <= 0 || ended(pid) {
		return nil, os.ErrProcessDone
	}
	return &process{pid: pid, gone: make(chan struct{})}, nil
}

func (p *process) done() error {
	ask := time.NewTicker(20 * time.Millisecond)
	defer ask.Stop()
	for !ended(p.pid) {
		select {
		case <-ask.C:
		case <-p.gone:
			return os.ErrClosed
		}
	}
	return nil
}

func (p *process) close() { p.once.Do(func() { close(p.gone) }) }

// ended cannot tell a zombie from a live process here; tmux reaps its own.
func ended(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
