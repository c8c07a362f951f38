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
// the last entry of everything. What was spent bit by bit is kept as its last
// amount, because agents at work spend all the time.
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
	if err := q.replace(ctx, kept, ""); err != nil {
		q.generation = 0 // the old file may stand there, or the new one
		return err
	}
	for _, e := range d.entries {
		if err := q.state.apply(e); err != nil {
			return err
		}
	}
	q.durable = q.state.seq
	return nil
}

// needed lists the entries that compaction keeps.
func needed(s *state, entries []entry, now time.Time) []entry {
	last := make(map[string]uint64) // by op and id
	for _, e := range entries {
		if e.op == opComments || e.op == opDay || e.op == OpSpend {
			last[string(e.op)+" "+e.id] = e.seq
		}
	}
	day := now.Add(-keepHistory).UnixMilli()
	var kept []entry
	for _, e := range entries {
		keep := e.seq == last[string(e.op)+" "+e.id]
		switch {
		case e.op == OpSpend:
			keep = keep && s.bases(e)
		case e.op == opDay:
			_, shown := s.days[e.id]
			keep = keep && shown
		case e.op == OpCloseParent || e.op == opOrder && e.seq == s.orderSeq:
			keep = true
		case e.ofTask():
			keep = e.at >= day || s.bases(e)
		}
		if keep {
			kept = append(kept, e)
		}
	}
	return kept
}

// bases says whether the entry is not older than the first revision of its
// task that an edit may be based on.
func (s *state) bases(e entry) bool {
	r := s.records[fm.TaskID(e.id)]
	return r != nil && e.seq >= r.past[0].seq
}
