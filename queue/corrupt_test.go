package queue

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// eventful is a queue whose ledger has entries of every kind but those of a
// compaction.
func eventful(tb testing.TB) *bench {
	tb.Helper()
	tasks := append(three(),
		fm.Task{ID: "4", Parent: "9", Title: "Pass the 50% | mark", Terms: fm.Terms{Fix: true}, Paths: []string{"a.go"}},
		fm.Task{ID: "5", Parent: "8"}, fm.Task{ID: "6", Parent: "8"}, fm.Task{ID: "7", Parent: "8", Title: "seven"})
	b := newBench(tb, tasks...)
	b.claim("1")
	b.spend("1", dollars(1.25, 900))
	b.commit(Fail(b.task("1"), "tests fail", 5, b.now))
	b.now = b.now.Add(time.Hour)
	b.commit(Claim(b.task("1"), 1, b.now), Claim(b.task("2"), 2, b.now))
	b.commit(Publish(b.task("1"), b.now))
	b.commit(Owe(b.task("1"), "no network", b.now))
	b.commit(Complete(b.task("1"), "77", b.now))
	b.commit(Rerun(b.task("1"), "checks"))
	b.commit(Reopen(b.task("1"), "conflict", 5, b.now))
	b.commit(Release(b.task("2"), "worker removed", b.now))
	b.commit(Claim(b.task("4"), 3, b.now))
	b.commit(Complete(b.task("4"), "78", b.now))
	b.commit(Cleared(b.task("4"), "worktree removed"))
	b.commit(Merge(b.task("4"), b.now))
	b.commit(Tidied(b.task("4"), b.now))
	b.commit(CloseParent("8", "every part is merged"))
	b.commit(Block(b.task("5"), "which one?", b.now), Hold(b.task("6"), "later", b.now))
	b.commit(Retry(b.task("5"), b.now), Reprioritize(b.task("6"), 1), Cancel(b.task("7"), "no", b.now))
	b.m.sed("2|9|2|", "# mine, keep\n1|9|2|")
	b.refresh(0)
	b.m.echo("3|8|10|pending||\nnot a line\n")
	b.refresh(0)
	lines := strings.SplitAfter(b.m.text(), "\n")
	lines[1], lines[2] = lines[2], lines[1]
	b.m.write(strings.Join(lines, ""))
	b.refresh(0)
	b.m.sed(b.lineOf("7")+"\n", "")
	b.refresh(0)
	b.refresh(time.Second)
	b.claim("2")
	b.spend("2", dollars(0.75, 30))
	b.claim("5")
	return b
}

// harm is one way to damage a file.
type harm struct {
	what string
	text []byte
}

// harms lists damaged copies of a text: at every offset a flipped byte and a cut,
// here and there zeros and blocks that stand twice, and lines that changed
// places.
func harms(text []byte) []harm {
	var all []harm
	add := func(what string, at int, parts ...[]byte) {
		all = append(all, harm{fmt.Sprintf("%s at %d", what, at), bytes.Join(parts, nil)})
	}
	flips := []byte{0x15, 0x01, 0x80, 0x20}
	for at, c := range text {
		add("flip", at, text[:at], []byte{c ^ flips[at%len(flips)]}, text[at+1:])
		add("cut", at, text[:at])
		if at%7 == 0 {
			add("break", at, text[:at], []byte{'\n'}, text[at+1:])
			add("zero", at, text[:at], []byte{0}, text[at+1:])
			end := min(at+64, len(text))
			add("zeros", at, text[:at], make([]byte, end-at), text[end:])
			add("block twice", at, text[:end], text[at:])
			add("zeros to the end", at, text[:at], make([]byte, len(text)-at))
		}
	}
	lines := bytes.SplitAfter(text, []byte{'\n'})
	at := 0
	for i := range lines[:len(lines)-1] {
		end := at + len(lines[i])
		add("line twice", at, text[:end], text[at:])
		add("line gone", at, text[:at], text[end:])
		if i+2 < len(lines) {
			next := end + len(lines[i+1])
			add("lines swapped", at, text[:at], lines[i+1], lines[i], text[next:])
		}
		at = end
	}
	return all
}

// whatCounts leaves out what a task that was taken up again may differ in.
func whatCounts() cmp.Option { return cmpopts.IgnoreFields(fm.Task{}, "Since", "Revision") }

// TestADamagedLedgerForgetsNothing damages the ledger in every place. Either it
// is refused, in one line that tells the way out, and then rebuilt; or nothing
// that counts was in what is gone.
//
// Fault: F16.
//
// Caught: a last entry that was damaged, with its line break there, taken for a
// torn tail, so that its claim was given a second time; a ledger that lost its
// end while the view shows what stood there; a whole entry that was gone from the
// middle, and nobody noticed; a rebuilt ledger that was refused at once.
func TestADamagedLedgerForgetsNothing(t *testing.T) {
	t.Parallel()
	b := eventful(t)
	want := b.q.Snapshot()
	refused, all := 0, harms(b.m.ledger)
	for _, h := range all {
		m := newMemory()
		m.ledger = h.text
		m.write(b.m.text())
		q, err := Open(t.Context(), m.files())
		if err != nil {
			refused++
			refuses(t, h, q, err, b.now)
		}
		for _, d := range []time.Duration{0, time.Second, time.Hour} {
			if _, err := q.Refresh(t.Context(), b.now.Add(d)); err != nil {
				t.Fatalf("%s: %v", h.what, err)
			}
		}
		got := q.Snapshot()
		if diff := cmp.Diff(shown(want), shown(got), whatCounts()); diff != "" {
			t.Fatalf("%s: %s", h.what, diff)
		}
		if diff := cmp.Diff(b.m.body(), m.body()); diff != "" && !strings.Contains(m.body(), "# mine, keep\n") {
			t.Fatalf("%s: view: %s", h.what, diff)
		}
		for _, e := range readable(h.text) {
			if _, ok := got.Closed[fm.IssueID(e.id)]; e.op == OpCloseParent && !ok {
				t.Fatalf("%s: parent %s is open again", h.what, e.id)
			}
		}
		again, err := Open(t.Context(), m.files())
		if err != nil || len(shown(again.Snapshot())) != len(shown(want)) {
			t.Fatalf("%s: reopened: %d tasks, %v", h.what, len(again.Snapshot().Tasks), err)
		}
	}
	t.Logf("%d ways to damage %d bytes with %d entries: %d refused and rebuilt", len(all), len(b.m.ledger), bytes.Count(b.m.ledger, []byte{'\n'}), refused)
}

// shown are the tasks but the one whose line a person took away: where its
// entries are gone, nothing tells of it.
func shown(s Snapshot) []fm.Task {
	return slices.DeleteFunc(slices.Clone(s.Tasks), func(t fm.Task) bool { return t.ID == "7" && t.Status == fm.Cancelled })
}

// refuses holds a handle on a damaged ledger to doing nothing but a rebuild.
func refuses(t *testing.T, h harm, q *Queue, err error, now time.Time) {
	t.Helper()
	if !errors.Is(err, ErrCorrupt) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "fm queue rebuild") {
		t.Fatalf("%s: got %q, want one line with the way out", h.what, err)
	}
	if _, err := q.Commit(t.Context(), now, Add(fm.Task{ID: "new"}, now)); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("%s: commit got %v, want ErrCorrupt", h.what, err)
	}
	if _, err := q.Refresh(t.Context(), now); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("%s: refresh got %v, want ErrCorrupt", h.what, err)
	}
	if _, err := q.RebuildLedger(t.Context(), now); err != nil {
		t.Fatalf("%s: rebuild: %v", h.what, err)
	}
}

// TestWithoutTheViewADamagedLedgerGivesNoClaimTwice: what the ledger lost is
// nowhere else then, but what is left of it counts, and no attempt that can be
// read is begun again.
//
// Fault: F16.
//
// Caught: entries applied in the order in which they stand, so that one that
// changed places with a newer one won; a whole line that does not read taken for
// a torn tail.
func TestWithoutTheViewADamagedLedgerGivesNoClaimTwice(t *testing.T) {
	t.Parallel()
	b := eventful(t)
	for _, h := range harms(b.m.ledger) {
		m := newMemory()
		m.ledger = h.text
		q, err := Open(t.Context(), m.files())
		if err != nil {
			refuses(t, h, q, err, b.now)
		} else if _, err := q.Refresh(t.Context(), b.now); err != nil {
			t.Fatalf("%s: %v", h.what, err)
		}
		for _, e := range readable(h.text) {
			if !e.ofTask() || strings.HasPrefix(h.what, "cut") || strings.HasPrefix(h.what, "zeros to") {
				continue // a commit that was cut short did not happen
			}
			was, err := e.task()
			if got, ok := q.Snapshot().Task(was.ID); err != nil || !ok || got.Attempt < was.Attempt || got.Revision < was.Revision {
				t.Fatalf("%s: task is %q; entry %d says %q", h.what, renderLine(got), e.seq, e.payload)
			}
		}
	}
}

// TestADamagedViewLosesNoTaskAndEndsNoClaim damages queue.txt in every place, as
// a failing disk, a merge by git, or an editor in the wrong mood would.
//
// Fault: F15.
//
// Caught: a task that was cancelled because a byte of its line could not be
// read any more.
func TestADamagedViewLosesNoTaskAndEndsNoClaim(t *testing.T) {
	t.Parallel()
	b := eventful(t)
	want := b.q.Snapshot()
	text := b.m.text()
	all := harms([]byte(text))
	all = append(all, wholeHarms(text)...)
	cancelled := 0
	for _, h := range all {
		m := newMemory()
		m.ledger = slices.Clone(b.m.ledger)
		m.write(text)
		q, err := Open(t.Context(), m.files())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Refresh(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
		m.write(string(h.text))
		for i := range 4 {
			if _, err := q.Refresh(t.Context(), b.now.Add(time.Duration(i)*3*time.Second)); err != nil {
				t.Fatalf("%s: %v", h.what, err)
			}
		}
		got := q.Snapshot()
		for _, was := range want.Tasks {
			now, ok := got.Task(was.ID)
			if !ok || now.Attempt != was.Attempt || now.Spent != was.Spent || inHand(was.Status) && (now.Status != was.Status || now.Worker != was.Worker) {
				t.Fatalf("%s: %q became %q", h.what, renderLine(was), renderLine(now))
			}
			if now.Status == fm.Cancelled && was.Status != fm.Cancelled {
				cancelled++
				if !meant(h.what) {
					t.Errorf("%s: %q became %q", h.what, renderLine(was), renderLine(now))
				}
			}
		}
		if kept := m.kept["queue.damaged.1"]; !strings.Contains(m.text(), "# mine, keep\n") && !strings.Contains(string(kept), "# mine") && bytes.Contains(h.text, []byte("\n# mine, keep\n")) {
			t.Errorf("%s: the comment is gone from\n%s", h.what, m.text())
		}
	}
	t.Logf("%d ways to damage %d bytes: %d times a task that nobody had begun counted as cancelled", len(all), len(text), cancelled)
}

// TestZerosAtTheEndOfTheViewAreNobodysText: after a power cut a file system may
// show zeros where it had made room only for a line that somebody appended.
//
// Fault: F15, F26.
//
// Caught: the next line that was appended, which counted as a bad one.
func TestZerosAtTheEndOfTheViewAreNobodysText(t *testing.T) {
	b := newBench(t, three()...)
	before := b.m.body()
	b.m.echo(strings.Repeat("\x00", 40))
	b.refresh(0)
	if s := b.refresh(3 * time.Second); b.m.body() != before || len(s.Problems) > 0 {
		t.Errorf("view\n%q\nwant\n%q\nproblems %s", b.m.body(), before, problems(s))
	}
	b.m.echo(strings.Repeat("\x00", 40) + "2|9|4|pending||\n")
	if s := b.refresh(time.Second); b.task("4").Status != fm.Pending || len(s.Problems) > 0 {
		t.Errorf("problems %s", problems(s))
	}
}

// meant says whether the damage cannot be told from what a person does: to take
// away a whole line, or to turn it into another or into a comment.
func meant(what string) bool {
	for _, kind := range []string{"line gone", "flip", "cut", "break"} {
		if strings.HasPrefix(what, kind+" ") {
			return true
		}
	}
	return false
}

// wholeHarms are the ways in which a whole text goes wrong.
func wholeHarms(text string) []harm {
	var wide []byte
	for _, c := range []byte(text) {
		wide = append(wide, c, 0)
	}
	all := []harm{
		{"UTF-16", append([]byte{0xff, 0xfe}, wide...)},
		{"UTF-16 without a mark", wide},
		{"CRLF", []byte(strings.ReplaceAll(text, "\n", "\r\n"))},
		{"CR alone", []byte(strings.ReplaceAll(text, "\n", "\r"))},
		{"UTF-8 with a mark", append([]byte("\ufeff"), text...)},
		{"no line break", []byte(strings.ReplaceAll(text, "\n", ""))},
		{"spaces for bars", []byte(strings.ReplaceAll(text, "|", " "))},
		{"twice", []byte(text + text)},
		{"zeros before", append(make([]byte, 4096), text...)},
		{"zeros behind", append([]byte(text), make([]byte, 4096)...)},
		{"zeros only", make([]byte, len(text))},
		{"upper case", []byte(strings.ToUpper(text))},
		{"one endless line", bytes.Repeat([]byte("2|9|"), 1<<18)},
	}
	lines := strings.SplitAfter(text, "\n")
	for at := 1; at < len(lines); at++ {
		before, rest := strings.Join(lines[:at], ""), strings.Join(lines[at:], "")
		other := strings.ReplaceAll(rest, "|pending|", "|hold|")
		all = append(all,
			harm{fmt.Sprint("merge conflict in line ", at), []byte(before + "<<<<<<< HEAD\n" + rest + "=======\n" + other + ">>>>>>> other\n")},
			harm{fmt.Sprint("half a merge conflict in line ", at), []byte(before + "<<<<<<< HEAD\n=======\n" + rest + ">>>>>>> other\n")},
			harm{fmt.Sprint("garbage in line ", at), []byte(before + "\x1b[2J\x00\xfe\xff|||||" + rest)},
		)
	}
	return all
}
