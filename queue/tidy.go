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
	t.Since = since
	return Change{Op: OpTidy, Task: t}
}

func phase(t fm.Task) string {
	for _, f := range t.Extra {
		if f.Key == phaseKey {
			return f.Value
		}
	}
	return ""
}
