package queue

import (
	"github.com/founder-mode/fm"
)

const clearing = "clearing"

// hasKey is the key of a queue line that says that a task has the main checkout,
// although nobody works on it now. It belongs to fm.
const hasKey = "has"

// Holds says whether a task has the main checkout: from the moment that it is
// claimed until what is there is cleared, whatever becomes of it in between. One
// that was cleared and is taken up anew has it no more.
func Holds(t fm.Task) bool {
	return t.Terms.Main && (t.Status == fm.Working || mark(t, hasKey) == mainWord)
}

// Clearing says whether what the task was worked on in is to be cleared: the
// worktree of an issue that was mended, or the main checkout, which is its
// user's again as soon as nobody works on the task. One that is pending is not
// [Ready] before that.
func Clearing(t fm.Task) bool {
	return phase(t) == clearing || t.Status == fm.Pending && Holds(t) // of an older fm
}

// Cleared records that it is, and what a person should know of it.
func Cleared(t fm.Task, why string) Change {
	t.Extra = unmarked(t.Extra)
	return Change{Op: OpClear, Task: t, Why: why}
}

// leaves says whether a task that gets a status leaves something to be cleared.
// Once it is merged, it is cleared up whole.
func leaves(t fm.Task, s fm.Status) bool {
	switch s {
	case fm.Completed:
		return t.Terms.Fix || Holds(t)
	case fm.Working, fm.Merged:
		return false
	case fm.Pending, fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
	}
	return Holds(t) // also with a status of the user's own
}

// unmarked copies the fields but those that say where fm stands with the task.
func unmarked(fields []fm.Field) []fm.Field {
	return without(without(fields, phaseKey), hasKey)
}

// Warned records that the task's agent is told of a conflict. The task is one
// that is marked with it already.
func Warned(t fm.Task, why string) Change { return Change{Op: OpWarn, Task: t, Why: why} }
