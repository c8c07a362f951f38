package supervisor

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// claimedNext lists the tasks that a state's next step claims.
func claimedNext(s State) []fm.TaskID {
	ids := []fm.TaskID{}
	_, effects := step(s, QueueRead{Snapshot: s.Queue})
	for _, eff := range effects {
		rec, ok := eff.(Record)
		if !ok {
			continue
		}
		for _, c := range rec.Changes {
			if c.Op == queue.OpClaim {
				ids = append(ids, c.Task.ID)
			}
		}
	}
	return ids
}

// pending is a task that may be claimed, with files that it will change.
func pending(id fm.TaskID, paths ...string) fm.Task {
	t := task(id, fm.Pending)
	t.Paths = paths
	return t
}

func (s State) wanting(workers, fixes int) State {
	s.Wanted.Workers, s.Wanted.Fixes = workers, fixes
	return s
}

func in(t fm.Task, terms fm.Terms) fm.Task {
	t.Terms = terms
	return t
}

// holding is a task that has the main checkout, although nobody works on it.
func holding(t fm.Task) fm.Task {
	t.Extra = append(slices.Clone(t.Extra), fm.Field{Key: "has", Value: "main"})
	return t
}

// TestWhatIsClaimedNext goes through what steers a choice.
//
// Caught: a look ahead that ended the search, so that workers stood idle beside
// tasks that had been passed over for their terms.
func TestWhatIsClaimedNext(t *testing.T) {
	at := func(id fm.TaskID, w fm.WorkerID, paths ...string) fm.Task {
		t := working(id, w)
		t.Paths = paths
		return t
	}
	offered, kept := task("1", fm.Completed), task("1", fm.Completed)
	offered.Paths, offered.Pull, kept.Paths, kept.Terms.NoPull = []string{"a.go"}, "9", []string{"a.go"}, true
	first := pending("5", "a.go")
	first.Priority = fm.Critical
	fix, main := fm.Terms{Fix: true}, fm.Terms{Fix: true, Main: true}
	var many []fm.Task
	for i := range 3 * lookahead {
		many = append(many, in(pending(fm.TaskID(fmt.Sprint(1000+i)), "a.go"), fix))
	}
	publishes := in(publishing("1", 1), fix)
	owed := in(queue.Owe(publishing("1", 1), "no route", noon()).Task, fix)
	released := holding(in(pending("5"), main))
	for _, c := range []struct {
		name  string
		given State
		want  []fm.TaskID
	}{
		{"whose files nobody changes comes first", seen(at("1", 1, "a.go"), pending("5", "a.go"), pending("6", "b.go")), []fm.TaskID{"6"}},
		{"also what is in a folder", seen(at("1", 1, "x/"), pending("5", "x/y/a.go"), pending("6", "xy.go")), []fm.TaskID{"6"}},
		{"and who says nothing of files", seen(at("1", 1, "a.go"), pending("5", "a.go"), pending("6")), []fm.TaskID{"6"}},
		{"what waits to be merged counts", seen(offered, pending("5", "a.go"), pending("6")).wanting(1, 0), []fm.TaskID{"6"}},
		{"what nobody will merge does not", seen(kept, pending("5", "a.go"), pending("6")).wanting(1, 0), []fm.TaskID{"5"}},
		{"no worker idles for it", seen(at("1", 1, "a.go"), pending("5", "a.go"), pending("6", "a.go")).wanting(3, 0), []fm.TaskID{"5", "6"}},
		{"both at once only when there is nothing else", seen(pending("5", "a.go"), pending("6", "a.go"), pending("7")), []fm.TaskID{"5", "7"}},
		{"never over a priority", seen(at("1", 1, "a.go"), pending("6", "b.go"), first), []fm.TaskID{"5"}},
		{"as many issues as are wanted", seen(in(at("1", 1), fix), in(pending("5"), fix), in(pending("6"), fix), pending("7")).wanting(4, 2), []fm.TaskID{"5", "7"}},
		{"one that is published has its worker", seen(publishes, in(pending("5"), fix)).wanting(4, 1), []fm.TaskID{}},
		{"one that is owed has none", seen(owed, in(pending("5"), fix)).wanting(4, 1), []fm.TaskID{"5"}},
		{"one in the main checkout", seen(in(pending("5"), main), in(pending("6"), main), pending("7")), []fm.TaskID{"5", "7"}},
		{"none while one works there", seen(in(at("1", 1), main), in(pending("5"), main)), []fm.TaskID{}},
		{"none before it is given back", seen(in(pending("4"), main), released), []fm.TaskID{}},
		{"its order is kept there", seen(at("1", 1, "a.go"), in(pending("5", "a.go"), main), in(pending("6"), main)), []fm.TaskID{"5"}},
		{"a crowd that may not begin holds up nobody", seen(append(slices.Clone(many), pending("9"))...).wanting(3, 1), []fm.TaskID{"1000", "9"}},
		{"nor one that may not, behind one that may", seen(append([]fm.Task{at("1", 1, "a.go")}, append(slices.Clone(many), pending("9", "a.go"))...)...).wanting(3, 1), []fm.TaskID{"1000", "9"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, claimedNext(c.given)); diff != "" {
				t.Errorf("claimed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWithoutPathsTermsAndBoundsTheFirstAreClaimed holds the choice against the
// queue's order.
//
// Caught: tasks that were passed over and came back behind the next priority.
func TestWithoutPathsTermsAndBoundsTheFirstAreClaimed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tasks []fm.Task
		for i := range rapid.IntRange(0, 200).Draw(t, "tasks") {
			task := pending(fm.TaskID(fmt.Sprint(1000 + i)))
			task.Priority = fm.Priority(rapid.IntRange(1, 4).Draw(t, "priority"))
			task.Status = rapid.SampledFrom([]fm.Status{fm.Pending, fm.Pending, fm.Merged, fm.Hold}).Draw(t, "status")
			tasks = append(tasks, task)
		}
		s := seen(tasks...).wanting(rapid.IntRange(1, 100).Draw(t, "workers"), 0)
		want := []fm.TaskID{}
		for _, task := range queue.Ready(tasks, noon()) {
			if len(want) < s.Wanted.Workers {
				want = append(want, task.ID)
			}
		}
		if diff := cmp.Diff(want, claimedNext(s)); diff != "" {
			t.Fatalf("claimed (-want +got):\n%s", diff)
		}
	})
}

// TestNoWorkerIsIdleWhileAnythingMayBegin gives tasks all kinds of terms and
// files. What is not claimed may not begin beside what is; and of two tasks of one
// priority and with the same terms, one that meets others' files is not claimed
// before one that does not.
//
// Caught: a look ahead that ended the search; tasks that were passed over and
// forgotten.
func TestNoWorkerIsIdleWhileAnythingMayBegin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		taken := []string{"a.go", "x/"}
		begun := working("1", 1)
		begun.Paths = taken
		tasks := []fm.Task{begun}
		for i := range rapid.IntRange(0, 150).Draw(t, "tasks") {
			task := in(pending(fm.TaskID(fmt.Sprint(1000+i))), rapid.SampledFrom(someTerms()).Draw(t, "terms"))
			task.Priority = fm.Priority(rapid.IntRange(1, 2).Draw(t, "priority"))
			task.Paths = rapid.SampledFrom([][]string{nil, {"a.go"}, {"x/b.go"}, {fmt.Sprint("own-", i)}}).Draw(t, "paths")
			tasks = append(tasks, task)
		}
		s := seen(tasks...).wanting(rapid.IntRange(1, 60).Draw(t, "workers"), rapid.IntRange(0, 3).Draw(t, "fixes"))
		p := &pick{limit: s.Wanted.Workers - 1, fixes: len(tasks), taken: files{}}
		if s.Wanted.Fixes > 0 {
			p.fixes = s.Wanted.Fixes
		}
		got := claimedNext(s)
		for _, id := range got {
			task, _ := s.Queue.Task(id)
			if !p.may(task) {
				t.Fatalf("claimed %v: %s may not begin", got, id)
			}
			p.take(task)
		}
		for _, task := range tasks[1:] {
			if p.may(task) && !slices.Contains(got, task.ID) {
				t.Fatalf("claimed %v of %d: %s might begin, too", got, p.limit, task.ID)
			}
			for _, id := range got {
				other, _ := s.Queue.Task(id)
				clashes := len(fm.Overlap(other.Paths, taken)) > 0
				same := other.Priority == task.Priority && other.Terms == task.Terms && !task.Terms.Main
				if same && clashes && len(tasks) <= lookahead && !slices.Contains(got, task.ID) && len(fm.Overlap(task.Paths, taken)) == 0 {
					t.Fatalf("claimed %v: %s, and not %s, whose files nobody changes", got, id, task.ID)
				}
			}
		}
	})
}

// TestFilesAnswerAsOverlapDoes holds the set against the definition.
//
// Caught: a folder that was taken for the beginning of a name.
func TestFilesAnswerAsOverlapDoes(t *testing.T) {
	paths := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "a/", "ab", "a/b", "a/b/", "a/b/c.go", "a/bc", "b", "b/c", "c.go", ".", "./", "x/a/b"}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		one, other := paths.Draw(t, "one"), paths.Draw(t, "other")
		f := files{}
		f.add(one)
		if got, want := f.meet(other), len(fm.Overlap(one, other)) > 0; got != want {
			t.Fatalf("%q and %q: %v, want %v", one, other, got, want)
		}
	})
}

// TestClaimingIsCheapAmongTenThousand counts what a claim looks at: files are
// compared for as many tasks as can be claimed, and for a window of others.
func TestClaimingIsCheapAmongTenThousand(t *testing.T) {
	p := &pick{limit: 10, fixes: 10, taken: files{}}
	p.taken.add([]string{"go.mod"})
	offered := 0
	for i := range 10_000 {
		offered++
		if !p.offer(pending(fm.TaskID(fmt.Sprint(i)), "go.mod", fmt.Sprint("file-", i))) {
			break
		}
	}
	if offered != lookahead+1 || len(p.done()) != 10 {
		t.Errorf("%d tasks were looked at for %d claims", offered, len(p.done()))
	}
}

// BenchmarkClaim is what a step costs that claims one of 5,000 tasks, all with
// twenty files, beside 99 that are at work.
func BenchmarkClaim(b *testing.B) {
	s := crowd(b)
	for i := range s.Queue.Tasks {
		for n := range 20 {
			s.Queue.Tasks[i].Paths = append(s.Queue.Tasks[i].Paths, fmt.Sprintf("folder/%d/of/package/file-%d.go", (i+n)%300, n))
		}
	}
	s.Queue.Tasks[0].Status = fm.Merged
	s = s.holding(s.Queue)
	b.ReportAllocs()
	for b.Loop() {
		if got := claimedNext(s); len(got) != 1 {
			b.Fatal(got)
		}
	}
}
