package queue

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// OpSpend records what an attempt has used up so far. The task keeps its
// revision: no edit and no other change goes stale by it, and nobody has to
// be told.
const OpSpend Op = "spend"

// Spend records what the task's current attempt has used up so far. It changes
// nothing else, and never makes an amount smaller: an attempt whose agent says
// less than before has lost its count, not its costs. When nothing grew,
// nothing is written.
func Spend(t fm.Task, attempt fm.Spending, _ time.Time) Change {
	t.Spent = t.Before.Plus(attempt)
	return Change{Op: OpSpend, Task: t}
}

// Day names the day of a moment in the moment's own time zone, as Snapshot.Days
// does.
func Day(at time.Time) string { return at.Format(time.DateOnly) }

const (
	keepDays  = 8
	maxAmount = 1 << 50 // of millionths of a dollar and of tokens, so that no sum overflows
)

// spending settles what a change may say of money and tokens. Spent never
// falls, whatever older value the change was thought out on; Before moves when
// an attempt begins, and then it is all that the ledger knows of by then. An
// amount out of range is no reason to refuse the change that ends an attempt.
func spending(was, t fm.Task) fm.Task {
	t.Spent = within(t.Spent, was.Spent, most())
	t.Before = was.Before
	if t.Attempt > was.Attempt {
		t.Before = t.Spent
	}
	return t
}

func most() fm.Spending { return fm.Spending{Cost: maxAmount, Tokens: maxAmount} }

func within(s, low, high fm.Spending) fm.Spending {
	return fm.Spending{
		Cost:   max(low.Cost, min(s.Cost, high.Cost)),
		Tokens: max(low.Tokens, min(s.Tokens, high.Tokens)),
	}
}

// covers says whether a is no less than b.
func covers(a, b fm.Spending) bool { return a.Cost >= b.Cost && a.Tokens >= b.Tokens }

// tally adds what the draft's changes have used up to the sum of the day. It
// comes last in a commit.
func (d *draft) tally() {
	if d.spent == (fm.Spending{}) {
		return
	}
	day := Day(d.now)
	sum := d.state.days[day].Plus(d.spent)
	d.add(dayEntry(day, within(sum, fm.Spending{}, most()), d.now))
}

func dayEntry(day string, sum fm.Spending, at time.Time) entry {
	return entry{at: at.UnixMilli(), op: opDay, id: day, payload: strings.TrimPrefix(writeSpending("", sum), "|")}
}

// setDay takes in the sum of a day. A day that a wrong clock brought along
// must not push the present one out.
func (s *state) setDay(day string, sum fm.Spending) {
	s.days[day] = sum
	for len(s.days) > keepDays {
		oldest := ""
		for other := range s.days {
			if other != day && (oldest == "" || other < oldest) {
				oldest = other
			}
		}
		delete(s.days, oldest)
	}
}
