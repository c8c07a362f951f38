package supervisor

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// The keys of a queue line that say what was made of a task's pull request, so
// that neither a restart nor a rebuild of the queue does it twice. They belong
// to fm.
const (
	rerunKey  = "rr" // the checks that were run again, of which commit, and when
	checksKey = "ci" // the commits whose failed checks were given to an agent
	demandKey = "rv" // the demands of reviewers that were
)

// maxMarks bounds the commits, and the demands, that a line remembers.
const maxMarks = 8

// mark reads a key of a task's line; "" when it is not there.
func mark(t fm.Task, key string) string {
	for _, f := range t.Extra {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// marked gives a task a key, in the place of what it said before.
func marked(t fm.Task, key, value string) fm.Task {
	old := func(f fm.Field) bool { return f.Key == key }
	t.Extra = append(slices.DeleteFunc(slices.Clone(t.Extra), old), fm.Field{Key: key, Value: value})
	return t
}

// has says whether a key that holds several words holds this one.
func has(t fm.Task, key, word string) bool {
	return slices.Contains(strings.Split(mark(t, key), ","), word)
}

// with adds a word to those that a key holds. Of too many, the oldest goes.
func with(t fm.Task, key, word string) fm.Task {
	var words []string
	if old := mark(t, key); old != "" {
		words = strings.Split(old, ",")
	}
	return marked(t, key, strings.Join(latest(append(words, word), maxMarks), ","))
}

// rerunMark is what [rerunKey] holds.
type rerunMark struct {
	commit string // see short
	at     time.Time
	checks string // see digestOfChecks
}

const markTime = "20060102T150405Z"

func (m rerunMark) String() string {
	return m.commit + "," + m.at.UTC().Format(markTime) + "," + m.checks
}

// rerunOf reads when checks of a task were last run again, and which; the zero
// mark for never, and for what a person made of it.
func rerunOf(t fm.Task) rerunMark {
	words := strings.Split(mark(t, rerunKey), ",")
	if len(words) != 3 {
		return rerunMark{}
	}
	at, err := time.Parse(markTime, words[1])
	if err != nil {
		return rerunMark{}
	}
	return rerunMark{commit: words[0], at: at, checks: words[2]}
}

// short names a commit in few letters.
func short(sha string) string { return sha[:min(len(sha), 12)] }

// digestOfChecks tells one set of checks from another, by their ids.
func digestOfChecks(checks []fm.Check) string {
	ids := make([]string, len(checks))
	for i, c := range checks {
		ids[i] = c.ID
	}
	slices.Sort(ids)
	return digestOfText(strings.Join(ids, "\n"))
}

func digestOfText(text string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // never fails, see hash.Hash
	return fmt.Sprintf("%08x", h.Sum32())
}

// checkNames lists checks for people, each name once.
func checkNames(checks []fm.Check) string {
	var names []string
	for _, c := range checks {
		names = append(names, cmp.Or(c.Name, c.ID))
	}
	slices.Sort(names)
	return list(slices.Compact(names), 10)
}
