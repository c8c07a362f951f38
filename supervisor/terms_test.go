package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestWorkWithoutAPullRequestStaysOnItsBranch accepts work that nobody is to
// publish: nothing is pushed or looked at, and what waits for it begins.
//
// Caught: a part of such work that became a draft.
func TestWorkWithoutAPullRequestStaysOnItsBranch(t *testing.T) {
	for _, terms := range []fm.Terms{{Fix: true, NoPull: true}, {Fix: true, NoPull: true, Main: true}, {NoPull: true}} {
		at := in(working("5", 1), terms)
		next := in(task("6", fm.Pending), terms)
		next.DependsOn = []fm.TaskID{"5"}
		verdict := func(v Verdict) (State, fm.Task) {
			s := seen(at, next).with(live(1, "5", 1), claimed(2))
			s.Runs["5"] = Progress{Attempt: 1, Judged: 1, Checked: 1, Parts: 1}
			s.Busy[taskKey("5")] = Verify{Task: at}
			s, effects := step(s, Verified{Run: at.Run(), Verdict: v})
			return s, given(t, s, effects)
		}
		s, got := verdict(Verdict{Turns: 2, Outcome: fm.Success, Summary: "It works.\nAt last.", Commits: 1})
		if got.Status != fm.Completed || got.Pull != "" || got.Note != "" || queue.Clearing(got) != terms.Fix || len(s.Finishes) != 1 {
			t.Fatalf("%+v: recorded %+v", terms, got)
		}
		s = s.holding(queue.Snapshot{Tasks: []fm.Task{got, next}})
		s.Sight.Sessions[0].Alive = false
		want := map[bool]string{true: "[record claim 6 worker-1 Clear clear 5]", false: "[record claim 6 worker-1]"}[terms.Fix]
		if terms.Main { // not before the checkout is given back
			want = "[Clear clear 5]"
		}
		if got := fmt.Sprint(names(look(t, s))); got != want {
			t.Errorf("%+v: ordered %s, want %s", terms, got, want)
		}
		if terms.Main {
			s = s.holding(queue.Snapshot{Tasks: []fm.Task{queue.Cleared(got, "").Task, next}})
			if got := fmt.Sprint(names(look(t, s))); got != "[record claim 6 worker-1]" {
				t.Errorf("%+v, given back: ordered %s", terms, got)
			}
		}
		if text := View(s).Workers[0].Text; text != "#5 done, on "+at.Head() {
			t.Errorf("%+v: shown %q", terms, text)
		}
		if _, got = verdict(Verdict{Turns: 2, Outcome: fm.Partial, Summary: "half of it", Commits: 1}); got.Status != fm.Blocked || got.Note != "the agent finished only a part: half of it" {
			t.Errorf("%+v, a part: recorded %+v", terms, got)
		}
	}
}

// TestAFixNamesItsIssue wants a commit that says which issue it mends, of a task
// that mends one, and of no other.
//
// Caught: #12 in "Fixes #123", and PROJ-1 in "Fixes PROJ-12"; "prefixes".
func TestAFixNamesItsIssue(t *testing.T) {
	for _, c := range []struct {
		id       fm.TaskID
		messages string
		want     string
	}{
		{"123", "fix: log in\n\nFixes #123\n", ""},
		{"123", "fix: log in\n\nFIXES: #123.", ""},
		{"123", "fix: log in\n\nCloses #123", ""},
		{"123", "fix: log in", `"Fixes #123"`},
		{"123", "fix: log in (#123)", `"Fixes #123"`},
		{"12", "Fixes #123", `"Fixes #12"`},
		{"123", "prefixes #123", `"Fixes #123"`},
		{"PROJ-123", "fix: log in\n\nFixes PROJ-123\n", ""},
		{"PROJ-123", "fixes proj-123, at last", ""},
		{"PROJ-123", "Fixes PROJ-123.", ""},
		{"PROJ-123", "Fixes PROJ-1234", `"Fixes PROJ-123"`},
		{"PROJ-123", "Fixes PROJ-123-b", `"Fixes PROJ-123"`},
		{"PROJ-123", "PROJ-123: log in", `"Fixes PROJ-123"`},
		{"PROJ-123", "Fixes XPROJ-123", `"Fixes PROJ-123"`},
		{"a.b", "Fixes aXb", `"Fixes a.b"`},
	} {
		work := fm.Work{Commits: 1, Files: []string{"a.go"}, Messages: c.messages}
		said := fm.Completion{Outcome: fm.Success}
		got := judge(fm.Task{ID: c.id, Terms: fm.Terms{Fix: true}}, said, work)
		if strings.Contains(got, "no commit message says") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s with %q: got %q, want %s in it", c.id, c.messages, got, c.want)
		}
		if got := judge(fm.Task{ID: c.id}, said, work); strings.Contains(got, "says") {
			t.Errorf("a subissue with %q: got %q", c.messages, got)
		}
	}
	if got := judge(fm.Task{ID: "5", Terms: fm.Terms{Fix: true}}, fm.Completion{Outcome: fm.Partial}, fm.Work{}); got != "" {
		t.Errorf("without a commit: %q", got)
	}
}

// TestATasksOwnTimeoutCounts lets tasks work for longer than they may.
func TestATasksOwnTimeoutCounts(t *testing.T) {
	dir := func(at fm.Site) string {
		if at.Main {
			return "/repo"
		}
		return "/trees/issue-" + string(at.Task)
	}
	for _, c := range []struct {
		terms  fm.Terms
		rules  time.Duration
		worked time.Duration
		want   string
	}{
		{fm.Terms{Timeout: 10 * time.Minute}, 4 * time.Hour, 10 * time.Minute, ""},
		{fm.Terms{Timeout: 10 * time.Minute}, 4 * time.Hour, 11 * time.Minute, "Issue #5 timed out after 10m0s. The worktree is preserved at: /trees/issue-5 Debug: cd /trees/issue-5; git status; cat COMPLETION.md"},
		{fm.Terms{Timeout: 10 * time.Minute}, 0, 11 * time.Minute, "Issue #5 timed out after 10m0s. The worktree is preserved at: /trees/issue-5 Debug: cd /trees/issue-5; git status; cat COMPLETION.md"},
		{fm.Terms{Timeout: 6 * time.Hour}, 4 * time.Hour, 5 * time.Hour, ""},
		{fm.Terms{}, 0, 100 * time.Hour, ""},
		{fm.Terms{Fix: true, Main: true}, time.Hour, 2 * time.Hour, "Issue #5 timed out after 1h0m0s. Its commits are on the branch fix/issue-5, and the rest is kept. Debug: cd /repo; git log fix/issue-5; git for-each-ref refs/fm/preserved/5"},
	} {
		rep := atWork()
		rep.Worked = c.worked
		s := seen(in(working("5", 1), c.terms)).with(live(1, "5", 1), rep)
		s.Rules.Timeout, s.Rules.Dir, s.Rules.Idle = c.rules, dir, 0
		_, effects := step(s, QueueRead{Snapshot: s.Queue})
		switch {
		case c.want == "" && len(effects) > 0:
			t.Errorf("%+v after %s: ordered %v", c.terms, c.worked, names(effects))
		case c.want != "":
			if got := given(t, s, effects); got.Status != fm.Failed || got.Note != c.want {
				t.Errorf("%+v after %s: %s, %q; want %q", c.terms, c.worked, got.Status, got.Note, c.want)
			}
		}
	}
}

// TestTitlesOfPullRequests names them, and closes nothing by it.
//
// Caught: "fix: #7 is back", which closes issue 7.
func TestTitlesOfPullRequests(t *testing.T) {
	fix, sub := in(task("5", fm.Working), fm.Terms{Fix: true}), task("5", fm.Working)
	fix.Title = "the queue's"
	for _, c := range []struct {
		task  fm.Task
		title string
		want  string
	}{
		{fix, "Log in", "fix: Log in"},
		{fix, "fix: log in", "fix: log in"},
		{fix, "Fix: log in", "Fix: log in"},
		{fix, "", "fix: the queue's"},
		{fix, "#7 is back", "fix: 7 is back"},
		{fix, "##7 is back", "fix: #7 is back"},
		{fix, "GH-7 is back", "fix: 7 is back"},
		{fix, "https://github.com/a/b/issues/7 is back", "fix: https://github.com/a/b 7 is back"},
		{fix, "fix: #7", "fix: 7"},
		{fix, "log\x1b[31m in\nnow", "fix: log in now"},
		{sub, "Log in", "[Subissue] Log in"},
		{sub, "Fix #123: log in", "[Subissue] Fix 123: log in"},
		{sub, "fixes fix #7 #8", "[Subissue] fixes fix 7 #8"},
	} {
		got := pullTitle(c.task, fm.Issue{Title: c.title})
		if got != c.want && c.title != "##7 is back" || len(fm.Closes(got)) > 0 {
			t.Errorf("%q: got %q, which closes %v; want %q", c.title, got, fm.Closes(got), c.want)
		}
	}
}

// TestABodyNamesWhatLivesElsewhere keeps the numbers of another tracker from being
// taken for the forge's own.
func TestABodyNamesWhatLivesElsewhere(t *testing.T) {
	elsewhere := Rules{Separate: true}
	said := fm.Completion{Summary: "It closes #78."}
	for _, c := range []struct {
		id     fm.TaskID
		parent fm.IssueID
		url    string
		want   string
	}{
		{"PROJ-5", "", "https://jira.example/browse/PROJ-5", "Issue: [PROJ-5](https://jira.example/browse/PROJ-5)\n"},
		{"PROJ-5", "PROJ-1", "", "Issue: PROJ-5\nPart of PROJ-1\n"},
		{"5", "1", "", "Issue: `#5`\nPart of `#1`\n"},
		{"PROJ-5", "", "https://x/)[evil](y", "Issue: PROJ-5\n"},
	} {
		at := fm.Task{ID: c.id, Parent: c.parent}
		body := elsewhere.pullBody(at, fm.Issue{URL: c.url}, said)
		if want := "## Summary\n\nIt closes `#78`.\n\n" + c.want; body != want || len(fm.Closes(body)) > 0 {
			t.Errorf("got %q, which closes %v; want %q", body, fm.Closes(body), want)
		}
	}
}

// TestCourtesiesAtTheTracker has the tracker refuse, or fail, to be told that work
// has begun and that a pull request stands. What it refuses is logged, and work
// goes on; what has failed is told again, before anything else.
//
// Caught: a link that was left out after a crash, because the pull request was
// merged meanwhile.
func TestCourtesiesAtTheTracker(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"begin issue", "link issue"} {
		for name, goes := range map[string]ill{"refuses": refuses, "fails": fails} {
			t.Run(op+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newTown(t, row(1)...)
					calls := 0
					var log strings.Builder
					c.trouble = func(ctx context.Context, at call) error {
						switch {
						case at.op == "start" && calls == 0 && op == "begin issue":
							t.Error("an agent is started, and the tracker was not told before")
						case at.op != op || at.task != "100":
							return nil
						}
						if calls++; calls < 3 || name == "refuses" {
							return goes(ctx)
						}
						return nil
					}
					c.alter = func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) }
					if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
						t.Fatal(err)
					}
					c.wantsMerged(1)
					if want := map[string]int{"refuses": 1, "fails": 3}[name]; calls != want {
						t.Errorf("told %d times, want %d", calls, want)
					}
					if told := strings.Contains(log.String(), "the tracker was not told"); told != (name == "refuses") {
						t.Errorf("logged: %v", told)
					}
				})
			})
		}
	}
	t.Run("merged before it was linked", func(t *testing.T) {
		c := newTown(t, row(1)...)
		c.pulls = []fm.PullRequest{{Number: "7", Head: "subissue/100", State: fm.PullMerged, SHA: "sha-100"}}
		if _, pull, err := c.published(queue.Publish); err != nil || pull.Number != "7" || c.counts["link issue"] != 1 || c.counts["open"] != 0 {
			t.Errorf("got %+v, %v, calls %v", pull, err, c.counts)
		}
	})
}

// TestWhatIsAskedForFitsBothKinds names no command that only one kind of task has.
func TestWhatIsAskedForFitsBothKinds(t *testing.T) {
	for _, text := range []string{missing, unfinished, nudgeText, resolve} {
		if strings.Contains(text, "/") || strings.Contains(text, "subissue") {
			t.Errorf("%q", text)
		}
	}
	if diff := cmp.Diff("COMPLETION.md is missing: finish the task, commit, then write it as TASK.md says.", missing); diff != "" {
		t.Error(diff)
	}
}
