package queue

import (
	"context"
	"time"
)

// Files is where a queue keeps its ledger and its view, and what orders the
// processes that use them.
type Files struct {
	Log  Log
	View View
	Lock Locker
}

// Log is an append-only file. All but Read are called under the [Locker].
type Log interface {
	// Read returns what stands behind offset, and the generation of the file.
	// When the generation is not the caller's, the file was replaced, and all
	// of it is returned. A missing file is empty. Generations start at 1.
	Read(ctx context.Context, generation uint64, offset int64) (data []byte, now uint64, err error)
	// Append adds data at the end, whole or not at all. It is durable only
	// after Sync.
	Append(ctx context.Context, data []byte) error
	// Sync makes what was appended durable. After an error the file must not be
	// trusted before Replace wrote it anew.
	Sync(ctx context.Context) error
	// Truncate cuts a torn tail off, durably. After an error it is as after one of
	// Sync.
	Truncate(ctx context.Context, size int64) error
	// Replace writes the file anew: atomic, and durable when it returns. The
	// old one is kept beside it under a new name that ends in keep and a number,
	// unless keep is "".
	Replace(ctx context.Context, data []byte, keep string) error
}

// View is the file that people read and write at any moment, without a lock.
// Swap is called under the [Locker].
type View interface {
	// Stamp changes whenever the file changes. A missing file has the stamp "".
	Stamp(ctx context.Context) (string, error)
	// Read returns the text and its stamp; the error is fs.ErrNotExist when
	// there is none. An error with a stamp stands until the stamp changes.
	Read(ctx context.Context, now time.Time) (text []byte, stamp string, err error)
	// Late returns lines that were written to versions of the file which were
	// displaced up to two seconds ago, each once, and at the end of these two
	// seconds also a line without its line break. Left are versions that a process
	// which is dead had displaced, whole: how far it came with them is not known, and
	// the next process may be told of them again. nil for none.
	Late(ctx context.Context, now time.Time) (late []byte, left [][]byte, err error)
	// Swap puts data in the file's place, atomic and durable. It returns the
	// text that it displaced, which may be newer than what was read last, nil
	// when there was none, and the stamp of what stands there now.
	Swap(ctx context.Context, now time.Time, data []byte) (displaced []byte, stamp string, err error)
	// Keep puts data aside under name and a number, and returns the whole name.
	Keep(ctx context.Context, name string, data []byte) (string, error)
}

// Locker excludes other processes and other handles.
type Locker interface {
	// Lock waits until the lock is free or ctx is done.
	Lock(ctx context.Context) (unlock func(), err error)
}
