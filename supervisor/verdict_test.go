package supervisor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestJudge compares claims with the work that they are about.
func TestJudge(t *testing.T) {
	good := fm.Work{Commits: 1, Files: []string{"main.go"}}
	dirty := good
	dirty.Dirty = []string{"a.go", "b\x1b[31m.go"}
	for _, c := range []struct {
		name    string
		outcome fm.Outcome
		work    fm.Work
		want    []string
	}{
		{"good", fm.Success, good, nil},
		{"no commit", fm.Success, fm.Work{}, []string{"no commit"}},
		{"an empty commit", fm.Success, fm.Work{Commits: 2}, []string{"change no file"}},
		{"left overs, and no escape of theirs", fm.Success, dirty, []string{"not clean", "a.go, b.go"}},
		{"nothing at all, and left overs", fm.Success, fm.Work{Dirty: []string{"x"}}, []string{"no commit", "not clean"}},
		{"partial needs no commit", fm.Partial, fm.Work{}, nil},
		{"partial, left overs", fm.Partial, dirty, []string{"not clean"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := judge(fm.Task{ID: "5"}, fm.Completion{Outcome: c.outcome}, c.work)
			if (got == "") != (c.want == nil) || strings.Contains(got, "\x1b") {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for _, part := range c.want {
				if !strings.Contains(got, part) {
					t.Errorf("got %q, want %q in it", got, part)
				}
			}
		})
	}
	many := make([]string, 50)
	for i := range many {
		many[i] = strings.Repeat("x", 100)
	}
	if got := judge(fm.Task{ID: "5"}, fm.Completion{Outcome: fm.Success}, fm.Work{Commits: 1, Files: many, Dirty: many}); len(got) > 700 || !strings.HasSuffix(got, "and 40 more") {
		t.Errorf("a long list is not cut: %d bytes, %q", len(got), got)
	}
}

// TestVerdictsAreActedOn goes through what a verdict does to the task.
func TestVerdictsAreActedOn(t *testing.T) {
	for _, c := range []struct {
		name    string
		verdict Verdict
		want    string
	}{
		{"accepted", Verdict{Turns: 1, Outcome: fm.Success}, "record publish 5 worker-1"},
		{"refused: told, in the same step", Verdict{Turns: 1, Outcome: fm.Success, Reasons: "no commit"}, "tell 5.1"},
		{"unreadable: told", Verdict{Turns: 1, Reasons: "no status"}, "tell 5.1"},
		{"given up: told to the next attempt", Verdict{Turns: 1, Outcome: fm.Failure, Summary: "cannot"}, "record fail 5"},
		{"a part: the rest is asked for", Verdict{Turns: 1, Outcome: fm.Partial}, "tell 5.1"},
		{"a part, and not clean: told", Verdict{Turns: 1, Outcome: fm.Partial, Reasons: "not clean"}, "tell 5.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := seen(working("5", 1)).with(live(1, "5", 1), claimed(1))
			s.Busy[taskKey("5")] = Verify{Task: working("5", 1)}
			s, effects := step(s, Verified{Run: fm.Run{Task: "5", Attempt: 1}, Verdict: c.verdict})
			if diff := cmp.Diff([]string{c.want}, names(effects)); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
			if s.Busy[taskKey("5")] != nil && c.want != "tell 5.1" {
				t.Error("the check is still under way")
			}
		})
	}
}

// TestGivenUpTwiceIsForGood lets agents say FAILED. The first one's word goes
// to the next, however often the task has failed for other reasons; the second
// one is believed; and a person's retry begins anew. Caught: a first FAILED that
// was final because four crashes had come before; a word that was not kept.
func TestGivenUpTwiceIsForGood(t *testing.T) {
	says := func(task fm.Task) fm.Task {
		s := seen(task).with(live(1, "5", task.Attempt), claimed(1))
		s.Busy[taskKey("5")] = Verify{Task: task}
		_, effects := step(s, Verified{Run: task.Run(), Verdict: Verdict{Turns: 1, Outcome: fm.Failure, Summary: "cannot"}})
		rec, ok := effects[0].(Record)
		if !ok || !strings.Contains(rec.Changes[0].Task.Note, "cannot") {
			t.Fatalf("ordered %v, want a record that says why", effects)
		}
		return rec.Changes[0].Task
	}
	again := func(task fm.Task) fm.Task { return queue.Claim(task, 1, noon()).Task }
	crashed := working("5", 1)
	crashed.Failures = rules().Attempts - 1
	first := says(crashed)
	if first.Status != fm.Pending {
		t.Fatalf("the first time: %s", first.Status)
	}
	if second := says(again(first)); second.Status != fm.Failed {
		t.Errorf("the second time: %s", second.Status)
	}
	if retried := says(again(queue.Retry(first, noon()).Task)); retried.Status != fm.Pending || len(retried.Extra) != 1 {
		t.Errorf("the first time after a retry: %+v", retried)
	}
}

// TestPartTwiceIsAPersons asks once for the rest.
func TestPartTwiceIsAPersons(t *testing.T) {
	s := told(Progress{Judged: 1, Checked: 1, Parts: 1}, live(1, "5", 1), claimed(2))
	s.Busy[taskKey("5")] = Verify{Task: working("5", 1)}
	_, effects := step(s, Verified{Run: fm.Run{Task: "5", Attempt: 1}, Verdict: Verdict{Turns: 2, Outcome: fm.Partial, Summary: "half of it"}})
	if got := names(effects); fmt.Sprint(got) != "[record block 5]" {
		t.Errorf("ordered %v", got)
	}
}

// TestPullBody writes what a reviewer needs.
func TestPullBody(t *testing.T) {
	issue := fm.Issue{Body: "## Description\nx\n\n## Acceptance Criteria\r\n- [ ] it works\n- [ ] it is tested\n\n## Technical Context\nnothing\n"}
	c := fm.Completion{Summary: "Made it\x1b]0;evil\x07 work.", Verification: "- [x] go test", Files: "- main.go"}
	want := `## Summary

Made it work.

## Acceptance Criteria

- [ ] it works
- [ ] it is tested

## Verification

- [x] go test

## Files Changed

- main.go

Closes #5
Part of #1
`
	if diff := cmp.Diff(want, Rules{}.pullBody(task("5", fm.Working), issue, c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	alone := task("5", fm.Working)
	alone.Parent = ""
	if got := (Rules{}).pullBody(alone, fm.Issue{}, fm.Completion{}); got != "Closes #5\n" {
		t.Errorf("with nothing to say: %q", got)
	}
	alone.Parent = "5"
	if got := (Rules{}).pullBody(alone, fm.Issue{}, fm.Completion{}); got != "Closes #5\n" {
		t.Errorf("an issue that is its own parent: %q", got)
	}
}

// TestCriteria cuts one section out of a body of any form.
func TestCriteria(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"none", "Do it.", ""},
		{"in the middle", "## A\n\n## Acceptance Criteria\n- x\n\n## B\ny", "- x\n"},
		{"at the end", "## Acceptance Criteria\n- x", "- x"},
		{"before a rule", "## Acceptance Criteria\n- x\n---\nfooter", "- x"},
		{"named in a sentence only", "See the Acceptance Criteria\nbelow", ""},
		{"with a deeper heading inside", "## Acceptance Criteria\n### One\n- x\n## B", "### One\n- x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := criteria(c.body); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestNoCommitClosesAnotherIssue sends work back whose messages would close what
// is not the task's own.
func TestNoCommitClosesAnotherIssue(t *testing.T) {
	for _, c := range []struct{ messages, want string }{
		{"Add it\n\nCloses #456", ""},
		{"See #123", ""},
		{"Fixes #123", "a commit message closes #123: reword it, git commit --amend or rebase -i; only #456 may be named so"},
		{"Fixes #123, closes #456, resolves acme/widget#9 and fixes #123", "closes #123, #9: reword"},
	} {
		work := fm.Work{Commits: 1, Files: []string{"a.go"}, Messages: c.messages}
		for _, outcome := range []fm.Outcome{fm.Success, fm.Partial} {
			if got := judge(fm.Task{ID: "456"}, fm.Completion{Outcome: outcome}, work); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%s with %q: got %q, want %q", outcome, c.messages, got, c.want)
			}
		}
	}
}

// TestPullBodyClosesNothingElse keeps what the agent and the issue say from
// closing issues; our own line does.
func TestPullBodyClosesNothingElse(t *testing.T) {
	issue := fm.Issue{Body: "## Acceptance Criteria\n- fixes #77\n"}
	body := Rules{}.pullBody(task("5", fm.Working), issue, fm.Completion{Summary: "This closes #78.", Verification: "resolves #79", Files: "fix: #80"})
	if diff := cmp.Diff([]fm.IssueID{"5"}, fm.Closes(body)); diff != "" {
		t.Errorf("it closes (-want +got):\n%s\n%s", diff, body)
	}
	for _, n := range []string{"#77", "#78", "#79", "#80"} {
		if !strings.Contains(body, n) {
			t.Errorf("%s is not in %q", n, body)
		}
	}
}

// TestAPartIsADraftAndAPersons publishes what there is of a task that its agent
// could not finish. Caught: a part that was shown as ready after a restart; a
// block that lost the pull request.
func TestAPartIsADraftAndAPersons(t *testing.T) {
	s := told(Progress{Judged: 1, Checked: 1, Parts: 1}, live(1, "5", 1), claimed(2))
	s.Busy[taskKey("5")] = Verify{Task: working("5", 1)}
	v := Verdict{Turns: 2, Outcome: fm.Partial, Summary: "half of it", Commits: 1}
	s, effects := step(s, Verified{Run: fm.Run{Task: "5", Attempt: 1}, Verdict: v})
	at := given(t, s, effects)
	if !queue.Publishing(at) || !queue.Drafting(at) || at.Worker != 1 {
		t.Fatalf("recorded %+v", at)
	}
	at = queue.Owe(at, "no route", noon()).Task // and for a while it cannot be
	s = seen(at)
	s, effects = step(s, QueueRead{Snapshot: s.Queue})
	if fmt.Sprint(names(effects)) != "[Publish task 5]" {
		t.Fatalf("ordered %v", names(effects))
	}
	s, effects = step(s, Published{Run: at.Run(), Pull: fm.PullRequest{Number: "12", Draft: true}, Summary: "half of it"})
	at = given(t, s, effects)
	if at.Status != fm.Blocked || at.Pull != "12" || at.Note != "the agent finished only a part: half of it; draft pull request #12" || len(s.Finishes) > 0 {
		t.Errorf("recorded %+v, finishes %v", at, s.Finishes)
	}
}
