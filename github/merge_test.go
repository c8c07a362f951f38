package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// offered adds pull request 1, as GitHub knows it after a push.
func offered(r *rig, p fake.Pull) (sha string) {
	p.Head = "subissue/456"
	r.AddPull(p)
	return r.pull("1").SHA
}

// Every state of a pull request leads to what a person would do about it.
// Caught: a merge of another commit; a merge while a check runs or has failed;
// auto-merge asked for where GitHub has nothing to wait for, and taken for
// refused; a refusal that does not say what to do.
func TestMergeByState(t *testing.T) {
	merged := fm.PullRequest{State: fm.PullMerged}
	armed := fm.PullRequest{State: fm.PullOpen, Armed: true}
	for name, c := range map[string]struct {
		prepare func(r *rig, sha string)
		want    fm.PullRequest
		err     error    // nil with words: transient
		words   []string // none: no error
	}{
		"clean":         {func(*rig, string) {}, merged, nil, nil},
		"merged before": {func(r *rig, _ string) { _ = r.MergePull(1, "alice") }, merged, nil, nil},
		"closed":        {func(r *rig, _ string) { r.ClosePull(1, "alice") }, fm.PullRequest{}, fm.ErrRefused, []string{"it is closed"}},
		"head moved":    {func(r *rig, _ string) { r.push("subissue/456") }, fm.PullRequest{}, fm.ErrRefused, []string{"head moved from"}},
		"in conflict":   {func(r *rig, _ string) { r.SetConflict(1, fake.Conflicting) }, fm.PullRequest{}, fm.ErrConflict, []string{"merge main into subissue/456 first"}},
		"behind":        {func(r *rig, _ string) { r.SetConflict(1, fake.Behind) }, fm.PullRequest{}, fm.ErrConflict, []string{"merge main into subissue/456 first"}},
		"blocked by a check": {func(r *rig, sha string) {
			r.Configure(func(s *fake.Settings) { s.Required = []string{"test"} })
			r.SetCheck(sha, "test", "")
		}, armed, nil, nil},
		"blocked by a review": {func(r *rig, _ string) {
			r.Configure(func(s *fake.Settings) { s.Approvals = 1 })
		}, armed, nil, nil},
		"auto-merge is off": {func(r *rig, _ string) {
			r.Configure(func(s *fake.Settings) { s.Approvals, s.AutoMerge = 1, false })
		}, fm.PullRequest{}, fm.ErrRefused, []string{"Allow auto-merge", "merge to manual"}},
		"GraphQL is refused": {func(r *rig, _ string) {
			r.Configure(func(s *fake.Settings) { s.Approvals, s.NoGraphQL = 1, true })
		}, fm.PullRequest{}, fm.ErrRefused, []string{"by hand"}},
		"a check runs that is not required": {func(r *rig, sha string) { r.SetCheck(sha, "test", "") }, fm.PullRequest{}, nil, []string{"not over"}},
		"a check has failed":                {func(r *rig, sha string) { r.SetCheck(sha, "test", "failure") }, fm.PullRequest{}, fm.ErrRefused, []string{"check test has failed"}},
		"checks are hidden": {func(r *rig, sha string) {
			r.SetCheck(sha, "test", "failure")
			r.Configure(func(s *fake.Settings) { s.ChecksHidden = true })
			r.Deny("GET actions/runs")
		}, fm.PullRequest{}, fm.ErrRefused, []string{"may not read"}},
		"not known yet":      {func(r *rig, _ string) { r.Unsettle(1, 2) }, merged, nil, nil},
		"not known for long": {func(r *rig, _ string) { r.Unsettle(1, 100) }, armed, nil, nil},
		"squash is off":      {func(r *rig, _ string) { r.Configure(func(s *fake.Settings) { s.Squash = false }) }, merged, nil, nil},
		"squash is off, and it waits": {func(r *rig, _ string) {
			r.Configure(func(s *fake.Settings) { s.Squash, s.MergeCommit, s.Approvals = false, false, 1 })
		}, armed, nil, nil},
		"no right": {func(r *rig, _ string) { r.Deny("PUT pulls/{pull_number}/merge") }, fm.PullRequest{}, fm.ErrRefused, []string{"token may not"}},
		"archived": {func(r *rig, _ string) { r.Archive() }, fm.PullRequest{}, fm.ErrRefused, []string{"archived"}},
		"rule of the branch": {func(r *rig, _ string) {
			r.Fault(func(q fake.Request) fake.Verdict {
				if q.Method == "PUT" {
					return fake.Refusing(405, "Repository rule violations found: Cannot update this protected ref.")
				}
				return fake.Verdict{}
			})
		}, fm.PullRequest{}, fm.ErrRefused, []string{"Cannot update this protected ref"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			sha := offered(r, fake.Pull{})
			c.prepare(r, sha)
			got, err := r.forge().Merge(t.Context(), "1", sha)
			switch {
			case len(c.words) > 0:
				oneLine(t, err, c.words...)
				refused := errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrConflict) || errors.Is(err, fm.ErrGone)
				if c.err != nil && !errors.Is(err, c.err) || c.err == nil && refused {
					t.Errorf("got %v, want %v", err, c.err)
				}
				if name != "closed" && r.pull("1").State != "open" {
					t.Errorf("it is %s", r.pull("1").State)
				}
			case err != nil:
				t.Error(err)
			case got.State != c.want.State || got.Armed != c.want.Armed || got.SHA != sha || got.Number != "1":
				t.Errorf("got %+v, want %+v", got, c.want)
			case r.pull("1").Armed != c.want.Armed || r.pull("1").State != string(c.want.State):
				t.Errorf("at GitHub: %+v", r.pull("1"))
			}
		})
	}
}

func TestMergeOfADraftIsRefused(t *testing.T) {
	r := newRig(t)
	sha := offered(r, fake.Pull{Draft: true})
	_, err := r.forge().Merge(t.Context(), "1", sha)
	if !errors.Is(err, fm.ErrRefused) {
		t.Errorf("got %v", err)
	}
	oneLine(t, err, "draft")
	if _, err := r.forge().Merge(t.Context(), "2", sha); !errors.Is(err, fm.ErrGone) {
		t.Errorf("got %v, want gone", err)
	}
}

// GitHub merges what is armed, and a Merge of it meanwhile writes nothing.
func TestArmedMergesByItself(t *testing.T) {
	r := newRig(t)
	sha := offered(r, fake.Pull{})
	r.Configure(func(s *fake.Settings) { s.Required = []string{"test"} })
	r.SetCheck(sha, "test", "")
	f := r.forge()
	for i := range 3 {
		got, err := f.Merge(t.Context(), "1", sha)
		if err != nil || !got.Armed || r.Writes() != 1 {
			t.Fatalf("%d: %+v, %v, %d writes", i, got, err, r.Writes())
		}
	}
	r.SetCheck(sha, "test", "success")
	if got, err := f.Look(t.Context(), []string{"1"}); err != nil || got[0].State != fm.PullMerged || got[0].Armed {
		t.Errorf("got %+v, %v", got, err)
	}
}

// The head moves between the look and the merge: nothing that nobody saw is
// merged. Caught: a PUT without the commit.
func TestMergeOfAHeadThatMovesMeanwhile(t *testing.T) {
	r := newRig(t)
	sha := offered(r, fake.Pull{})
	r.Fault(func(q fake.Request) fake.Verdict {
		if q.Method == "PUT" {
			return fake.Refusing(409, "Head branch was modified. Review and try the merge again.")
		}
		return fake.Verdict{}
	})

	f := r.forge()
	_, err := f.Merge(t.Context(), "1", sha)
	if err == nil || errors.Is(err, fm.ErrRefused) {
		t.Errorf("got %v, want a transient error", err)
	}
	for _, q := range r.Log() {
		if q.Method == "PUT" && !strings.Contains(q.Body, sha) {
			t.Errorf("PUT %s", q.Body)
		}
	}
}

// A merge queue takes the pull request, once.
func TestMergeQueue(t *testing.T) {
	r := newRig(t)
	sha := offered(r, fake.Pull{})
	queued := 0
	r.Fault(func(q fake.Request) fake.Verdict {
		switch {
		case q.Method == "PUT":
			return fake.Refusing(405, "Changes must be made through the merge queue")
		case strings.Contains(q.Body, "enqueuePullRequest"):
			queued++
			answer := `{"data":{"enqueuePullRequest":{"mergeQueueEntry":{"id":"MQE_1"}}}}`
			if queued > 1 {
				answer = `{"data":{"enqueuePullRequest":null},"errors":[{"type":"UNPROCESSABLE","path":["enqueuePullRequest"],"message":"Pull request is already in the queue"}]}`
			}
			return fake.Verdict{Act: fake.Answer, Status: 200, Body: answer}
		}
		return fake.Verdict{}
	})
	for range 2 {
		if got, err := r.forge().Merge(t.Context(), "1", sha); err != nil || !got.Armed {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

// The answer to a merge gets lost, before and after it was done: one merge.
//
// Fault: F14.
func TestMergeWhoseAnswerIsLost(t *testing.T) {
	for _, when := range []fake.Moment{fake.Before, fake.After} {
		for _, state := range []string{"clean", "blocked"} {
			t.Run(fmt.Sprint(state, when), func(t *testing.T) {
				r := newRig(t)
				sha := offered(r, fake.Pull{})
				if state == "blocked" {
					r.Configure(func(s *fake.Settings) { s.Approvals = 1 })
				}
				lost := 0
				r.Fault(func(q fake.Request) fake.Verdict {
					if q.Write && lost == 0 {
						lost++
						return fake.Verdict{Act: fake.Cut, When: when}
					}
					return fake.Verdict{}
				})
				got, err := r.forge().Merge(t.Context(), "1", sha)
				if err != nil || (got.State == fm.PullMerged) == (state == "blocked") || got.Armed != (state == "blocked") {
					t.Errorf("got %+v, %v", got, err)
				}
				writes := []int{2, 1}[when]
				if r.Writes() != writes {
					t.Errorf("%d writes, want %d: %v", r.Writes(), writes, r.Log())
				}
			})
		}
	}
}

// roundTripper sends requests.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// The last check is over between the look and the order to wait for it: there
// is nothing to wait for, and it is merged. Caught: the answer "clean status"
// taken for a refusal.
func TestMergeOfWhatBecomesReadyMeanwhile(t *testing.T) {
	r := newRig(t)
	sha := offered(r, fake.Pull{})
	r.Configure(func(s *fake.Settings) { s.Required = []string{"test"} })
	r.SetCheck(sha, "test", "")
	f := r.forge(func(o *Options) {
		base := o.Base
		o.Base = roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "graphql") {
				r.SetCheck(sha, "test", "success")
			}
			return base.RoundTrip(req)
		})
	})
	if got, err := f.Merge(t.Context(), "1", sha); err != nil || got.State != fm.PullMerged {
		t.Errorf("got %+v, %v", got, err)
	}
}
