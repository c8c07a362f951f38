package queue

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestStaleChangeWritesNothing(t *testing.T) {
	b := newBench(t, three()...)
	old := b.task("1")
	b.claim("1")
	ledger := bytes.Clone(b.m.ledger)
	for name, changes := range map[string][]Change{
		"old revision":  {Claim(old, 4, b.now)},
		"id in use":     {Add(fm.Task{ID: "1"}, b.now)},
		"no such task":  {Claim(fm.Task{ID: "5", Priority: 1, Revision: 3}, 4, b.now)},
		"one of two":    {Claim(b.task("2"), 4, b.now), Claim(old, 5, b.now)},
		"twice in one":  {Claim(b.task("2"), 4, b.now), Claim(b.task("2"), 5, b.now)},
		"older attempt": {{Op: OpEdit, Task: func() fm.Task { t := b.task("1"); t.Attempt = 0; return t }()}},
	} {
		if _, err := b.q.Commit(t.Context(), b.now, changes...); !errors.Is(err, ErrStale) {
			t.Errorf("%s: got %v, want ErrStale", name, err)
		}
		if !bytes.Equal(b.m.ledger, ledger) {
			t.Fatalf("%s: the ledger was written", name)
		}
	}
	for name, c := range map[string]Change{
		"id with a slash": Add(fm.Task{ID: "../x"}, b.now),
		"no priority":     {Op: OpAdd, Task: fm.Task{ID: "7", Status: fm.Pending}},
		"status in words": {Op: OpAdd, Task: fm.Task{ID: "7", Priority: 1, Status: "on hold"}},
		"key in words":    Add(fm.Task{ID: "7", Extra: []fm.Field{{Key: "a b", Value: "c"}}}, b.now),
		"the queue's op":  {Op: opOrder},
		"parent":          CloseParent("a b", ""),
	} {
		if _, err := b.q.Commit(t.Context(), b.now, c); !errors.Is(err, fm.ErrRefused) {
			t.Errorf("%s: got %v, want ErrRefused", name, err)
		}
	}
	if !bytes.Equal(b.m.ledger, ledger) {
		t.Error("the ledger was written for a refused change")
	}
}

// Every prefix of the ledger is what some torn write may leave. Caught: a
// commit of two taken for done after its first line.
//
// Fault: F16.
func TestTornTailIsCutAtAWholeCommit(t *testing.T) {
	b := newBench(t, three()...)
	b.commit(Claim(b.task("1"), 1, b.now), Claim(b.task("2"), 2, b.now), Claim(b.task("3"), 3, b.now))
	whole := bytes.Clone(b.m.ledger)
	for end := range whole {
		m := newMemory()
		m.ledger = bytes.Clone(whole[:end])
		q, err := Open(t.Context(), m.files())
		if err != nil {
			t.Fatalf("cut at %d: %v", end, err)
		}
		s, err := q.Commit(t.Context(), b.now, Add(fm.Task{ID: "4"}, b.now))
		if err != nil {
			t.Fatalf("cut at %d: %v", end, err)
		}
		if n := len(s.Tasks); n != 1 && n != 4 {
			t.Errorf("cut at %d: %d tasks, want all of a commit or none", end, n)
		}
		if n := Counts(s.Tasks)[fm.Working]; n != 0 && n != 3 {
			t.Errorf("cut at %d: %d claims, want all of a commit or none", end, n)
		}
		if _, err := Open(t.Context(), m.files()); err != nil {
			t.Errorf("cut at %d, then written on: %v", end, err)
		}
	}
}

// Fault: F16.
//
// Caught: reading on behind a bad checksum; a damaged last entry cut off.
func TestDamageInTheMiddleIsRefusedUntilRebuilt(t *testing.T) {
	t.Parallel()
	b := newBench(t, three()...)
	b.claim("1")
	b.commit(Fail(b.task("1"), "broke", 5, b.now))
	b.claim("1")
	b.commit(CloseParent("8", "done"))
	whole := bytes.Clone(b.m.ledger)
	// The last line break is left alone: without it the last line is a torn one.
	for at := range len(whole) - 1 {
		m := newMemory()
		m.ledger = bytes.Clone(whole)
		m.ledger[at] ^= 0x15
		m.write(b.m.text())
		q, err := Open(t.Context(), m.files())
		if !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d: got %v, want ErrCorrupt", at, err)
		}
		if _, err := q.Commit(t.Context(), b.now, Add(fm.Task{ID: "4"}, b.now)); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d: commit got %v, want ErrCorrupt", at, err)
		}
		s, err := q.RebuildLedger(t.Context(), b.now)
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		if diff := cmp.Diff(b.q.Snapshot().Tasks, s.Tasks); diff != "" {
			t.Fatalf("byte %d: %s", at, diff)
		}
		if len(m.kept) != 1 {
			t.Errorf("byte %d: the old ledger was not kept", at)
		}
		if again, err := Open(t.Context(), m.files()); err != nil || len(again.Snapshot().Tasks) != 3 {
			t.Fatalf("byte %d: reopened: %v", at, err)
		}
	}
}

// Fault: F16.
func TestMissingLedgerIsRebuiltFromTheView(t *testing.T) {
	b := newBench(t, three()...)
	b.claim("1")
	want := b.q.Snapshot().Tasks
	b.m.ledger = nil
	b.m.generation++
	if _, err := b.q.Refresh(t.Context(), b.now); !errors.Is(err, ErrCorrupt) {
		t.Errorf("running handle: got %v, want ErrCorrupt", err)
	}
	q, err := Open(t.Context(), b.m.files())
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "fm queue rebuild") {
		t.Fatalf("got %v, want ErrCorrupt with the way out", err)
	}
	s, err := q.RebuildLedger(t.Context(), b.now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.Tasks); diff != "" {
		t.Error(diff)
	}
	seq := s.Seq
	if s, err = q.Commit(t.Context(), b.now, Add(fm.Task{ID: "4"}, b.now)); err != nil || s.Seq <= seq {
		t.Errorf("sequence went from %d to %d, %v", seq, s.Seq, err)
	}
}

func TestRebuildViewKeepsTheOldOneAside(t *testing.T) {
	b := newBench(t, three()...)
	want := b.m.text()
	b.m.write("whatever")
	if _, err := b.q.RebuildView(t.Context(), b.now); err != nil {
		t.Fatal(err)
	}
	if b.m.text() != want || string(b.m.kept["queue.damaged.1"]) != "whatever" {
		t.Errorf("view\n%s\nkept %q", b.m.text(), b.m.kept)
	}
}

// Caught: a line appended a moment before, which only stood in what was kept aside.
func TestRebuildViewTakesInWhatPeopleWrote(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("2||55|pending||\n")
	if _, err := b.q.RebuildView(t.Context(), b.now); err != nil {
		t.Fatal(err)
	}
	if got := b.task("55"); got.Status != fm.Pending || !strings.Contains(b.m.text(), "|55|pending|") {
		t.Errorf("task 55 is %+v in\n%s", got, b.m.text())
	}
}

// Caught: compaction that forgets the order, comments, closed parents, the
// bases of merges, or the sequence.
func TestCompactionLosesNothingThatCounts(t *testing.T) {
	b := newBench(t, three()...)
	lines := strings.SplitAfter(b.m.text(), "\n")
	b.m.write(lines[0] + "# keep me\n" + lines[3] + lines[1] + lines[2])
	b.refresh(0)
	b.commit(CloseParent("8", "done"))
	closed := b.q.Snapshot().Closed["8"]
	buffer := b.m.text()
	for i := range 30 {
		b.commit(Fail(b.claim("1"), "broke", 99, b.now), Reprioritize(b.task("2"), fm.Priority(i%4+1)))
	}
	big := strings.Repeat("x", 8<<10)
	shrunk, seq := false, uint64(0)
	for range 100 {
		b.now = b.now.Add(2 * time.Hour)
		size := len(b.m.ledger)
		s := b.commit(Block(b.task("3"), big, b.now))
		shrunk = shrunk || len(b.m.ledger) < size
		if s.Seq <= seq {
			t.Fatalf("sequence fell from %d to %d", seq, s.Seq)
		}
		seq = s.Seq
	}
	if !shrunk {
		t.Fatalf("the ledger has %d KiB and was never compacted", len(b.m.ledger)>>10)
	}
	again := b.open()
	if diff := cmp.Diff(b.q.Snapshot(), again.Snapshot(), cmpopts.IgnoreUnexported(Snapshot{})); diff != "" {
		t.Error(diff)
	}
	if got := again.Snapshot().Closed["8"]; got != closed {
		t.Errorf("parent closed at %v, want %v", got, closed)
	}
	if !strings.HasPrefix(b.m.body(), "# keep me\n") {
		t.Errorf("view\n%.200s", b.m.text())
	}
	b.m.write(strings.Replace(buffer, "t=one", "t=uno", 1)) // 60 revisions old by now, of which 50 are bases
	b.refresh(0)
	if got := b.task("1"); got.Title != "one" || got.Status != fm.Pending {
		t.Errorf("task %+v: an edit of a forgotten revision won", got)
	}
	h, err := b.q.History(t.Context(), "1")
	if err != nil || len(h) < 50 {
		t.Errorf("history of %d entries, %v; want the last 50 at least", len(h), err)
	}
}

func TestHistoryTellsWhatHappened(t *testing.T) {
	b := newBench(t, three()...)
	b.claim("2")
	b.now = b.now.Add(time.Minute)
	b.commit(Fail(b.task("2"), "tests | fail", 5, b.now))
	h, err := b.q.History(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range h {
		got = append(got, string(e.Op)+" "+string(e.Task.Status)+" "+e.Why)
	}
	if diff := cmp.Diff([]string{"add pending ", "claim working ", "fail pending tests | fail"}, got); diff != "" {
		t.Error(diff)
	}
	if !h[2].At.Equal(b.now) || h[2].Task.Attempt != 1 {
		t.Errorf("entry %+v", h[2])
	}
	if all, err := b.q.History(t.Context(), ""); err != nil || len(all) != 5 || all[3].Op != OpClaim || all[3].Task.ID != "2" {
		t.Errorf("of all tasks: %+v, %v; want the three that were added, then the claim and the failure", all, err)
	}
}

// Caught: a write or sync at each Refresh.
func TestRefreshOfNothingNewWritesNothing(t *testing.T) {
	b := newBench(t, three()...)
	b.refresh(0)
	writes := b.m.writes
	b.refresh(time.Hour)
	other := b.open()
	for range 2 {
		if _, err := other.Refresh(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.m.writes - writes; got > 1 { // the first look of a process makes sure once
		t.Errorf("%d writes, want none", got)
	}
}

func FuzzReadLedger(f *testing.F) {
	b := newBench(f, three()...)
	b.commit(Claim(b.task("1"), 1, b.now), Claim(b.task("2"), 1, b.now))
	f.Add(bytes.Clone(b.m.ledger))
	b.spend("1", dollars(1.25, 9))
	b.spend("1", dollars(2.25, 9))
	f.Add(b.m.ledger)
	f.Add(appendLine(nil, entry{seq: 1, op: opDay, id: "2026-11-20", payload: "c=lots|k"}, string(opDay)))
	f.Add(bytes.ReplaceAll(b.m.ledger, []byte("add"), []byte("dad")))
	f.Add([]byte("00000000 \n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := newMemory()
		m.ledger = data
		q, err := Open(t.Context(), m.files())
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		if err != nil {
			if _, err := q.RebuildLedger(t.Context(), epoch); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := q.Commit(t.Context(), epoch, Add(fm.Task{ID: "new-one"}, epoch)); err != nil && !errors.Is(err, ErrStale) {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), m.files()); err != nil {
			t.Fatal(err)
		}
	})
}
