package queue

import (
	"fmt"

	"github.com/founder-mode/fm"
)

// Wish is what a person may want of a task.
type Wish int

// The wishes.
const (
	Anew   Wish = iota // to have it done again: [Retry]
	Aside              // to have it not begun: [Hold]
	Off                // to have it given up: [Cancel]
	Ranked             // to have its turn come sooner or later: [Reprioritize]
)

// Refused says why a wish makes no sense for a task as it is; "" where it does. A
// task that is done and not merged yet can be given up: its pull request stays.
func Refused(t fm.Task, w Wish) string {
	id := t.ID.Ref()
	const retriable = "only a task that is failed, blocked, cancelled, on hold or waiting can be retried"
	switch {
	case w == Anew && t.Status == fm.Completed && t.Pull != "":
		return fmt.Sprintf("%s is completed: its pull request #%s decides what becomes of it", id, t.Pull)
	case w == Anew && (t.Status == fm.Working || t.Status == fm.Completed || t.Status == fm.Merged):
		return fmt.Sprintf("%s is %s: %s", id, t.Status, retriable)
	case w == Ranked && t.Status == fm.Merged:
		return id + " is merged: its turn is over"
	case w == Ranked && t.Status == fm.Cancelled:
		return id + " is cancelled: its turn does not come"
	case t.Status == fm.Merged:
		return id + " is merged: there is nothing left of it to stop"
	case w == Aside && t.Status == fm.Hold, w == Off && t.Status == fm.Cancelled:
		return fmt.Sprintf("%s is %s already", id, t.Status)
	}
	return ""
}
