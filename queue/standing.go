package queue

import (
	"maps"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// maxStanding bounds how many marked lines a snapshot tells of.
const maxStanding = 20

// markedProblem is the problem of a line that could not be read.
func markedProblem(raw string, err error) Problem {
	return Problem{Line: fm.Line(raw, 200), What: err.Error(), Do: "correct the line and take the mark " + strings.TrimSpace(badMark) + " off"}
}

// standing lists the lines that stand in the view behind the mark.
func (s *state) standing() []Problem {
	var all []Problem
	for _, above := range slices.Sorted(maps.Keys(s.comments)) {
		for _, c := range s.comments[above] {
			raw, marked := strings.CutPrefix(c, badMark)
			if !marked {
				continue
			}
			if _, err := parseLine(raw); err != nil {
				all = append(all, markedProblem(raw, err))
			} else {
				all = append(all, Problem{Line: fm.Line(raw, 200), What: "the line can be read again", Do: "take the mark " + strings.TrimSpace(badMark) + " off"})
			}
			if len(all) == maxStanding {
				return all
			}
		}
	}
	return all
}

// standing adds what keeps the view from being read and written.
func (q *Queue) standing() []Problem {
	all := q.state.standing()
	if q.unreadable {
		all = append(all, q.unread)
	}
	if q.unwritten != (Problem{}) {
		all = append(all, q.unwritten)
	}
	return all
}
