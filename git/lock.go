package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock lets one writer at a time into a repository: turn orders the goroutines
// of this process, flock(2) the processes. The file is never removed, because
// a lock on a removed file excludes nobody.
type lock struct {
	path string
	turn chan struct{} // holds one token; whoever has it may flock
}

func newLock(path string) *lock {
	l := &lock{path: path, turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// take waits for the lock, or for ctx. The lock is free again when release
// was called or the process is gone.
func (l *lock) take(ctx context.Context) (release func(), err error) {
	select {
	case <-l.turn:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for %s: %w", l.path, ctx.Err())
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		l.turn <- struct{}{}
		return nil, fmt.Errorf("lock repository: %w", err)
	}
	free := func() {
		_ = f.Close() // nothing was written; closing frees the lock
		l.turn <- struct{}{}
	}
	// flock cannot be interrupted. When ctx ends first, this goroutine keeps
	// the turn until the kernel answers, so at most one of them waits.
	held := make(chan error)
	go func() {
		err := flock(f)
		select {
		case held <- err:
		case <-ctx.Done():
			free()
		}
	}()
	select {
	case err = <-held:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for %s: %w", l.path, ctx.Err())
	}
	if err != nil {
		free()
		return nil, fmt.Errorf("lock repository: %w", err)
	}
	return free, nil
}

func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
