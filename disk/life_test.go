package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// free is a lock that nobody else wants.
type free struct{}

func (free) Lock(context.Context) (func(), error) { return func() {}, nil }

func begin() time.Time { return time.Date(2026, 11, 20, 14, 30, 45, 0, time.UTC) }

const (
	viewFile   = "/p/queue.txt"
	ledgerFile = "/p/ledger"
)

func openMemory(ctx context.Context, m *memory, pid int) (*queue.Queue, error) {
	f := open(m, "/p", pid)
	return queue.Open(ctx, queue.Files{Log: f.Log, View: f.View, Lock: free{}})
}

// life is a run of the queue that remembers what it was promised. A step that
// failed is taken again, and may have been done already.
type life struct {
	ctx   context.Context //nolint:containedctx // of the test that it is a part of
	m     *memory
	steps []step
	next  int

	qs   [2]*queue.Queue // two processes
	who  int             // whose turn it is
	now  time.Time
	base map[int]uint64 // by step, the revision that it began with

	kept    map[fm.TaskID]fm.Task // as of the last call without an error
	closed  map[fm.IssueID]bool
	written []string          // comments that a person wrote
	noted   []string          // those that were taken in
	aside   map[string]string // what is told to be kept, by its name
	spoilt  []string          // views that were damaged
	rotten  bool              // the ledger was damaged, and is not rebuilt yet

	shown    bool // the last call could write the view
	unlinked bool // a person took the view away
}

// step is a part of a life.
type step func(*life) error

func newLife(ctx context.Context, m *memory, steps []step) *life {
	return &life{
		ctx: ctx, m: m, steps: steps, now: begin(), base: map[int]uint64{},
		kept: map[fm.TaskID]fm.Task{}, closed: map[fm.IssueID]bool{}, aside: map[string]string{},
	}
}

// live goes on with the life until it is over or something fails.
func (l *life) live() error {
	for ; l.next < len(l.steps); l.next++ {
		l.now = l.now.Add(100 * time.Millisecond)
		if err := l.steps[l.next](l); err != nil {
			return err
		}
	}
	_, err := l.look(3 * time.Second)
	return err
}

func (l *life) queue() (*queue.Queue, error) {
	if q := l.qs[l.who]; q != nil {
		return q, nil
	}
	pids := [2]int{os.Getpid(), os.Getppid()} // both alive
	q, err := openMemory(l.ctx, l.m, pids[l.who])
	if errors.Is(err, queue.ErrCorrupt) && l.rotten {
		err = l.rebuild(q)
	}
	if err != nil {
		return nil, err
	}
	l.qs[l.who] = q
	return q, nil
}

func (l *life) rebuild(q *queue.Queue) error {
	was := l.m.text(ledgerFile)
	err := l.took(q.RebuildLedger(l.ctx, l.now))
	if err == nil {
		l.rotten = false
		for n := 1; was != ""; n++ { // the last one; a failed rebuild may have kept it before
			if name := fmt.Sprint("ledger.damaged.", n); l.m.text("/p/"+name) == was {
				l.aside[name] = was
				break
			}
		}
	}
	return err
}

var keptIn = regexp.MustCompile(`is kept in (queue\.damaged\.[0-9]+)`)

// took remembers what a call without an error promised.
func (l *life) took(s queue.Snapshot, err error) error {
	if err != nil {
		return err
	}
	l.shown = len(s.Tasks) > 0
	for _, p := range s.Standing {
		l.shown = l.shown && p.Line != "" // about a line, not about the file
	}
	for _, t := range s.Tasks {
		l.kept[t.ID] = t
	}
	for id := range s.Closed {
		l.closed[id] = true
	}
	for _, p := range s.Problems {
		if m := keptIn.FindStringSubmatch(p.Do); m != nil {
			l.aside[m[1]] = l.m.text("/p/" + m[1])
		}
	}
	return nil
}

func (l *life) look(after time.Duration) (queue.Snapshot, error) {
	q, err := l.queue()
	if err != nil {
		return queue.Snapshot{}, err
	}
	l.now = l.now.Add(after)
	written := l.written
	s, err := q.Refresh(l.ctx, l.now)
	if errors.Is(err, queue.ErrCorrupt) && l.rotten {
		l.qs[l.who] = nil
	}
	if err = l.took(s, err); err == nil && l.shown {
		l.noted = written
	}
	return s, err
}

// check opens the files of m anew and says what of the promises is broken.
func (l *life) check(m *memory) error {
	if text := m.text(viewFile); !l.disturbed() && (l.shown && l.m.sick == nil || text != "") && !strings.HasPrefix(text, "# fm queue v1") {
		return fmt.Errorf("view is %q: neither the old nor the new one", text)
	}
	q, err := openMemory(l.ctx, m, os.Getpid())
	if errors.Is(err, queue.ErrCorrupt) && l.rotten {
		_, err = q.RebuildLedger(l.ctx, l.now)
	}
	if err != nil {
		return err
	}
	var s queue.Snapshot
	for i := range 3 {
		if s, err = q.Refresh(l.ctx, l.now.Add(time.Duration(i+1)*4*time.Second)); err != nil {
			return err
		}
		for _, p := range s.Problems {
			// A view that was displaced long ago may be back: its lines win nothing.
			if !l.disturbed() && !l.touched() && !strings.Contains(p.What, "on an old copy of the line") && !strings.Contains(p.What, "is not known") {
				return fmt.Errorf("problem after the crash: %+v", p)
			}
		}
	}
	return l.compare(m, s)
}

// disturbed says whether the view can be anything after a cut, because a person
// saved it in place, or took it away, or the ledger is none.
func (l *life) disturbed() bool {
	for _, n := range l.m.nodes {
		if n.saved {
			return true
		}
	}
	return l.unlinked || l.rotten
}

// touched says whether a person wrote something that a cut can tear apart.
func (l *life) touched() bool {
	for _, n := range l.m.nodes {
		if n.touched {
			return true
		}
	}
	return false
}

func (l *life) compare(m *memory, s queue.Snapshot) error {
	for id, want := range l.kept {
		got, ok := s.Task(id)
		if !ok || got.Revision < want.Revision || got.Attempt < want.Attempt || got.Spent.Cost < want.Spent.Cost {
			return fmt.Errorf("task %s is %+v: was told %+v", id, got, want)
		}
		got.Spent = want.Spent // more, under the same revision
		if diff := cmp.Diff(want, got); got.Revision == want.Revision && diff != "" {
			return fmt.Errorf("task %s is another under the same revision:\n%s", id, diff)
		}
	}
	for id := range l.closed {
		if _, ok := s.Closed[id]; !ok {
			return fmt.Errorf("parent %s is open again", id)
		}
	}
	if tasks, days := sums(s); tasks != days {
		return fmt.Errorf("tasks have spent %v, and days %v", tasks, days)
	}
	for _, text := range l.noted {
		if !strings.Contains(m.text(viewFile), text+"\n") {
			return fmt.Errorf("%q is gone from the view:\n%s", text, m.text(viewFile))
		}
	}
	for name, want := range l.aside {
		if got := m.text("/p/" + name); got != want {
			return fmt.Errorf("%s is %q: was told that %q is kept there", name, got, want)
		}
	}
	return nil
}

// lost is the last damaged view, if it was kept nowhere; "" for none. Its person
// may have written over an earlier one before fm could look at it.
func (l *life) lost() string {
	for _, text := range l.spoilt[max(0, len(l.spoilt)-1):] {
		kept := false
		for name, ino := range l.m.names {
			kept = kept || strings.HasPrefix(name, "/p/queue.damaged.") && string(l.m.nodes[ino].data) == text
		}
		if !kept {
			return text
		}
	}
	return ""
}

// sums adds up what the tasks have spent, and what was spent on the days. It is
// the same, in whatever moment the power went.
func sums(s queue.Snapshot) (tasks, days fm.Spending) {
	for _, t := range s.Tasks {
		tasks = tasks.Plus(t.Spent)
	}
	for _, sum := range s.Days {
		days = days.Plus(sum)
	}
	return tasks, days
}
