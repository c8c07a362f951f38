package queue

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Caught: the day in UTC; the whole amount instead of the growth; a sum that
// another handle did not see.
func TestADayEndsWhereTheUserIs(t *testing.T) {
	b := newBench(t, three()...)
	west := time.FixedZone("west", -8*3600)
	b.claim("1")
	b.claim("2")
	b.now = time.Date(2026, 11, 20, 23, 59, 0, 0, west) // the 21st in UTC
	b.commit(Spend(b.task("1"), dollars(1, 10), b.now), Spend(b.task("2"), dollars(2, 20), b.now))
	other := b.open()
	b.now = b.now.Add(2 * time.Minute)
	last := b.task("1")
	last.Spent = dollars(1.75, 15)
	if _, err := other.Commit(t.Context(), b.now, Fail(last, "broke", 9, b.now)); err != nil {
		t.Fatal(err)
	}
	b.refresh(0)
	b.spend("2", dollars(2.25, 30))
	want := map[string]fm.Spending{"2026-11-20": dollars(3, 30), "2026-11-21": dollars(1, 15)}
	for _, q := range []*Queue{b.q, b.open()} {
		if diff := cmp.Diff(want, q.Snapshot().Days); diff != "" {
			t.Error(diff)
		}
	}
	if got := Day(b.now); got != "2026-11-21" {
		t.Errorf("day %s", got)
	}
	refused := Change{Op: OpEdit, Task: fm.Task{ID: "no id"}}
	if _, err := b.q.Commit(t.Context(), b.now, Spend(b.task("2"), dollars(9, 90), b.now), refused); err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, b.q.Snapshot().Days); diff != "" {
		t.Errorf("a commit that was refused counts: %s", diff)
	}
}

// Caught: the oldest day dropped although it is today, because a clock that
// was wrong for a while had counted for days to come.
func TestEightDaysAreKept(t *testing.T) {
	b := newBench(t, three()...)
	b.claim("1")
	spent := 0.0
	for range 20 {
		b.now = b.now.AddDate(0, 0, 1)
		spent++
		b.spend("1", dollars(spent, 0))
	}
	days := b.q.Snapshot().Days
	if len(days) != keepDays || days["2026-12-10"] != dollars(1, 0) || days["2026-12-03"] != dollars(1, 0) {
		t.Errorf("kept %v", days)
	}
	today := b.now
	for range keepDays {
		b.now = b.now.AddDate(1, 0, 0)
		spent++
		b.spend("1", dollars(spent, 0))
	}
	b.now = today
	for range 3 {
		spent++
		b.spend("1", dollars(spent, 0))
	}
	if got := b.open().Snapshot().Days; got["2026-12-10"] != dollars(3, 0) || len(got) != keepDays {
		t.Errorf("after a wrong clock %v", got)
	}
	days["2026-12-10"] = dollars(99, 0)
	if b.q.Snapshot().Days["2026-12-10"] == dollars(99, 0) {
		t.Error("a snapshot shares its days with the queue")
	}
}

// Agents spend all the time. Caught: a ledger that keeps each amount for a
// day; one that forgets the sums when it is compacted; a buffer that is too
// old to be merged because of what was spent since.
func TestSpendingNeitherFillsTheLedgerNorAgesACopy(t *testing.T) {
	t.Parallel()
	b := newBench(t, three()...)
	b.claim("1")
	b.commit(Cancel(b.task("2"), "no", b.now))
	buffer := b.m.text()
	b.now = b.now.AddDate(0, 0, 1)
	b.spend("1", dollars(0.01, 0))
	b.now = b.now.AddDate(0, 0, 1)
	b.claim("3")
	for i := range 10_000 {
		b.now = b.now.Add(time.Second)
		b.spend("1", dollars(float64(i+1)/100, int64(i)))
	}
	if size := len(b.m.ledger); size > 4*compactFloor {
		t.Errorf("the ledger has %d KiB", size>>10)
	}
	want := b.q.Snapshot()
	if days := want.Days; len(days) != 2 || days["2026-11-21"] != dollars(0.01, 0) || days["2026-11-22"] != dollars(99.99, 9999) {
		t.Errorf("days %v", days)
	}
	again := b.open().Snapshot()
	want.Problems, again.Problems = nil, nil
	if diff := cmp.Diff(want, again, cmpopts.IgnoreUnexported(Snapshot{})); diff != "" {
		t.Errorf("after reopening:\n%s", diff)
	}
	for _, q := range []*Queue{b.q, b.open()} {
		b.q = q
		b.m.write(strings.Replace(buffer, "t=one", "t=one|n=look here", 1))
		if s := b.refresh(0); b.task("1").Note != "look here" || len(s.Problems) > 0 {
			t.Errorf("edit of a copy from before: %+v, %s", b.task("1"), problems(s))
		}
		buffer = strings.Replace(buffer, "t=one", "t=uno", 1)
		b.m.write(buffer)
		b.refresh(0)
	}
	h, err := b.q.History(t.Context(), "1")
	if err != nil || len(h) < 3 || h[0].Op != OpAdd || h[1].Op != OpClaim {
		t.Errorf("history %+v, %v", h, err)
	}
}
