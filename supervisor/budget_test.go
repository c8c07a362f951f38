package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

func spent(f *film, id fm.TaskID, dollars float64) {
	f.report(id, func(r *fm.Report) { r.Spent = fm.Spending{Cost: fm.Dollars(dollars), Tokens: int64(dollars * 1000)} })
}

// TestSpendingIsRecorded writes what an attempt costs now and then, and all of
// it at its end. Caught: cents that were lost with the attempt; a line for each
// cent.
func TestSpendingIsRecorded(t *testing.T) {
	f := busyAgents(t, 1)
	cost := func() fm.USD {
		task, _ := f.s.Queue.Task("1")
		return task.Spent.Cost
	}
	spent(f, "1", 0.04)
	f.run(time.Minute)
	f.wants()
	spent(f, "1", 0.06)
	f.run(time.Minute)
	f.wants("1m2s record spend 1 worker-1")
	for i := range 30 {
		f.report("1", func(r *fm.Report) { r.Heard = f.s.At })
		spent(f, "1", 0.06+float64(i)*0.001)
		f.run(time.Minute)
	}
	if n := len(f.deeds); n < 2 || n > 3 {
		t.Errorf("%d lines in half an hour of cents: %q", n, f.deeds)
	}
	spent(f, "1", 0.11)
	kill(f, "exit 1", 1)
	f.s.Runs["1"] = Progress{Attempt: 1, Crashes: 1}
	f.run(20 * time.Second)
	if got := cost(); got != fm.Dollars(0.11) {
		t.Errorf("in the end $%f are recorded", float64(got)/1e6)
	}
	f.deeds = nil
	spent(f, "1", 0.01) // the old attempt's word
	f.run(time.Second)
	if got := cost(); got != fm.Dollars(0.11) {
		t.Errorf("a count that was lost makes it %s", got)
	}
}

// TestSpendingThatIsNotTakenIsNoLoop has the queue keep an amount as it was, as
// it does with one out of range. Caught: a record after each record, for ever.
func TestSpendingThatIsNotTakenIsNoLoop(t *testing.T) {
	rep := atWork()
	rep.Spent = fm.Spending{Cost: fm.Dollars(1 << 33)}
	s, effects := step(told(Progress{StartedAt: noon()}, live(1, "5", 1), rep), QueueRead{Snapshot: seen(working("5", 1)).Queue})
	if got := fmt.Sprint(names(effects)); got != "[record spend 5 worker-1]" {
		t.Fatalf("ordered %s", got)
	}
	if _, effects = step(s, Recorded{Snapshot: s.Queue}); len(effects) > 0 {
		t.Errorf("then %v", names(effects))
	}
}

// TestDayBudgetStopsDispatch begins nothing new until midnight; what runs goes
// on. Caught: spending that was not recorded yet and did not count.
func TestDayBudgetStopsDispatch(t *testing.T) {
	f := busyAgents(t, 1)
	f.s.Wanted.Workers = 2
	f.s.Rules.DayBudget = fm.Dollars(5)
	f.s.Queue.Days = map[string]fm.Spending{"2026-11-20": {Cost: fm.Dollars(4.99)}, "2026-11-19": {Cost: fm.Dollars(100)}}
	spent(f, "1", 0.02)
	f.add(task("9", fm.Pending))
	f.run(time.Hour / 3)
	for _, deed := range f.deeds {
		if strings.Contains(deed, "claim") {
			t.Errorf("ordered %q", f.deeds)
		}
	}
	midnight := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	v := View(f.s)
	if v.Today.Cost < fm.Dollars(5) || !v.Gate.Until.Equal(midnight) || !strings.Contains(v.Gate.Why, "budget of the day is used up: $5.01 of $5.00") {
		t.Errorf("today %s, gate %+v", v.Today.Cost, v.Gate)
	}
	f.s, _ = Step(f.s, Ticked{At: midnight})
	f.deeds = nil
	f.run(time.Second)
	if !strings.Contains(fmt.Sprint(f.deeds), "claim 9 worker-2") {
		t.Errorf("on the next day %q", f.deeds)
	}
}

// TestTaskBudgetAsksAPerson gives a task that has used up its budget to nobody
// else, and no other task waits for it.
func TestTaskBudgetAsksAPerson(t *testing.T) {
	dear := task("5", fm.Pending)
	dear.Attempt, dear.Spent, dear.Note = 2, fm.Spending{Cost: fm.Dollars(3)}, "the tests fail"
	s := seen(dear, task("6", fm.Pending))
	s.Rules.TaskBudget, s.Wanted.Workers = fm.Dollars(3), 1
	effects := look(t, s)
	if got := fmt.Sprint(names(effects)); got != "[record block 5 record claim 6 worker-1]" {
		t.Fatalf("ordered %s", got)
	}
	rec, _ := effects[0].(Record)
	const want = "the task has used up its budget: $3.00 of $3.00; raise budget.task in config.json, then fm queue retry 5 (before: the tests fail)"
	if got := rec.Changes[0].Task.Note; got != want {
		t.Errorf("the note says %q", got)
	}
}

// TestClaimForgetsTheLastAttemptsReport charges a new attempt with nothing of
// the old one.
func TestClaimForgetsTheLastAttemptsReport(t *testing.T) {
	old := task("5", fm.Pending)
	old.Attempt = 1
	rep := atWork()
	rep.Run, rep.Spent = old.Run(), fm.Spending{Cost: fm.Dollars(9)}
	s := seen(old)
	s.Reports["5"] = rep
	rec, _ := look(t, s)[0].(Record)
	if c := rec.Changes[0]; c.Op != queue.OpClaim || c.Task.Spent != (fm.Spending{}) {
		t.Errorf("%+v", c)
	}
}
