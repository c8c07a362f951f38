package queue

import (
	"testing"

	"github.com/founder-mode/fm"
)

// TestCopyOlderThanATaskIsNoWishToRepeatIt: a person adds a line by hand, opens the
// file, and writes it back when the task is over. The line in it names no revision,
// as it was typed; it is the one that the task came from, and not another one.
//
// Caught: the merged task was done once more, found its issue closed, and stayed
// blocked; one that a worker had was a line in the problems.
func TestCopyOlderThanATaskIsNoWishToRepeatIt(t *testing.T) {
	for name, live := range map[string]func(b *bench){
		"at work": func(b *bench) { b.claim("77") },
		"merged": func(b *bench) {
			b.commit(Publish(b.claim("77"), b.now))
			b.commit(Complete(b.task("77"), "5", b.now))
			b.commit(Merge(b.task("77"), b.now))
		},
		"tidied": func(b *bench) {
			b.commit(Publish(b.claim("77"), b.now))
			b.commit(Complete(b.task("77"), "5", b.now))
			b.commit(Merge(b.task("77"), b.now))
			b.commit(Tidied(b.task("77"), b.now))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, three()...)
			b.m.echo("3||77|pending||\n")
			old := b.m.text()
			b.refresh(0)
			live(b)
			want := renderLine(b.task("77"))
			b.m.write(old + "# a remark\n")
			s := b.refresh(0)
			if got := renderLine(b.task("77")); got != want || b.lineOf("77") != want {
				t.Errorf("the task is\n%s\nand the view has\n%s\nwant\n%s", got, b.lineOf("77"), want)
			}
			if len(s.Problems) > 0 {
				t.Errorf("problems:\n%s", problems(s))
			}
		})
	}
}

// TestEditOfACopyOlderThanATaskCounts: what was changed in such a copy is taken as
// far as it is nobody else's.
func TestEditOfACopyOlderThanATaskCounts(t *testing.T) {
	b := newBench(t, three()...)
	b.m.echo("3||77|pending||\n")
	old := b.m.text()
	b.refresh(0)
	b.claim("77")
	b.m.write(old)
	b.m.sed("3||77|", "1||77|")
	b.refresh(0)
	if got := b.task("77"); got.Priority != 1 || got.Status != fm.Working {
		t.Errorf("the task is %s", renderLine(got))
	}
}
