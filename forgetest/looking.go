package forgetest

import (
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

func (t forge) lookSeesPeople() {
	opened := t.offer(1)
	t.is(opened.Number, fm.PullOpen)
	t.Close(opened.Number)
	t.is(opened.Number, fm.PullClosed)
	t.Reopen(opened.Number)
	t.is(opened.Number, fm.PullOpen)
	t.Merge(opened.Number)
	t.is(opened.Number, fm.PullMerged)
	if got, err := t.pulls.Merge(t.Context(), opened.Number, opened.SHA); err != nil || got.State != fm.PullMerged {
		t.Errorf("merge of what a person merged: %+v, %v", got, err)
	}
}

func numbers(pulls []fm.PullRequest) []string {
	var all []string
	for _, p := range pulls {
		all = append(all, p.Number)
	}
	return all
}

func (t forge) lookKeepsTheOrder() {
	var opened []string
	for n := range 3 {
		opened = append(opened, t.offer(n).Number)
	}
	t.Close(opened[1])
	asked := []string{opened[2], "4711", opened[0], opened[1], opened[2]}
	seen, err := t.pulls.Look(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if got := numbers(seen); !slices.Equal(got, asked) {
		t.Fatalf("asked about %q, told about %q", asked, got)
	}
	var states []fm.PullState
	for _, p := range seen {
		states = append(states, p.State)
	}
	if want := []fm.PullState{fm.PullOpen, fm.PullClosed, fm.PullOpen, fm.PullClosed, fm.PullOpen}; !slices.Equal(states, want) {
		t.Errorf("%q are %q, want %q", asked, states, want)
	}
	if none, err := t.pulls.Look(t.Context(), nil); err != nil || len(none) > 0 {
		t.Errorf("asked about nothing: %+v, %v", none, err)
	}
}

func (t forge) allByPrefix() {
	if all := t.all("subissue/"); len(all) > 0 {
		t.Errorf("all before there are any: %+v", all)
	}
	var want []string
	for n := range 4 {
		want = append(want, t.offer(n).Number)
	}
	other := t.proposal(9)
	other.Head = "a-person/subissue/9"
	t.Push(other.Head, "a.txt", "a\n")
	person := t.open(other).Number
	t.Close(want[1])
	t.Merge(want[2])
	t.pulls = t.Restart()
	all := t.all("subissue/")
	if got := numbers(all); !slices.Equal(got, want) {
		t.Fatalf("all are %q, want %q", got, want)
	}
	for n, state := range []fm.PullState{fm.PullOpen, fm.PullClosed, fm.PullMerged, fm.PullOpen} {
		if p := all[n]; p.State != state || p.Head != t.proposal(n).Head || p.Base != "main" {
			t.Errorf("%+v, want it %s", p, state)
		}
	}
	if got := numbers(t.all("a-person/")); !slices.Equal(got, []string{person}) {
		t.Errorf("of a person: %q, want %q", got, person)
	}
}

func (t forge) reviewIsADemand() {
	opened := t.offer(1)
	t.Review(opened.Number, "Use a | map.")
	first := t.look(opened.Number)
	if first.Demand == "" || first.State != fm.PullOpen {
		t.Fatalf("seen %+v, want a demand", first)
	}
	t.pulls = t.Restart()
	if again := t.look(opened.Number).Demand; again != first.Demand {
		t.Errorf("the same review has demand %q, then %q", first.Demand, again)
	}
	text, err := t.pulls.Feedback(t.Context(), opened.Number)
	if err != nil || !strings.Contains(text, "Use a | map.") {
		t.Errorf("feedback %q, %v", text, err)
	}
	t.Review(opened.Number, "Use a list.")
	if second := t.look(opened.Number).Demand; second == first.Demand || second == "" {
		t.Errorf("a new review has demand %q, the old one %q", second, first.Demand)
	}
	if text, err := t.pulls.Feedback(t.Context(), opened.Number); err != nil || !strings.Contains(text, "Use a list.") {
		t.Errorf("feedback %q, %v", text, err)
	}
	t.Close(opened.Number)
	if seen := t.look(opened.Number); seen.Demand != "" {
		t.Errorf("what is closed has demand %q", seen.Demand)
	}
}
