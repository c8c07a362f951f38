package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrHeld is returned by [TryLock] when another process holds the lock.
var ErrHeld = errors.New("lock is held")

// Lock is a lock that is free when its holder releases it or is dead. The file
// stays: to unlink it would let two processes lock two files of one name.
type Lock struct{ f *os.File }

// TryLock takes the lock at path, or returns [ErrHeld] with the text that the
// holder left. The text is for messages only: after a crash it may be that of
// an earlier holder. With an empty text the file is left as it is, so that who
// only asks wipes nothing.
func TryLock(path, text string) (lock *Lock, holder string, err error) {
	f, err := openLock(path)
	if err != nil {
		return nil, "", err
	}
	err = flock(f, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		data, _ := io.ReadAll(io.LimitReader(f, 4<<10)) // informational
		return nil, strings.TrimSpace(string(data)), errors.Join(fmt.Errorf("lock %s: %w", path, ErrHeld), f.Close())
	}
	if err == nil && text != "" {
		err = f.Truncate(0)
	}
	if err == nil && text != "" {
		_, err = f.WriteAt([]byte(text+"\n"), 0)
	}
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return &Lock{f: f}, "", nil
}

// Release frees the lock.
func (l *Lock) Release() error { return l.f.Close() }

// Gate orders the processes that change the ledger.
type Gate struct{ path string }

// Lock waits until the lock is free or ctx is done. The lock is held until
// unlock is called, which may be done once.
func (g *Gate) Lock(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := openLock(g.path)
	if err != nil {
		return nil, err
	}
	release := func() { _ = f.Close() } // nothing was written
	err = flock(f, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return release, nil
	}
	if !errors.Is(err, unix.EWOULDBLOCK) {
		release()
		return nil, fmt.Errorf("lock %s: %w", g.path, err)
	}
	// flock(2) cannot be called off. When ctx is done first, the goroutine
	// lives on until its turn comes, and passes it on at once.
	got := make(chan error)
	gone := make(chan struct{})
	go func() {
		err := flock(f, unix.LOCK_EX)
		select {
		case got <- err:
		case <-gone:
			release()
		}
	}()
	select {
	case err := <-got:
		if err != nil {
			release()
			return nil, fmt.Errorf("lock %s: %w", g.path, err)
		}
		return release, nil
	case <-ctx.Done():
		close(gone)
		return nil, fmt.Errorf("lock %s: %w", g.path, ctx.Err())
	}
}

func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_CLOEXEC, 0o644)
}

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
