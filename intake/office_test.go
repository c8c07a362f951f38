package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// office is everything around an intake, in memory: a tracker, an analyst, kept
// plans and a queue. Each call may be made to fail, before or after its deed.
type office struct {
	tb   testing.TB
	disk *disk

	mu     sync.Mutex
	issues map[fm.IssueID]*fm.Issue
	made   []fm.IssueID // of children, as they were created
	keys   map[string]fm.IssueID
	plans  map[fm.IssueID]fm.Split
	splits map[fm.IssueID]int
	split  func(id fm.IssueID, n int) (fm.Split, error)
	news   []string
	why    []string // of news about what blocks an issue
	refuse map[fm.IssueID]error

	calls atomic.Int64
	fault func(n int, op string) (moment string) // "", "before" or "after"
}

func newOffice(tb testing.TB, issues ...fm.Issue) *office {
	tb.Helper()
	o := &office{
		tb: tb, disk: newDisk(), issues: map[fm.IssueID]*fm.Issue{}, keys: map[string]fm.IssueID{}, plans: map[fm.IssueID]fm.Split{}, splits: map[fm.IssueID]int{},
		fault: func(int, string) string { return "" },
		split: func(id fm.IssueID, n int) (fm.Split, error) {
			return plan(fmt.Sprintf("%s, split %d, part", id, n), 3), nil
		},
	}
	o.disk.call = o.call
	for _, i := range issues {
		o.issues[i.ID] = &i
		if i.Parent != "" {
			o.made = append(o.made, i.ID)
		}
	}
	return o
}

func plan(title string, n int) fm.Split {
	var s fm.Split
	for i := range n {
		s.Subissues = append(s.Subissues, fm.Subissue{Title: fmt.Sprintf("%s %d", title, i+1), Priority: "high"})
	}
	return s
}

var errDown = errors.New("the network is down")

func (o *office) call(op string, deed func()) error {
	switch o.fault(int(o.calls.Add(1)), op) {
	case "before":
		return errDown
	case "after":
		deed()
		return errDown
	}
	deed()
	return nil
}

// take is a process of its own that takes the issues in.
func (o *office) take(ids ...fm.IssueID) ([]fm.TaskID, error) {
	o.tb.Helper()
	return o.order(Order{Issues: ids})
}

func (o *office) order(order Order) ([]fm.TaskID, error) {
	o.tb.Helper()
	return o.intake().Take(o.tb.Context(), order, clock)
}

// intake is that of a process of its own.
func (o *office) intake() *Intake {
	o.tb.Helper()
	return &Intake{Tracker: o, Analyst: o, Plans: plans{o}, Queue: o.disk.open(o.tb), Tell: func(n News) {
		if n.Kind == Outside || n.Kind == Circle {
			o.why = append(o.why, string(n.Kind)+": "+n.Why)
			return
		}
		if n.Kind == PartOf {
			o.news = append(o.news, n.Why)
			return
		}
		o.news = append(o.news, fmt.Sprintf("%s %s %d", n.Kind, n.Issue.ID, n.Count))
	}}
}

func clock() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func (o *office) tasks() []fm.Task {
	o.tb.Helper()
	return o.disk.open(o.tb).Snapshot().Tasks
}

func (o *office) Issue(_ context.Context, id fm.IssueID) (issue fm.Issue, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.refuse[id]; err != nil {
		return fm.Issue{}, err
	}
	err = o.call("issue", func() {})
	if i := o.issues[id]; i != nil && err == nil {
		return *i, nil
	}
	if err == nil {
		err = fmt.Errorf("issue %s: %w", id, fm.ErrGone)
	}
	return fm.Issue{}, err
}

func (o *office) Children(_ context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var children []fm.Issue
	err := o.call("children", func() {})
	for _, id := range o.made {
		if o.issues[id].Parent == parent {
			children = append(children, *o.issues[id])
		}
	}
	return children, err
}

func (o *office) Create(_ context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	name := string(parent) + "/" + key
	err := o.call("create", func() {
		if o.keys[name] == "" {
			id := fm.IssueID(fmt.Sprint(1000 + len(o.keys)))
			o.keys[name], o.made = id, append(o.made, id)
			o.issues[id] = &fm.Issue{ID: id, Title: s.Title, Parent: parent, DependsOn: deps, Priority: s.Urgency()}
		}
	})
	if err != nil {
		return fm.Issue{}, err
	}
	return *o.issues[o.keys[name]], nil
}

func (o *office) Split(_ context.Context, issue fm.Issue) (fm.Split, error) {
	o.mu.Lock()
	err := o.call("split", func() { o.splits[issue.ID]++ })
	n := o.splits[issue.ID]
	o.mu.Unlock()
	if err != nil {
		return fm.Split{}, err
	}
	return o.split(issue.ID, n)
}

type plans struct{ *office }

func (o plans) Load(id fm.IssueID) (fm.Split, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.call("load", func() {}); err != nil {
		return fm.Split{}, err
	}
	s, ok := o.plans[id]
	if !ok {
		return s, fm.ErrGone
	}
	return s, nil
}

func (o plans) Save(id fm.IssueID, s fm.Split) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.call("save", func() { o.plans[id] = s })
}

// lines tells the queue in short: task < parent, and what it waits for.
func lines(tasks []fm.Task) []string {
	var out []string
	for _, t := range tasks {
		line := fmt.Sprintf("%s<%s %s %s", t.ID, t.Parent, t.Priority, t.Status)
		for _, d := range t.DependsOn {
			line += " after " + string(d)
		}
		out = append(out, line)
	}
	return out
}
