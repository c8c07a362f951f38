package intake

import (
	"bytes"
	"context"
	"io/fs"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm/queue"
)

// disk holds a queue's files in memory. A power cut would leave what is synced.
type disk struct {
	mu     sync.Mutex
	log    []byte
	synced int
	view   []byte
	writes int
	lock   chan struct{}
	call   func(op string, deed func()) error // may fail before or after the deed
}

func newDisk() *disk {
	return &disk{lock: make(chan struct{}, 1), call: func(_ string, deed func()) error {
		deed()
		return nil
	}}
}

func (d *disk) files() queue.Files {
	return queue.Files{Log: memoryLog{d}, View: memoryView{d}, Lock: memoryLock{d}}
}

// open gives a handle of its own, as another process has.
func (d *disk) open(tb testing.TB) *queue.Queue {
	tb.Helper()
	q, err := queue.Open(tb.Context(), d.files())
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

type memoryLog struct{ *disk }

func (l memoryLog) Read(_ context.Context, generation uint64, offset int64) ([]byte, uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if generation != 1 {
		offset = 0
	}
	return bytes.Clone(l.log[offset:]), 1, nil
}

func (l memoryLog) Append(_ context.Context, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.call("append", func() { l.log = append(l.log, data...) })
}

func (l memoryLog) Sync(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.call("sync", func() { l.synced = len(l.log) })
}

func (l memoryLog) Truncate(_ context.Context, size int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = l.log[:size]
	return nil
}

func (l memoryLog) Replace(_ context.Context, data []byte, _ string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log, l.synced = bytes.Clone(data), len(data)
	return nil
}

type memoryView struct{ *disk }

func (v memoryView) stamp() string {
	if v.view == nil {
		return ""
	}
	return strconv.Itoa(v.writes)
}

func (v memoryView) Stamp(context.Context) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.stamp(), nil
}

func (v memoryView) Read(context.Context, time.Time) ([]byte, string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.view == nil {
		return nil, "", fs.ErrNotExist
	}
	return bytes.Clone(v.view), v.stamp(), nil
}

func (v memoryView) Late(context.Context, time.Time) ([]byte, [][]byte, error) {
	return nil, nil, nil
}

func (v memoryView) Swap(_ context.Context, _ time.Time, data []byte) ([]byte, string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var old []byte
	err := v.call("swap", func() {
		old, v.view = v.view, bytes.Clone(data)
		v.writes++
	})
	return old, v.stamp(), err
}

func (v memoryView) Keep(_ context.Context, name string, _ []byte) (string, error) {
	return name, nil
}

type memoryLock struct{ *disk }

func (l memoryLock) Lock(ctx context.Context) (func(), error) {
	select {
	case l.lock <- struct{}{}:
		return func() { <-l.lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
