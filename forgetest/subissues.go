package forgetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/founder-mode/fm"
)

func (t tracker) subissueFollowsTheTemplate() {
	parent, before := t.Add("Parent", "Body."), t.Add("Before", "")
	plan := fm.Subissue{
		Title: "Write it", Description: "All of it.", Criteria: []string{"It works"}, Context: []string{"main.go"},
		Hours: 1.5, Priority: "critical",
	}
	made := t.create(parent, "1", plan, before)
	children := t.children(parent)
	if len(children) != 1 {
		t.Fatalf("%d children: %+v", len(children), children)
	}
	for where, got := range map[string]fm.Issue{"Create": made, "Issue": t.issue(made.ID), "Children": children[0]} {
		if got.ID == parent || got.ID != made.ID || got.Title != plan.TitleFor(parent) || got.Closed {
			t.Errorf("%s: %+v", where, got)
		}
		if !strings.Contains(got.Body, strings.TrimSpace(plan.BodyFor(parent))) {
			t.Errorf("%s: the text is %q, want %q in it", where, got.Body, plan.BodyFor(parent))
		}
		if got.Parent != parent || got.Priority != fm.Critical || !slices.Equal(got.DependsOn, []fm.IssueID{before}) {
			t.Errorf("%s: parent %q, priority %s, depends on %q", where, got.Parent, got.Priority, got.DependsOn)
		}
	}
	if other := t.create(parent, "2", fm.Subissue{Title: "No word for it", Priority: "whenever"}); other.Priority != fm.Normal {
		t.Errorf("priority %s, want normal", other.Priority)
	}
	if got := t.issue(parent); got.Closed || got.Parent != "" || !strings.Contains(got.Body, "Body.") {
		t.Errorf("the parent became %+v", got)
	}
}

func (t tracker) keyMakesOne() {
	one, two := t.Add("One", ""), t.Add("Two", "")
	first := t.create(one, "a", fm.Subissue{Title: "First"})
	others := []fm.Issue{first, t.create(one, "b", fm.Subissue{Title: "First"}), t.create(two, "a", fm.Subissue{Title: "First"})}
	if others[1].ID == first.ID || others[2].ID == first.ID || others[1].ID == others[2].ID {
		t.Fatalf("keys of their own gave %s", ids(others))
	}
	for range 2 {
		again := t.create(one, "a", fm.Subissue{Title: "Another title"}, two)
		if again.ID != first.ID || again.Title != first.Title {
			t.Errorf("the same key gave %+v, want #%s", again, first.ID)
		}
		t.issues = t.Restart()
	}
	if got, want := ids(t.children(one)), ids(others[:2]); got != want {
		t.Errorf("children %s, want %s", got, want)
	}
}

func (t tracker) keyMakesOneAtOnce() {
	parent := t.Add("Parent", "")
	made := make([]fm.Issue, 6)
	errs := make([]error, len(made))
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			made[i], errs[i] = t.issues.Create(t.Context(), parent, fmt.Sprint("key ", i%2), fm.Subissue{Title: "x"}, nil)
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil || made[i].ID != made[i%2].ID {
			t.Errorf("call %d: #%s, %v; want #%s", i, made[i].ID, err, made[i%2].ID)
		}
	}
	if children := t.children(parent); len(children) != 2 {
		t.Errorf("children %s, want two", ids(children))
	}
}

// A subissue that is done must not be done again.
func (t tracker) closedIsNotMadeAgain() {
	parent := t.Add("Parent", "")
	made := t.create(parent, "a", fm.Subissue{Title: "x"})
	t.close(made.ID, "Done.")
	t.issues = t.Restart()
	if again := t.create(parent, "a", fm.Subissue{Title: "x"}); again.ID != made.ID || !again.Closed {
		t.Errorf("got %+v, want #%s, closed", again, made.ID)
	}
}

func (t tracker) childrenComeInOrder() {
	parent, other := t.Add("Parent", ""), t.Add("Other", "")
	if children := t.children(parent); len(children) > 0 {
		t.Errorf("children before there are any: %s", ids(children))
	}
	var made []fm.Issue
	for i := range 12 {
		made = append(made, t.create(parent, fmt.Sprint(i), fm.Subissue{Title: fmt.Sprint("Part ", i)}))
		t.create(other, fmt.Sprint(i), fm.Subissue{Title: "x"})
	}
	t.close(made[1].ID, "Done.")
	t.Close(made[3].ID)
	children := t.children(parent)
	if ids(children) != ids(made) {
		t.Fatalf("children %s, want %s", ids(children), ids(made))
	}
	for i, child := range children {
		if child.Closed != (i == 1 || i == 3) || child.Parent != parent {
			t.Errorf("child %d: %+v", i, child)
		}
	}
}
