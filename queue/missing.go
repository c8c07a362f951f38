package queue

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// missing lists the tasks that a copy of the view must have had and has not. A
// task that was added after the copy was made is not missing from it.
func missing(s *state, v view) []fm.TaskID {
	made := v.made(s)
	present := v.ids()
	var gone []fm.TaskID
	for _, id := range s.order {
		if r := s.records[id]; !r.hidden && r.added <= made && !present[id] {
			gone = append(gone, id)
		}
	}
	return gone
}

// made is a ledger sequence that the copy is not older than.
func (v *view) made(s *state) uint64 {
	if v.seq > 0 && v.seq <= s.seq {
		return v.seq
	}
	var made uint64
	for _, l := range v.lines {
		r := s.records[l.edit.task.ID]
		if r == nil || !l.edit.has("r") {
			continue
		}
		for _, p := range slices.Backward(r.past) {
			if p.number == l.edit.task.Revision {
				made = max(made, p.seq)
				break
			}
		}
	}
	return made
}

// lacks says whether a line shows a revision, or an amount, that the state has
// not come to.
func (s *state) lacks(l viewLine) bool {
	if !l.edit.has("r") {
		return false
	}
	t, ok := s.task(l.edit.task.ID)
	return !ok || l.edit.task.Revision > t.Revision || l.edit.task.Revision == t.Revision && !covers(t.Spent, l.edit.task.Spent)
}

func (v *view) ids() map[fm.TaskID]bool {
	ids := make(map[fm.TaskID]bool, len(v.lines))
	for _, l := range v.lines {
		ids[l.edit.task.ID] = true
	}
	return ids
}

// damaged says whether what is missing cannot have been meant: more than half
// of the lines, or all of them, or all behind the middle of a line.
func damaged(s *state, v view) bool {
	present := v.ids()
	if cutOff(s, v.torn, present) {
		return true
	}
	expected, gone := 0, 0
	for _, id := range s.order {
		r := s.records[id]
		if r.hidden || (v.header && v.seq > 0 && r.added > v.seq) {
			continue
		}
		expected++
		if !present[id] {
			gone++
		}
	}
	return gone*2 > expected
}

// blotted says whether something in a text is broken that a line may have been
// swallowed by: a line that cannot be read, a header without its number, or
// bytes that nobody types. Comments that are known already do not count.
func blotted(s *state, text []byte, v view) bool {
	if len(v.bad) > 0 || v.broken {
		return true
	}
	known := make(map[string]bool)
	for _, block := range s.comments {
		for _, line := range block {
			known[line] = true
		}
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if unfit := strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' }) || !utf8.ValidString(line); unfit && !known[line] {
			return true
		}
	}
	return false
}

// cutOff says whether a text ends in the middle of a line of ours that stands
// nowhere else in it.
func cutOff(s *state, torn string, present map[fm.TaskID]bool) bool {
	if torn == "" {
		return false
	}
	for id, r := range s.records {
		if !present[id] && !r.hidden && r.begins(torn) {
			return true
		}
	}
	return false
}

// begins says whether a text is a part of the task's line, as it is or was,
// and not all of it.
func (r *record) begins(text string) bool {
	part := func(line string) bool {
		if len(text) < len(line) && strings.HasPrefix(line, text) {
			return true
		}
		// The amounts may have grown since, under the same revision.
		head, tail := cutAmounts(line)
		rest, ok := strings.CutPrefix(text, head)
		rest = skipAmounts(rest)
		return ok && len(rest) < len(tail) && strings.HasPrefix(tail, rest)
	}
	return part(r.line) || slices.ContainsFunc(r.past, func(p revision) bool { return part(p.line) })
}

// withoutRest drops lines that are the rest of a text that was cut off. A short
// line such as people append is none, although it may look like one.
func withoutRest(s *state, text []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(text) {
		torn := strings.Trim(strings.TrimSpace(string(line)), zero)
		short := torn == "" || strings.Count(torn, "|") == columns-1 && strings.HasSuffix(torn, "|")
		if short || isComment(torn) || !s.begins(torn) {
			kept = append(kept, line...)
		}
	}
	return kept
}

// begins says whether a text is a part of some task's line, and not all of it.
// What names its task can only be a part of that one's: a whole view may come
// late, and to compare each of its lines with each task takes minutes.
func (s *state) begins(text string) bool {
	if column := strings.SplitN(text, "|", 4); len(column) == 4 {
		r := s.records[fm.TaskID(column[2])]
		return r != nil && r.begins(text)
	}
	for _, r := range s.records {
		if r.begins(text) {
			return true
		}
	}
	return false
}

// removeGone settles that lines were taken away on purpose: what is not begun
// or has come to rest leaves the view, cancelled unless it was merged. A claim
// is never ended like this.
func removeGone(d *draft, ids []fm.TaskID) {
	for _, id := range ids {
		t, ok := d.task(id)
		if !ok || inHand(t.Status) {
			continue
		}
		if t.Status != fm.Merged && t.Status != fm.Cancelled {
			t = moved(t, fm.Cancelled, d.now)
		}
		d.put(OpRemove, t, "line removed from the queue file")
	}
}

// inHand says whether the task is claimed or its pull request is open.
func inHand(s fm.Status) bool { return s == fm.Working || s == fm.Completed }
