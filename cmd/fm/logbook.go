package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/founder-mode/fm"
)

// Bounds of a [logbook].
const (
	logLines = 2000
	logWidth = 4 << 10   // of a line, in bytes
	logTail  = 512 << 10 // of the supervisor's log, in bytes
)

// logbook keeps the end of one log, of which it reads only what is new. It
// forgets that when another one is asked for.
type logbook struct {
	mu     sync.Mutex // guards what follows
	worker fm.WorkerID
	next   func(context.Context, io.Writer) error // nil before the first
	end    lastLines
}

// read gives the last lines of a worker's log; of worker 0 those of the
// supervisor's.
func (l *logbook) read(ctx context.Context, h *house, w fm.WorkerID) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil || l.worker != w {
		next, err := h.endOf(ctx, w)
		if err != nil {
			return nil, err
		}
		l.worker, l.next, l.end = w, next, lastLines{}
	}
	if err := l.next(ctx, &l.end); err != nil {
		l.next = nil // what was written of it may come twice
		return nil, err
	}
	return slices.Clone(l.end.lines), nil
}

// endOf gives the function that writes what is new in a log. One that may be
// large is not read from its beginning.
func (h *house) endOf(ctx context.Context, w fm.WorkerID) (func(context.Context, io.Writer) error, error) {
	if w != 0 {
		return h.source(ctx, w.String())
	}
	at := int64(0)
	if info, err := os.Stat(h.supervisorLog()); err == nil && info.Size() > logTail {
		at = info.Size() - logTail
	}
	return (&supervisorLog{file: tailed{path: h.supervisorLog(), at: at}}).write, nil
}

// lastLines keeps the last lines that are written to it.
type lastLines struct {
	lines []string
	part  []byte // of a line that is not whole yet
}

func (l *lastLines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, whole := bytes.Cut(p, []byte("\n"))
		l.part = append(l.part, line[:min(len(line), max(0, logWidth-len(l.part)))]...)
		if !whole {
			break
		}
		l.lines = append(l.lines, string(l.part))
		l.part, p = l.part[:0], rest
	}
	if over := len(l.lines) - logLines; over > 0 {
		l.lines = slices.Delete(l.lines, 0, over)
	}
	return n, nil
}
