package github

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

// fault is what befalls a write.
type fault int

const (
	cutBefore fault = iota
	cutAfter
	failedBefore
	failedAfter
	hungBefore
	hungAfter
	killedBefore
	killedAfter
	faults // how many there are
)

func (f fault) String() string {
	return []string{"cut before", "cut after", "5xx before", "5xx after", "timeout before", "timeout after", "killed before", "killed after"}[f]
}

// weather is what happens to the requests of one history: each may be cut off,
// answered by a server in trouble or by nobody, before or after its effect, and
// may be the last one of its process.
type weather struct {
	random  *rand.Rand
	trouble int                              // per cent of the requests
	left    int                              // faults until it is calm
	more    func(fake.Request) *fake.Verdict // other trouble, or nil
	kill    context.CancelFunc               // of the process that lives now

	hits  []hit // writes that were hit
	hurt  int   // requests that were
	kills int
}

type hit struct {
	operation string
	fault     fault
}

func (w *weather) judge(q fake.Request) fake.Verdict {
	if w.left <= 0 || w.random.IntN(100) >= w.trouble {
		return fake.Verdict{}
	}
	w.left--
	w.hurt++
	if w.more != nil && w.random.IntN(3) == 0 {
		if v := w.more(q); v != nil {
			return *v
		}
	}
	f := fault(w.random.IntN(int(faults)))
	if q.Write {
		w.hits = append(w.hits, hit{operationOf(q), f})
	}
	when := []fake.Moment{fake.Before, fake.After}[f%2]
	switch f {
	case failedBefore, failedAfter:
		return fake.Failing(when, []int{500, 502, 503, 504}[w.random.IntN(4)])
	case hungBefore, hungAfter:
		return fake.Verdict{Act: fake.Hang, When: when}
	case killedBefore, killedAfter:
		w.kills++
		w.kill()
	case cutBefore, cutAfter, faults:
	}
	return fake.Verdict{Act: fake.Cut, When: when}
}

// operationOf names a write as the table does.
func operationOf(q fake.Request) string {
	switch q.Operation {
	case "PATCH issues/{issue_number}":
		if strings.Contains(q.Body, `"state"`) {
			return "close issue"
		}
		return "list task in parent"
	case "PUT pulls/{pull_number}/merge":
		return "merge"
	}
	if i := strings.LastIndexByte(q.Operation, '/'); i > 0 {
		return map[string]string{
			"sub_issues": "link subissue", "blocked_by": "block subissue", "comments": "comment", "labels": "label pull request",
			"requested_reviewers": "ask reviewers", "rerun-failed-jobs": "rerun failed jobs", "rerequest": "rerequest check",
		}[q.Operation[i+1:]]
	}
	return map[string]string{
		"POST issues": "make issue, labelled", "POST pulls": "open pull request",
		"mutation markPullRequestReadyForReview": "mark as ready", "mutation convertPullRequestToDraft": "convert to draft",
		"mutation enablePullRequestAutoMerge": "arm auto-merge",
	}[q.Operation]
}

// tally is the table of operations and faults over all histories.
type tally struct {
	mu                         sync.Mutex
	rows                       map[string]*[faults]cell
	histories, requests, hurt  int
	unchanged, writes, started int
}

// cell counts the faults of one kind that hit one operation, the effects that
// were there twice in the end, and the faults after which all was done.
type cell struct{ tried, doubled, finished int }

// add books a history that has come to its end. Of each operation, doubled says
// how many effects there are too many.
func (a *tally) add(w *weather, log []fake.Request, doubled map[string]int, done bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rows == nil {
		a.rows = map[string]*[faults]cell{}
	}
	a.histories++
	a.hurt += w.hurt
	a.started += w.kills + 1
	for _, q := range log {
		a.requests++
		if q.Status == 304 {
			a.unchanged++
		}
		if q.Write {
			a.writes++
		}
	}
	for _, h := range w.hits {
		row := a.rows[h.operation]
		if row == nil {
			row = &[faults]cell{}
			a.rows[h.operation] = row
		}
		c := &row[h.fault]
		c.tried++
		c.doubled += doubled[h.operation]
		if done {
			c.finished++
		}
	}
}

// tell prints the table as Markdown, and fails where a cell is empty or bad.
// Under the race detector too few histories are lived through to fill it.
func (a *tally) tell(t *testing.T, operations ...string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d histories, %d processes, %d requests (%d answered 304, %d writes), %d faults\n\n| operation |", a.histories, a.started, a.requests, a.unchanged, a.writes, a.hurt)
	for f := range faults {
		fmt.Fprintf(&b, " %s |", f)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", int(faults)) + "\n")
	for _, name := range operations {
		row := a.rows[name]
		if row == nil {
			row = &[faults]cell{}
		}
		fmt.Fprintf(&b, "| %s |", name)
		for f, c := range row {
			fmt.Fprintf(&b, " %d / %d / %d |", c.tried, c.doubled, c.finished)
			if c.tried == 0 && schedules >= 1000 || c.doubled > 0 || c.finished != c.tried {
				t.Errorf("%s, %s: %+v", name, fault(f), c)
			}
		}
		b.WriteString("\n")
	}
	for name := range a.rows {
		if !slices.Contains(operations, name) {
			t.Errorf("%q is an operation that is not in the table", name)
		}
	}
	b.WriteString("\nEach cell: times tried / effects that doubled / times it was finished in the end.")
	t.Log(b.String())
}
