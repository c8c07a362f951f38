package supervisor

import (
	"fmt"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// When an attempt's spending is worth a line in the ledger.
const (
	spendStep  = fm.USD(50_000)
	spendEvery = 10 * time.Minute
	spendPause = 10 * time.Second // between two, whatever the queue makes of the first
)

// spend records what a running attempt has used up, now and then. The rest goes
// with the change that ends it, see charged.
func (d *decision) spend(t fm.Task, p *Progress, rep fm.Report) {
	s := d.state
	more := unrecorded(t, rep)
	pause := s.At.Sub(p.SpentAt)
	old := pause >= spendEvery && s.At.Sub(p.StartedAt) >= spendEvery
	if pause >= spendPause && more.Cost >= spendStep || old && more != (fm.Spending{}) {
		d.record(queue.Spend(t, rep.Spent, s.At))
		p.SpentAt = s.At
	}
}

// unrecorded is what the attempt has used up beyond what the queue knows.
func unrecorded(t fm.Task, rep fm.Report) fm.Spending {
	all := t.Before.Plus(rep.Spent)
	return fm.Spending{Cost: max(0, all.Cost-t.Spent.Cost), Tokens: max(0, all.Tokens-t.Spent.Tokens)}
}

// charged puts what the attempt has used up so far into a change of its task.
func (d *decision) charged(c queue.Change) queue.Change {
	if rep, ok := d.state.report(c.Task); ok && c.Op != queue.OpSpend {
		c.Task.Spent = c.Task.Spent.Plus(unrecorded(c.Task, rep))
	}
	return c
}

// today is what all tasks have used up since midnight, what is not recorded yet
// included.
func (s State) today() fm.Spending {
	sum := s.Queue.Days[queue.Day(s.At)]
	for t := range s.inHand {
		if rep, ok := s.report(t); ok && t.Status == fm.Working {
			sum = sum.Plus(unrecorded(t, rep))
		}
	}
	return sum
}

// spentToday says whether the day's budget is used up.
func (s State) spentToday() bool {
	return s.Rules.DayBudget > 0 && s.today().Cost >= s.Rules.DayBudget
}

// spentUp gives a task that has used up its budget to a person instead of to
// another attempt.
func (d *decision) spentUp(t fm.Task) bool {
	s := d.state
	if s.Rules.TaskBudget <= 0 || t.Spent.Cost < s.Rules.TaskBudget {
		return false
	}
	why := fmt.Sprintf("the task has used up its budget: %s of %s; raise budget.task in config.json, then fm queue retry %s", t.Spent.Cost, s.Rules.TaskBudget, t.ID)
	if t.Note != "" {
		why += " (before: " + fm.Line(t.Note, 300) + ")"
	}
	d.record(queue.Block(t, why, s.At))
	return true
}

// midnight is the end of the day in the time zone of the supervisor.
func midnight(at time.Time) time.Time {
	y, m, day := at.Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, at.Location())
}
