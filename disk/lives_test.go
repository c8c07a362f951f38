package disk

import (
	"errors"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// newTasks adds tasks.
func newTasks(ids ...fm.TaskID) step {
	return func(l *life) error {
		s, err := l.look(0)
		if err != nil {
			return err
		}
		var changes []queue.Change
		for _, id := range ids {
			if _, ok := s.Task(id); !ok {
				changes = append(changes, queue.Add(fm.Task{ID: id, Parent: "9", Title: "Part " + string(id)}, l.now))
			}
		}
		q, err := l.queue()
		if err == nil && len(changes) > 0 {
			err = l.took(q.Commit(l.ctx, l.now, changes...))
		}
		return err
	}
}

// change takes one step with one task.
func change(id fm.TaskID, f func(fm.Task, time.Time) queue.Change) step {
	return func(l *life) error {
		s, err := l.look(0)
		if err != nil {
			return err
		}
		t, _ := s.Task(id)
		c := f(t, l.now)
		if base, tried := l.base[l.next]; tried && t.Revision > base || c.Op == queue.OpSpend && c.Task.Spent == t.Spent {
			return nil // it was done when its error was told
		}
		l.base[l.next] = t.Revision
		q, err := l.queue()
		if err != nil {
			return err
		}
		return l.took(q.Commit(l.ctx, l.now, c))
	}
}

func claim(id fm.TaskID, w fm.WorkerID) step {
	return change(id, func(t fm.Task, at time.Time) queue.Change { return queue.Claim(t, w, at) })
}

func fail(id fm.TaskID) step {
	return change(id, func(t fm.Task, at time.Time) queue.Change { return queue.Fail(t, "tests fail", 2, at) })
}

func spend(id fm.TaskID, cost fm.USD) step {
	return change(id, func(t fm.Task, at time.Time) queue.Change {
		return queue.Spend(t, fm.Spending{Cost: cost, Tokens: int64(cost / 100)}, at)
	})
}

func complete(id fm.TaskID, pull string) step {
	return change(id, func(t fm.Task, at time.Time) queue.Change { return queue.Complete(t, pull, at) })
}

func closing(parent fm.IssueID) step {
	return func(l *life) error {
		s, err := l.look(0)
		if _, done := s.Closed[parent]; done || err != nil {
			return err
		}
		q, err := l.queue()
		if err != nil {
			return err
		}
		return l.took(q.Commit(l.ctx, l.now, queue.CloseParent(parent, "all merged")))
	}
}

func look(after time.Duration) step {
	return func(l *life) error {
		_, err := l.look(after)
		return err
	}
}

func later(d time.Duration) step {
	return func(l *life) error {
		l.now = l.now.Add(d)
		return nil
	}
}

// person does something by hand, and nothing tells whether it lasts.
func person(do func(l *life)) step {
	return func(l *life) error {
		do(l)
		return nil
	}
}

func remark(text string) step {
	return person(func(l *life) {
		if !l.m.echo(viewFile, text+"\n") {
			return
		}
		for line := range strings.SplitSeq(text, "\n") {
			switch {
			case strings.HasPrefix(line, "#"):
				l.written = append(l.written, line)
			case !strings.Contains(line, "|"):
				l.written = append(l.written, "#!bad "+line)
			}
		}
	})
}

func sed(old, text string) step {
	return person(func(l *life) {
		l.m.save(viewFile, func(s string) string { return strings.ReplaceAll(s, old, text) })
	})
}

// restart is the end of the process whose turn it is; the next one begins.
func restart() step {
	return person(func(l *life) { l.qs[l.who] = nil })
}

// other gives the turn to the other process.
func other() step {
	return person(func(l *life) { l.who = 1 - l.who })
}

func unlinkView(l *life) {
	l.unlinked = true
	l.m.unlink(viewFile)
}

func rebuildView() step {
	return func(l *life) error {
		q, err := l.queue()
		if err != nil {
			return err
		}
		return l.took(q.RebuildView(l.ctx, l.now))
	}
}

// ledgerRots damages the ledger on the disk; every process is begun anew.
func ledgerRots(edit func(string) string) step {
	return person(func(l *life) {
		l.rotten, l.qs = true, [2]*queue.Queue{}
		l.m.rot(ledgerFile, edit)
	})
}

// torn leaves the ledger with the beginning of an entry at its end.
func torn(rest string) step {
	return person(func(l *life) {
		l.qs = [2]*queue.Queue{}
		l.m.echo(ledgerFile, rest)
	})
}

// lineOf is the line of a task in a view.
func lineOf(view string, id fm.TaskID) string {
	for line := range strings.Lines(view) {
		if strings.HasPrefix(line[1:], "|9|"+string(id)+"|") {
			return line
		}
	}
	return ""
}

// damage is a save that goes wrong. What it left must be kept.
func damage(edit func(string) string) step {
	return person(func(l *life) {
		l.m.save(viewFile, edit)
		l.spoilt = append(l.spoilt, l.m.text(viewFile))
	})
}

func removeLine(id fm.TaskID) step {
	return person(func(l *life) {
		l.m.exchange(viewFile, func(s string) string {
			line := lineOf(s, id)
			return strings.Replace(s, line, "", min(1, len(line)))
		})
	})
}

// story is a life, and what was before it; that is not cut.
type story struct{ before, steps []step }

// lives are what a queue goes through.
func lives() map[string]story {
	why := func(f func(fm.Task, string, time.Time) queue.Change) func(fm.Task, time.Time) queue.Change {
		return func(t fm.Task, at time.Time) queue.Change { return f(t, "because", at) }
	}
	return map[string]story{
		"from birth to the pull request": {nil, []step{
			newTasks("1"), claim("1", 3), spend("1", 1_500_000), remark("# mine\n2|9|2|pending||"),
			change("1", queue.Publish), complete("1", "77"),
		}},
		"failures and wishes": {[]step{newTasks("1", "2", "3")}, []step{
			claim("1", 1), fail("1"), later(time.Minute), claim("1", 2), fail("1"), change("1", queue.Retry),
			claim("2", 1), change("2", why(queue.Release)), change("2", why(queue.Hold)), restart(), change("2", queue.Retry),
			change("3", why(queue.Block)), change("3", func(t fm.Task, _ time.Time) queue.Change { return queue.Reprioritize(t, 1) }), change("3", why(queue.Cancel)),
		}},
		"published, owed, merged, tidied": {[]step{newTasks("1", "2"), claim("1", 1), spend("1", 250_000)}, []step{
			change("1", queue.Publish), change("1", why(queue.Owe)), restart(), complete("1", "77"),
			change("1", func(t fm.Task, _ time.Time) queue.Change { return queue.Rerun(t, "checks") }),
			change("1", func(t fm.Task, at time.Time) queue.Change { return queue.Reopen(t, "conflict", 5, at) }),
			claim("1", 2), change("1", queue.Publish), complete("1", "78"), change("1", queue.Merge), change("1", queue.Tidied), closing("9"),
		}},
		"money, from day to day": {[]step{newTasks("1", "2"), claim("1", 1), claim("2", 2)}, []step{
			spend("1", 100_000), spend("2", 2_000_000), spend("1", 350_000), later(24 * time.Hour), spend("1", 900_000),
			change("2", func(t fm.Task, at time.Time) queue.Change {
				t.Spent = t.Before.Plus(fm.Spending{Cost: 2_500_000, Tokens: 99_000})
				return queue.Fail(t, "crashed", 9, at)
			}),
			later(24 * time.Hour), claim("2", 2), restart(), spend("2", 10_000), complete("1", "5"),
		}},
		"a person edits at every point": {[]step{newTasks("1", "2", "3", "4", "5")}, []step{
			sed("|9|2|pending|", "|9|2|hold|"), claim("1", 1), remark("# why two waits"), spend("1", 10_000),
			person(func(l *life) {
				l.m.exchange(viewFile, func(s string) string { return strings.ReplaceAll(s, "t=Part 3", "t=Part three") })
			}),
			fail("1"), removeLine("4"), look(0), look(600 * time.Millisecond), remark("1|9|6|pending||"), later(time.Minute), claim("1", 2),
			sed("|9|1|working|", "|9|1|cancelled|"), look(0), sed("3|9|5|", "1|9|5|"), claim("5", 1), removeLine("5"), look(0), look(time.Second),
			remark("not a line at all"), complete("5", "9"),
		}},
		"a view that is cut off is kept aside": {[]step{newTasks("1", "2", "3", "4"), claim("1", 1)}, []step{
			damage(func(s string) string { return s[:len(s)*2/3] }),
			look(0), look(600 * time.Millisecond), complete("1", "7"),
			damage(func(string) string { return "all gone\n" }),
			look(0), look(600 * time.Millisecond), claim("2", 1),
		}},
		"a view that goes away": {[]step{newTasks("1", "2", "3"), claim("1", 1)}, []step{
			person(unlinkView), look(0), look(600 * time.Millisecond), fail("1"),
			person(unlinkView), restart(), look(0), claim("2", 1),
		}},
		"the view is rebuilt": {[]step{newTasks("1", "2", "3"), claim("1", 1)}, []step{
			person(func(l *life) { l.m.save(viewFile, func(s string) string { return s[:100] + "\x00\x00" }) }),
			restart(), rebuildView(), complete("1", "7"),
		}},
		"a damaged ledger is rebuilt": {[]step{newTasks("1", "2", "3"), claim("1", 1), spend("1", 40_000), fail("1"), closing("8")}, []step{
			ledgerRots(func(s string) string { return strings.Replace(s, "Part 2", "Part Z", 1) }),
			look(0), claim("2", 1), restart(), complete("2", "7"),
		}},
		"a lost ledger is rebuilt from the view": {[]step{newTasks("1", "2", "3"), claim("1", 1)}, []step{
			person(func(l *life) {
				l.rotten, l.qs = true, [2]*queue.Queue{}
				l.m.hands(func() {
					delete(l.m.durable, ledgerFile)
					delete(l.m.names, ledgerFile)
				})
			}),
			look(0), complete("1", "7"), restart(), claim("2", 1),
		}},
		"a torn tail is cut off": {[]step{newTasks("1", "2", "3"), claim("1", 1)}, []step{
			torn("1f2e3d4c 9 1700000000000 fail 1 1 br"), complete("1", "7"),
			torn(strings.Repeat("\x00", 90)), claim("2", 1), torn("7"), restart(), look(0), claim("3", 2),
		}},
		"the ledger is written anew": {bulky(), []step{
			newTasks("2"), claim("2", 1), spend("2", 70_000), restart(), complete("2", "7"),
		}},
		"two processes take turns": {[]step{newTasks("1", "2", "3"), other(), look(0)}, []step{
			claim("1", 1), other(), claim("2", 2), remark("2|9|4|pending||"), other(), fail("1"), other(), spend("2", 10_000), other(),
			complete("2", "7"), restart(), other(), claim("3", 1), other(), remark("# the other one"), change("3", why(queue.Release)), other(), look(0), claim("4", 1),
		}},
	}
}

// bulky leaves a ledger that is due to be written anew: what fills it is more
// than a day old and no base of an edit any more.
func bulky() []step {
	steps := []step{newTasks("1")}
	for range 5 {
		steps = append(steps, change("1", func(t fm.Task, at time.Time) queue.Change {
			return queue.Block(t, strings.Repeat("what shall I do? ", 4<<10), at)
		}))
	}
	for range 4 {
		steps = append(steps, change("1", func(t fm.Task, at time.Time) queue.Change { return queue.Cancel(t, "no", at) }),
			change("1", func(t fm.Task, _ time.Time) queue.Change { t.Note = ""; return queue.Change{Op: queue.OpEdit, Task: t} }))
	}
	return append(steps, later(25*time.Hour))
}

// begun is the life as its beginning leaves it, on a disk of its own.
func begun(l *life, before []step) error {
	l.steps = before
	if err := l.live(); err != nil {
		return err
	}
	if l.m.again > 0 {
		return errors.New("a sync was repeated on a handle where it had failed")
	}
	l.qs, l.who, l.next, l.base = [2]*queue.Queue{}, 0, 0, map[int]uint64{}
	return nil
}
