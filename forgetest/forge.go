package forgetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// Forge holds a forge to its promises, each in a world of its own.
func Forge(t *testing.T, open func(t *testing.T) ForgeWorld) {
	t.Helper()
	for _, promise := range []struct {
		name string
		hold func(forge)
	}{
		{"ABranchWithoutAPullRequestIsGone", forge.unknownIsGone},
		{"APullRequestIsWhatWasProposed", forge.isWhatWasProposed},
		{"ABranchHasOneOpenPullRequest", forge.openedOnce},
		{"ABranchHasOneOpenPullRequestAtOnce", forge.openedOnceAtOnce},
		{"ABranchThatIsNotPushedIsRefused", forge.unpushedIsRefused},
		{"ADraftIsMadeReadyAndBack", forge.draftAndReady},
		{"WhatAPersonMergedMeanwhileIsNotOpenedAgain", forge.mergedMeanwhile},
		{"TheOpenOneIsFoundElseTheNewest", forge.openOneIsFound},
		{"TextFromOutsideIsData", forge.textIsData},
		{"AMergeIsMadeOnce", forge.mergedOnce},
		{"OnlyTheCommitThatWasSeenIsMerged", forge.movedHeadIsRefused},
		{"WhatIsClosedIsNotMerged", forge.closedIsNotMerged},
		{"ADraftIsNotMerged", forge.draftIsNotMerged},
		{"AConflictIsSaidToBeOne", forge.conflictIsOne},
		{"ALookSeesWhatPeopleDid", forge.lookSeesPeople},
		{"ALookAnswersInTheOrderOfTheQuestion", forge.lookKeepsTheOrder},
		{"AllAreListedByTheirBranches", forge.allByPrefix},
		{"AReviewIsADemandOnce", forge.reviewIsADemand},
		{"NothingIsDoneWithoutTime", forge.honoursItsContext},
	} {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			promise.hold(forge{T: t, ForgeWorld: w, pulls: w.Restart()})
		})
	}
}

// forge is one promise's world.
type forge struct {
	*testing.T
	ForgeWorld
	pulls Pulls
}

// proposal is one for a branch of its own, into main.
func (t forge) proposal(n int) fm.Proposal {
	id := fm.TaskID(fmt.Sprint(1000 + n))
	return fm.Proposal{Task: id, Title: fmt.Sprint("[Subissue] Part ", n), Body: fmt.Sprint("Part ", n, " is done.\n"), Head: (fm.Task{ID: id}).Head(), Base: "main"}
}

// offer pushes a branch with a file of its own and opens its pull request.
func (t forge) offer(n int) fm.PullRequest {
	t.Helper()
	p := t.proposal(n)
	t.Push(p.Head, fmt.Sprint(n, ".txt"), "done\n")
	return t.open(p)
}

func (t forge) open(p fm.Proposal) fm.PullRequest {
	t.Helper()
	got, err := t.pulls.Open(t.Context(), p)
	if err != nil {
		t.Fatalf("open %s: %v", p.Head, err)
	}
	return got
}

func (t forge) find(head string) fm.PullRequest {
	t.Helper()
	got, err := t.pulls.Find(t.Context(), head)
	if err != nil {
		t.Fatalf("find %s: %v", head, err)
	}
	return got
}

func (t forge) look(number string) fm.PullRequest {
	t.Helper()
	all, err := t.pulls.Look(t.Context(), []string{number})
	if err != nil || len(all) != 1 {
		t.Fatalf("look at %s: %+v, %v", number, all, err)
	}
	return all[0]
}

func (t forge) all(prefix string) []fm.PullRequest {
	t.Helper()
	all, err := t.pulls.All(t.Context(), prefix)
	if err != nil {
		t.Fatalf("all of %q: %v", prefix, err)
	}
	return all
}

// is checks what a look and a search by the branch say of a pull request.
func (t forge) is(number string, state fm.PullState) {
	t.Helper()
	seen := t.look(number)
	if seen.Number != number || seen.State != state {
		t.Errorf("look: %+v, want %s to be %s", seen, number, state)
	}
	if seen.State != fm.PullOpen && (seen.Armed || seen.Conflict) {
		t.Errorf("look: %s, and still to be merged: %+v", state, seen)
	}
	if found := t.find(seen.Head); found.Number == number && found.State != state {
		t.Errorf("find: %+v, want %s to be %s", found, number, state)
	}
}

func (t forge) unknownIsGone() {
	t.offer(1)
	ctx := t.Context()
	for _, head := range []string{"subissue/100", "subissue/10011", "subissue", "nothing"} {
		_, err := t.pulls.Find(ctx, head)
		gone(t, "find "+head, err)
	}
	for _, number := range []string{"4711", "x", ""} {
		_, err := t.pulls.Merge(ctx, number, strings.Repeat("a", 40))
		gone(t, "merge "+number, err)
		_, err = t.pulls.Feedback(ctx, number)
		gone(t, "feedback on "+number, err)
		if seen := t.look(number); seen.Number != number || seen.State != fm.PullClosed {
			t.Errorf("look at %q: %+v, want it closed", number, seen)
		}
	}
}

func (t forge) isWhatWasProposed() {
	p := t.proposal(1)
	p.Body = "Summary | of it.\n\nCloses #12\n"
	sha := t.Push(p.Head, "a.txt", "a\n")
	opened := t.open(p)
	t.pulls = t.Restart()
	for where, got := range map[string]fm.PullRequest{"Open": opened, "Find": t.find(p.Head), "Look": t.look(opened.Number)} {
		if got.Number != opened.Number || got.Title != p.Title || got.Head != p.Head || got.Base != p.Base || got.SHA != sha {
			t.Errorf("%s: %+v, want %+v at %s", where, got, p, sha)
		}
		if got.State != fm.PullOpen || got.Draft || got.Armed || got.Conflict || got.Demand != "" || got.URL == "" {
			t.Errorf("%s: it is more than was proposed: %+v", where, got)
		}
	}
	if text := t.Text(opened.Number); !strings.Contains(text, strings.TrimSpace(p.Body)) {
		t.Errorf("the text is %q, want %q in it", text, p.Body)
	}
	if text, err := t.pulls.Feedback(t.Context(), opened.Number); err != nil || text != "" {
		t.Errorf("feedback %q, %v; want none", text, err)
	}
	refused(t, "rerun nothing", t.pulls.Rerun(t.Context(), opened.Number, nil))
	if got := t.Read("main", "main.txt"); strings.Contains(got, "a\n") {
		t.Errorf("main.txt became %q", got)
	}
}
