package github

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// made is the label of the issues that fm makes. Only who may triage can give
// it, so that a marker alone, which anybody can write, means nothing.
const made = "fm"

// markerStart begins every marker of fm's.
const markerStart = "<!-- fm:v1"

const (
	// maxText is the longest text that GitHub takes, in characters; fm counts
	// bytes.
	maxText = 65_536
	// maxBody leaves room for what fm adds to a text.
	maxBody = 60_000
)

// marker is what fm writes at the end of an issue that it makes, where people
// do not see it:
//
//	<!-- fm:v1 parent=acme/widget#12 key=3 deps=13,14 -->
type marker struct {
	repo   string // owner/name of the parent
	parent int
	key    string
	deps   []int
}

var (
	markers = fm.Pattern(`<!-- fm:v1 parent=([\w.-]+/[\w.-]+)#(\d{1,10}) key=([\w.~-]{1,64})(?: deps=([\d,]{1,600}))? -->`)
	safeKey = fm.Pattern(`^[\w.-]{1,64}$`)
	forged  = fm.Pattern(`<!--(\s*fm:)`)
)

// newMarker spells keys that do not fit into a marker as a hash.
func newMarker(repo Repo, parent int, key string, deps []int) marker {
	if !safeKey().MatchString(key) {
		sum := sha256.Sum256([]byte(key))
		key = "~" + hex.EncodeToString(sum[:12])
	}
	return marker{repo: repo.Full(), parent: parent, key: key, deps: deps}
}

func (m marker) String() string {
	text := fmt.Sprintf(markerStart+" parent=%s#%d key=%s", m.repo, m.parent, m.key)
	if len(m.deps) > 0 {
		text += " deps=" + listed(m.deps, "", ",")
	}
	return text + " -->"
}

func listed(all []int, mark, separator string) string {
	var words []string
	for _, n := range all {
		words = append(words, mark+strconv.Itoa(n))
	}
	return strings.Join(words, separator)
}

// readMarker reads the last marker of a text: fm writes its own at the end,
// behind whatever a person or an agent put into the text.
func readMarker(text string) (marker, bool) {
	all := markers().FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return marker{}, false
	}
	m := all[len(all)-1]
	parent, err := strconv.Atoi(m[2])
	if err != nil || parent < 1 {
		return marker{}, false
	}
	found := marker{repo: m[1], parent: parent, key: m[3]}
	for word := range strings.SplitSeq(m[4], ",") {
		if n, err := strconv.Atoi(word); err == nil && n > 0 {
			found.deps = append(found.deps, n)
		}
	}
	return found, true
}

// unmarked makes what looks like one of fm's markers visible, so that a text
// from outside has none.
func unmarked(text string) string { return forged().ReplaceAllString(text, "&lt;!--$1") }

// of says whether the issue is a child in this repository of that parent.
func (m marker) of(repo Repo, parent int) bool {
	return m.parent == parent && strings.EqualFold(m.repo, repo.Full())
}

// number reads an id as GitHub's number of an issue or pull request.
func number(id fm.IssueID) (int, error) {
	n, err := strconv.Atoi(string(id))
	if err != nil || n < 1 || strconv.Itoa(n) != string(id) {
		return 0, fmt.Errorf("issue %q: issues on GitHub have numbers: %w", id, fm.ErrGone)
	}
	return n, nil
}

func numbers(ids []fm.IssueID) ([]int, error) {
	var all []int
	for _, id := range ids {
		n, err := number(id)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func issueID(n int) fm.IssueID { return fm.IssueID(strconv.Itoa(n)) }

func issueIDs(all []int) []fm.IssueID {
	var ids []fm.IssueID
	for _, n := range all {
		ids = append(ids, issueID(n))
	}
	return ids
}
