package queue

import (
	"errors"
	"time"

	"github.com/founder-mode/fm"
)

// What callers decide on.
var (
	// ErrStale: the task changed since the revision that a change was based
	// on. Nothing was written; look again and decide anew.
	ErrStale = errors.New("stale revision")
	// ErrCorrupt: the ledger is damaged in the middle, so that claims cannot be
	// trusted.
	ErrCorrupt = errors.New("ledger is damaged: run `fm queue rebuild`")
)

// Snapshot is the queue at one moment. It is never changed, and whoever has it
// must not change it: its tasks are those that the queue itself works with.
type Snapshot struct {
	Seq      uint64                   // of the last ledger entry in it
	Tasks    []fm.Task                // in file order
	Closed   map[fm.IssueID]time.Time // parents that fm closed
	Days     map[string]fm.Spending   // what was used up, by [Day]; the last eight days that there were any
	Problems []Problem                // that the call found; each is told once
	Standing []Problem                // that last until somebody sees to the view; the first of many marked lines

	at places // in Tasks; nil in a hand-made snapshot
}

// Problem is something in the view that fm could not take as it stood. Nothing
// of it is lost.
type Problem struct {
	Line string // the line, safe to show; "" when it is about the whole file
	What string // what is wrong
	Do   string // what a person can do
}

// Task finds a task by its id.
func (s Snapshot) Task(id fm.TaskID) (fm.Task, bool) {
	if s.at != nil && id == "" {
		return fm.Task{}, false // a worker that has none yet: no need to find the others
	}
	if s.at != nil {
		if i, ok := s.at()[id]; ok {
			return s.Tasks[i], true
		}
		return fm.Task{}, false
	}
	for _, t := range s.Tasks {
		if t.ID == id {
			return t, true
		}
	}
	return fm.Task{}, false
}
