package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

// phaseKey is the key of a queue line that says that a working task is being
// published. It belongs to fm.
const (
	phaseKey   = "ph"
	publishing = "publishing"
)

// Publish records the intent to push the task's branch and to open its pull
// request, so that after a crash somebody looks for both before making them.
func Publish(t fm.Task, at time.Time) Change {
	w, since := t.Worker, t.Since
	t = moved(t, fm.Working, at)
	t.Worker, t.Since = w, since // the status does not change
	t.Extra = append(t.Extra, fm.Field{Key: phaseKey, Value: publishing})
	return Change{Op: OpPublish, Task: t}
}

// Publishing says whether a task was left between [Publish] and [Complete].
func Publishing(t fm.Task) bool {
	return t.Status == fm.Working && phase(t) == publishing
}

// Complete records that the task's pull request is open.
func Complete(t fm.Task, pull string, at time.Time) Change {
	t = moved(t, fm.Completed, at)
	t.Pull = pull
	t.Note = ""
	return Change{Op: OpComplete, Task: t}
}

// Merge records that the task's pull request is merged.
func Merge(t fm.Task, at time.Time) Change {
	t = moved(t, fm.Merged, at)
	t.Extra = append(t.Extra, fm.Field{Key: phaseKey, Value: tidying})
	return Change{Op: OpMerge, Task: t}
}

// without copies the fields but those with the key, so that a task's value
// never shares memory with another's.
func without(fields []fm.Field, key string) []fm.Field {
	var kept []fm.Field
	for _, f := range fields {
		if f.Key != key {
			kept = append(kept, f)
		}
	}
	return kept
}
