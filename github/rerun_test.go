package github

import (
	"errors"
	"fmt"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

func failedChecks(t *testing.T, f *Forge) []fm.Check {
	t.Helper()
	got, err := f.Look(t.Context(), []string{"1"})
	if err != nil {
		t.Fatal(err)
	}
	return got[0].Checks.Failed
}

// Failed jobs run again together, other apps' checks one by one, and each once,
// however often it is asked for. Caught: a rerun of the whole workflow for each
// job; a second rerun by a process that does not know of the first; a rerun of
// what has failed again since.
func TestRerunRunsEachFailedCheckAgainOnce(t *testing.T) {
	r := newRig(t)
	sha := offered(r, fake.Pull{})
	r.SetCheck(sha, "test", "failure")
	r.SetCheck(sha, "lint", "timed_out")
	r.SetCheck(sha, "docs", "success")
	r.SetForeignCheck(sha, "scan", "failure")
	checks := failedChecks(t, r.forge())
	if len(checks) != 3 {
		t.Fatalf("got %+v", checks)
	}
	for range 2 {
		if err := r.forge().Rerun(t.Context(), "1", checks); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.Writes(); n != 2 {
		t.Errorf("%d writes, want one for the workflow and one for the app: %v", n, r.Log())
	}
	for name, want := range map[string]int{"test": 2, "lint": 2, "docs": 1} {
		if got := r.Attempts(sha, name); got != want {
			t.Errorf("%s ran %d times, want %d", name, got, want)
		}
	}
	if err := r.forge().Rerun(t.Context(), "1", []fm.Check{{ID: fmt.Sprint(r.SetCheck(sha, "new", "")), Name: "new"}}); err != nil || r.Writes() != 2 {
		t.Errorf("a check that runs: %v, %d writes", err, r.Writes())
	}
	r.SetCheck(sha, "test", "failure") // the second run of it is over
	if err := r.forge().Rerun(t.Context(), "1", checks); err != nil || r.Writes() != 2 {
		t.Errorf("checks that ran again: %v, %d writes", err, r.Writes())
	}
}

func TestRerunIsRefusedWhereNothingCanRunAgain(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*rig, string)
		words   string
	}{
		"a status": {func(r *rig, sha string) { r.SetStatus(sha, "deploy", "failure") }, "commit status"},
		"no right": {func(r *rig, sha string) {
			r.SetCheck(sha, "test", "failure")
			r.Deny("POST actions/runs/{run_id}/rerun-failed-jobs")
		}, "token may not"},
		"it is over": {func(r *rig, sha string) { r.SetCheck(sha, "test", "failure") }, "it is merged"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			sha := offered(r, fake.Pull{})
			c.prepare(r, sha)
			f := r.forge()
			checks := failedChecks(t, f)
			if name == "it is over" {
				_ = r.MergePull(1, "alice")
			}
			err := f.Rerun(t.Context(), "1", checks)
			if !errors.Is(err, fm.ErrRefused) {
				t.Errorf("got %v, want refused", err)
			}
			oneLine(t, err, c.words)
		})
	}
}

// The answer to a rerun gets lost: the next call sees that it was ordered.
//
// Fault: F14.
func TestRerunWhoseAnswerIsLost(t *testing.T) {
	for _, when := range []fake.Moment{fake.Before, fake.After} {
		t.Run(fmt.Sprint(when), func(t *testing.T) {
			r := newRig(t)
			sha := offered(r, fake.Pull{})
			r.SetCheck(sha, "test", "failure")
			checks := failedChecks(t, r.forge())
			lost := 0
			r.Fault(func(q fake.Request) fake.Verdict {
				if q.Write && lost == 0 {
					lost++
					return fake.Verdict{Act: fake.Cut, When: when}
				}
				return fake.Verdict{}
			})
			if err := r.forge().Rerun(t.Context(), "1", checks); err == nil || errors.Is(err, fm.ErrRefused) {
				t.Errorf("got %v, want a transient error", err)
			}
			if err := r.forge().Rerun(t.Context(), "1", checks); err != nil {
				t.Error(err)
			}
			if got := r.Attempts(sha, "test"); got != 2 {
				t.Errorf("ran %d times, want 2", got)
			}
		})
	}
}
