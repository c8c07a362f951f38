package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/founder-mode/fm/queue"
)

// rehearsal is the files of a queue in memory. What a queue does there shows what
// it would do on the disk, and does nothing to that. It fits the three ports of
// [queue.Files], for one goroutine.
type rehearsal struct {
	ledger     []byte
	generation uint64
	view       []byte
	hasView    bool
	version    int
	cut, kept  bool // a torn tail of the ledger; a damaged view
}

func (r *rehearsal) files() queue.Files {
	return queue.Files{Log: rehearsedLog{r}, View: rehearsedView{r}, Lock: rehearsedLock{}}
}

type rehearsedLog struct{ *rehearsal }

// Read fits [queue.Log].
func (r rehearsedLog) Read(_ context.Context, generation uint64, offset int64) ([]byte, uint64, error) {
	if generation != r.generation {
		offset = 0
	}
	return bytes.Clone(r.ledger[min(offset, int64(len(r.ledger))):]), r.generation, nil
}

// Append fits [queue.Log].
func (r rehearsedLog) Append(_ context.Context, data []byte) error {
	r.ledger = append(r.ledger, data...)
	return nil
}

// Sync fits [queue.Log].
func (r rehearsedLog) Sync(context.Context) error { return nil }

// Truncate fits [queue.Log].
func (r rehearsedLog) Truncate(_ context.Context, size int64) error {
	r.ledger, r.cut = r.ledger[:min(size, int64(len(r.ledger)))], true
	return nil
}

// Replace fits [queue.Log].
func (r rehearsedLog) Replace(_ context.Context, data []byte, _ string) error {
	r.ledger = bytes.Clone(data)
	r.generation++
	return nil
}

type rehearsedView struct{ *rehearsal }

// Stamp fits [queue.View].
func (r rehearsedView) Stamp(context.Context) (string, error) {
	if !r.hasView {
		return "", nil
	}
	return strconv.Itoa(r.version), nil
}

// Read fits [queue.View].
func (r rehearsedView) Read(ctx context.Context, _ time.Time) ([]byte, string, error) {
	if !r.hasView {
		return nil, "", fs.ErrNotExist
	}
	stamp, err := r.Stamp(ctx)
	return bytes.Clone(r.view), stamp, err
}

// Late fits [queue.View].
func (r rehearsedView) Late(context.Context, time.Time) ([]byte, [][]byte, error) {
	return nil, nil, nil
}

// Swap fits [queue.View].
func (r rehearsedView) Swap(ctx context.Context, _ time.Time, data []byte) ([]byte, string, error) {
	displaced := r.view
	if !r.hasView {
		displaced = nil
	}
	r.view, r.hasView = bytes.Clone(data), true
	r.version++
	stamp, err := r.Stamp(ctx)
	return displaced, stamp, err
}

// Keep fits [queue.View].
func (r rehearsedView) Keep(_ context.Context, name string, _ []byte) (string, error) {
	r.kept = true
	return fmt.Sprint(name, ".1"), nil
}

type rehearsedLock struct{}

// Lock fits [queue.Locker].
func (rehearsedLock) Lock(context.Context) (func(), error) { return func() {}, nil }
