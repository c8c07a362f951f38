package queue

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// RebuildView writes the view anew from the ledger, and what people wrote into it
// is taken in before, as far as it can be read. What stood there is kept aside.
func (q *Queue) RebuildView(ctx context.Context, now time.Time) (Snapshot, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var problems []Problem
	err := q.locked(ctx, func() error {
		if err := q.settle(ctx); err != nil {
			return err
		}
		var err error
		if problems, err = q.readView(ctx, now); err != nil {
			return err
		}
		if err := q.setAside(ctx, now); err != nil {
			return err
		}
		return q.finish(ctx, now, &problems)
	})
	q.publish(problems)
	if err != nil {
		return q.Snapshot(), fmt.Errorf("rebuild view: %w", err)
	}
	return q.Snapshot(), nil
}

// setAside keeps the present view under another name and forgets it.
func (q *Queue) setAside(ctx context.Context, now time.Time) error {
	text, stamp, err := q.files.View.Read(ctx, now)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(text) > 0 {
		if _, err := q.files.View.Keep(ctx, damagedName, text); err != nil {
			return fmt.Errorf("keep old view: %w", err)
		}
	}
	q.watch = watch{}
	q.unreadable = false
	q.text, q.present, q.stamp, q.stale = text, err == nil, stamp, true
	return nil
}

// RebuildLedger writes the ledger anew: from what can be read of the old one,
// which is kept aside, from what this handle remembers, and from the lines of
// the view that are newer. Claims that the view shows stand, and so does what
// its tasks have spent; the sums of the days are not in the view, and are lost
// with the ledger's entries.
func (q *Queue) RebuildLedger(ctx context.Context, now time.Time) (Snapshot, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var problems []Problem
	err := q.locked(ctx, func() error {
		if err := q.salvage(ctx, now); err != nil {
			return err
		}
		var err error
		if problems, err = q.readView(ctx, now); err != nil {
			return err
		}
		return q.finish(ctx, now, &problems)
	})
	q.publish(problems)
	if err != nil {
		return q.Snapshot(), fmt.Errorf("rebuild ledger: %w", err)
	}
	return q.Snapshot(), nil
}

func (q *Queue) salvage(ctx context.Context, now time.Time) error {
	data, _, err := q.files.Log.Read(ctx, 0, 0)
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	text, _, err := q.files.View.Read(ctx, now)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read view: %w", err)
	}
	s, kept := newState(0), []byte(nil)
	keep := func(e entry) {
		if e.seq <= s.seq {
			e.seq = s.seq + 1
		}
		if s.apply(e) == nil {
			kept = appendLine(kept, e, string(e.op))
		}
	}
	for _, e := range readable(data) {
		keep(e)
	}
	v := readView(text)
	s.seq = max(s.seq, q.durable, v.seq)
	for _, t := range q.state.tasks {
		adopt(s, t, "remembered", now, keep)
	}
	for _, day := range slices.Sorted(maps.Keys(q.state.days)) {
		if sum := q.state.days[day]; !covers(s.days[day], sum) {
			keep(dayEntry(day, sum, now))
		}
	}
	for _, l := range v.lines {
		adopt(s, l.edit.task, "line of the queue file", now, keep)
	}
	// It ends behind all that the view was written for, as [Queue.checkEnd] wants.
	keep(entry{seq: s.seq + 1, at: now.UnixMilli(), op: opCompact, payload: joinIDs(s.order), id: nobody})
	q.state, q.broken = s, nil
	q.text, q.present, q.stamp, q.stale = nil, false, "", true
	return q.replace(ctx, kept, "damaged")
}

// readable lists the entries of a damaged ledger that can be read, in their
// order, each once: a block of it may stand twice, or elsewhere.
func readable(data []byte) []entry {
	var all []entry
	for line := range bytes.Lines(data) {
		if e, _, ok := readEntry(bytes.TrimSuffix(line, []byte{'\n'})); ok && e.seq > 0 {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.seq, b.seq) })
	return slices.CompactFunc(all, func(a, b entry) bool { return a.seq == b.seq })
}

// adopt keeps a task if it is newer than what is known of it. Where only its
// amounts are larger, only they are kept.
func adopt(s *state, t fm.Task, from string, now time.Time, keep func(entry)) {
	op := OpAdopt
	if has, ok := s.task(t.ID); ok {
		spent := within(t.Spent, has.Spent, most())
		if has.Revision >= t.Revision {
			if spent == has.Spent {
				return
			}
			op, t = OpSpend, has
		}
		t.Spent = spent
		t.Attempt = max(t.Attempt, has.Attempt)
	}
	t.Before = within(t.Before, fm.Spending{}, t.Spent)
	t.Revision = max(t.Revision, 1)
	keep(entry{
		seq: s.seq + 1, at: now.UnixMilli(), op: op, id: string(t.ID), attempt: t.Attempt,
		why: word("rebuilt: " + from), payload: renderLine(t),
	})
}
