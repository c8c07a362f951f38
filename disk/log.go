package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/failpoint"
)

// Log is an append-only file. Its methods may be called concurrently; what
// must not be interleaved with other processes, the caller does under [Gate].
type Log struct {
	sys        system
	path, temp string

	mu         sync.Mutex
	f          file // kept open, so that its inode number is not given away
	generation uint64
	unsynced   bool  // the name is not known to be durable
	readOnly   error // why f can only be read; nil when it can be written
}

// Read returns what stands behind offset and the generation of the file. When
// that is not the caller's, the file was replaced since and all of it is
// returned. A missing file is empty.
func (l *Log) Read(ctx context.Context, generation uint64, offset int64) (data []byte, now uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if err := l.follow(); err != nil {
		return nil, 0, err
	}
	if l.f == nil {
		return nil, l.generation, nil
	}
	if generation == l.generation {
		i, err := l.f.info()
		if err == nil && i.size < offset {
			l.generation++ // cut by somebody: what was read from it does not hold
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if generation != l.generation {
		offset = 0
	}
	data, err = readFrom(l.f, offset)
	return data, l.generation, err
}

// follow opens the file that the path names now.
func (l *Log) follow() error {
	at, err := l.sys.stat(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		if l.f != nil || l.generation == 0 {
			l.drop()
			l.generation++
		}
		return nil
	}
	if err != nil {
		return err
	}
	if l.f != nil {
		if i, err := l.f.info(); err == nil && i.same(at) {
			return nil
		}
	}
	l.drop()
	f, err := l.sys.open(l.path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, unix.EROFS) {
		l.readOnly = err
		f, err = l.sys.open(l.path, os.O_RDONLY, 0) // for who only looks
	}
	if err != nil {
		return err
	}
	l.f, l.unsynced = f, true
	l.generation++
	return nil
}

func (l *Log) drop() {
	if l.f != nil {
		_ = l.f.Close() // nothing is written through it any more
		l.f, l.readOnly = nil, nil
	}
}

// Append adds data at the end, whole or not at all. It is durable only after
// Sync.
func (l *Log) Append(ctx context.Context, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.readOnly != nil {
		l.drop() // it may be writable by now
	}
	if err := l.follow(); err != nil {
		return err
	}
	if l.readOnly != nil {
		return l.readOnly
	}
	if l.f == nil {
		f, err := l.sys.open(l.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		l.f, l.unsynced = f, true
	}
	before, err := l.f.info()
	if err != nil {
		return err
	}
	defer failpoint.Step("ledger.append")()
	if err := write(l.f, data); err != nil {
		return errors.Join(err, l.f.Truncate(before.size))
	}
	return nil
}

// Sync makes what was appended durable, and the file's name too. After an
// error the kernel may have dropped what it could not write: the handle is
// given up, and the file must be written anew by Replace.
func (l *Log) Sync(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	defer failpoint.Step("ledger.sync")()
	if err := l.f.Sync(); err != nil {
		l.drop()
		return err
	}
	if l.unsynced {
		if err := syncDir(l.sys, filepath.Dir(l.path)); err != nil {
			return err
		}
		l.unsynced = false
	}
	return nil
}

// Truncate cuts a torn tail off, durably. After an error it is as after one of
// Sync.
func (l *Log) Truncate(_ context.Context, size int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	defer failpoint.Step("ledger.cut")()
	if err := l.f.Truncate(size); err != nil {
		return err
	}
	err := l.f.Sync()
	if err != nil {
		l.drop()
	}
	return err
}

// Replace writes the file anew, atomically and durably. The old one is kept
// beside it as NAME.keep.N, unless keep is "".
func (l *Log) Replace(ctx context.Context, data []byte, keep string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if keep != "" {
		if err := l.keep(keep); err != nil {
			return err
		}
	}
	defer failpoint.Step("ledger.replace")()
	return replace(l.sys, l.path, l.temp, data, 0o644)
}

func (l *Log) keep(name string) error {
	for n := 1; ; n++ {
		err := l.sys.move(l.path, l.path+"."+name+"."+strconv.Itoa(n), linking)
		switch {
		case err == nil, errors.Is(err, fs.ErrNotExist):
			return nil
		case !errors.Is(err, fs.ErrExist):
			return fmt.Errorf("keep old %s: %w", filepath.Base(l.path), err)
		}
	}
}
