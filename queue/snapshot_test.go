package queue

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// TestASnapshotStaysAsItWas, whatever becomes of the queue, and its reader may
// append to it.
// Caught: a state that writes over the tasks which a snapshot shows; one that
// appends where a reader of its snapshot does.
func TestASnapshotStaysAsItWas(t *testing.T) {
	b := newBench(t, three()...)
	for name, change := range map[string]func(){
		"claim":   func() { b.claim("1") },
		"add":     func() { b.commit(Add(fm.Task{ID: "9"}, b.now)) },
		"add two": func() { b.commit(Add(fm.Task{ID: "7"}, b.now), Add(fm.Task{ID: "8"}, b.now)) },
		"spend":   func() { b.commit(Add(fm.Task{ID: "6"}, b.now)); b.claim("6"); b.spend("6", dollars(1, 2)) },
		"order": func() {
			lines := strings.SplitAfter(b.m.text(), "\n")
			b.m.write(lines[0] + lines[2] + lines[1] + strings.Join(lines[3:], ""))
			b.refresh(time.Second)
		},
	} {
		was := b.q.Snapshot()
		seen := slices.Clone(was.Tasks)
		longer := append(was.Tasks, fm.Task{ID: "theirs"})
		change()
		if diff := cmp.Diff(seen, was.Tasks); diff != "" {
			t.Errorf("%s altered a snapshot:\n%s", name, diff)
		}
		if last := longer[len(longer)-1].ID; last != "theirs" {
			t.Errorf("%s wrote %s behind a snapshot", name, last)
		}
		for i, want := range seen {
			if got, ok := was.Task(want.ID); !ok || got.ID != was.Tasks[i].ID {
				t.Errorf("%s: task %s became %s in a snapshot", name, want.ID, got.ID)
			}
		}
		if diff := cmp.Diff(b.q.Snapshot().Tasks, b.open().Snapshot().Tasks); diff != "" {
			t.Errorf("%s is not what the ledger says:\n%s", name, diff)
		}
	}
}
