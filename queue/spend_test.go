package queue

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

func dollars(d float64, tokens int64) fm.Spending {
	return fm.Spending{Cost: fm.Dollars(d), Tokens: tokens}
}

func (b *bench) spend(id fm.TaskID, attempt fm.Spending) fm.Task {
	b.tb.Helper()
	b.commit(Spend(b.task(id), attempt, b.now))
	return b.task(id)
}

// Caught: amounts that went through a floating-point number; decimals without
// their leading zeros.
func TestAmountsReadBackToTheLastMillionth(t *testing.T) {
	for amount, want := range map[fm.USD]string{
		0: "0.00", 1: "0.000001", 10_000: "0.01", 1_500_000: "1.50", 1_234_567: "1.234567", 1_234_500: "1.2345", 2_000_000: "2.00",
		10_000_000: "10.00", 100_000_001: "100.000001", maxAmount: "1125899906.842624",
	} {
		if got := writeUSD(amount); got != want {
			t.Errorf("%d micros became %q, want %q", amount, got, want)
		}
	}
	for text, want := range map[string]fm.USD{"1": 1e6, "1.5": 1_500_000, "0.000001": 1, "007.10": 7_100_000} {
		if got, err := readUSD(text); err != nil || got != want {
			t.Errorf("%q became %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "1.1234567", "1,5", "$1", "0x1", "1_0", "1.-5", "1.+5", "1125899906.842625", "99999999999999999999", "NaN"} {
		if got, err := readUSD(text); err == nil {
			t.Errorf("%q became %d, want an error", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := fm.USD(rapid.Int64Range(0, maxAmount).Draw(t, "micros"))
		if got, err := readUSD(writeUSD(want)); err != nil || got != want {
			t.Fatalf("%d became %q, then %d, %v", want, writeUSD(want), got, err)
		}
	})
}

// Caught: a spend that took the next revision, so that who had the file open
// could not cancel the task any more.
func TestSpendingIsNoNews(t *testing.T) {
	b := newBench(t, three()...)
	before := b.claim("1")
	buffer := b.m.text()
	b.now = b.now.Add(time.Hour)
	got := b.spend("1", dollars(1.25, 4000))
	want := before
	want.Spent = dollars(1.25, 4000)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("more than the amount changed:\n%s", diff)
	}
	if line := b.lineOf("1"); !strings.Contains(line, "|c=1.25|k=4000|") {
		t.Errorf("the line %q does not tell", line)
	}
	b.m.write(strings.Replace(buffer, "|1|working|", "|1|hold|", 1))
	if s := b.refresh(0); b.task("1").Status != fm.Hold || b.task("1").Spent != want.Spent || len(s.Problems) > 0 {
		t.Errorf("an edit of before the spend: %+v, %s", b.task("1"), problems(s))
	}
	ledger, text := bytes.Clone(b.m.ledger), b.m.text()
	b.spend("1", dollars(1.25, 4000))
	b.spend("1", dollars(1, 3000))
	if !bytes.Equal(b.m.ledger, ledger) || b.m.text() != text {
		t.Errorf("spending nothing was written:\n%s", b.m.ledger[len(ledger):])
	}
}

// The task as its caller saw it may be older than what was spent since.
// Caught: a change that took the amounts as they stood when it was thought
// out; a claim that began with them.
func TestNoChangeForgetsWhatWasSpent(t *testing.T) {
	changes := map[string]func(fm.Task, time.Time) Change{
		"fail":     func(t fm.Task, at time.Time) Change { return Fail(t, "broke", 9, at) },
		"release":  func(t fm.Task, at time.Time) Change { return Release(t, "stop", at) },
		"publish":  Publish,
		"complete": func(t fm.Task, at time.Time) Change { return Complete(t, "7", at) },
		"merge":    Merge, "tidied": Tidied, "retry": Retry,
		"block":   func(t fm.Task, at time.Time) Change { return Block(t, "ask", at) },
		"cancel":  func(t fm.Task, at time.Time) Change { return Cancel(t, "no", at) },
		"hold":    func(t fm.Task, at time.Time) Change { return Hold(t, "no", at) },
		"first":   func(t fm.Task, _ time.Time) Change { return Reprioritize(t, 1) },
		"claim":   func(t fm.Task, at time.Time) Change { return Claim(t, 4, at) },
		"nothing": func(t fm.Task, _ time.Time) Change { return Change{Op: OpEdit, Task: t} },
		"less": func(t fm.Task, _ time.Time) Change {
			t.Spent, t.Before = fm.Spending{Cost: -5, Tokens: math.MinInt64}, fm.Spending{Cost: 1}
			return Change{Op: OpEdit, Task: t}
		},
	}
	for name, change := range changes {
		b := newBench(t, three()...)
		old := b.claim("1")
		b.spend("1", dollars(2, 200))
		b.commit(change(old, b.now))
		got := b.task("1")
		var before fm.Spending
		if name == "claim" {
			before = dollars(2, 200)
		}
		if got.Spent != dollars(2, 200) || got.Before != before {
			t.Errorf("%s: spent %v, before %v; want $2.00 and %v", name, got.Spent, got.Before, before)
		}
		if name == "claim" {
			if got = b.spend("1", dollars(0.5, 10)); got.Spent != dollars(2.5, 210) {
				t.Errorf("the next attempt makes it %v, want $2.50", got.Spent)
			}
		}
	}
}

// The last amount comes with the change that ends the attempt. An absurd one
// does not stop that change.
func TestTheEndOfAnAttemptCarriesItsLastAmount(t *testing.T) {
	b := newBench(t, three()...)
	for i, amount := range []fm.Spending{
		dollars(1, 10), dollars(2.5, 5), {Cost: math.MaxInt64, Tokens: math.MaxInt64}, {Cost: math.MinInt64, Tokens: -1},
	} {
		last := b.claim("1")
		if i > 0 && last.Before != last.Spent {
			t.Fatalf("attempt %d began with %v of %v", last.Attempt, last.Before, last.Spent)
		}
		last.Spent = last.Before.Plus(amount)
		b.commit(Fail(last, "broke", 99, b.now))
		b.now = b.now.Add(time.Hour)
		switch got := b.task("1"); {
		case i == 0 && got.Spent != dollars(1, 10), i == 1 && got.Spent != dollars(3.5, 15):
			t.Errorf("after attempt %d spent %v", i+1, got.Spent)
		case got.Status != fm.Pending || !covers(most(), got.Spent) || !covers(got.Spent, last.Before):
			t.Errorf("after %v: %+v", amount, got)
		}
	}
}

func TestSpendingOfWhatIsNotThereIsRefused(t *testing.T) {
	b := newBench(t, three()...)
	old := b.task("1")
	b.claim("1")
	for name, task := range map[string]fm.Task{"no such task": {ID: "77", Priority: 1, Status: fm.Pending}, "no id": {}, "an older revision": old} {
		if _, err := b.q.Commit(t.Context(), b.now, Spend(task, dollars(1, 1), b.now)); !errors.Is(err, fm.ErrRefused) && !errors.Is(err, ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.q.Snapshot(); len(got.Tasks) != 3 || len(got.Days) != 0 {
		t.Errorf("left behind: %+v", got)
	}
}

// Spend names a value of the whole task; only the amount in it counts.
func TestSpendChangesNothingElse(t *testing.T) {
	b := newBench(t, three()...)
	want := b.claim("1")
	c := Spend(want, dollars(1, 1), b.now)
	c.Task.Title, c.Task.Status, c.Task.Attempt, c.Task.Note = "other", fm.Merged, 9, "x"
	b.commit(c)
	want.Spent = dollars(1, 1)
	if diff := cmp.Diff(want, b.task("1")); diff != "" {
		t.Error(diff)
	}
}

// Caught: amounts taken from an edited line; from one without a revision.
func TestAPersonCannotChangeWhatWasSpent(t *testing.T) {
	for name, edit := range map[string]func(b *bench){
		"more":           func(b *bench) { b.m.sed("|c=3.00", "|c=9000") },
		"less":           func(b *bench) { b.m.sed("|c=3.00", "|c=0.01") },
		"none":           func(b *bench) { b.m.sed("|c=3.00|k=300|cb=2.00|kb=200", "") },
		"another before": func(b *bench) { b.m.sed("|cb=2.00", "|cb=0.50") },
		"with an edit":   func(b *bench) { b.m.sed("|c=3.00", "|c=9.00"); b.m.sed("t=one", "t=uno") },
		"appended":       func(b *bench) { b.m.echo("1|9|1|working||||c=7|k=7\n") },
		"appended again": func(b *bench) { b.m.echo("1|9|1|working|||c=7.1|cb=7\n") },
		"not an amount":  func(b *bench) { b.m.sed("|c=3.00", "|c=lots") },
		"and cancelled":  func(b *bench) { b.m.sed("|c=3.00", "|c=0.1"); b.m.sed("|1|working|", "|1|cancelled|") },
	} {
		b := newBench(t, three()...)
		b.claim("1")
		b.spend("1", dollars(2, 200))
		b.commit(Fail(b.task("1"), "broke", 9, b.now))
		b.now = b.now.Add(time.Hour)
		b.claim("1")
		b.spend("1", dollars(1, 100))
		days := b.q.Snapshot().Days
		edit(b)
		b.refresh(0)
		for range 4 {
			b.refresh(3 * time.Second)
		}
		got := b.task("1")
		if got.Spent != dollars(3, 300) || got.Before != dollars(2, 200) || !strings.Contains(b.lineOf("1"), "|c=3.00|k=300|cb=2.00|kb=200|") {
			t.Errorf("%s: %+v\n%s", name, got, b.m.text())
		}
		if diff := cmp.Diff(days, b.q.Snapshot().Days); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if name == "with an edit" && got.Title != "uno" || name == "and cancelled" && got.Status != fm.Cancelled {
			t.Errorf("%s: the edit beside it was lost: %+v", name, got)
		}
	}
}

func TestALineWithAmountsMayBeMovedToAnotherQueue(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("1|9|55|pending|||a=3|c=3.50|k=20|cb=9.00|kb=10|t=moved\n")
	b.refresh(0)
	if got := b.task("55"); got.Spent != dollars(3.5, 20) || got.Before != dollars(3.5, 10) {
		t.Errorf("spent %v, before %v", got.Spent, got.Before)
	}
	if days := b.q.Snapshot().Days; len(days) != 0 {
		t.Errorf("what was spent elsewhere counts for a day here: %v", days)
	}
}

func TestEachFileBringsTheAmountsBack(t *testing.T) {
	b := newBench(t, three()...)
	b.claim("1")
	b.spend("1", dollars(2, 200))
	b.commit(Fail(b.task("1"), "broke", 9, b.now))
	b.now = b.now.Add(time.Hour)
	b.claim("1")
	short := bytes.Clone(b.m.ledger)
	b.spend("1", dollars(1, 100))
	want, days := b.q.Snapshot().Tasks, b.q.Snapshot().Days
	check := func(what string, got Snapshot, err error) {
		t.Helper()
		if diff := cmp.Diff(want, got.Tasks); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", what, err, diff)
		}
	}
	got, err := b.q.RebuildView(t.Context(), b.now)
	check("view from ledger", got, err)

	lost := newMemory()
	lost.write(b.m.text())
	q, err := Open(t.Context(), lost.files())
	if err == nil {
		t.Fatal("no error for a ledger that is gone")
	}
	got, err = q.RebuildLedger(t.Context(), b.now)
	check("ledger from view", got, err)

	lost = newMemory()
	lost.write(strings.Replace(b.m.text(), "|cb=2.00", "|cb=200", 1))
	if q, err = Open(t.Context(), lost.files()); err == nil {
		t.Fatal("no error for a ledger that is gone")
	}
	if got, err = q.RebuildLedger(t.Context(), b.now); err != nil || got.Tasks[0].Before != dollars(3, 200) {
		t.Errorf("more before than in all: %+v, %v", got.Tasks, err)
	}

	// The claim is in the ledger, the amount behind it is not.
	lost = newMemory()
	lost.ledger = short
	lost.write(b.m.text())
	if q, err = Open(t.Context(), lost.files()); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("a ledger that lost its end: %v", err)
	}
	got, err = q.RebuildLedger(t.Context(), b.now)
	check("a short ledger from the view", got, err)
	again, err := Open(t.Context(), lost.files())
	if err != nil {
		t.Fatal(err)
	}
	check("and reopened", again.Snapshot(), nil)

	b.m.ledger = nil
	b.m.generation++
	got, err = b.q.RebuildLedger(t.Context(), b.now)
	check("by a handle that remembers", got, err)
	if diff := cmp.Diff(days, got.Days); diff != "" {
		t.Errorf("days that the handle remembers:\n%s", diff)
	}
}

// A full disk can end the save of a copy from before the last amount.
// Caught: the beginning of a line that was looked for with today's amount.
func TestACutOffCopyOfBeforeASpendIsNoEdit(t *testing.T) {
	tasks := append(three(), fm.Task{ID: "4", Parent: "9", Title: "the last of them"})
	start := func(t *testing.T) (*bench, string) {
		t.Helper()
		b := newBench(t, tasks...)
		b.claim("4")
		b.spend("4", dollars(0.5, 50))
		whole := b.m.text()
		b.spend("4", dollars(12.25, 5000))
		return b, whole
	}
	_, whole := start(t)
	for cut := strings.LastIndex(whole[:len(whole)-1], "\n") + 2; cut < len(whole)-1; cut++ {
		b, _ := start(t)
		want := b.m.body()
		b.m.write(whole[:cut])
		for _, d := range []time.Duration{0, stableFor, tornStableFor, time.Hour, time.Hour} {
			b.refresh(d)
		}
		if got := b.m.body(); got != want {
			t.Errorf("cut at %q: got\n%s", whole[cut-20:cut], got)
		}
	}
}

// The agent of a task whose line was removed says its last amount late.
// Caught: the line that came back with it.
func TestSpendingBringsNoLineBack(t *testing.T) {
	b := newBench(t, three()...)
	b.commit(Cancel(b.claim("1"), "no", b.now))
	b.m.sed(b.lineOf("1")+"\n", "")
	b.refresh(0)
	b.refresh(time.Second)
	b.spend("1", dollars(1, 1))
	again := b.open().Snapshot()
	got, _ := again.Task("1")
	if b.lineOf("1") != "" || got.Spent != dollars(1, 1) || len(again.Days) != 1 {
		t.Errorf("%+v, days %v, view\n%s", got, again.Days, b.m.text())
	}
}

// Files that an fm wrote which knew nothing of spending.
func TestFilesFromBeforeThereWasSpendingLoad(t *testing.T) {
	m := newMemory()
	m.ledger = []byte(`7c709c1f 1 1795185045000 add+ 1 0 - 2|9|1|pending||2026-11-20T14:30:45Z|r=1|t=one
cae65d84 2 1795185045000 add+ 2 0 - 2|9|2|pending||2026-11-20T14:30:45Z|r=1|t=two
d776d2f7 3 1795185045000 add 3 0 - 2|9|3|pending||2026-11-20T14:30:45Z|r=1|t=three
48a8add4 4 1795185045000 claim 1 1 - 2|9|1|working|worker-3|2026-11-20T14:30:45Z|r=2|a=1|t=one
e3c04d1b 5 1795185045000 complete 1 1 - 2|9|1|completed||2026-11-20T14:30:45Z|r=3|a=1|pr=7|t=one
9ef4c7a4 6 1795185045000 comments 1 0 - # hi|
9fc38aa9 7 1795185045000 close-parent 8 0 done 
`)
	q, err := Open(t.Context(), m.files())
	if err != nil {
		t.Fatal(err)
	}
	s, err := q.Refresh(t.Context(), epoch)
	if err != nil || fmt.Sprint(Counts(s.Tasks)) != "map[completed:1 pending:2]" || len(s.Closed) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}
