// Package turn lets one at a time do what others must not interleave with: one
// goroutine of a process, and one process.
//
// Its promise: whoever died, however it died, holds nobody up; and whoever
// waits can give up. It never removes a file, because a lock on a removed file
// excludes nobody, and it writes nothing into one.
//
// Start reading at [Turn.Take].
package turn

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// Turn orders the goroutines that share it, and by flock(2) on a file all
// Turns with that file, in whatever process. Its methods may be called
// concurrently.
type Turn struct {
	open  func() (*os.File, error)
	token chan struct{} // holds one; whoever has it may flock
}

// New makes a Turn on the file that open opens or creates, which is called at
// each Take.
func New(open func() (*os.File, error)) *Turn {
	t := &Turn{open: open, token: make(chan struct{}, 1)}
	t.token <- struct{}{}
	return t
}

// On makes a Turn on the file at path, which is created if need be.
func On(path string) *Turn {
	return New(func() (*os.File, error) {
		const how = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|how, 0o600)
		if errors.Is(err, syscall.EROFS) {
			f, err = os.OpenFile(path, os.O_RDONLY|how, 0) // flock asks for no more
		}
		return f, err
	})
}

// Take waits for the turn, or for ctx, whose error it returns then. The turn is
// over when release is called, which may be done once, or the process is gone.
func (t *Turn) Take(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-t.token:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f, err := t.open()
	if err != nil {
		t.token <- struct{}{}
		return nil, err
	}
	free := func() {
		_ = f.Close() // nothing was written; closing frees the lock
		t.token <- struct{}{}
	}
	err = flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return t.await(ctx, f, free)
	}
	if err != nil {
		free()
		return nil, err
	}
	return free, nil
}

// await waits for the process that has the lock. flock cannot be interrupted:
// when ctx ends first, the goroutine keeps the token until the kernel answers,
// so that at most one of them waits.
func (t *Turn) await(ctx context.Context, f *os.File, free func()) (release func(), err error) {
	held := make(chan error)
	go func() {
		err := flock(f, syscall.LOCK_EX)
		select {
		case held <- err:
		case <-ctx.Done():
			free()
		}
	}()
	select {
	case err := <-held:
		if err != nil {
			free()
			return nil, err
		}
		return free, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
