package queue

import (
	"cmp"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// Ready lists the tasks that may be claimed now, best first: pending, past
// their backoff, everything they wait for merged, and the main checkout given
// back that the last attempt had; by priority, then in file order.
func Ready(tasks []fm.Task, now time.Time) []fm.Task {
	merged := mergedSet(tasks)
	var ready []fm.Task
	for _, t := range tasks {
		if free(t, merged) && !backsOff(t, now) {
			ready = append(ready, t)
		}
	}
	slices.SortStableFunc(ready, func(a, b fm.Task) int { return cmp.Compare(a.Priority, b.Priority) })
	return ready
}

// NextReady is when the first backoff ends of a task that waits for nothing
// else; false when there is none.
func NextReady(tasks []fm.Task, now time.Time) (time.Time, bool) {
	merged := mergedSet(tasks)
	var next time.Time
	for _, t := range tasks {
		if !free(t, merged) || !backsOff(t, now) {
			continue
		}
		if next.IsZero() || t.NotBefore.Before(next) {
			next = t.NotBefore
		}
	}
	return next, !next.IsZero()
}

// backsOff says whether a task waits for a time. No backoff is as long as twice the
// longest: such a one is of a clock that was wrong, or was set back since.
func backsOff(t fm.Task, now time.Time) bool {
	return t.NotBefore.After(now) && !t.NotBefore.After(now.Add(2*maxBackoff))
}

// WaitsFor lists the tasks that must be merged before t may be claimed. An id
// that is not in the queue counts as not merged.
func WaitsFor(t fm.Task, tasks []fm.Task) []fm.TaskID {
	if len(t.DependsOn) == 0 {
		return nil
	}
	return unmet(t, mergedSet(tasks))
}

func free(t fm.Task, merged map[fm.TaskID]bool) bool {
	return t.Status == fm.Pending && !Clearing(t) && len(unmet(t, merged)) == 0
}

func unmet(t fm.Task, merged map[fm.TaskID]bool) []fm.TaskID {
	var ids []fm.TaskID
	for _, id := range t.DependsOn {
		if !merged[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// mergedSet is what nobody waits for any more: also what is finished, and is not
// to be merged by anybody here.
func mergedSet(tasks []fm.Task) map[fm.TaskID]bool {
	set := make(map[fm.TaskID]bool)
	for _, t := range tasks {
		if t.Status == fm.Merged || t.Status == fm.Completed && t.Terms.NoPull {
			set[t.ID] = true
		}
	}
	return set
}
