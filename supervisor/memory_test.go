package supervisor

import (
	"bytes"
	"context"
	"io/fs"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// disk holds a queue's files in memory. A power cut would leave what is synced.
type disk struct {
	mu      sync.Mutex
	log     []byte
	synced  int
	view    []byte
	writes  int
	lock    chan struct{}
	fault   func() error // of every write to the log
	power   func() error // of every change at all: none is made once it is gone
	locking func()       // is called before somebody gets the lock
}

// off says that the power is gone.
func (d *disk) off() error {
	if d.power == nil {
		return nil
	}
	return d.power()
}

func newDisk() *disk { return &disk{lock: make(chan struct{}, 1)} }

func (d *disk) files() queue.Files {
	return queue.Files{Log: memoryLog{d}, View: memoryView{d}, Lock: memoryLock{d}}
}

// open gives a handle of its own, as another process has.
func (d *disk) open(tb testing.TB) *queue.Queue {
	tb.Helper()
	return d.openIn(tb.Context(), tb)
}

func (d *disk) openIn(ctx context.Context, tb testing.TB) *queue.Queue {
	tb.Helper()
	q, err := queue.Open(context.WithoutCancel(ctx), d.files())
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

// durable says whether a power cut now would keep the run's claim.
func (d *disk) durable(ctx context.Context, tb testing.TB, r fm.Run, want func(fm.Task) bool) bool {
	tb.Helper()
	d.mu.Lock()
	cut := newDisk()
	cut.log = bytes.Clone(d.log[:d.synced])
	cut.synced = d.synced
	d.mu.Unlock()
	history, err := cut.openIn(ctx, tb).History(ctx, r.Task)
	if err != nil {
		tb.Error(err)
	}
	for _, e := range history {
		if e.Task.Attempt == r.Attempt && want(e.Task) {
			return true
		}
	}
	return false
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
	if err := l.off(); err != nil {
		return err
	}
	if l.fault != nil {
		if err := l.fault(); err != nil {
			return err
		}
	}
	l.log = append(l.log, data...)
	return nil
}

func (l memoryLog) Sync(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.off(); err != nil {
		return err
	}
	l.synced = len(l.log)
	return nil
}

func (l memoryLog) Truncate(_ context.Context, size int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.off(); err != nil {
		return err
	}
	l.log = l.log[:size]
	return nil
}

func (l memoryLog) Replace(_ context.Context, data []byte, _ string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.off(); err != nil {
		return err
	}
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
	if err := v.off(); err != nil {
		return nil, "", err
	}
	old := v.view
	v.view = bytes.Clone(data)
	v.writes++
	return old, v.stamp(), nil
}

func (v memoryView) Keep(_ context.Context, name string, _ []byte) (string, error) {
	return name, nil
}

type memoryLock struct{ *disk }

func (l memoryLock) Lock(ctx context.Context) (func(), error) {
	if l.locking != nil {
		l.locking()
	}
	select {
	case l.lock <- struct{}{}:
		return func() { <-l.lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
