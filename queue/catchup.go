package queue

import (
	"context"
	"errors"
	"fmt"
)

// catchUp takes in what stands in the ledger behind q.offset. Under the lock a
// torn tail is cut off: its writer died before it could have acted on it.
func (q *Queue) catchUp(ctx context.Context) error {
	data, generation, err := q.files.Log.Read(ctx, q.generation, q.offset)
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	s, offset, last := q.state, q.offset, q.state.seq
	if generation != q.generation {
		offset, last = 0, 0
	}
	entries, taken, err := readEntries(data, last)
	if generation != q.generation {
		s = newState(countTasks(entries))
	}
	for _, e := range entries {
		err = errors.Join(err, s.apply(e))
	}
	if err != nil {
		return err
	}
	if generation != q.generation {
		if s.seq < q.durable {
			return fmt.Errorf("%w: it ends at entry %d, and %d was there", ErrCorrupt, s.seq, q.durable)
		}
		q.synced = 0
	}
	q.state, q.generation = s, generation
	q.offset = offset + int64(taken)
	if len(entries) > 0 {
		q.stale = true
	}
	q.torn = len(data) > taken
	return nil
}

// repair, under the lock, cuts a torn tail off and makes durable what others
// wrote, so that nothing is shown or built upon that a power cut could take
// back.
func (q *Queue) repair(ctx context.Context) error {
	if q.torn {
		if err := q.files.Log.Truncate(ctx, q.offset); err != nil {
			q.suspect = true // it may have been cut, but not durably
			return fmt.Errorf("cut torn tail of ledger: %w", err)
		}
		q.torn = false
	}
	if q.synced < q.offset || q.suspect {
		return q.sync(ctx)
	}
	return nil
}

// settle brings q up to the ledger's end and the ledger up to its promise. It
// begins every turn under the lock.
func (q *Queue) settle(ctx context.Context) error {
	if err := q.catchUp(ctx); err != nil {
		if errors.Is(err, ErrCorrupt) {
			q.broken = err
		}
		return err
	}
	return q.repair(ctx)
}

// write appends the draft's entries, makes them durable and takes them in.
func (q *Queue) write(ctx context.Context, d *draft) error {
	if len(d.entries) == 0 {
		return nil
	}
	data := appendEntries(nil, d.entries)
	if err := q.files.Log.Append(ctx, data); err != nil {
		q.torn = true // until the next look
		return fmt.Errorf("append to ledger: %w", err)
	}
	for _, e := range d.entries {
		if err := q.state.apply(e); err != nil {
			return err
		}
	}
	q.offset += int64(len(data))
	q.stale = true
	if err := q.sync(ctx); err != nil {
		return err
	}
	return q.compact(ctx, d.now)
}

// sync makes the ledger durable. After a failed fsync the kernel may have
// dropped the data and call the next one a success, so that the file is
// written anew instead, from what can be read of it.
func (q *Queue) sync(ctx context.Context) error {
	var err error
	if !q.suspect {
		if err = q.files.Log.Sync(ctx); err == nil {
			q.synced, q.durable = q.offset, q.state.seq
			return nil
		}
		q.suspect = true
	}
	if again := q.rewrite(ctx); again != nil {
		q.generation = 0 // read it whole before the next step
		return fmt.Errorf("sync ledger: %w", errors.Join(err, again))
	}
	return nil
}

func (q *Queue) rewrite(ctx context.Context) error {
	data, _, err := q.files.Log.Read(ctx, 0, 0)
	if err != nil {
		return err
	}
	_, taken, err := readEntries(data, 0)
	if err != nil {
		return err
	}
	if int64(taken) != q.offset {
		return fmt.Errorf("%d bytes of it can be read, want %d", taken, q.offset)
	}
	return q.replace(ctx, data[:taken], "")
}

// replace writes the ledger anew with data, which is what q.state adds up
// from.
func (q *Queue) replace(ctx context.Context, data []byte, keep string) error {
	if err := q.files.Log.Replace(ctx, data, keep); err != nil {
		return fmt.Errorf("replace ledger: %w", err)
	}
	_, generation, err := q.files.Log.Read(ctx, 0, int64(len(data)))
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	q.generation, q.offset, q.synced = generation, int64(len(data)), int64(len(data))
	q.durable, q.suspect, q.torn = q.state.seq, false, false
	return nil
}
