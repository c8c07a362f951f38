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
	checksKey = "ci" // the failed checks that were given to an agent, of a commit each
	demandKey = "rv" // the demands of reviewers that were
)

// maxMarks bounds the words that a key remembers, and maxChecks the checks of one
// commit that have words of their own: of more, one word stands for all.
const (
	maxMarks  = 16
	maxChecks = 8
)

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

// with adds words to those that a key holds. Of too many, the oldest go.
func with(t fm.Task, key string, more ...string) fm.Task {
	var words []string
	if old := mark(t, key); old != "" {
		words = strings.Split(old, ",")
	}
	return marked(t, key, strings.Join(latest(append(words, more...), maxMarks), ","))
}

// givenWords are the words of checks of a commit in [checksKey].
func givenWords(sha string, checks []fm.Check) []string {
	var words []string
	for _, c := range checks {
		words = append(words, digestOfText(short(sha)+"\n"+c.Name))
	}
	slices.Sort(words)
	if words = slices.Compact(words); len(words) > maxChecks {
		return []string{short(sha)}
	}
	return words
}

// gaveBack says whether a failed check of a commit was given to an agent.
func gaveBack(t fm.Task, sha string, c fm.Check) bool {
	return has(t, checksKey, short(sha)) || has(t, checksKey, givenWords(sha, []fm.Check{c})[0])
}

// rerunMark is what [rerunKey] holds: the checks of one commit that were run
// again, as name-run, in digests, with a sign between those that were at different
// times; and the last of these times.
type rerunMark struct {
	commit string // see short
	at     time.Time
	checks []string
}

const (
	markTime = "20060102T150405Z"
	allRan   = "all"
	later    = "+"
)

func (m rerunMark) String() string {
	return m.commit + "," + m.at.UTC().Format(markTime) + "," + strings.Join(m.checks, ",")
}

// and is the mark after more checks of a commit are run again.
func (m rerunMark) and(sha string, checks []fm.Check, at time.Time) rerunMark {
	next := rerunMark{commit: short(sha), at: at}
	if m.commit == next.commit {
		next.checks = append(slices.Clone(m.checks), later)
	}
	for _, c := range checks {
		next.checks = append(next.checks, digestOfText(c.Name)+"-"+digestOfText(c.ID)[:4])
	}
	if len(next.checks) > maxChecks {
		next.checks = []string{allRan}
	}
	return next
}

// knows says whether a check of the name was run again on the commit.
func (m rerunMark) knows(sha string, c fm.Check) bool {
	return m.commit == short(sha) && called(m.checks, c)
}

// latest says whether it was among the last that were.
func (m rerunMark) latest(c fm.Check) bool {
	words := m.checks
	for i := slices.Index(words, later); i >= 0; i = slices.Index(words, later) {
		words = words[i+1:]
	}
	return called(words, c)
}

func called(words []string, c fm.Check) bool {
	name := digestOfText(c.Name) + "-"
	return slices.ContainsFunc(words, func(word string) bool { return word == allRan || strings.HasPrefix(word, name) })
}

// ran says whether it is this very run of it that was to be followed by another,
// as far as the mark tells.
func (m rerunMark) ran(c fm.Check) bool {
	return slices.Contains(m.checks, allRan) || slices.Contains(m.checks, digestOfText(c.Name)+"-"+digestOfText(c.ID)[:4])
}

// rerunOf reads when checks of a task were last run again, and which; the zero
// mark for never, and for what a person made of it.
func rerunOf(t fm.Task) rerunMark {
	words := strings.Split(mark(t, rerunKey), ",")
	if len(words) < 3 {
		return rerunMark{}
	}
	at, err := time.Parse(markTime, words[1])
	if err != nil {
		return rerunMark{}
	}
	return rerunMark{commit: words[0], at: at, checks: words[2:]}
}

// short names a commit in few letters.
func short(sha string) string { return sha[:min(len(sha), 12)] }

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
