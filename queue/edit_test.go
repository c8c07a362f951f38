package queue

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func TestEditsTakeEffect(t *testing.T) {
	tests := []struct {
		name      string
		edit      func(b *bench)
		want      string // task 1's line, without timestamp and revision
		addedTask fm.TaskID
	}{
		{"priority", func(b *bench) { b.m.sed("2|9|1|", "1|9|1|") }, "1|9|1|pending||t=one", ""},
		{"priority as P1", func(b *bench) { b.m.sed("2|9|1|", "P1|9|1|") }, "1|9|1|pending||t=one", ""},
		{"priority as a word", func(b *bench) { b.m.sed("2|9|1|", "low|9|1|") }, "4|9|1|pending||t=one", ""},
		{"parent", func(b *bench) { b.m.sed("2|9|1|", "2|8|1|") }, "2|8|1|pending||t=one", ""},
		{"title", func(b *bench) { b.m.sed("t=one", "t=50% better") }, "2|9|1|pending||t=50%25 better", ""},
		{"note", func(b *bench) { b.m.sed("t=one", "t=one|n=see #5") }, "2|9|1|pending||t=one|n=see #5", ""},
		{"dependencies", func(b *bench) { b.m.sed("t=one", "dep=2,3|t=one") }, "2|9|1|pending||dep=2,3|t=one", ""},
		{"unknown key", func(b *bench) { b.m.sed("t=one", "x-color=red|t=one") }, "2|9|1|pending||x-color=red|t=one", ""},
		{"hold", func(b *bench) { b.m.sed("9|1|pending", "9|1|hold") }, "2|9|1|hold||t=one", ""},
		{"cancelled", func(b *bench) { b.m.sed("9|1|pending", "9|1|cancelled") }, "2|9|1|cancelled||t=one", ""},
		{"unknown status", func(b *bench) { b.m.sed("9|1|pending", "9|1|someday") }, "2|9|1|someday||t=one", ""},
		{"windows line ends", func(b *bench) {
			b.m.write(strings.ReplaceAll(strings.ReplaceAll(b.m.text(), "2|9|1|", "3|9|1|"), "\n", "\r\n"))
		}, "3|9|1|pending||t=one", ""},
		{"new line", func(b *bench) { b.m.echo("2|123|789|pending||\n") }, "2|9|1|pending||t=one", "789"},
		{"new line of four words", func(b *bench) { b.m.echo("high||790|||\n") }, "2|9|1|pending||t=one", "790"},
		{"second line for the same task", func(b *bench) { b.m.echo("4|7|1|pending||\n") }, "4|7|1|pending||t=one", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, three()...)
			test.edit(b)
			s := b.refresh(0)
			if got := plainLine(b.task("1")); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if test.addedTask != "" && b.task(test.addedTask).Status != fm.Pending {
				t.Errorf("task %s is %+v", test.addedTask, b.task(test.addedTask))
			}
			if len(s.Problems) > 0 {
				t.Errorf("problems:\n%s", problems(s))
			}
			if b.lineOf("1") != renderLine(b.task("1")) {
				t.Errorf("view has %q, want %q", b.lineOf("1"), renderLine(b.task("1")))
			}
			again, err := Open(t.Context(), b.m.files())
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := again.Snapshot().Task("1"); renderLine(got) != renderLine(b.task("1")) {
				t.Errorf("after reopening %q, want %q", renderLine(got), renderLine(b.task("1")))
			}
		})
	}
}

func plainLine(t fm.Task) string {
	t.Revision = 0
	t.Since = time.Time{}
	return strings.Replace(renderLine(t), "||", "|", 1)
}

// Caught: the claim re-asserted only for statuses; the merge against the last
// version instead of the one that the line names.
func TestLiveClaimIsReasserted(t *testing.T) {
	for _, edit := range []string{"pending", "completed", "merged", "failed", "someday"} {
		b := newBench(t, three()...)
		want := b.claim("1")
		b.m.sed("9|1|working", "9|1|"+edit)
		s := b.refresh(0)
		if got := b.task("1"); renderLine(got) != renderLine(want) || b.lineOf("1") != renderLine(want) {
			t.Errorf("%s over a claim: task %q, want %q", edit, renderLine(got), renderLine(want))
		}
		if len(s.Problems) != 1 {
			t.Errorf("%s over a claim: problems %q, want one", edit, problems(s))
		}
		if s := b.refresh(0); len(s.Problems) != 0 {
			t.Errorf("%s over a claim is told again: %s", edit, problems(s))
		}
	}
}

func TestClaimEndsByCancelledOrHoldOnItsCurrentLine(t *testing.T) {
	for _, edit := range []fm.Status{fm.Cancelled, fm.Hold} {
		b := newBench(t, three()...)
		old := b.m.text()
		b.claim("1")
		b.m.sed("9|1|working|worker-3", "9|1|"+string(edit)+"|worker-3")
		b.refresh(0)
		if got := b.task("1"); got.Status != edit || got.Worker != 0 || got.Attempt != 1 {
			t.Errorf("task %+v, want %s by nobody", got, edit)
		}
		b.commit(Retry(b.task("1"), b.now))
		b.claim("1")
		b.m.write(strings.ReplaceAll(old, "9|1|pending", "9|1|"+string(edit)))
		if s := b.refresh(0); b.task("1").Status != fm.Working || len(s.Problems) != 1 {
			t.Errorf("%s on an old copy ended a claim, problems %q", edit, problems(s))
		}
		b.m.echo("2|9|1|" + string(edit) + "||\n")
		if s := b.refresh(0); b.task("1").Status != fm.Working || len(s.Problems) != 1 {
			t.Errorf("%s without a revision ended a claim, problems %q", edit, problems(s))
		}
	}
}

func TestHandMadeClaimIsNoClaim(t *testing.T) {
	b := newBench(t, three()...)
	b.m.sed("9|1|pending|", "9|1|working|worker-7")
	b.m.echo("1|9|55|working|worker-7|\n")
	s := b.refresh(0)
	if got := b.task("1"); got.Status != fm.Pending || got.Worker != 0 {
		t.Errorf("task 1 is %+v, want pending", got)
	}
	if got := b.task("55"); got.Status != fm.Pending || got.Worker != 0 {
		t.Errorf("task 55 is %+v, want pending", got)
	}
	if len(s.Problems) != 2 {
		t.Errorf("problems %q, want two", problems(s))
	}
}

// What nobody did is not done because a line says so, and a pull request that
// the line names is another task's.
//
// Caught: a newcomer whose pull request would have been merged unchecked; one that
// was done and let its parent be closed; an escape sequence for whoever asks why.
func TestALineByHandIsNoWorkThatWasDone(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("2|9|55|completed||2026-11-20T14:30:45Z|pr=45|node=X\n2|9|56|merged||\n2|9|57|failed|worker-2|\n2|9|58|blocked||\n2|9|59|pending|||pr=45\n2|9|60|cancelled||\n2|9|61|pending|||pr=%1b]0;x%07\n")
	s := b.refresh(0)
	for id, want := range map[fm.TaskID]fm.Status{"55": fm.Hold, "56": fm.Hold, "57": fm.Hold, "58": fm.Hold, "59": fm.Pending, "60": fm.Cancelled, "61": fm.Pending} {
		if got := b.task(id); got.Status != want || got.Pull != "" || got.Node != "" || got.Worker != 0 {
			t.Errorf("task %s is %+v, want %s, without a pull request", id, got, want)
		}
	}
	if len(s.Problems) != 4 || !strings.Contains(problems(s), "status merged is for fm to set: added on hold") {
		t.Errorf("problems %q, want one for each that is on hold", problems(s))
	}
}

// An editor's buffer of an hour ago, saved now: what it changed counts unless
// somebody else changed the same; what it did not change is no news.
func TestStaleEditLoses(t *testing.T) {
	b := newBench(t, three()...)
	buffer := b.m.text()
	b.m.sed("2|9|2|", "1|9|2|")
	b.refresh(0)
	b.claim("1")
	b.commit(Add(fm.Task{ID: "4", Parent: "9"}, b.now))
	buffer = strings.Replace(buffer, "2|9|2|", "4|9|2|", 1)         // conflicts
	buffer = strings.Replace(buffer, "2|9|1|", "3|9|1|", 1)         // does not
	buffer = strings.Replace(buffer, "t=three", "t=three|n=new", 1) // is current
	b.m.write(buffer)
	s := b.refresh(0)
	if got := b.task("2").Priority; got != 1 {
		t.Errorf("task 2 has priority %d, want 1: the stale edit won", got)
	}
	if got := b.task("1"); got.Priority != 3 || got.Status != fm.Working || got.Attempt != 1 {
		t.Errorf("task 1 is %+v, want the claim with priority 3", got)
	}
	if got := b.task("3").Note; got != "new" {
		t.Errorf("task 3 has note %q, want new", got)
	}
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].What, "priority") {
		t.Errorf("problems %q, want one about the priority", problems(s))
	}
	b.refresh(time.Second)
	if got := b.task("4"); got.Status != fm.Pending || b.lineOf("4") == "" {
		t.Errorf("task 4, younger than the buffer, is %+v: want pending", got)
	}
}

func TestRequeueByAppendedLine(t *testing.T) {
	b := newBench(t, three()...)
	for range 3 {
		b.commit(Fail(b.claim("1"), "broke", 9, b.now))
		b.now = b.now.Add(time.Hour)
	}
	b.commit(Block(b.task("1"), "needs a key", b.now))
	b.m.echo("1|9|1|pending||\n")
	b.refresh(0)
	got := b.task("1")
	if got.Status != fm.Pending || got.Failures != 0 || got.Attempt != 3 || got.Note != "" || got.Title != "one" {
		t.Errorf("task %+v, want pending with its attempts and nothing else of its past", got)
	}
	if n := strings.Count(b.m.text(), "|9|1|"); n != 1 {
		t.Errorf("%d lines for the task, want 1", n)
	}
}

func TestCommentsBlankLinesAndBadLinesSurvive(t *testing.T) {
	b := newBench(t, three()...)
	b.m.write("# top\n\n" + strings.Replace(b.m.body(), "2|9|2|", "  # above two\n2|9|2|", 1) + "one|too|few\n# end\n\n")
	s := b.refresh(0)
	if len(s.Problems) != 1 || s.Problems[0].Line != "one|too|few" {
		t.Errorf("problems %q, want one about the bad line", problems(s))
	}
	b.claim("2")
	lines := strings.Split(b.m.body(), "\n")
	var kinds []string
	for _, l := range lines {
		if !isComment(l) {
			l = l[:5]
		}
		kinds = append(kinds, l)
	}
	want := "# top\n\n2|9|1\n  # above two\n2|9|2\n2|9|3\n#!bad one|too|few\n# end\n\n"
	if got := strings.Join(kinds, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.m.remove() // the ledger brings them back
	b.refresh(0)
	b.refresh(time.Second)
	if got := strings.Split(b.m.body(), "\n"); got[0] != lines[0] || len(got) != len(lines) {
		t.Errorf("after the file was removed:\n%s", b.m.text())
	}
}

func TestOrderOfLinesIsTheUsers(t *testing.T) {
	b := newBench(t, three()...)
	lines := strings.SplitAfter(b.m.text(), "\n")
	b.m.write(lines[0] + lines[3] + lines[1] + lines[2])
	b.refresh(0)
	b.commit(Add(fm.Task{ID: "4", Priority: 2}, b.now))
	for _, q := range []*Queue{b.q, b.open()} {
		var ids string
		for _, t := range Ready(q.Snapshot().Tasks, b.now) {
			ids += string(t.ID)
		}
		if ids != "3124" {
			t.Errorf("ready in order %s, want 3124", ids)
		}
	}
}

// Caught: a marked line that was forgotten as soon as it was told; one that
// outlived its correction, or its end.
func TestMarkedLineStandsUntilItIsSeenTo(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("nonsense\n1|9|4|pending\n")
	told := b.refresh(0)
	if len(told.Problems) != 2 || !slices.Equal(told.Problems, told.Standing) {
		t.Fatalf("told %+v, standing %+v", told.Problems, told.Standing)
	}
	if s := b.refresh(time.Hour); len(s.Problems) > 0 || !slices.Equal(told.Standing, s.Standing) {
		t.Errorf("an hour later told %+v, standing %+v", s.Problems, s.Standing)
	}
	b.m.sed("#!bad nonsense\n", "")
	if s := b.refresh(0); !slices.Equal(told.Standing[1:], s.Standing) {
		t.Errorf("without the first line: standing %+v", s.Standing)
	}
	b.m.sed("#!bad 1|9|4|pending\n", "1|9|4|pending||\n")
	if s := b.refresh(0); len(s.Standing) > 0 || b.task("4").Status != fm.Pending {
		t.Errorf("with the other one corrected: standing %+v", s.Standing)
	}
}
