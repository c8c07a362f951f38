package queue

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
)

// maxRevisions is how many revisions of a live task are kept as bases for the
// merge of edits.
const maxRevisions = 50

// state is what the ledger adds up to. One [Queue] owns it, under its mutex.
type state struct {
	seq        uint64
	order      []fm.TaskID
	tasks      []fm.Task // in this order; see shown
	shown      bool      // a snapshot shows the tasks: they are replaced, not written over
	records    map[fm.TaskID]*record
	comments   map[fm.TaskID][]string // above a task's line; "" for the end of the file
	closed     map[fm.IssueID]time.Time
	days       map[string]fm.Spending // the last [keepDays] that there were any
	orderSeq   uint64                 // of the last change of the order
	commentSeq uint64                 // of the last change of the comments

	at places // nil after a change of the order; shared with snapshots
}

// record is one task and what is known of its past.
type record struct {
	place  int    // in the order
	line   string // as rendered
	hidden bool   // a person removed its line
	added  uint64 // sequence of the first entry that is known
	past   []revision
}

// revision is a task as it was.
type revision struct {
	number uint64
	seq    uint64
	line   string
}

// newState has room for so many tasks.
func newState(tasks int) *state {
	return &state{
		order:    make([]fm.TaskID, 0, tasks),
		tasks:    make([]fm.Task, 0, tasks),
		records:  make(map[fm.TaskID]*record, tasks),
		comments: make(map[fm.TaskID][]string),
		closed:   make(map[fm.IssueID]time.Time),
		days:     make(map[string]fm.Spending),
	}
}

// apply takes one entry of the ledger in.
func (s *state) apply(e entry) error {
	s.seq = max(s.seq, e.seq)
	if e.ofTask() {
		return s.applyTask(e)
	}
	if e.op == opCompact || e.op == opOrder {
		s.reorder(strings.Split(e.payload, ","))
	}
	if e.op == opOrder {
		s.orderSeq = e.seq
	}
	if e.op == opComments {
		s.setComments(fm.TaskID(strings.TrimPrefix(e.id, nobody)), e.payload)
		s.commentSeq = e.seq
	}
	if e.op == OpCloseParent {
		s.closed[fm.IssueID(e.id)] = time.UnixMilli(e.at).UTC()
	}
	if e.op == opDay {
		sum, err := readSpending(e.payload)
		if err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrCorrupt, e.seq, err)
		}
		s.setDay(e.id, sum)
	}
	return nil
}

func (s *state) applyTask(e entry) error {
	t, err := e.task()
	if err != nil {
		return fmt.Errorf("%w: entry %d: %w", ErrCorrupt, e.seq, err)
	}
	r := s.records[t.ID]
	if r == nil {
		r = &record{place: len(s.order), added: e.seq}
		s.records[t.ID] = r
		s.order = append(s.order, t.ID)
		s.tasks = append(s.tasks, t)
		s.at = nil
	}
	s.set(r.place, t)
	r.line = e.payload
	if n := len(r.past); e.op == OpSpend && n > 0 && r.past[n-1].number == t.Revision {
		return nil // nothing that an edit could be based on
	}
	if e.op != OpClear && e.op != OpTidy { // clearing up after a task brings no line back
		r.hidden = e.op == OpRemove
	}
	r.past = append(r.past, revision{number: t.Revision, seq: e.seq, line: e.payload})
	switch {
	case t.Status.Over() && len(r.past) > 4:
		r.past = slices.Clone(r.past[len(r.past)-4:])
	case len(r.past) > maxRevisions:
		r.past = slices.Delete(r.past, 0, 1)
	}
	return nil
}

// set gives a task another value.
func (s *state) set(place int, t fm.Task) {
	if s.shown {
		s.tasks, s.shown = slices.Clone(s.tasks), false
	}
	s.tasks[place] = t
}

// task is a task's value.
func (s *state) task(id fm.TaskID) (fm.Task, bool) {
	if r := s.records[id]; r != nil {
		return s.tasks[r.place], true
	}
	return fm.Task{}, false
}

// reorder sorts the tasks as ids says; those that it does not name keep their
// place behind the one that they stood behind.
func (s *state) reorder(ids []string) {
	named := make(map[fm.TaskID]bool, len(ids))
	order := make([]fm.TaskID, 0, len(ids))
	for _, word := range ids {
		id := fm.TaskID(word)
		if s.records[id] != nil && !named[id] {
			named[id] = true
			order = append(order, id)
		}
	}
	order = interleave(s.order, order, named)
	if slices.Equal(order, s.order) {
		return
	}
	tasks := make([]fm.Task, len(order))
	for i, id := range order {
		tasks[i], _ = s.task(id)
		s.records[id].place = i
	}
	s.order, s.tasks, s.shown, s.at = order, tasks, false, nil
}

// interleave puts those of old that are not in named into order, each behind
// its predecessor in old.
func interleave(old, order []fm.TaskID, named map[fm.TaskID]bool) []fm.TaskID {
	if len(order) == len(old) {
		return order
	}
	behind := make(map[fm.TaskID][]fm.TaskID) // by the named task before them
	var last fm.TaskID
	for _, id := range old {
		if named[id] {
			last = id
		} else {
			behind[last] = append(behind[last], id)
		}
	}
	all := slices.Clone(behind[""])
	for _, id := range order {
		all = append(all, id)
		all = append(all, behind[id]...)
	}
	return all
}

func (s *state) setComments(above fm.TaskID, payload string) {
	if payload == "" {
		delete(s.comments, above)
		return
	}
	s.comments[above] = unpackComments(payload)
}

func packComments(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(encode(line) + "|")
	}
	return b.String()
}

func unpackComments(payload string) []string {
	words := strings.Split(strings.TrimSuffix(payload, "|"), "|")
	for i, w := range words {
		words[i] = decode(w)
	}
	return words
}

// places gives the position of every task. Many who look at a queue never ask.
type places func() map[fm.TaskID]int

// index gives the tasks' positions. An order is replaced or appended to, never
// written over, so that it can be read at any time.
func (s *state) index() places {
	if s.at == nil {
		order := s.order
		s.at = sync.OnceValue(func() map[fm.TaskID]int {
			at := make(map[fm.TaskID]int, len(order))
			for i, id := range order {
				at[id] = i
			}
			return at
		})
	}
	return s.at
}

func (s *state) snapshot(problems []Problem) Snapshot {
	s.shown = true
	return Snapshot{Seq: s.seq, Tasks: slices.Clip(s.tasks), Closed: maps.Clone(s.closed), Days: maps.Clone(s.days), Problems: problems, at: s.index()}
}
