package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/founder-mode/fm"
)

const (
	keepHistory  = 24 * time.Hour
	compactFloor = 256 << 10
)

// compact writes the ledger anew when it has grown to twice what has to be
// kept: the history of a day, the revisions that an edit may be based on, and
// the last entry of everything.
func (q *Queue) compact(ctx context.Context, now time.Time) error {
	if q.offset < max(q.compactAt, compactFloor) {
		return nil
	}
	data, _, err := q.files.Log.Read(ctx, 0, 0)
	if err != nil {
		return fmt.Errorf("compact ledger: %w", err)
	}
	entries, _, err := readEntries(data, 0)
	if err != nil {
		return fmt.Errorf("compact ledger: %w", err)
	}
	d := newDraft(q.state, now)
	d.add(entry{op: opCompact, payload: joinIDs(q.state.order)})
	var kept []byte
	for _, e := range append(needed(q.state, entries, now), d.entries...) {
		kept = appendLine(kept, e, string(e.op))
	}
	q.compactAt = 2*int64(len(kept)) + compactFloor
	if q.offset < q.compactAt {
		return nil
	}
	for _, e := range d.entries {
		if err := q.state.apply(e); err != nil {
			return err
		}
	}
	return q.replace(ctx, kept, "")
}

// needed lists the entries that compaction keeps.
func needed(s *state, entries []entry, now time.Time) []entry {
	last := make(map[string]uint64) // of the comments above a task
	for _, e := range entries {
		if e.op == opComments {
			last[e.id] = e.seq
		}
	}
	day := now.Add(-keepHistory).UnixMilli()
	var kept []entry
	for _, e := range entries {
		r := s.records[fm.TaskID(e.id)]
		ofTask := e.ofTask() && (e.at >= day || (r != nil && e.seq >= r.past[0].seq))
		lastWord := e.op == OpCloseParent || (e.op == opOrder && e.seq == s.orderSeq) || (e.op == opComments && e.seq == last[e.id])
		if ofTask || lastWord {
			kept = append(kept, e)
		}
	}
	return kept
}
