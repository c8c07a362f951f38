package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/turn"
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
	if errors.Is(err, unix.EROFS) && text == "" {
		f, err = os.OpenFile(path, os.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0) // flock asks for no more
	}
	if err != nil {
		return nil, "", err
	}
	err = flock(f)
	if errors.Is(err, unix.EWOULDBLOCK) {
		data, _ := io.ReadAll(io.LimitReader(f, 4<<10)) // informational
		return nil, strings.TrimSpace(string(data)), errors.Join(fmt.Errorf("lock %s: %w", path, ErrHeld), f.Close())
	}
	if err == nil && text != "" {
		err = leave(f, text+"\n")
	}
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return &Lock{f: f}, "", nil
}

// leave writes over what stands there before it cuts off the rest: on a full disk,
// another would have what is given back in between.
func leave(f *os.File, text string) error {
	if _, err := f.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(text)))
}

// Release frees the lock.
func (l *Lock) Release() error { return l.f.Close() }

// Gate orders the processes that change the ledger.
type Gate struct {
	path string
	turn *turn.Turn
}

func newGate(path string) *Gate { return &Gate{path: path, turn: turn.On(path)} }

// Lock waits until the lock is free or ctx is done. The lock is held until
// unlock is called, which may be done once.
func (g *Gate) Lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = g.turn.Take(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", g.path, err)
	}
	return unlock, nil
}

// openLock follows no link: what it leads to would be written over.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
}

// flock does not wait.
func flock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
