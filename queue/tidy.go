package queue

import (
	"time"

	"github.com/founder-mode/fm"
)

const tidying = "tidying"

// Tidying says whether a merged task still has a worktree or an open issue to
// be cleared up.
func Tidying(t fm.Task) bool { return t.Status == fm.Merged && phase(t) == tidying }

// Tidied records that nothing of a merged task is left to be cleared up.
func Tidied(t fm.Task, at time.Time) Change {
	since := t.Since
	t = moved(t, fm.Merged, at)
	t.Since, t.Extra = since, unmarked(t.Extra)
	return Change{Op: OpTidy, Task: t}
}

func phase(t fm.Task) string { return mark(t, phaseKey) }

func mark(t fm.Task, key string) string {
	for _, f := range t.Extra {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}
