package queue

import (
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// The keys of a queue line with what a user asked for when the task was taken
// in, and with the files that it will probably change. They belong to fm.
const (
	termsKey   = "as"
	timeoutKey = "limit"
	pathsKey   = "paths"
)

// pathSep stands between the paths of a line. A path with one in it is left out.
const pathSep = ":"

// terms are the words of [termsKey], each with what it switches on.
func terms(t *fm.Terms) map[string]*bool {
	return map[string]*bool{"fix": &t.Fix, "no-pr": &t.NoPull, "main": &t.Main}
}

func readTerms(t *fm.Terms, value string) error {
	words := terms(t)
	for word := range strings.SplitSeq(value, ",") {
		on, known := words[strings.TrimSpace(word)]
		if !known {
			return fmt.Errorf("%q: want fix, no-pr and main, between commas", fm.Line(word, 40))
		}
		*on = true
	}
	return nil
}

func writeTerms(t fm.Terms) string {
	words := terms(&t)
	var on []string
	for _, word := range []string{"fix", "no-pr", "main"} {
		if *words[word] {
			on = append(on, word)
		}
	}
	return strings.Join(on, ",")
}

func readTimeout(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q: want a time such as 10m", fm.Line(value, 40))
	}
	return d, nil
}

func writeTimeout(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.String()
}

func readPaths(value string) []string {
	var paths []string
	for path := range strings.SplitSeq(value, pathSep) {
		if path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

func writePaths(paths []string) string {
	var kept []string
	for _, path := range paths {
		if path != "" && !strings.Contains(path, pathSep) {
			kept = append(kept, path)
		}
	}
	return strings.Join(kept, pathSep)
}

const clearing = "clearing"

// Clearing says whether what the task was worked on in is to be cleared: the
// worktree of an issue that was mended, or the main checkout, which is its
// user's again.
func Clearing(t fm.Task) bool { return phase(t) == clearing }

// Cleared records that it is.
func Cleared(t fm.Task) Change {
	t.Extra = without(t.Extra, phaseKey)
	return Change{Op: OpClear, Task: t}
}

// leaves says whether a task that gets a status leaves something to be cleared.
// While it is to go on, it is not; once it is merged, it is cleared up whole.
func leaves(t fm.Task, s fm.Status) bool {
	switch s {
	case fm.Completed:
		return t.Terms.Fix
	case fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold:
		return t.Terms.Main && t.Attempt > 0
	case fm.Pending, fm.Working, fm.Merged:
	}
	return false
}

// Warned records that the task's agent is told of a conflict. The task is one
// that is marked with it already.
func Warned(t fm.Task, why string) Change { return Change{Op: OpWarn, Task: t, Why: why} }
