package queue

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestAnOwedTaskIsWorkingWithoutAWorker follows a publication that cannot be
// made: through the ledger, another handle, and a ledger that is rebuilt from the
// view alone. Caught: a phase that was lost with the worker.
func TestAnOwedTaskIsWorkingWithoutAWorker(t *testing.T) {
	for name, publish := range map[string]func(fm.Task) fm.Task{
		"ready": func(t fm.Task) fm.Task { return Publish(t, epoch).Task },
		"draft": func(t fm.Task) fm.Task { return PublishDraft(t, epoch).Task },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, three()...)
			claim := b.claim("1")
			b.commit(Change{Op: OpPublish, Task: publish(claim)})
			if at := b.task("1"); !Publishing(at) || Drafting(at) != (name == "draft") || Owed(at) || at.Worker != claim.Worker {
				t.Fatalf("publishing: %+v", at)
			}
			b.commit(Owe(b.task("1"), "no route to host", b.now.Add(lateBy)))
			b.m.ledger, b.m.generation = nil, b.m.generation+1
			var err error
			if b.q, err = Open(t.Context(), b.m.files()); !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			if _, err := b.q.RebuildLedger(t.Context(), b.now); err != nil {
				t.Fatal(err)
			}
			at := b.task("1")
			if !Owed(at) || !Publishing(at) || Drafting(at) != (name == "draft") || at.Worker != 0 || at.Attempt != 1 || !at.Since.Equal(claim.Since) {
				t.Errorf("owed: %+v", at)
			}
			if at.Note != OwedNote+"no route to host" {
				t.Errorf("note %q", at.Note)
			}
			if done := Complete(at, "12", b.now).Task; Publishing(done) || done.Note != "" || done.Pull != "12" {
				t.Errorf("completed: %+v", done)
			}
		})
	}
}

const lateBy = 5 * time.Minute

// TestAPersonMayDoWithoutAnOwedPullRequest edits the line of an owed task: it can
// be cancelled or held, also by a line without a revision, and not done again
// while it is owed.
func TestAPersonMayDoWithoutAnOwedPullRequest(t *testing.T) {
	for edit, want := range map[fm.Status]fm.Status{fm.Cancelled: fm.Cancelled, fm.Hold: fm.Hold, fm.Pending: fm.Working, "someday": fm.Working} {
		b := newBench(t, three()...)
		b.claim("1")
		b.commit(Publish(b.task("1"), b.now))
		b.commit(Owe(b.task("1"), "no route to host", b.now))
		b.m.echo("2|9|1|" + string(edit) + "||\n")
		s := b.refresh(0)
		if got := b.task("1"); got.Status != want || Owed(got) != (want == fm.Working) {
			t.Errorf("%s: became %+v", edit, got)
		}
		if told := problems(s); (want == fm.Working) != strings.Contains(told, "its pull request is owed") {
			t.Errorf("%s: told %q", edit, told)
		}
	}
}

// TestDoneAgainWithAnotherPullRequest retries tasks whose pull request is over,
// and such that have to mend theirs.
func TestDoneAgainWithAnotherPullRequest(t *testing.T) {
	for status, want := range map[fm.Status]string{fm.Merged: "", fm.Blocked: "", fm.Cancelled: "", fm.Failed: "12", fm.Pending: "12"} {
		b := newBench(t, three()...)
		at := b.task("1")
		at.Status, at.Pull, at.Extra = status, "12", []fm.Field{{Key: "ci", Value: "c1"}}
		b.commit(Change{Op: OpEdit, Task: at})
		by := b.task("1")
		if got := Retry(by, b.now).Task; got.Pull != want || got.Status != fm.Pending || len(got.Extra) != 1 {
			t.Errorf("%s, by command: %+v, want pull request %q", status, got, want)
		}
		if status == fm.Pending {
			continue
		}
		b.m.sed("9|1|"+string(status), "9|1|pending")
		b.refresh(0)
		if got := b.task("1"); got.Pull != want || got.Status != fm.Pending || len(got.Extra) != 1 {
			t.Errorf("%s, by hand: %+v, want pull request %q", status, got, want)
		}
	}
}

// TestARerunKeepsEverythingElse records an intent, and nothing more.
func TestARerunKeepsEverythingElse(t *testing.T) {
	b := newBench(t, three()...)
	b.claim("1")
	b.commit(Publish(b.task("1"), b.now))
	b.commit(Complete(b.task("1"), "12", b.now))
	before := b.task("1")
	marked := before
	marked.Extra = append(marked.Extra, fm.Field{Key: "rr", Value: "c1,20261120T120000Z,0a1b2c3d"})
	b.commit(Rerun(marked, "checks fail"))
	got := b.task("1")
	if got.Revision != before.Revision+1 || len(got.Extra) != 1 || !strings.Contains(b.lineOf("1"), "|rr=c1,20261120T120000Z,0a1b2c3d|") {
		t.Errorf("line %q", b.lineOf("1"))
	}
	got.Revision, got.Extra = before.Revision, before.Extra
	if renderLine(got) != renderLine(before) {
		t.Errorf("changed %q to %q", renderLine(before), renderLine(got))
	}
}
