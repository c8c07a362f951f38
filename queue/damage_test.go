package queue

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// Fault: F15.
//
// Caught: a shorter file read as deletion.
func TestDamageIsNoDeletion(t *testing.T) {
	damage := map[string]func(b *bench){
		"empty":           func(b *bench) { b.m.write("") },
		"absent":          func(b *bench) { b.m.remove() },
		"header only":     func(b *bench) { b.m.write(header + "\n") },
		"half":            func(b *bench) { b.m.write(b.m.text()[:len(b.m.text())/2]) },
		"noise":           func(b *bench) { b.m.write("\x00\xff|||||\n\x1b[2J\n") },
		"utf-16":          func(b *bench) { b.m.write(strings.Join(strings.Split(b.m.text(), ""), "\x00")) },
		"conflict":        func(b *bench) { b.m.write("<<<<<<< HEAD\n=======\n>>>>>>> other\n") },
		"one line of all": func(b *bench) { b.m.write(header + "\n" + b.lineOf("2") + "\n") },
	}
	for name, do := range damage {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, three()...)
			b.claim("1")
			before, was := b.m.body(), b.m.text()
			do(b)
			damaged := b.m.text()
			b.refresh(0)
			if b.m.text() != damaged {
				t.Error("the file was written while it may have been half saved")
			}
			b.refresh(499 * time.Millisecond)
			if b.m.text() != damaged {
				t.Error("the file was written too early")
			}
			s := b.refresh(time.Millisecond)
			if got := b.m.body(); got != before {
				t.Errorf("view\n%s\nwant\n%s", b.m.text(), was)
			}
			if len(s.Problems) != 1 {
				t.Errorf("problems %q, want one", problems(s))
			}
			if kept := b.m.kept["queue.damaged.1"]; name != "absent" && string(kept) != damaged {
				t.Errorf("kept %q, want %q", kept, damaged)
			}
			if s := b.refresh(time.Hour); len(s.Problems) != 0 || len(s.Tasks) != 3 || Counts(s.Tasks)[fm.Working] != 1 {
				t.Errorf("an hour later: %+v", s)
			}
		})
	}
}

// A full disk or a kill can end the save of an editor anywhere. Caught: a file
// that lost less than half of its lines, which cancelled the tasks behind the
// cut; the last line, which was taken for deleted because its line break was
// missing.
//
// Fault: F4, F15.
func TestACutOffFileIsNoDeletion(t *testing.T) {
	tasks := three()
	for _, id := range []fm.TaskID{"4", "5", "6", "7", "8"} {
		tasks = append(tasks, fm.Task{ID: id, Parent: "9", Status: fm.Pending, Title: "Part " + string(id)})
	}
	whole := newBench(t, tasks...).m.text()
	for cut := range whole {
		lineEnd := cut == 0 || whole[cut-1] == '\n' || whole[cut] == '\n'
		if lineEnd && cut < len(whole)-1 {
			continue // whole lines are gone: a person can have meant that
		}
		b := newBench(t, tasks...)
		before := b.m.body()
		b.m.write(whole[:cut])
		for _, d := range []time.Duration{0, stableFor, tornStableFor, time.Hour, time.Hour} {
			b.refresh(d)
		}
		if got := b.m.body(); got != before {
			t.Errorf("cut at %q: got\n%s", whole[max(0, cut-30):cut], got)
		}
	}
}

// The rest of such a save may be displaced before it is read, and come late.
// Caught: half a line of fm's own that was left in the file as a bad line, and
// a title that was cut off with it.
func TestTheRestOfACutOffFileComesLate(t *testing.T) {
	for _, rest := range []string{"2|9|", "2|9|3|pending||2026", "2|9|3|pending||2026-11-20T14:30:45Z|r=1|t=th"} {
		b := newBench(t, three()...)
		before := b.m.body()
		b.m.late = []byte(rest + "\n2|9|4|pending||\n")
		b.refresh(0)
		if got, want := strings.TrimSpace(b.m.body()), before+b.lineOf("4"); got != want {
			t.Errorf("after %q:\n%s\nwant\n%s", rest, got, want)
		}
	}
}

// Processes died, and left versions that they had displaced, which are told again and
// again. What stands in them was taken in before, or is told now, once. Caught: an
// old copy taken for a wish, by which a task that was done was done once more; trouble
// told about lines that nobody wrote; a line for a person to correct, which was back
// when it had been corrected.
func TestWhatDeadProcessesDisplacedIsNoWish(t *testing.T) {
	b := newBench(t, three()...)
	first := b.m.text() + "1|9|4|pending||\n" + badMark + "nonsense\n# a remark\n"
	b.m.write(first)
	b.refresh(0)
	second := strings.Replace(b.m.text(), b.lineOf("1"), strings.Replace(b.lineOf("1"), "2|", "1|", 1), 1) + "1|9|5|pending||\n"
	b.commit(Complete(b.claim("4"), "1", b.now))
	b.m.write(strings.Replace(b.m.text(), badMark+"nonsense\n", "", 1))
	b.refresh(0)
	for range 3 {
		b.m.left = [][]byte{[]byte(first), []byte(second), []byte(b.m.text())}
		s := b.refresh(0)
		if len(s.Problems) > 0 || len(s.Tasks) != 5 || strings.Contains(b.m.text(), badMark) {
			t.Errorf("problems %q, %d tasks, in\n%s", problems(s), len(s.Tasks), b.m.text())
		}
	}
	if b.task("4").Status != fm.Completed || b.task("5").Status != fm.Pending || b.task("1").Priority != fm.Critical {
		t.Errorf("4 is %s, 5 is %s, 1 has priority %s", b.task("4").Status, b.task("5").Status, b.task("1").Priority)
	}
	b.commit(Cancel(b.task("5"), "no", b.now))
	b.m.left = [][]byte{[]byte(second)}
	b.refresh(0)
	if got := b.task("5").Status; got != fm.Cancelled {
		t.Errorf("what was called off is %s", got)
	}
}

func TestSaveInStepsIsNoDamage(t *testing.T) {
	b := newBench(t, three()...)
	full := b.m.text() + "1|9|4|pending||\n"
	b.m.remove()
	b.refresh(0)
	b.m.write("")
	b.refresh(time.Millisecond)
	b.commit(Claim(b.task("1"), 2, b.now)) // meanwhile
	for i := range full {
		b.m.write(full[:i])
		if s := b.refresh(time.Millisecond); len(s.Problems) > 0 {
			t.Fatalf("after %d bytes: %s", i, problems(s))
		}
	}
	b.m.write(full)
	s := b.refresh(time.Millisecond)
	if len(s.Problems) > 0 || b.task("4").Status != fm.Pending || b.task("1").Status != fm.Working {
		t.Errorf("problems %q, tasks %+v", problems(s), s.Tasks)
	}
	s = b.refresh(time.Hour)
	if c := Counts(s.Tasks); c[fm.Pending] != 3 || c[fm.Working] != 1 || len(b.m.kept) > 0 {
		t.Errorf("an hour later %v, kept %v", c, b.m.kept)
	}
}

func TestWrongRedirectionLosesNeitherSide(t *testing.T) {
	b := newBench(t, three()...)
	b.m.write("2|123|789|pending||\n") // > instead of >>
	b.refresh(0)
	b.refresh(time.Second)
	if len(b.q.Snapshot().Tasks) != 4 || b.task("789").Status != fm.Pending || b.lineOf("1") == "" || b.lineOf("789") == "" {
		t.Errorf("view\n%s", b.m.text())
	}
}

// Caught: cancelled at the first look; not cancelled at all.
func TestRemovedLineCancelsAfterTwoLooks(t *testing.T) {
	b := newBench(t, three()...)
	b.m.sed(b.lineOf("2")+"\n", "")
	b.refresh(0)
	b.commit(Claim(b.task("1"), 1, b.now)) // writes the view; the line stays away
	if b.lineOf("2") != "" {
		t.Error("the line came back before anything was decided")
	}
	b.refresh(499 * time.Millisecond)
	if got := b.task("2").Status; got != fm.Pending {
		t.Errorf("after 499 ms %s, want pending", got)
	}
	b.refresh(time.Millisecond)
	if got := b.task("2").Status; got != fm.Cancelled || b.lineOf("2") != "" {
		t.Errorf("after 500 ms %s and %q, want cancelled and no line", got, b.lineOf("2"))
	}
	b.commit(Retry(b.task("2"), b.now))
	if b.lineOf("2") == "" {
		t.Error("a restored task has no line")
	}
}

func TestRemovedLineThatComesBackWasNeverGone(t *testing.T) {
	b := newBench(t, three()...)
	full := b.m.text()
	b.m.sed(b.lineOf("2")+"\n", "")
	b.refresh(0)
	b.m.write(full)
	b.refresh(400 * time.Millisecond)
	b.m.sed(b.lineOf("2")+"\n", "")
	b.refresh(400 * time.Millisecond)
	if got := b.task("2").Status; got != fm.Pending {
		t.Errorf("task is %s, want pending: two short absences are no long one", got)
	}
}

func TestRemovedLineOfAClaimComesBack(t *testing.T) {
	b := newBench(t, three()...)
	want := b.claim("2")
	b.m.sed(b.lineOf("2")+"\n", "")
	s := b.refresh(0)
	b.refresh(time.Second)
	if b.lineOf("2") != renderLine(want) || len(s.Problems) != 1 {
		t.Errorf("line %q, problems %q", b.lineOf("2"), problems(s))
	}
}

func TestUnfinishedLineWaits(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("2|123|78")
	b.refresh(0)
	b.commit(Claim(b.task("1"), 1, b.now)) // must not tear the line apart
	b.m.echo("9|pending||")
	b.refresh(time.Second)
	b.refresh(1999 * time.Millisecond)
	if _, ok := b.q.Snapshot().Task("789"); ok {
		t.Error("taken before it was stable for two seconds")
	}
	b.refresh(time.Millisecond)
	if _, ok := b.q.Snapshot().Task("789"); !ok || b.lineOf("1") != renderLine(b.task("1")) {
		t.Errorf("not taken after two seconds, view\n%s", b.m.text())
	}
}

func TestUnfinishedWordsStay(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("todo: ask An")
	b.refresh(0)
	b.refresh(3 * time.Second)
	b.claim("1")
	if !strings.HasSuffix(b.m.text(), "\ntodo: ask An") {
		t.Errorf("view\n%q", b.m.text())
	}
	b.m.echo("na\n")
	b.refresh(0)
	if !strings.HasSuffix(b.m.text(), "\n#!bad todo: ask Anna\n") {
		t.Errorf("view\n%q", b.m.text())
	}
}

// Whoever writes between the look and the swap is not overwritten.
func TestEditBetweenLookAndSwapIsMerged(t *testing.T) {
	edits := map[string]func(b *bench){
		"append":  func(b *bench) { b.m.echo("1|9|4|pending||\n") },
		"sed":     func(b *bench) { b.m.sed("2|9|2|", "1|9|2|") },
		"removal": func(b *bench) { b.m.sed(b.lineOf("2")+"\n", "") },
		"empty":   func(b *bench) { b.m.write("") },
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, three()...)
			b.m.beforeSwap = func() { edit(b) }
			b.claim("1")
			b.refresh(0)
			b.refresh(time.Second)
			s := b.q.Snapshot()
			four, added := s.Task("4")
			want := map[string]bool{
				"append":  added && four.Status == fm.Pending,
				"sed":     b.task("2").Priority == 1,
				"removal": b.task("2").Status == fm.Cancelled && b.lineOf("2") == "",
				"empty":   Counts(s.Tasks)[fm.Pending] == 2,
			}
			if !want[name] || b.lineOf("1") != renderLine(b.task("1")) {
				t.Errorf("view\n%s", b.m.text())
			}
		})
	}
}
