package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

// phaseKey is the key of a queue line that says that a working task is being
// published, as what it is or as a draft. It belongs to fm.
const (
	phaseKey   = "ph"
	publishing = "publishing"
	drafting   = "drafting"
)

// Publish records the intent to push the task's branch and to open its pull
// request, so that after a crash somebody looks for both before making them.
func Publish(t fm.Task, at time.Time) Change {
	return Change{Op: OpPublish, Task: inPhase(t, publishing, at)}
}

// PublishDraft is [Publish] for a part of the work: the pull request will be a
// draft, and the task a person's.
func PublishDraft(t fm.Task, at time.Time) Change {
	return Change{Op: OpPublish, Task: inPhase(t, drafting, at), Why: "as a draft"}
}

// inPhase gives a working task another phase. Its status does not change.
func inPhase(t fm.Task, name string, at time.Time) fm.Task {
	w, since := t.Worker, t.Since
	t = moved(t, fm.Working, at)
	t.Worker, t.Since = w, since
	t.Extra = append(t.Extra, fm.Field{Key: phaseKey, Value: name})
	return t
}

// Publishing says whether a task was left between [Publish], or [PublishDraft],
// and what follows it.
func Publishing(t fm.Task) bool {
	return t.Status == fm.Working && (phase(t) == publishing || phase(t) == drafting)
}

// Drafting says whether a task that is [Publishing] becomes a draft.
func Drafting(t fm.Task) bool { return t.Status == fm.Working && phase(t) == drafting }

// OwedNote begins the note of a task whose publication is owed; why stands behind
// it.
const OwedNote = "its pull request is owed: "

// Owe takes the worker of a task that is [Publishing], and cannot be published
// for the time being: nobody works on it any more.
func Owe(t fm.Task, why string, at time.Time) Change {
	t = inPhase(t, phase(t), at)
	t.Worker, t.Note = 0, OwedNote+why
	return Change{Op: OpOwe, Task: t, Why: why}
}

// Owed says whether the publication of a task waits for the forge, without a
// worker.
func Owed(t fm.Task) bool { return Publishing(t) && t.Worker == 0 }

// Rerun records the intent to have failed checks of the task's pull request run
// again. The task is one that is marked with it already.
func Rerun(t fm.Task, why string) Change { return Change{Op: OpRerun, Task: t, Why: why} }

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
