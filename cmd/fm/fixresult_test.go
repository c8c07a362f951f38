package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// newFixing is a run of fm fix in a folder of its own, with worktrees for some
// issues.
func newFixing(t *testing.T, terms fm.Terms, worktrees ...string) *fixing {
	t.Helper()
	root := t.TempDir()
	for _, id := range worktrees {
		if err := os.MkdirAll(filepath.Join(root, ".worktrees", "issue-"+id), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	terms.Fix = true
	return &fixing{
		house: &house{
			app:     &app{stdout: &bytes.Buffer{}, getenv: func(string) string { return "" }},
			project: fm.Project{Root: root}, config: fm.Config{}.WithDefaults(),
		},
		document: &bytes.Buffer{}, terms: terms, base: "main", issues: []fm.Issue{{ID: "123"}, {ID: "456"}},
	}
}

// TestTheResultSaysWhereToLook compares whole results. Caught: a worktree that
// was left and called cleaned up; a Jira issue without a worktree, and not a word of
// why; a failure behind which nothing begins by itself; an advice of 30 minutes for
// what took 45.
func TestTheResultSaysWhereToLook(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		terms     fm.Terms
		manual    bool
		worktrees []string
		conflicts []fm.Conflict
		rows      []fixRow
	}{
		"seed": {
			worktrees: []string{"789"},
			rows: []fixRow{
				{stands: standsSuccess, over: true, note: "Clean fix", task: fm.Task{ID: "123", Status: fm.Merged, Pull: "45", Attempt: 1}},
				{stands: standsSuccess, over: true, note: "Added 3 tests", task: fm.Task{ID: "456", Status: fm.Merged, Pull: "46", Attempt: 1}},
				{stands: standsFailed, over: true, note: "the agent gave up: Tests failing in api.test.ts", task: fm.Task{ID: "789", Status: fm.Failed, Attempt: 2}},
			},
		},
		"trouble": {
			manual:    true,
			worktrees: []string{"124", "125", "126", "PROJ-7"},
			conflicts: []fm.Conflict{
				{Tasks: [2]fm.TaskID{"126", "127"}, Files: []string{"src/auth/login.ts", "a b\x1b[2J.txt"}},
				{Tasks: [2]fm.TaskID{"900", "901"}, Files: []string{"theirs.txt"}},
			},
			rows: []fixRow{
				{stands: standsBlocked, over: true, note: "create worktree for issue PROJ-8: git: it is not a folder", task: fm.Task{ID: "PROJ-8", Status: fm.Blocked, Attempt: 1, Note: "create worktree for issue PROJ-8: git: it is not a folder (possible causes: the branch is in use elsewhere; try: git worktree prune)"}},
				{stands: standsFailed, over: true, note: "Issue #124 timed out after 45m0s. The worktree is preserved at: /x Debug: cd /x; git status; cat COMPLETION.md", task: fm.Task{ID: "124", Status: fm.Failed, Attempt: 1, Note: "Issue #124 timed out after 45m0s. The worktree is preserved at: /x Debug: cd /x; git status; cat COMPLETION.md"}},
				{stands: standsPartial, over: true, note: supervisor.PartNote + "No flour; draft pull request #9", task: fm.Task{ID: "125", Status: fm.Blocked, Pull: "9", Attempt: 1}},
				{stands: standsSuccess, over: true, note: "Done | or so\x1b[2J", task: fm.Task{ID: "126", Status: fm.Completed, Pull: "10", Attempt: 1, Note: "its files stay where they are: \"/x\" is locked"}},
				{stands: standsSuccess, over: true, task: fm.Task{ID: "127", Status: fm.Completed, Pull: "11", Attempt: 1}},
				{stands: standsPending, over: true, remark: "waits for #126 to be merged (PR #10)", note: "waits for #126 to be merged (PR #10)", task: fm.Task{ID: "128", Status: fm.Pending}},
				{stands: standsPending, over: true, remark: "waits for #124, which is failed", hangs: []fm.Task{{ID: "124", Status: fm.Failed}, {ID: "99"}}, task: fm.Task{ID: "130", Status: fm.Pending}},
				{stands: standsPending, over: true, remark: "waits for #99, which is not in the queue", hangs: []fm.Task{{ID: "99"}}, task: fm.Task{ID: "131", Status: fm.Pending}},
				{stands: standsHeld, over: true, task: fm.Task{ID: "129", Status: fm.Hold}},
				{stands: standsCancelled, over: true, task: fm.Task{ID: "PROJ-7", Status: fm.Cancelled}},
			},
		},
		"conflict": {
			worktrees: []string{"456"},
			conflicts: []fm.Conflict{{Tasks: [2]fm.TaskID{"456", ""}, Files: []string{"shop.txt"}}},
			rows: []fixRow{
				{stands: standsSuccess, over: true, note: "Clean fix", task: fm.Task{ID: "123", Status: fm.Merged, Pull: "45", Attempt: 1}},
				{stands: standsFailed, over: true, note: "the agent gave up: Both are right", task: fm.Task{ID: "456", Status: fm.Failed, Pull: "46", Attempt: 3}},
			},
		},
		"nopr": {
			terms:     fm.Terms{NoPull: true},
			worktrees: []string{"457"},
			conflicts: []fm.Conflict{{Tasks: [2]fm.TaskID{"123", "457"}, Files: []string{"shop.txt"}}},
			rows: []fixRow{
				{stands: standsSuccess, over: true, task: fm.Task{ID: "123", Status: fm.Completed, Attempt: 1}},
				{stands: standsSuccess, over: true, task: fm.Task{ID: "457", Status: fm.Completed, Attempt: 1, Note: "locked"}},
			},
		},
		"sequential": {
			terms: fm.Terms{Main: true, NoPull: true},
			rows: []fixRow{
				{stands: standsSuccess, over: true, note: "Done last", task: fm.Task{ID: "789", Status: fm.Completed, Attempt: 1, Since: noon().Add(time.Hour), Terms: fm.Terms{Fix: true, Main: true, NoPull: true}}},
				{stands: standsSuccess, over: true, note: "Clean fix", task: fm.Task{ID: "123", Status: fm.Completed, Attempt: 1, Since: noon(), Terms: fm.Terms{Fix: true, Main: true, NoPull: true}}},
				{stands: standsFailed, over: true, task: fm.Task{ID: "456", Status: fm.Failed, Attempt: 1, Note: "Issue #456 timed out after 90s. Debug: no", Terms: fm.Terms{Fix: true, Main: true, NoPull: true}}},
			},
			conflicts: []fm.Conflict{{Tasks: [2]fm.TaskID{"123", ""}, Files: []string{"shop.txt"}}},
		},
	} {
		f := newFixing(t, tt.terms, tt.worktrees...)
		for i := range tt.rows {
			tt.rows[i].task.Terms.Fix, tt.rows[i].task.Terms.NoPull = true, tt.terms.NoPull
		}
		f.manual = tt.manual
		got := f.report(tt.rows, tt.conflicts)
		if strings.ContainsRune(got, 0x1b) {
			t.Errorf("%s: an escape in %q", name, got)
		}
		golden(t, filepath.Join("testdata", "fix", name+".txt"), strings.ReplaceAll(got, f.project.Root, "/shop"))
	}
}

// TestOnlySuccessIsSuccess: scripts go by the exit code. Caught: a cancelled
// issue that counted as done.
func TestOnlySuccessIsSuccess(t *testing.T) {
	t.Parallel()
	for _, s := range []standing{standsFailed, standsPartial, standsBlocked, standsHeld, standsCancelled, standsPending, standsUnknown, standsSuccess} {
		f := newFixing(t, fm.Terms{})
		err := f.result(context.Background(), []fixRow{{stands: standsSuccess, task: fm.Task{ID: "1"}}, {stands: s, task: fm.Task{ID: "2"}}}, supervisor.Status{})
		want := exitUnfinished
		if s == standsSuccess {
			want = exitOK
		}
		if got := concluded(&bytes.Buffer{}, err); got != want {
			t.Errorf("%s: exit code %d, want %d", s, got, want)
		}
	}
}

// TestTheWayBackRepeatsTheFlags: issues that are not begun take the terms of the
// command that names them last. Caught: --no-pr that was left out.
func TestTheWayBackRepeatsTheFlags(t *testing.T) {
	t.Parallel()
	two, long := 2, 90*time.Minute
	for want, c := range map[string]fixCmd{
		"fm fix 123 456": {},
		"fm fix 123 456 --max-parallel 2 --no-pr --timeout 1h30m": {MaxParallel: &two, NoPR: true, Timeout: &long},
		"fm fix 123 456 --sequential":                             {Sequential: true},
	} {
		f := newFixing(t, fm.Terms{})
		f.flags = c.flags()
		if got := f.again(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for d, want := range map[time.Duration]string{10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Second: "1m30s", 20 * time.Second: "20s", time.Hour + time.Second: "1h0m1s"} {
		if got := shortTime(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

// TestAnswersAreRead: what is no answer is asked about again. Caught: "12" taken
// for 1.
func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]overlapAnswer{
		"1": proceed, " 2 ": sequence, "3.": abort, "Proceed": proceed, "sequence": sequence, "ABORT": abort, "run sequentially": sequence,
		"": unanswered, "12": unanswered, "y": unanswered, "proceed?": unanswered, "\x1b[A": unanswered,
	} {
		if got, ok := parseAnswer(line); got != want || ok != (want != unanswered) {
			t.Errorf("%q: %q, %v; want %q", line, got, ok, want)
		}
	}
}
