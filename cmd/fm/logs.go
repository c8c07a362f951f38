package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/queue"
)

// logsCmd shows what happened in a worker's session, across its tasks, as
// readable text.
type logsCmd struct {
	Name   string `arg:"" help:"worker-3, a task such as 456, or supervisor."`
	Follow bool   `short:"f" help:"Go on as more happens, until interrupted."`
}

func (c *logsCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	next, err := h.source(ctx, c.Name)
	if err != nil {
		return err
	}
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := next(ctx, h.stdout); err != nil && ctx.Err() == nil || !c.Follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// source gives the function that writes what has not been written yet.
func (h *house) source(ctx context.Context, name string) (func(context.Context, io.Writer) error, error) {
	if name == "supervisor" {
		return tail(h.supervisorLog(), 0), nil
	}
	agent, err := h.reader()
	if err != nil {
		return nil, err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	var mine func(queue.Entry) bool
	if strings.HasPrefix(name, "worker-") {
		w, err := fm.ParseWorkerID(name)
		if err != nil {
			return nil, usage("%v", err)
		}
		mine = func(e queue.Entry) bool { return e.Task.Worker == w }
	} else {
		id, err := fm.ParseTaskID(name)
		if err != nil {
			return nil, usage("%q: want worker-3, a task such as 456, or supervisor", name)
		}
		if _, ok := q.Snapshot().Task(id); !ok {
			return nil, unqueued(id)
		}
		mine = func(e queue.Entry) bool { return e.Task.ID == id }
	}
	l := &sessionLog{queue: q, agent: agent, mine: mine, read: map[fm.Run]int64{}}
	return l.write, nil
}

// sessionLog follows the conversations of those claims that are its own.
type sessionLog struct {
	queue *queue.Queue
	agent *claude.Claude
	mine  func(queue.Entry) bool
	read  map[fm.Run]int64 // offset in the transcript
	order []fm.Run
	seq   uint64 // of the ledger as it was read last
	bare  bool   // it was said that nothing has happened yet
}

func (l *sessionLog) write(ctx context.Context, w io.Writer) error {
	if err := l.findRuns(ctx); err != nil {
		return err
	}
	for _, run := range l.order {
		next, err := l.agent.Readable(ctx, run, l.read[run], w)
		if err != nil {
			return err
		}
		l.read[run] = next
	}
	if len(l.order) == 0 && !l.bare {
		l.bare = true
		fmt.Fprintln(w, "Nothing has happened there yet.")
	}
	return nil
}

// findRuns reads the ledger when it has grown: each claim began a run.
func (l *sessionLog) findRuns(ctx context.Context) error {
	snap, err := l.queue.Refresh(ctx, time.Now())
	if err != nil || snap.Seq == l.seq {
		return err
	}
	entries, err := l.queue.History(ctx, "")
	if err != nil {
		return err
	}
	l.seq = snap.Seq
	for _, e := range entries {
		run := e.Task.Run()
		if _, known := l.read[run]; e.Op == queue.OpClaim && !known && l.mine(e) {
			l.read[run] = 0
			l.order = append(l.order, run)
		}
	}
	return nil
}

// tail gives a function that writes what a file grew by beyond an offset.
func tail(path string, at int64) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no supervisor has started yet
		}
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read from
		if info, err := f.Stat(); err == nil && info.Size() < at {
			at = 0 // rotated
		}
		if _, err := f.Seek(at, io.SeekStart); err != nil {
			return err
		}
		n, err := io.Copy(w, f)
		at += n
		return err
	}
}
