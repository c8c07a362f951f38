package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/overlap"
	"github.com/founder-mode/fm/queue"
)

// Nobody is warned of two that are never at work at the same time.
// Caught: only what is waited for directly left out.
func TestThoseThatWaitForEachOtherAreInNobodysWay(t *testing.T) {
	t.Parallel()
	snap := queue.Snapshot{Tasks: []fm.Task{
		{ID: "2"},
		{ID: "3", DependsOn: []fm.TaskID{"2"}},
		{ID: "4", DependsOn: []fm.TaskID{"3"}},
		{ID: "5", DependsOn: []fm.TaskID{"2"}},
		{ID: "6"},
	}}
	got := unordered(snap, []overlap.Shared{
		{Path: "direct", Issues: []fm.IssueID{"2", "3"}},
		{Path: "through another", Issues: []fm.IssueID{"2", "4"}},
		{Path: "a chain", Issues: []fm.IssueID{"2", "3", "4"}},
		{Path: "two after one", Issues: []fm.IssueID{"2", "3", "5"}},
		{Path: "one of no order", Issues: []fm.IssueID{"3", "4", "6"}},
	})
	want := []overlap.Shared{
		{Path: "two after one", Issues: []fm.IssueID{"3", "5"}},
		{Path: "one of no order", Issues: []fm.IssueID{"3", "4", "6"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
