package claude

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// A reading remembers how far the events of one run were read. Its methods
// want mu held.
type reading struct {
	asked time.Time // when somebody last wanted it; guarded by the mu of Claude

	mu     sync.Mutex
	file   os.FileInfo // when last read; nil for never
	offset int64       // of the first byte that was not folded
	tail   int64       // bytes at the end that are enough; 0 for all
	signs  signs
	meter  meter

	stamp stamp     // of COMPLETION.md
	seen  time.Time // when stamp was first seen
}

// Report reads what the agent of the run has signalled so far, and whether its
// COMPLETION.md stands in the worktree dir: a regular file, unchanged for
// 200 ms, not older than the attempt. A run that was never launched is an
// empty report in state [fm.UnknownState].
//
// It reads only what was appended since the last call, so that a call on a
// quiet agent costs a handful of system calls.
func (c *Claude) Report(ctx context.Context, run fm.Run, dir string) (fm.Report, error) {
	r := c.reading(run)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(ctx, c.project.Events(run)); err != nil {
		return fm.Report{}, fmt.Errorf("read events of %s: %w", run, err)
	}
	if r.signs.launched.IsZero() {
		return fm.Report{Run: run, State: fm.UnknownState}, nil
	}
	// What the level said is kept: the hooks will never tell of it.
	now := time.Now()
	r.signs = r.signs.adjust(readLevel(c.configDir(), r.signs.pid), now)
	r.meter.look(ctx, r.signs.talks, r.signs.tookOver)
	report := r.signs.report(now)
	report.Run, report.Spent.Tokens = run, r.meter.total()
	report.Completed, report.Settles = r.completed(lookCompletion(dir, r.signs, now), now)
	if !report.Completed && dir != "" {
		_, err := os.Lstat(dir)
		report.Homeless = errors.Is(err, fs.ErrNotExist)
	}
	return report, nil
}

// report says all that the signs alone amount to.
func (s signs) report(now time.Time) fm.Report {
	return fm.Report{
		State:    s.state,
		Since:    s.since,
		Evidence: s.evidence,
		Heard:    s.heard,
		Prompted: s.prompted,
		Turns:    s.turns,
		Session:  s.session,
		Question: s.question,
		Trouble:  s.trouble,
		Says:     s.says,
		Limit:    s.limit(),
		Spent:    fm.Spending{Cost: s.bill.total()},
		Worked:   s.worked.by(now),
	}
}

// signs gives what the events of the run say by now.
func (c *Claude) signs(ctx context.Context, run fm.Run) (signs, error) {
	r := c.reading(run)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(ctx, c.project.Events(run)); err != nil {
		return signs{}, fmt.Errorf("read events of %s: %w", run, err)
	}
	return r.signs, nil
}

// rememberFor is how long a run is remembered that nobody asks about. Who asks
// later has its files read from the beginning, as after a restart.
const rememberFor = 10 * time.Minute

// reading finds the memory of a run. Room for a new one is made by dropping
// those of the task's earlier attempts, and of runs that are long over.
func (c *Claude) reading(run fm.Run) *reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if r, ok := c.readings[run]; ok {
		r.asked = now
		return r
	}
	for other, r := range c.readings {
		if other.Task == run.Task && other.Attempt < run.Attempt || now.Sub(r.asked) > rememberFor {
			delete(c.readings, other)
		}
	}
	r := &reading{asked: now}
	c.readings[run] = r
	return r
}

func (r *reading) refresh(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		r.forget()
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is not a regular file", fm.ErrRefused, path)
	}
	if r.file != nil && (!os.SameFile(r.file, info) || info.Size() < r.offset) {
		r.forget() // another file under the name
	}
	if r.file != nil && info.Size() == r.file.Size() {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	if r.tail > 0 {
		r.offset = max(r.offset, info.Size()-r.tail)
	}
	r.signs, r.offset, err = readEvents(ctx, f, r.offset, r.signs)
	if err == nil {
		r.file = info
	}
	return err
}

func (r *reading) forget() { r.file, r.offset, r.signs, r.meter = nil, 0, signs{}, meter{} }

// readEvents folds the whole lines from offset on, and returns the offset of
// the rest: a line without its newline is still being written.
func readEvents(ctx context.Context, f io.ReaderAt, offset int64, s signs) (signs, int64, error) {
	buf := make([]byte, 16*maxLine)
	for ctx.Err() == nil {
		n, err := f.ReadAt(buf, offset)
		chunk := buf[:n]
		end := bytes.LastIndexByte(chunk, '\n') + 1
		for line := range bytes.Lines(chunk[:end]) {
			if e, ok := parseEvent(bytes.TrimSuffix(line, []byte("\n"))); ok {
				s = s.fold(e)
			}
		}
		if end == 0 && n == len(buf) { // no event is that long: pass over it
			end = n
		}
		offset += int64(end)
		if errors.Is(err, io.EOF) {
			return s, offset, nil
		}
		if err != nil {
			return s, offset, err
		}
	}
	return s, offset, ctx.Err()
}

// completed says whether the file has settled, or else when it will have, if there
// is one. Its own time is believed, unless it lies in the future; then only what
// was seen twice counts.
func (r *reading) completed(now stamp, at time.Time) (is bool, will time.Time) {
	if now != r.stamp {
		r.stamp, r.seen = now, at
	}
	if now == (stamp{}) {
		return false, time.Time{}
	}
	since := r.seen
	if now.mtime.Before(since) {
		since = now.mtime
	}
	if will = since.Add(settled); !will.After(at) {
		return true, time.Time{}
	}
	return false, will
}
