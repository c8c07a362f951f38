package queue

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// mended is an issue that is mended in the main checkout, without a pull request.
func mended() fm.Task {
	return fm.Task{
		ID: "12", Priority: 2, Title: "Fix login", Branch: "fix/issue-12", Paths: []string{"src/a b.go", "docs/"}, Estimate: 2 * time.Hour,
		Terms: fm.Terms{Fix: true, NoPull: true, Main: true, Timeout: 10 * time.Minute},
	}
}

// TestALineByHandMayHaveTerms, and one with terms that mean nothing is kept and
// told of.
// Caught: terms that only fm could write; a bad line that was dropped.
func TestALineByHandMayHaveTerms(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("3||12|pending|||as=fix\n" + "3||13|pending|||as=no-pr, fix|limit=1h|paths=a.go::docs/|has=main|ph=clearing\n" + "3||14|pending|||as=fixed\n")
	s := b.refresh(0)
	want := fm.Task{ID: "12", Priority: 3, Status: fm.Pending, Since: epoch, Revision: 1, Terms: fm.Terms{Fix: true}}
	if diff := cmp.Diff(want, b.task("12")); diff != "" || b.lineOf("12") != "3||12|pending||2026-11-20T14:30:45Z|r=1|as=fix" {
		t.Errorf("line %q, task (-want +got):\n%s", b.lineOf("12"), diff)
	}
	want.ID, want.Terms, want.Paths = "13", fm.Terms{Fix: true, NoPull: true, Timeout: time.Hour}, []string{"a.go", "docs/"}
	if diff := cmp.Diff(want, b.task("13")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].What, `"fixed": want fix, no-pr and main`) || !strings.Contains(b.m.text(), "\n#!bad 3||14|pending|||as=fixed\n") {
		t.Errorf("problems %s in\n%s", problems(s), b.m.text())
	}
	if got := b.task("12").Head(); got != "fix/issue-12" {
		t.Errorf("its branch is %s", got)
	}
	b.commit(Add(fm.Task{ID: "15", Paths: []string{"a:b", "", "c"}}, b.now))
	if got := b.task("15").Paths; !cmp.Equal(got, []string{"c"}) {
		t.Errorf("of a path that would be two, there is %q", got)
	}
}

// TestTermsBelongToFm, once a task is there: also for a line that somebody typed
// without a revision, and for one that leaves them out.
// Caught: a task that changed its branch while an agent worked on it; an edit that
// was ignored without a word; a line without terms, which took them away.
func TestTermsBelongToFm(t *testing.T) {
	for name, edit := range map[string]func(b *bench){
		"as":                 func(b *bench) { b.m.sed("|as=fix,no-pr,main", "|as=fix") },
		"no as":              func(b *bench) { b.m.sed("|as=fix,no-pr,main", "") },
		"limit":              func(b *bench) { b.m.sed("|limit=10m0s", "|limit=20m") },
		"paths":              func(b *bench) { b.m.sed("|paths=src/a b.go:docs/", "|paths=docs/") },
		"typed as":           func(b *bench) { b.m.echo("2||12|pending|||as=fix\n") },
		"typed limit":        func(b *bench) { b.m.echo("2||12|pending|||limit=1h\n") },
		"est":                func(b *bench) { b.m.sed("|est=2h0m0s", "|est=1h") },
		"no est":             func(b *bench) { b.m.sed("|est=2h0m0s", "") },
		"typed est":          func(b *bench) { b.m.echo("2||12|pending|||est=1h\n") },
		"typed paths":        func(b *bench) { b.m.echo("2||12|pending|||paths=x\n") },
		"nothing":            func(b *bench) { b.m.echo("2||12|pending||\n") },
		"the same, typed":    func(b *bench) { b.m.echo("2||12|pending|||as=main,no-pr,fix|limit=600s|paths=src/a b.go:docs/\n") },
		"the same as, typed": func(b *bench) { b.m.echo("2||12|pending|||as=main,no-pr,fix\n") },
		"nothing, and low":   func(b *bench) { b.m.echo("4||12|pending||\n") },
	} {
		b := newBench(t, mended())
		want := b.task("12")
		edit(b)
		s := b.refresh(0)
		got := b.task("12")
		if got.Terms != want.Terms || !cmp.Equal(got.Paths, want.Paths) || got.Estimate != want.Estimate || b.lineOf("12") != renderLine(got) || strings.Count(b.m.text(), "||12|") != 1 {
			t.Errorf("%s: became %q, want %q", name, b.lineOf("12"), renderLine(want))
		}
		silent := strings.HasPrefix(name, "nothing") || strings.HasPrefix(name, "the same")
		if told := problems(s); strings.Contains(told, "belong to fm") == silent || len(s.Problems) > 1 {
			t.Errorf("%s: told %q", name, told)
		}
		if s := b.refresh(0); len(s.Problems) > 0 {
			t.Errorf("%s: told again %q", name, problems(s))
		}
	}
}

// TestTermsOutliveEverything: a retry by command and by hand, a failure, a ledger
// that is compacted, one that is rebuilt from the view alone, and another process.
// Caught: a retry that began anew with the settings; a view that tells less than
// the ledger; an estimate that is not written.
func TestTermsOutliveEverything(t *testing.T) {
	b := newBench(t, mended())
	want := mended()
	holds := func(when string) {
		t.Helper()
		got := b.task("12")
		if got.Terms != want.Terms || !cmp.Equal(got.Paths, want.Paths) || got.Estimate != want.Estimate || got.Branch != want.Branch {
			t.Errorf("%s: %q", when, renderLine(got))
		}
	}
	b.commit(Fail(b.claim("12"), "slow", 9, b.now))
	holds("failed once")
	b.commit(Fail(b.claim("12"), "slow", 1, b.now))
	b.commit(Retry(b.task("12"), b.now))
	holds("retried")
	b.commit(Block(b.claim("12"), "ask", b.now))
	b.m.echo("1||12|pending||\n")
	b.refresh(0)
	holds("retried by hand")
	b.commit(Cancel(b.task("12"), "", b.now))
	b.m.sed("||12|cancelled", "||12|pending")
	b.refresh(0)
	holds("retried in the file")
	b.claim("12")
	marked := func(when string, q *Queue, err error) {
		t.Helper()
		if b.q = q; err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		holds(when)
		if at := b.task("12"); !Clearing(at) || !Holds(at) {
			t.Errorf("%s: not marked any more: %q", when, renderLine(at))
		}
	}
	b.commit(Block(b.task("12"), "ask", b.now))
	q, err := Open(t.Context(), b.m.files())
	marked("in another process", q, err)
	b.m.ledger, b.m.generation = nil, b.m.generation+1
	q, _ = Open(t.Context(), b.m.files())
	_, err = q.RebuildLedger(t.Context(), b.now)
	marked("rebuilt from the view", q, err)
	size := 0
	for b.commit(Add(fm.Task{ID: "big"}, b.now)); len(b.m.ledger) >= size; {
		size = len(b.m.ledger)
		b.now = b.now.Add(25 * time.Hour)
		b.commit(Block(b.task("big"), strings.Repeat("x", 16<<10), b.now))
	}
	q, err = Open(t.Context(), b.m.files())
	marked("compacted", q, err)
}

// TestAnOlderLedgerReadsBack from before there were terms, and is written on: not
// a byte of the view changes, and a key that only looks like one of them stays.
// Caught: a field that is written for tasks without terms.
func TestAnOlderLedgerReadsBack(t *testing.T) {
	b := &bench{tb: t, m: newMemory(), now: epoch.Add(time.Hour)}
	for name, to := range map[string]*[]byte{"before-terms.ledger": &b.m.ledger, "before-terms.txt": &b.m.view} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		*to = text
	}
	b.m.present = true
	was := b.m.text()
	b.q = b.open()
	if s := b.refresh(time.Minute); b.m.text() != was || len(s.Problems) > 0 {
		t.Errorf("view\n%s\nproblems %s", b.m.text(), problems(s))
	}
	for _, task := range b.q.Snapshot().Tasks {
		if task.Terms != (fm.Terms{}) || task.Paths != nil || Clearing(task) || Holds(task) || task.Head() != "subissue/"+string(task.ID) {
			t.Errorf("got %+v", task)
		}
	}
	if at := b.task("1"); !Publishing(at) || at.Spent != dollars(0.25, 10) || !Tidying(b.task("2")) || b.task("4").Extra[0].Key != "as2" {
		t.Errorf("got %+v", b.q.Snapshot().Tasks)
	}
	b.commit(Complete(b.task("1"), "9", b.now), Tidied(b.task("2"), b.now), Add(mended(), b.now))
	if again := b.open().Snapshot(); len(again.Tasks) != 5 || !cmp.Equal(again.Tasks, b.q.Snapshot().Tasks) {
		t.Errorf("got %+v", again.Tasks)
	}
}

// TestWithoutAPullRequestCompletedIsEnough for those that wait for a task: nobody
// here will merge it. Whoever is to be merged has to be.
// Caught: a chain of such tasks that stopped after the first one.
func TestWithoutAPullRequestCompletedIsEnough(t *testing.T) {
	tasks := []fm.Task{
		{ID: "1", Status: fm.Completed, Terms: fm.Terms{Fix: true, NoPull: true}},
		{ID: "2", Status: fm.Completed, Terms: fm.Terms{Fix: true}},
		{ID: "3", Status: fm.Failed, Terms: fm.Terms{Fix: true, NoPull: true}},
		{ID: "after-1", Status: fm.Pending, DependsOn: []fm.TaskID{"1"}},
		{ID: "after-2", Status: fm.Pending, DependsOn: []fm.TaskID{"1", "2"}},
		{ID: "after-3", Status: fm.Pending, DependsOn: []fm.TaskID{"3"}, NotBefore: epoch},
	}
	if got := Ready(tasks, epoch); len(got) != 1 || got[0].ID != "after-1" {
		t.Errorf("ready: %+v", got)
	}
	if got := WaitsFor(tasks[4], tasks); len(got) != 1 || got[0] != "2" {
		t.Errorf("after-2 waits for %v", got)
	}
	if at, ok := NextReady(tasks, epoch.Add(-time.Hour)); ok {
		t.Errorf("something is next at %s", at)
	}
	tasks[1].Terms.NoPull, tasks[2].Status = true, fm.Merged
	if got := Ready(tasks, epoch); len(got) != 3 {
		t.Errorf("then ready: %+v", got)
	}
}
