package queue

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

const (
	stableFor     = 500 * time.Millisecond // before a line that is gone counts as deleted
	tornStableFor = 2 * time.Second        // before a line without line break counts as complete
)

// watch remembers what looks odd in the view until it is old enough to act on:
// an editor leaves the file absent, then empty, then half-written while it
// saves.
type watch struct {
	gone map[fm.TaskID]time.Time // lines taken away, and when that was seen first

	damaged   bool
	damage    string // the text
	damagedAt time.Time

	torn     string // text behind the last line break
	tornAt   time.Time
	tornKept bool // it stays as it is: not a whole line, and nobody writes on
}

// due says whether something has been odd for long enough.
func (w *watch) due(now time.Time) bool {
	for _, at := range w.gone {
		if settled(now, at, stableFor) {
			return true
		}
	}
	return (w.damaged && settled(now, w.damagedAt, stableFor)) ||
		(w.torn != "" && !w.tornKept && settled(now, w.tornAt, tornStableFor))
}

// settled says whether d has passed since at. A clock that was set back does
// not hold things up.
func settled(now, at time.Time, d time.Duration) bool {
	return now.Before(at) || now.Sub(at) >= d
}

// holdsBack says whether the view must not be written now: somebody seems to
// be in the middle of writing it.
func (w *watch) holdsBack() bool {
	return w.damaged || (w.torn != "" && !w.tornKept)
}

// missed notes which lines are gone and returns those that are gone for good.
func (w *watch) missed(gone []fm.TaskID, now time.Time) []fm.TaskID {
	still := make(map[fm.TaskID]time.Time, len(gone))
	var sure []fm.TaskID
	for _, id := range gone {
		at, ok := w.gone[id]
		switch {
		case !ok:
			still[id] = now
		case settled(now, at, stableFor):
			sure = append(sure, id)
		default:
			still[id] = at
		}
	}
	w.gone = still
	return sure
}

// found forgets that lines were gone.
func (w *watch) found(v view) {
	for _, l := range v.lines {
		delete(w.gone, l.edit.task.ID)
	}
}

func (w *watch) missing() map[fm.TaskID]bool {
	ids := make(map[fm.TaskID]bool, len(w.gone))
	for id := range w.gone {
		ids[id] = true
	}
	return ids
}

// broke notes a damaged text and says whether it stood like that for long
// enough to be no half-done save.
func (w *watch) broke(text string, now time.Time) (sure bool) {
	if w.damaged && w.damage == text {
		return settled(now, w.damagedAt, stableFor)
	}
	w.damaged, w.damage, w.damagedAt = true, text, now
	return false
}

func (w *watch) mended() { w.damaged, w.damage = false, "" }

// whole notes that the view is as fm writes it, and lacks nothing.
func (w *watch) whole(now time.Time) {
	w.mended()
	w.missed(nil, now)
	w.tail("", now)
}

// tail notes the text behind the last line break and says whether it is to be
// taken for a whole line.
func (w *watch) tail(torn string, now time.Time) (whole bool) {
	if torn != w.torn {
		w.torn, w.tornAt, w.tornKept = torn, now, false
		return false
	}
	if torn == "" || !settled(now, w.tornAt, tornStableFor) {
		return false
	}
	if strings.Count(torn, "|") >= columns-1 {
		w.torn = ""
		return true
	}
	w.tornKept = true
	return false
}
