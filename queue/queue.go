package queue

import (
	"context"
	"errors"
	"time"

	"github.com/founder-mode/fm"
)

// Queue is one process's handle.
type Queue struct{ files Files }

var errTodo = errors.New("not built yet")

// Open loads the ledger.
func Open(_ context.Context, files Files) (*Queue, error) { return &Queue{files: files}, errTodo }

// Snapshot is the queue as of the last call.
func (q *Queue) Snapshot() Snapshot { return Snapshot{} }

// Refresh reads what others wrote.
func (q *Queue) Refresh(context.Context, time.Time) (Snapshot, error) { return Snapshot{}, errTodo }

// Commit writes changes.
func (q *Queue) Commit(context.Context, time.Time, ...Change) (Snapshot, error) {
	return Snapshot{}, errTodo
}

// History lists the ledger's entries of a task.
func (q *Queue) History(context.Context, fm.TaskID) ([]Entry, error) { return nil, errTodo }

// RebuildView writes the view anew from the ledger.
func (q *Queue) RebuildView(context.Context, time.Time) (Snapshot, error) { return Snapshot{}, errTodo }

// RebuildLedger writes the ledger anew from the view.
func (q *Queue) RebuildLedger(context.Context, time.Time) (Snapshot, error) {
	return Snapshot{}, errTodo
}
