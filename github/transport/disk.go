package transport

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/founder-mode/fm/turn"
)

// lockPatience bounds the wait for a lock that others hold for milliseconds: a
// process that was stopped with it must not stop all.
const lockPatience = 10 * time.Second

// lock orders those who change a file in dir, which is made if need be.
func lock(dir, name string) *turn.Turn {
	return turn.New(func() (*os.File, error) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
		return os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	})
}

// hold takes the turn, which others need for milliseconds.
func hold(ctx context.Context, t *turn.Turn) (release func(), err error) {
	within, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	release, err = t.Take(within)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("another process has held the lock for %s", lockPatience)
	}
	return release, err
}

// replace puts data into the place of a file, so that a reader sees the old
// text or the new one. settle is called before, to make it outlast a power cut;
// nil where losing it costs a request.
func replace(path string, data []byte, settle func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // has mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil && settle != nil {
		err = settle(f)
	}
	if err = cmp.Or(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
	}
	return err
}
