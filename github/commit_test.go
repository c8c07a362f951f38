package github

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// GitHub makes the checks of a push some seconds after it: until then, that
// there are none says nothing. Caught: a merge without a check of what was
// pushed a second ago; a commit that is waited for, for ever.
func TestAPushIsNotWithoutChecksBeforeTheyCanBeThere(t *testing.T) {
	for _, api := range []string{"GraphQL", "REST"} {
		t.Run(api, func(t *testing.T) {
			r := newRig(t)
			r.newborn = newborn
			if api == "REST" {
				r.DisableGraphQL()
			}
			sha := r.push(proposal.Head)
			f := r.forge()
			if _, err := f.Open(t.Context(), proposal); err != nil {
				t.Fatal(err)
			}
			look := func(want fm.CheckState) {
				t.Helper()
				got, err := f.Look(t.Context(), []string{"1"})
				if err != nil || got[0].Checks.State != want {
					t.Errorf("got %+v, %v, want %q", got, err, want)
				}
			}
			look(fm.ChecksPending)
			r.pass(newborn - time.Second)
			writes := r.Writes()
			if got, err := f.Merge(t.Context(), "1", sha); err == nil || classified(err) || got.State != fm.PullOpen || r.Writes() != writes {
				t.Errorf("merged without a check: %+v, %v", got, err)
			}
			look(fm.ChecksPending)
			r.pass(2 * time.Minute)
			look(fm.NoChecks)
			if got, err := f.Merge(t.Context(), "1", sha); err != nil || got.State != fm.PullMerged {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// Caught: a young commit that must wait although its checks are there.
func TestAPushWhoseChecksHavePassedIsMergedAtOnce(t *testing.T) {
	r := newRig(t)
	r.newborn = newborn
	sha := r.push(proposal.Head)
	f := r.forge()
	if _, err := f.Open(t.Context(), proposal); err != nil {
		t.Fatal(err)
	}
	r.SetCheck(sha, "test", "success")
	if got, err := f.Merge(t.Context(), "1", sha); err != nil || got.State != fm.PullMerged {
		t.Errorf("%+v, %v", got, err)
	}
}

// A fine-grained token may not read checks. It may read the runs of workflows
// and the statuses, mostly. Caught: checks that are unreadable although what
// they come from is not; a run of a workflow ordered as if it were a check run.
func TestATokenThatMayNotReadChecksReadsTheRunsOfWorkflows(t *testing.T) {
	for _, api := range []string{"GraphQL", "REST"} {
		t.Run(api, func(t *testing.T) {
			r := newRig(t)
			n := r.AddPull(fake.Pull{Head: "subissue/1", Title: "one"})
			sha := r.pull("1").SHA
			r.Configure(func(s *fake.Settings) { s.ChecksHidden, s.NoGraphQL = true, api == "REST" })
			f := r.forge()
			look := func(want fm.CheckState) []fm.Check {
				t.Helper()
				r.pass(time.Hour / 2)
				got, err := f.Look(t.Context(), []string{"1"})
				if err != nil || got[0].Checks.State != want || got[0].Title != "one" {
					t.Errorf("got %+v, %v, want %q", got, err, want)
				}
				return got[0].Checks.Failed
			}
			look(fm.NoChecks)
			r.SetCheck(sha, "test", "")
			look(fm.ChecksPending)
			r.SetCheck(sha, "test", "failure")
			r.SetLog(sha, "test", "FAIL: it does not add up")
			failed := look(fm.ChecksFailed)
			text, err := f.Feedback(t.Context(), "1")
			if err != nil || !strings.Contains(text, "it does not add up") {
				t.Errorf("feedback %q, %v", text, err)
			}
			for range 2 { // the second finds that it runs
				if err := f.Rerun(t.Context(), "1", failed); err != nil || r.Attempts(sha, "test") != 2 {
					t.Errorf("%v, %d attempts", err, r.Attempts(sha, "test"))
				}
			}
			r.SetCheck(sha, "test", "success")
			look(fm.ChecksPassed)
			r.SetStatus(sha, "deploy", "pending")
			r.Comment(n, fake.Comment{Body: "Hm."}) // what is over is read again when something happens
			if api == "REST" {
				look(fm.ChecksPending)
			}
		})
	}
}

// Caught: a token that may read nothing of the checks, for which there seem to
// be none.
func TestATokenThatMayReadNoneOfThemSaysSo(t *testing.T) {
	for _, denied := range []string{"GET actions/runs", "GET commits/{ref}/status"} {
		r := newRig(t)
		r.AddPull(fake.Pull{Head: "subissue/1", Title: "one"})
		r.Configure(func(s *fake.Settings) { s.ChecksHidden = true })
		r.SetConflict(1, fake.Behind) // not clean: the statuses count
		r.Deny(denied)
		for _, api := range []string{"GraphQL", "REST"} {
			got, err := r.forge().Look(t.Context(), []string{"1"})
			if err != nil || got[0].Checks.State != fm.ChecksUnreadable || got[0].Title != "one" {
				t.Errorf("%s, without %s: %+v, %v", api, denied, got, err)
			}
			r.DisableGraphQL()
		}
	}
}
