package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

// OpSpend records what an attempt has used up so far.
const OpSpend Op = "spend"

// Spend records what the task's current attempt has used up so far. It changes
// nothing else, and never makes an amount smaller: an attempt whose agent says
// less than before has lost its count, not its costs.
func Spend(t fm.Task, attempt fm.Spending, _ time.Time) Change {
	t.Spent = t.Before.Plus(attempt)
	return Change{Op: OpSpend, Task: t}
}

// Day names the day of a moment in the moment's own time zone, as Snapshot.Days
// does.
func Day(at time.Time) string { return at.Format(time.DateOnly) }
