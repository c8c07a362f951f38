package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

// Retry makes a task pending at once, with all its attempts before it.
func Retry(t fm.Task, at time.Time) Change {
	t = again(t, at)
	t.Note = ""
	return Change{Op: OpRetry, Task: t}
}

// again takes a task up anew. Its pull request is over where it was merged, and
// may be where a person was asked or did without it: then the branch tells whether
// it still is the task's.
func again(t fm.Task, at time.Time) fm.Task {
	if t.Status == fm.Merged || t.Status == fm.Blocked || t.Status == fm.Cancelled {
		t.Pull = ""
	}
	t = moved(t, fm.Pending, at)
	t.Failures = 0
	return t
}

// Block parks a task until a person does what the note says.
func Block(t fm.Task, why string, at time.Time) Change {
	t = moved(t, fm.Blocked, at)
	t.Note = why
	return Change{Op: OpBlock, Task: t, Why: why}
}

// Cancel ends a task at a person's wish.
func Cancel(t fm.Task, why string, at time.Time) Change {
	return Change{Op: OpCancel, Task: moved(t, fm.Cancelled, at), Why: why}
}

// Hold parks a task at a person's wish, until it is pending again.
func Hold(t fm.Task, why string, at time.Time) Change {
	return Change{Op: OpHold, Task: moved(t, fm.Hold, at), Why: why}
}

// Reprioritize changes when a task's turn comes; a claim is not touched.
func Reprioritize(t fm.Task, p fm.Priority) Change {
	t.Priority = p
	return Change{Op: OpPrioritize, Task: t}
}
