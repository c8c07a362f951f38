package forgetest

import (
	"sync"

	"github.com/founder-mode/fm"
)

func (t forge) openedOnce() {
	p := t.proposal(1)
	t.Push(p.Head, "a.txt", "a\n")
	first := t.open(p)
	sha := t.Push(p.Head, "a.txt", "b\n")
	for range 2 {
		p.Title = "Another title"
		if again := t.open(p); again.Number != first.Number || again.SHA != sha {
			t.Errorf("opened %+v, want %s at %s", again, first.Number, sha)
		}
		t.pulls = t.Restart()
	}
	if all := t.all(""); len(all) != 1 {
		t.Errorf("%d pull requests: %+v", len(all), all)
	}
	if other := t.offer(2); other.Number == first.Number {
		t.Errorf("another branch got %s, too", other.Number)
	}
}

func (t forge) openedOnceAtOnce() {
	p := t.proposal(1)
	t.Push(p.Head, "a.txt", "a\n")
	opened := make([]fm.PullRequest, 4)
	errs := make([]error, len(opened))
	var all sync.WaitGroup
	for i := range opened {
		all.Go(func() { opened[i], errs[i] = t.pulls.Open(t.Context(), p) })
	}
	all.Wait()
	for i, err := range errs {
		if err != nil || opened[i].Number != opened[0].Number {
			t.Errorf("call %d: %+v, %v; want %s", i, opened[i], err, opened[0].Number)
		}
	}
	if all := t.all(""); len(all) != 1 {
		t.Errorf("%d pull requests: %+v", len(all), all)
	}
}

func (t forge) unpushedIsRefused() {
	_, err := t.pulls.Open(t.Context(), t.proposal(1))
	refused(t, "open a branch that is not there", err)
	if all := t.all(""); len(all) > 0 {
		t.Errorf("it was opened all the same: %+v", all)
	}
}

func (t forge) draftAndReady() {
	p := t.proposal(1)
	t.Push(p.Head, "a.txt", "a\n")
	number := ""
	for _, draft := range []bool{true, true, false, false, true, false} {
		p.Draft = draft
		got := t.open(p)
		if number == "" {
			number = got.Number
		}
		if seen := t.look(number); got.Number != number || got.Draft != draft || seen.Draft != draft || seen.State != fm.PullOpen {
			t.Errorf("opened %+v, seen %+v; want draft %v", got, seen, draft)
		}
		t.pulls = t.Restart()
	}
}

// mergedMeanwhile: a person can be faster than fm, which pushed and is about to
// open. A commit that is new since then is for another pull request.
func (t forge) mergedMeanwhile() {
	p := t.proposal(1)
	p.SHA = t.Push(p.Head, "a.txt", "a\n")
	first := t.open(p)
	t.Merge(first.Number)
	t.pulls = t.Restart()
	if got := t.open(p); got.Number != first.Number || got.State != fm.PullMerged {
		t.Errorf("opened %+v, and %s has that commit merged", got, first.Number)
	}
	p.SHA = t.Push(p.Head, "a.txt", "more\n")
	if got := t.open(p); got.Number == first.Number || got.State != fm.PullOpen {
		t.Errorf("got %+v for a new commit", got)
	}
}

func (t forge) openOneIsFound() {
	p := t.proposal(1)
	t.Push(p.Head, "a.txt", "a\n")
	first := t.open(p)
	t.Close(first.Number)
	second := t.open(p)
	if second.Number == first.Number {
		t.Fatalf("%s is closed, and was opened again", first.Number)
	}
	for _, tt := range []struct {
		deed func(string)
		to   string
		want string
	}{
		{func(string) {}, "", second.Number},
		{t.Close, second.Number, second.Number},
		{t.Reopen, first.Number, first.Number},
		{t.Close, first.Number, second.Number},
	} {
		tt.deed(tt.to)
		if got := t.find(p.Head); got.Number != tt.want {
			t.Errorf("found %+v, want %s", got, tt.want)
		}
	}
}
