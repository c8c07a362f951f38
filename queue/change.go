package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

// Op names what a change does, in the ledger and in `fm debug`.
type Op string

// The operations on a task. OpCloseParent is about a parent instead.
const (
	OpAdd         Op = "add"
	OpClaim       Op = "claim"
	OpPublish     Op = "publish" // the intent to push and to open a pull request
	OpOwe         Op = "owe"     // it could not be made yet: the worker is free for others
	OpComplete    Op = "complete"
	OpRerun       Op = "rerun" // the intent to run failed checks again
	OpMerge       Op = "merge"
	OpTidy        Op = "tidy"  // worktree removed, subissue closed
	OpClear       Op = "clear" // worktree removed, or the main checkout given back
	OpFail        Op = "fail"
	OpReopen      Op = "reopen"
	OpRelease     Op = "release"
	OpRetry       Op = "retry"
	OpBlock       Op = "block"
	OpCancel      Op = "cancel"
	OpHold        Op = "hold"
	OpWarn        Op = "warn" // the agent is told of a conflict
	OpPrioritize  Op = "prioritize"
	OpEdit        Op = "edit"   // by a person, in the view
	OpRemove      Op = "remove" // a person deleted the line
	OpAdopt       Op = "adopt"
	OpCloseParent Op = "close-parent"
	opOrder       Op = "order"    // the order of the lines
	opComments    Op = "comments" // comments and blank lines
	opDay         Op = "day"      // what was used up on a day so far
	opCompact     Op = "compact"  // the ledger was written anew
)

// Change is one step of one task: the value it should have, and the revision
// that the step was thought out for.
type Change struct {
	Op     Op
	Task   fm.Task    // Task.Revision: what the change is based on; 0 adds a task
	Parent fm.IssueID // for OpCloseParent only
	Why    string     // for `fm debug`
}

// Entry is one change as the ledger tells it.
type Entry struct {
	Seq  uint64
	At   time.Time
	Op   Op
	Task fm.Task // the value after the change
	Why  string
}

// CloseParent records that fm closed a parent.
func CloseParent(parent fm.IssueID, why string) Change {
	return Change{Op: OpCloseParent, Parent: parent, Why: why}
}

// Add puts a new task into the queue.
func Add(t fm.Task, at time.Time) Change {
	t = moved(t, fm.Pending, at)
	t.Revision = 0
	if t.Priority == 0 {
		t.Priority = fm.Normal
	}
	return Change{Op: OpAdd, Task: t}
}

// moved gives the task another status. Whoever held it holds it no longer; what
// it has itself it keeps until that is cleared.
func moved(t fm.Task, s fm.Status, at time.Time) fm.Task {
	holds, leaving := Holds(t), leaves(t, s)
	t.Status = s
	t.Since = at.UTC().Truncate(time.Second)
	t.Worker = 0
	t.NotBefore = time.Time{}
	t.Extra = unmarked(t.Extra)
	if holds && s != fm.Working {
		t.Extra = append(t.Extra, fm.Field{Key: hasKey, Value: mainWord})
	}
	if leaving {
		t.Extra = append(t.Extra, fm.Field{Key: phaseKey, Value: clearing})
	}
	return t
}
