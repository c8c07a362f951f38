package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/founder-mode/fm"
)

// Queue is one process's handle on the queue. Several processes, and several
// goroutines of one, may use the same files at once: every change happens
// under the lock of [Files] and takes in first what the others wrote.
type Queue struct {
	files Files
	now   atomic.Pointer[Snapshot]

	mu     sync.Mutex // held by each call; guards what follows
	state  *state
	broken error // wraps ErrCorrupt: nothing but a rebuild is possible

	generation uint64 // of the ledger that was read
	offset     int64  // up to where
	synced     int64  // up to where it is known to be durable
	durable    uint64 // the last entry that is known to be durable
	torn       bool   // something stands behind offset that is no entry
	suspect    bool   // a sync failed: nothing is durable before the file is written anew
	compactAt  int64  // size at which compaction is tried next

	stamp      string  // of the view when it was read last
	text       []byte  // of the view as it was merged or written last
	present    bool    // there was a view then
	stale      bool    // the view may have to be written
	unreadable bool    // the view is something that cannot be read: hands off
	unread     Problem // why
	unwritten  Problem // why the view could not be written when that was tried last; zero when it could
	watch      watch
	late       []byte   // lines from displaced views, not merged yet
	left       [][]byte // views that dead processes had displaced, not merged yet
}

// Open loads the ledger. It writes nothing. When the error is [ErrCorrupt], a
// handle is returned all the same: it can [Queue.RebuildLedger].
func Open(ctx context.Context, files Files) (*Queue, error) {
	q := &Queue{files: files, state: newState(0), stale: true}
	q.publish(nil)
	err := q.catchUp(ctx)
	if errors.Is(err, ErrCorrupt) {
		// Another process may have been in the middle of a repair.
		err = q.locked(ctx, func() error { return q.catchUp(ctx) })
	}
	if err == nil {
		err = q.checkEnd(ctx)
	}
	if errors.Is(err, ErrCorrupt) {
		q.broken = err
		return q, fmt.Errorf("open queue: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	q.publish(nil)
	return q, nil
}

// checkEnd refuses a ledger that lost its end, or all of it: its view was
// written for entries that it has not. To go on would be to forget the claims in
// them.
func (q *Queue) checkEnd(ctx context.Context) error {
	ahead, err := q.viewAhead(ctx)
	if err != nil || !ahead {
		return err
	}
	return q.locked(ctx, func() error { // another process may have written both since
		if err := q.catchUp(ctx); err != nil {
			return err
		}
		ahead, err := q.viewAhead(ctx)
		if err == nil && ahead {
			err = fmt.Errorf("%w: it ends at entry %d, and queue.txt shows newer ones", ErrCorrupt, q.state.seq)
		}
		return err
	})
}

// viewAhead says whether fm wrote the view for a later entry than the ledger's
// last. The header alone is no evidence, because people may have edited it.
func (q *Queue) viewAhead(ctx context.Context) (bool, error) {
	text, _, err := q.files.View.Read(ctx, time.Time{})
	if err != nil {
		return false, ctx.Err() // no view, no claims; a view that cannot be read is a Problem later
	}
	if headerSeq(text) <= q.state.seq {
		return false, nil
	}
	return slices.ContainsFunc(readView(text).lines, q.state.lacks), nil
}

// Snapshot is the queue as of the last call. It is cheap.
func (q *Queue) Snapshot() Snapshot { return *q.now.Load() }

// Refresh takes in what other processes wrote into the ledger and what people
// wrote into the view. What it returns is durable. When nothing changed it
// writes nothing.
//
// An error means that the ledger could not be read or written, and the
// snapshot is the last good one. Trouble with the view alone is a [Problem].
func (q *Queue) Refresh(ctx context.Context, now time.Time) (Snapshot, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.broken != nil {
		return q.Snapshot(), fmt.Errorf("refresh queue: %w", q.broken)
	}
	quiet, err := q.quiet(ctx, now)
	if err != nil {
		return q.Snapshot(), fmt.Errorf("refresh queue: %w", err)
	}
	if quiet {
		if old := q.Snapshot(); len(old.Problems) > 0 {
			old.Problems = nil
			q.now.Store(&old)
		}
		return q.Snapshot(), nil
	}
	var problems []Problem
	err = q.locked(ctx, func() error {
		if err := q.settle(ctx); err != nil {
			return err
		}
		problems, err = q.readView(ctx, now)
		if err != nil {
			return err
		}
		more, err := q.writeView(ctx, now)
		problems = append(problems, more...)
		return err
	})
	q.publish(problems)
	if err != nil {
		return q.Snapshot(), fmt.Errorf("refresh queue: %w", err)
	}
	return q.Snapshot(), nil
}

// quiet says whether neither file changed and nothing is due.
func (q *Queue) quiet(ctx context.Context, now time.Time) (bool, error) {
	data, generation, err := q.files.Log.Read(ctx, q.generation, q.offset)
	if err != nil {
		return false, err
	}
	if err := q.collect(ctx, now); err != nil || len(q.late)+len(q.left) > 0 {
		return false, nil //nolint:nilerr // told as a Problem by the turn under the lock
	}
	if len(data) > 0 || generation != q.generation || q.synced < q.offset || q.stale || q.watch.due(now) {
		return false, nil
	}
	stamp, err := q.files.View.Stamp(ctx)
	return err == nil && stamp == q.stamp, nil
}

// Commit makes all of the changes or none, and they are durable when it
// returns. Then it writes the view; when that fails, it is a [Problem], and
// the next call tries again.
//
// [ErrStale] means that a change was based on an old revision, [fm.ErrRefused]
// that a task cannot be written; nothing was changed then. After any other
// error the changes may have been made: [Queue.Refresh] tells.
//
// A change of any kind may carry a larger Spent; a smaller one counts as what
// the ledger has. What it grew by is added to the sum of [Day](now), so that
// now decides with its time zone when a day ends.
func (q *Queue) Commit(ctx context.Context, now time.Time, changes ...Change) (Snapshot, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.broken != nil {
		return q.Snapshot(), fmt.Errorf("commit: %w", q.broken)
	}
	var problems []Problem
	err := q.locked(ctx, func() error {
		if err := q.settle(ctx); err != nil {
			return err
		}
		var err error
		if problems, err = q.readView(ctx, now); err != nil {
			return err
		}
		d := newDraft(q.state, now)
		for _, c := range changes {
			if err := d.commit(c); err != nil {
				return errors.Join(err, q.finish(ctx, now, &problems))
			}
		}
		d.tally()
		if err := q.write(ctx, d); err != nil {
			return err
		}
		return q.finish(ctx, now, &problems)
	})
	q.publish(problems)
	if err != nil {
		return q.Snapshot(), fmt.Errorf("commit: %w", err)
	}
	return q.Snapshot(), nil
}

func (q *Queue) finish(ctx context.Context, now time.Time, problems *[]Problem) error {
	more, err := q.writeView(ctx, now)
	*problems = append(*problems, more...)
	return err
}

// locked runs f under the lock between processes.
func (q *Queue) locked(ctx context.Context, f func() error) error {
	unlock, err := q.files.Lock.Lock(ctx)
	if err != nil {
		return fmt.Errorf("lock ledger: %w", err)
	}
	defer unlock()
	return f()
}

func (q *Queue) publish(problems []Problem) {
	s := q.state.snapshot(problems)
	s.Standing = q.standing()
	q.now.Store(&s)
}

// History lists every entry of a task that the ledger has, oldest first; of all
// tasks when id is "".
func (q *Queue) History(ctx context.Context, id fm.TaskID) ([]Entry, error) {
	data, _, err := q.files.Log.Read(ctx, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", id, err)
	}
	entries, _, damage := readEntries(data, 0)
	var history []Entry
	for _, e := range entries {
		if !e.ofTask() || id != "" && e.id != string(id) {
			continue
		}
		t, err := e.task()
		if err != nil {
			return history, fmt.Errorf("read history of %s: %w: entry %d: %w", e.id, ErrCorrupt, e.seq, err)
		}
		history = append(history, Entry{Seq: e.seq, At: time.UnixMilli(e.at).UTC(), Op: e.op, Task: t, Why: unword(e.why)})
	}
	return history, damage
}
