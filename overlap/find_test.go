package overlap_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/overlap"
)

func TestFindReportsTheMoreSpecificPath(t *testing.T) {
	got := overlap.Find([]fm.IssueID{"3", "1", "2", "4"}, map[fm.IssueID][]string{
		"1": {"src/auth/", "README.md"},
		"2": {"src/auth/login.ts", "go.mod", "src/author.ts"},
		"3": {"src/auth/login.ts", "go.mod", "go.mod"},
		"4": {"docs/", "src/auth"},
		"5": {"README.md"}, // not among those that are asked for
	})
	want := []overlap.Shared{
		{Path: "go.mod", Issues: []fm.IssueID{"3", "2"}},
		{Path: "src/auth/", Issues: []fm.IssueID{"1", "4"}},
		{Path: "src/auth/login.ts", Issues: []fm.IssueID{"3", "1", "2", "4"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// anyPaths draws few enough paths that issues share some.
func anyPaths() *rapid.Generator[[]string] {
	return rapid.SliceOfN(rapid.SampledFrom([]string{".", "a", "a/", "a/b", "a/b/", "a/b/c.go", "a/bc.go", "d/e.go", "d/", "f.go"}), 0, 4)
}

// Caught: folders compared with their last slash, and the root forgotten.
func TestFindMeansWhatOverlapMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyPaths().Draw(t, "a"), anyPaths().Draw(t, "b")
		var got []string
		for _, s := range overlap.Find([]fm.IssueID{"1", "2"}, map[fm.IssueID][]string{"1": a, "2": b}) {
			got = append(got, s.Path)
		}
		if want := fm.Overlap(a, b); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestSequenceIsAChain(t *testing.T) {
	order := []fm.IssueID{"1", "2", "3", "4", "5"}
	for name, c := range map[string]struct {
		shared []overlap.Shared
		want   map[fm.IssueID][]fm.IssueID
	}{
		"nothing shared": {nil, map[fm.IssueID][]fm.IssueID{}},
		"a chain, no clique": {
			[]overlap.Shared{{Path: "a", Issues: []fm.IssueID{"1", "2", "4"}}},
			map[fm.IssueID][]fm.IssueID{"2": {"1"}, "4": {"2"}},
		},
		"two paths, one wait": {
			[]overlap.Shared{{Path: "a", Issues: []fm.IssueID{"1", "2", "3"}}, {Path: "b", Issues: []fm.IssueID{"1", "3"}}},
			map[fm.IssueID][]fm.IssueID{"2": {"1"}, "3": {"2"}},
		},
		"two that share nothing with each other": {
			[]overlap.Shared{{Path: "a", Issues: []fm.IssueID{"3", "1"}}, {Path: "b", Issues: []fm.IssueID{"2", "3"}}},
			map[fm.IssueID][]fm.IssueID{"3": {"2", "1"}},
		},
		"strangers": {[]overlap.Shared{{Path: "a", Issues: []fm.IssueID{"7", "2"}}}, map[fm.IssueID][]fm.IssueID{}},
	} {
		if diff := cmp.Diff(c.want, overlap.Sequence(order, c.shared)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Nobody waits in a circle, or for who comes later; two that share a path never
// run at once; two that share nothing are never ordered directly.
// Caught: waiting for the latest one alone, which lets an earlier one that
// shares another path run beside it.
func TestSequenceKeepsApartWhatSharesAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation([]fm.IssueID{"1", "2", "3", "4", "5", "6", "7"}).Draw(t, "order")
		paths := map[fm.IssueID][]string{}
		for _, id := range order {
			paths[id] = anyPaths().Draw(t, "paths of "+string(id))
		}
		waits := overlap.Sequence(order, overlap.Find(order, paths))
		behind := map[fm.IssueID]map[fm.IssueID]bool{} // directly or not
		for i, id := range order {
			behind[id] = map[fm.IssueID]bool{}
			for _, earlier := range waits[id] {
				if slices.Index(order, earlier) >= i {
					t.Fatalf("%s waits for %s, which comes later", id, earlier)
				}
				if behind[id][earlier] {
					t.Fatalf("%s waits for %s twice: %v", id, earlier, waits)
				}
				behind[id][earlier] = true
				for before := range behind[earlier] {
					behind[id][before] = true
				}
			}
			for _, earlier := range order[:i] {
				shares := len(fm.Overlap(paths[id], paths[earlier])) > 0
				if shares && !behind[id][earlier] {
					t.Fatalf("%s and %s share a path and may run at once: %v", id, earlier, waits)
				}
				if !shares && slices.Contains(waits[id], earlier) {
					t.Fatalf("%s waits for %s for nothing", id, earlier)
				}
			}
		}
	})
}
