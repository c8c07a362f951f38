package queue

import (
	"fmt"
	"time"

	"github.com/founder-mode/fm"
)

// draft collects the entries of one commit on top of a state that it does not
// alter.
type draft struct {
	state    *state
	now      time.Time
	entries  []entry
	changed  map[fm.TaskID]fm.Task
	spent    fm.Spending // by the changes in it
	problems []Problem
}

func newDraft(s *state, now time.Time) *draft {
	return &draft{state: s, now: now, changed: make(map[fm.TaskID]fm.Task)}
}

// task is the task's value with what the draft changes.
func (d *draft) task(id fm.TaskID) (fm.Task, bool) {
	if t, ok := d.changed[id]; ok {
		return t, true
	}
	return d.state.task(id)
}

// put records the task's new value under the next revision, or under the same
// when only [OpSpend] changed it.
func (d *draft) put(op Op, t fm.Task, why string) {
	was, _ := d.task(t.ID)
	t.Revision = was.Revision
	if op != OpSpend {
		t.Revision++
	}
	d.changed[t.ID] = t
	d.add(entry{op: op, id: string(t.ID), attempt: t.Attempt, why: word(why), payload: renderLine(t)})
}

func (d *draft) add(e entry) {
	e.seq = d.state.seq + uint64(len(d.entries)) + 1
	e.at = d.now.UnixMilli()
	if e.id == "" {
		e.id = nobody
	}
	d.entries = append(d.entries, e)
}

func (d *draft) problem(line, what, do string) {
	d.problems = append(d.problems, Problem{Line: fm.Line(line, 200), What: what, Do: do})
}

// commit adds a caller's change, or says why it cannot be.
func (d *draft) commit(c Change) error {
	if c.Op == OpCloseParent {
		if _, err := fm.ParseIssueID(string(c.Parent)); err != nil {
			return fmt.Errorf("close parent: %w: %w", fm.ErrRefused, err)
		}
		d.add(entry{op: c.Op, id: string(c.Parent), why: word(c.Why)})
		return nil
	}
	was, known := d.task(c.Task.ID)
	c.Task = spending(was, c.Task)
	if err := valid(c); err != nil {
		return fmt.Errorf("%s task %q: %w: %w", c.Op, c.Task.ID, fm.ErrRefused, err)
	}
	switch {
	case c.Op == OpSpend && !known:
		return fmt.Errorf("%s task %s: %w: no such task", c.Op, c.Task.ID, fm.ErrRefused)
	case was.Revision != c.Task.Revision:
		return fmt.Errorf("%s task %s: %w: based on %d, now %d", c.Op, c.Task.ID, ErrStale, c.Task.Revision, was.Revision)
	case c.Task.Attempt < was.Attempt:
		return fmt.Errorf("%s task %s: %w: attempt %d, now %d", c.Op, c.Task.ID, ErrStale, c.Task.Attempt, was.Attempt)
	}
	grown := fm.Spending{Cost: c.Task.Spent.Cost - was.Spent.Cost, Tokens: c.Task.Spent.Tokens - was.Spent.Tokens}
	if c.Op == OpSpend {
		if grown == (fm.Spending{}) {
			return nil
		}
		spent := c.Task.Spent
		c.Task = was // and nothing else, whatever it says
		c.Task.Spent = spent
	}
	d.spent = d.spent.Plus(grown)
	d.put(c.Op, c.Task, c.Why)
	return nil
}

// valid says whether the task can be written as a line that reads back the
// same.
func valid(c Change) error {
	if !(entry{op: c.Op}).ofTask() {
		return fmt.Errorf("op %q is the queue's own", c.Op)
	}
	if !isWord(string(c.Op)) {
		return fmt.Errorf("op %q: want one word", c.Op)
	}
	for _, f := range c.Task.Extra {
		if !isWord(f.Key) {
			return fmt.Errorf("key %q: want one word", f.Key)
		}
	}
	if c.Task.Attempt < 0 || c.Task.Failures < 0 || c.Task.Worker < 0 {
		return fmt.Errorf("attempt %d, failures %d, worker %d: want no negative", c.Task.Attempt, c.Task.Failures, c.Task.Worker)
	}
	line := renderLine(c.Task)
	back, err := parseLine(line)
	if err == nil && renderLine(back.task) != line {
		err = fmt.Errorf("line %q: would read back as %q", line, renderLine(back.task))
	}
	return err
}
