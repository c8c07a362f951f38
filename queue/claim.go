package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

// Claim reserves a task for a worker and begins its next attempt.
func Claim(t fm.Task, w fm.WorkerID, at time.Time) Change {
	t = moved(t, fm.Working, at)
	t.Worker = w
	t.Attempt++
	t.Before = t.Spent
	return Change{Op: OpClaim, Task: t}
}

// Release gives a claim back without counting a failure: the worker was
// stopped or removed.
func Release(t fm.Task, why string, at time.Time) Change {
	return Change{Op: OpRelease, Task: moved(t, fm.Pending, at), Why: why}
}
