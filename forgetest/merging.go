package forgetest

import (
	"errors"
	"strings"

	"github.com/founder-mode/fm"
)

// untouched checks that a merge fails, and that neither the pull request nor
// main is changed.
func (t forge) untouched(number, sha string, kind error, state fm.PullState) {
	t.Helper()
	before := t.Read("main", "main.txt")
	got, err := t.pulls.Merge(t.Context(), number, sha)
	if !errors.Is(err, kind) || strings.Contains(err.Error(), "\n") {
		t.Errorf("merge: %+v, %v; want %v on one line", got, err, kind)
	}
	for range 2 {
		t.is(number, state)
		t.pulls = t.Restart() // nothing is left to be done by a later look
	}
	if now := t.Read("main", "main.txt"); now != before {
		t.Errorf("main.txt was %q and is %q", before, now)
	}
}

func (t forge) mergedOnce() {
	p := t.proposal(1)
	sha := t.Push(p.Head, "main.txt", "merged\n")
	opened := t.open(p)
	for range 3 {
		got, err := t.pulls.Merge(t.Context(), opened.Number, sha)
		if err != nil || got.Number != opened.Number || got.State != fm.PullMerged || got.Armed {
			t.Fatalf("merge: %+v, %v", got, err)
		}
		t.is(opened.Number, fm.PullMerged)
		t.pulls = t.Restart()
	}
	if got := t.Read("main", "main.txt"); got != "merged\n" {
		t.Errorf("main.txt is %q", got)
	}
	// The branch may be offered again.
	t.Push(p.Head, "main.txt", "and more\n")
	if next := t.open(p); next.Number == opened.Number || next.State != fm.PullOpen {
		t.Errorf("opened %+v after %s was merged", next, opened.Number)
	}
}

func (t forge) movedHeadIsRefused() {
	p := t.proposal(1)
	old := t.Push(p.Head, "main.txt", "seen\n")
	opened := t.open(p)
	sha := t.Push(p.Head, "main.txt", "unseen\n")
	t.untouched(opened.Number, old, fm.ErrRefused, fm.PullOpen)
	if seen := t.look(opened.Number); seen.SHA != sha {
		t.Errorf("seen at %s, want %s", seen.SHA, sha)
	}
	if got, err := t.pulls.Merge(t.Context(), opened.Number, sha); err != nil || got.State != fm.PullMerged {
		t.Errorf("merge: %+v, %v", got, err)
	}
}

func (t forge) closedIsNotMerged() {
	p := t.proposal(1)
	sha := t.Push(p.Head, "main.txt", "closed\n")
	opened := t.open(p)
	t.Close(opened.Number)
	t.untouched(opened.Number, sha, fm.ErrRefused, fm.PullClosed)
}

func (t forge) draftIsNotMerged() {
	p := t.proposal(1)
	p.Draft = true
	sha := t.Push(p.Head, "main.txt", "half\n")
	opened := t.open(p)
	t.untouched(opened.Number, sha, fm.ErrRefused, fm.PullOpen)
	p.Draft = false
	t.open(p)
	if got, err := t.pulls.Merge(t.Context(), opened.Number, sha); err != nil || got.State != fm.PullMerged {
		t.Errorf("merge: %+v, %v", got, err)
	}
}

func (t forge) conflictIsOne() {
	var opened []fm.PullRequest
	for n, text := range []string{"one way\n", "another way\n"} {
		p := t.proposal(n)
		t.Push(p.Head, "main.txt", text)
		opened = append(opened, t.open(p))
	}
	if _, err := t.pulls.Merge(t.Context(), opened[0].Number, opened[0].SHA); err != nil {
		t.Fatal(err)
	}
	t.untouched(opened[1].Number, opened[1].SHA, fm.ErrConflict, fm.PullOpen)
	// What was refused is not done by itself once it could be.
	t.Push("main", "main.txt", "first\n")
	t.is(opened[1].Number, fm.PullOpen)
	if got, err := t.pulls.Merge(t.Context(), opened[1].Number, opened[1].SHA); err != nil || got.State != fm.PullMerged {
		t.Errorf("merge: %+v, %v", got, err)
	}
}

func (t forge) honoursItsContext() {
	p := t.proposal(1)
	sha := t.Push(p.Head, "main.txt", "late\n")
	opened := t.open(p)
	ctx, cancel := contextOver(t.Context())
	defer cancel()
	other := t.proposal(2)
	t.Push(other.Head, "a.txt", "a\n")
	for what, call := range map[string]func() error{
		"open":     func() error { _, err := t.pulls.Open(ctx, other); return err },
		"merge":    func() error { _, err := t.pulls.Merge(ctx, opened.Number, sha); return err },
		"find":     func() error { _, err := t.pulls.Find(ctx, p.Head); return err },
		"look":     func() error { _, err := t.pulls.Look(ctx, []string{opened.Number}); return err },
		"all":      func() error { _, err := t.pulls.All(ctx, ""); return err },
		"feedback": func() error { _, err := t.pulls.Feedback(ctx, opened.Number); return err },
	} {
		if err := transient(call()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	t.is(opened.Number, fm.PullOpen)
	if all := t.all(""); len(all) != 1 {
		t.Errorf("%d pull requests: %+v", len(all), all)
	}
}
