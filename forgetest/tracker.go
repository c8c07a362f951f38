package forgetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// Tracker holds a tracker to its promises, each in a world of its own.
func Tracker(t *testing.T, open func(t *testing.T) TrackerWorld) {
	t.Helper()
	for _, promise := range []struct {
		name string
		hold func(tracker)
	}{
		{"AnIssueIsWhatAPersonWrote", tracker.issueIsWhatAPersonWrote},
		{"AnUnknownIssueIsGone", tracker.unknownIsGone},
		{"ASubissueFollowsTheTemplate", tracker.subissueFollowsTheTemplate},
		{"AKeyMakesOneSubissue", tracker.keyMakesOne},
		{"AKeyMakesOneSubissueAtOnce", tracker.keyMakesOneAtOnce},
		{"ASubissueIsMadeOnceThoughItIsClosed", tracker.closedIsNotMadeAgain},
		{"ChildrenComeInOrder", tracker.childrenComeInOrder},
		{"TextFromOutsideIsData", tracker.textIsData},
		{"AnIssueIsClosedOnceInItsLife", tracker.closedOnce},
		{"WhatAPersonClosedIsLeft", tracker.personsClosingIsLeft},
		{"SearchFindsOpenIssuesOfPeople", tracker.searchFindsOpenOnes},
		{"MadeIsEverythingThatFMMade", tracker.madeIsEverything},
		{"NothingIsDoneWithoutTime", tracker.honoursItsContext},
	} {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			promise.hold(tracker{T: t, TrackerWorld: w, issues: w.Restart()})
		})
	}
}

// tracker is one promise's world.
type tracker struct {
	*testing.T
	TrackerWorld
	issues Issues
}

func (t tracker) issue(id fm.IssueID) fm.Issue {
	t.Helper()
	issue, err := t.issues.Issue(t.Context(), id)
	if err != nil {
		t.Fatalf("issue #%s: %v", id, err)
	}
	return issue
}

func (t tracker) create(parent fm.IssueID, key string, s fm.Subissue, deps ...fm.IssueID) fm.Issue {
	t.Helper()
	issue, err := t.issues.Create(t.Context(), parent, key, s, deps)
	if err != nil {
		t.Fatalf("create %q below #%s: %v", key, parent, err)
	}
	return issue
}

func (t tracker) children(parent fm.IssueID) []fm.Issue {
	t.Helper()
	children, err := t.issues.Children(t.Context(), parent)
	if err != nil {
		t.Fatalf("children of #%s: %v", parent, err)
	}
	return children
}

func (t tracker) close(id fm.IssueID, comment string) {
	t.Helper()
	if err := t.issues.Close(t.Context(), id, comment); err != nil {
		t.Fatalf("close #%s: %v", id, err)
	}
}

// gone checks that an error is [fm.ErrGone].
func gone(tb testing.TB, what string, err error) {
	tb.Helper()
	if !errors.Is(err, fm.ErrGone) {
		tb.Errorf("%s: got %v, want gone", what, err)
	}
}

// refused checks that an error is [fm.ErrRefused], of one line.
func refused(tb testing.TB, what string, err error) {
	tb.Helper()
	if !errors.Is(err, fm.ErrRefused) {
		tb.Errorf("%s: got %v, want a refusal", what, err)
	} else if strings.Contains(err.Error(), "\n") {
		tb.Errorf("%s: more than one line: %q", what, err)
	}
}

// ids are those of the issues, apart by blanks.
func ids(issues []fm.Issue) string {
	var all []string
	for _, issue := range issues {
		all = append(all, string(issue.ID))
	}
	return strings.Join(all, " ")
}

func (t tracker) issueIsWhatAPersonWrote() {
	id := t.Add("Add a login", "# Why\n\nBecause | of `that`.\n", "bug", "priority: high")
	got := t.issue(id)
	if got.ID != id || got.Title != "Add a login" || strings.TrimSpace(got.Body) != "# Why\n\nBecause | of `that`." {
		t.Errorf("read %+v", got)
	}
	if got.Closed || got.Parent != "" || len(got.DependsOn) > 0 || len(got.Comments) > 0 {
		t.Errorf("it is more than a person wrote: %+v", got)
	}
	if !slices.Contains(got.Labels, "bug") || got.Priority != fm.High {
		t.Errorf("labels %q, priority %s", got.Labels, got.Priority)
	}
	t.Close(id)
	if !t.issue(id).Closed {
		t.Error("a closed issue is not seen to be")
	}
	t.Reopen(id)
	if t.issue(id).Closed {
		t.Error("a reopened issue is not seen to be")
	}
}

func (t tracker) unknownIsGone() {
	t.Add("One", "")
	ctx := t.Context()
	for _, id := range []fm.IssueID{"4711", "PROJ-7", "", "..", "-rf", "../x"} {
		_, err := t.issues.Issue(ctx, id)
		gone(t, "issue "+string(id), err)
		_, err = t.issues.Create(ctx, id, "key", fm.Subissue{Title: "x"}, nil)
		gone(t, "create below "+string(id), err)
		gone(t, "close "+string(id), t.issues.Close(ctx, id, ""))
	}
}

func (t tracker) honoursItsContext() {
	parent := t.Add("Parent", "")
	ctx, cancel := contextOver(t.Context())
	defer cancel()
	if _, err := t.issues.Create(ctx, parent, "a", fm.Subissue{Title: "x"}, nil); err == nil {
		t.Error("created")
	}
	if err := t.issues.Close(ctx, parent, "Done."); err == nil {
		t.Error("closed")
	}
	if _, err := t.issues.Issue(ctx, parent); transient(err) != nil {
		t.Error("issue: ", transient(err))
	}
	if _, err := t.issues.Children(ctx, parent); transient(err) != nil {
		t.Error("children: ", transient(err))
	}
	if _, err := t.issues.Made(ctx); transient(err) != nil {
		t.Error("made: ", transient(err))
	}
	if _, err := t.issues.Search(ctx, fm.Query{}); transient(err) != nil {
		t.Error("search: ", transient(err))
	}
	if all := t.children(parent); len(all) > 0 || t.issue(parent).Closed {
		t.Errorf("it was done all the same: %+v", all)
	}
}
