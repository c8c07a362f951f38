package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

const (
	maxView     = 64 << 20 // bytes; a larger file is not a queue
	maxSwaps    = 8        // against a writer that is always faster
	damagedName = "queue.damaged"
	unread      = "unread" // the stamp of no file: look again
)

// readView merges what people wrote into the view since it was read last.
// Trouble with the view is a [Problem]; an error is about the ledger.
func (q *Queue) readView(ctx context.Context, now time.Time) ([]Problem, error) {
	d := newDraft(q.state, now)
	if err := q.collect(ctx, now); err != nil {
		d.problem("", "queue.txt: "+err.Error(), "nothing: fm tries again")
	}
	if late := bytes.TrimSuffix(q.late, []byte(q.watch.torn)); len(late) > 0 {
		v := readView(withoutRest(q.state, append(late, '\n')))
		mergePatch(d, v)
		q.watch.found(v)
		q.stale = true
	}
	for _, left := range q.left {
		v := readView(withoutRest(q.state, left))
		mergeLeft(d, v)
		q.watch.found(v)
		q.stale = true
	}
	if err := q.write(ctx, d); err != nil {
		return d.problems, err
	}
	q.late, q.left = nil, nil
	more, err := q.readText(ctx, now)
	return append(d.problems, more...), err
}

// collect fetches lines that came late to a displaced version of the view.
func (q *Queue) collect(ctx context.Context, now time.Time) error {
	late, left, err := q.files.View.Late(ctx, now)
	q.late, q.left = append(q.late, late...), append(q.left, left...)
	return err
}

func (q *Queue) readText(ctx context.Context, now time.Time) ([]Problem, error) {
	d := newDraft(q.state, now)
	stamp, err := q.files.View.Stamp(ctx)
	if err == nil && stamp == q.stamp && !q.watch.due(now) {
		return nil, nil
	}
	text, stamp, err := q.files.View.Read(ctx, now)
	absent := errors.Is(err, fs.ErrNotExist)
	if err == nil && len(text) > maxView {
		err = fmt.Errorf("%d bytes: want at most %d", len(text), maxView)
	}
	if err == nil || stamp != "" || absent {
		q.stamp = stamp
	}
	if q.unreadable = err != nil && !absent; q.unreadable {
		d.problem("", "cannot read queue.txt: "+err.Error(), "repair or remove the file; the ledger has every task")
		q.unread = d.problems[len(d.problems)-1]
		return d.problems, nil
	}
	if absent {
		q.missingFile(d)
	} else {
		q.mergeText(ctx, d, text)
		q.text, q.present = text, true
		q.stale = true
	}
	if err := q.write(ctx, d); err != nil {
		q.stamp = unread
		return d.problems, err
	}
	return d.problems, nil
}

// missingFile is called when there is no view. One that was there may be back
// in a moment, when an editor has saved it.
func (q *Queue) missingFile(d *draft) {
	q.stale = true
	if !q.present || len(q.state.order) == 0 {
		q.present, q.text = false, nil
		q.watch.mended()
		return
	}
	if q.watch.broke("", d.now) {
		d.problem("", "queue.txt was gone", "nothing: it was written anew from the ledger; to end a task, set it to cancelled")
		q.present, q.text = false, nil
		q.watch.mended()
	}
}

// mergeText takes a whole text of the view into the draft.
func (q *Queue) mergeText(ctx context.Context, d *draft, text []byte) {
	if sameView(text, render(q.state, nil)) {
		q.watch.whole(d.now) // another process wrote it: nothing in it is news
		return
	}
	v := readView(text)
	if damaged(q.state, v) {
		q.mergeDamaged(ctx, d, text, v)
		return
	}
	q.watch.mended()
	if q.watch.tail(v.torn, d.now) {
		v = readView(append(bytes.Clone(text), '\n'))
	}
	q.mergeWhole(d, text, v)
}

// mergeWhole merges a text that is no damage. A line that was taken away from
// a task in hand comes back; the others leave when they stay away, unless
// something else in the text is broken: then theirs may be as well.
func (q *Queue) mergeWhole(d *draft, text []byte, v view) {
	var idle []fm.TaskID
	last, err := parseLine(strings.TrimSpace(v.torn))
	gone := mergeView(d, v)
	if len(gone) > 0 && blotted(q.state, text, v) {
		d.problem("", "lines are gone, and others cannot be read: nothing was taken for removed", "to end a task, set it to cancelled")
		gone = nil
	}
	for _, id := range gone {
		if err == nil && id == last.task.ID {
			continue // its line stands there, without a line break so far
		}
		if t, _ := d.task(id); inHand(t.Status) {
			d.problem(renderLine(t), "the line was removed while the task is "+string(t.Status), "set it to cancelled to end the task")
			continue
		}
		idle = append(idle, id)
	}
	removeGone(d, q.watch.missed(idle, d.now))
}

// mergeDamaged saves the lines that can be read; once the damage is no
// half-done save, the text is put aside and the view will be written anew.
func (q *Queue) mergeDamaged(ctx context.Context, d *draft, text []byte, v view) {
	mergeLines(d, view{lines: v.lines})
	if !q.watch.broke(string(text), d.now) || !q.putAside(ctx, d, text) {
		return // looked at again: nothing takes the place of what is not kept
	}
	if e, err := parseLine(strings.TrimSpace(v.torn)); err == nil {
		// Of a task that is known it may be half a line of ours.
		if _, known := d.task(e.task.ID); !known {
			mergeLine(d, viewLine{raw: v.torn, edit: e})
		}
	}
	q.watch.mended()
	q.watch.tail("", d.now)
}

// putAside keeps a damaged text, and says whether it could.
func (q *Queue) putAside(ctx context.Context, d *draft, text []byte) bool {
	const what = "queue.txt was cut off, or more than half of its lines were gone"
	name, err := q.files.View.Keep(ctx, damagedName, text)
	if err != nil {
		d.problem("", what+", and it cannot be kept aside: "+err.Error(), "make room or correct the permissions; fm tries again")
		return false
	}
	d.problem("", what,
		"nothing: it was written anew from the ledger, and what stood there is kept in "+name+"; to end tasks, set them to cancelled")
	return true
}

// writeView brings the view up to the state. What somebody wrote into it in
// the meantime comes back from the swap, is merged, and the view is written
// again.
func (q *Queue) writeView(ctx context.Context, now time.Time) ([]Problem, error) {
	d := newDraft(q.state, now)
	var problems []Problem
	q.unwritten = Problem{}
	for range maxSwaps {
		text, old := q.outdated()
		if !old {
			return problems, nil
		}
		displaced, stamp, err := q.files.View.Swap(ctx, now, text)
		if err != nil {
			d.problem("", "cannot write queue.txt: "+err.Error(), "make room or correct the permissions; fm tries again")
			q.unwritten = d.problems[len(d.problems)-1]
			return append(problems, d.problems...), nil //nolint:nilerr // a Problem, by the promise of Commit
		}
		seen := displaced == nil || (q.present && bytes.Equal(displaced, q.text))
		q.text, q.present, q.stamp = text, true, stamp
		if seen {
			q.stale = false
			return problems, nil
		}
		d = newDraft(q.state, now)
		q.mergeDisplaced(ctx, d, displaced)
		if err := q.write(ctx, d); err != nil {
			q.late = append(q.late, displaced...) // it stands nowhere else
			return append(problems, d.problems...), err
		}
		problems = append(problems, d.problems...)
	}
	q.stale = true
	return problems, nil
}

// outdated says whether the view has to be written now, and how.
func (q *Queue) outdated() (text []byte, old bool) {
	if !q.stale || q.unreadable || q.watch.holdsBack() {
		return nil, false
	}
	if !q.present {
		q.stale = len(q.state.order) > 0 || len(q.state.comments) > 0
	}
	if q.stale {
		text = append(render(q.state, q.watch.missing()), q.watch.torn...)
	}
	if q.present {
		q.stale = !sameView(text, q.text) || q.dated()
	}
	return text, q.stale
}

// dated says whether the view's header is older than its comments and their
// order, so that the next change of those would be taken for one of an old copy.
func (q *Queue) dated() bool {
	return headerSeq(q.text) < max(q.state.commentSeq, q.state.orderSeq)
}

// mergeDisplaced merges a text that somebody put in the view's place between
// the last look and the swap. Its torn end, if it has one, comes again from
// [View.Late] when it is whole.
func (q *Queue) mergeDisplaced(ctx context.Context, d *draft, text []byte) {
	v := readView(text)
	if !damaged(q.state, v) {
		q.mergeWhole(d, text, v)
		return
	}
	mergeLines(d, view{lines: v.lines})
	if len(text) > 0 && !q.putAside(ctx, d, text) {
		q.late = append(q.late, text...) // so that its comments are taken in at least
	}
}
