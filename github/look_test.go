package github

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// everyKind makes pull requests of every kind that a look tells apart.
func everyKind(r *rig) (numbers []string) {
	add := func(p fake.Pull) (int, string) {
		p.Head = fmt.Sprintf("subissue/%d", len(numbers))
		n := r.AddPull(p)
		numbers = append(numbers, strconv.Itoa(n))
		whole, _ := r.Pull(n)
		return n, whole.SHA
	}
	add(fake.Pull{Title: "nothing yet"})
	n, _ := add(fake.Pull{Title: "merged"})
	if err := r.MergePull(n, "alice"); err != nil {
		r.t.Fatal(err)
	}
	n, _ = add(fake.Pull{Title: "closed"})
	r.ClosePull(n, "alice")
	add(fake.Pull{Title: "draft", Draft: true})
	n, _ = add(fake.Pull{Title: "in conflict"})
	r.SetConflict(n, fake.Conflicting)
	n, _ = add(fake.Pull{Title: "behind, and not ours to mind"})
	r.SetConflict(n, fake.Behind)
	_, sha := add(fake.Pull{Title: "one check runs and one failed"})
	r.SetCheck(sha, "test", "failure")
	r.SetCheck(sha, "lint", "")
	_, sha = add(fake.Pull{Title: "failed"})
	r.SetCheck(sha, "test", "failure")
	r.SetForeignCheck(sha, "scan", "timed_out")
	r.SetCheck(sha, "lint", "success")
	_, sha = add(fake.Pull{Title: "a status pends"})
	r.SetStatus(sha, "deploy", "pending")
	_, sha = add(fake.Pull{Title: "passed, the second time"})
	r.SetCheck(sha, "test", "failure")
	r.SetCheck(sha, "test", "success")
	r.SetStatus(sha, "deploy", "success")
	n, _ = add(fake.Pull{Title: "changes are asked for by two"})
	r.Review(n, "alice", "CHANGES_REQUESTED", "No.")
	r.Review(n, "bob", "CHANGES_REQUESTED", "No.")
	n, _ = add(fake.Pull{Title: "and were made"})
	r.Review(n, "alice", "CHANGES_REQUESTED", "No.")
	r.Review(n, "alice", "APPROVED", "Yes.")
	n, _ = add(fake.Pull{Title: "a passer-by asks"})
	r.Review(n, "stranger", "CHANGES_REQUESTED", "No.")
	return append(numbers, "99", "2147483648", "x", numbers[0])
}

// A look says the same with GraphQL and with REST, of every kind of pull
// request. Caught: a demand of somebody who may not write; an older run that
// outweighs the last; reviews named differently; a missing number that shifts
// the others.
func TestLooksWithGraphQLAndWithRESTAgree(t *testing.T) {
	r := newRig(t)
	r.Configure(func(s *fake.Settings) { s.Strangers = []string{"stranger"} })
	numbers := everyKind(r)
	graph, err := r.forge().Look(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	r.DisableGraphQL()
	rest, err := r.forge().Look(t.Context(), numbers)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(graph, rest); diff != "" {
		t.Errorf("GraphQL - REST +:\n%s", diff)
	}
	check := func(title string, holds func(fm.PullRequest) bool) {
		t.Helper()
		i := slices.IndexFunc(graph, func(p fm.PullRequest) bool { return p.Title == title })
		if i < 0 || !holds(graph[i]) {
			t.Errorf("%s: %+v", title, graph[max(i, 0)])
		}
	}
	for i, p := range graph {
		if p.Number != numbers[i] {
			t.Errorf("%d: number %s, want %s", i, p.Number, numbers[i])
		}
	}
	for _, p := range graph[len(graph)-4 : len(graph)-1] {
		if p.State != fm.PullClosed {
			t.Errorf("one that is not there: %+v", p)
		}
	}
	check("nothing yet", func(p fm.PullRequest) bool {
		return p.State == fm.PullOpen && p.Checks.State == fm.NoChecks && p.Demand == "" && !p.Draft && !p.Conflict
	})
	check("merged", func(p fm.PullRequest) bool { return p.State == fm.PullMerged })
	check("closed", func(p fm.PullRequest) bool { return p.State == fm.PullClosed })
	check("draft", func(p fm.PullRequest) bool { return p.Draft })
	check("in conflict", func(p fm.PullRequest) bool { return p.Conflict })
	check("behind, and not ours to mind", func(p fm.PullRequest) bool { return !p.Conflict })
	check("one check runs and one failed", func(p fm.PullRequest) bool { return p.Checks.State == fm.ChecksPending })
	check("failed", func(p fm.PullRequest) bool {
		return p.Checks.State == fm.ChecksFailed && len(p.Checks.Failed) == 2 && p.Checks.Failed[0].Name == "scan"
	})
	check("a status pends", func(p fm.PullRequest) bool { return p.Checks.State == fm.ChecksPending })
	check("passed, the second time", func(p fm.PullRequest) bool { return p.Checks.State == fm.ChecksPassed })
	check("changes are asked for by two", func(p fm.PullRequest) bool { return len(p.Demand) > 5 })
	check("and were made", func(p fm.PullRequest) bool { return p.Demand == "" })
	check("a passer-by asks", func(p fm.PullRequest) bool { return p.Demand == "" })
}

// A new review is a new demand. Caught: a demand that names the reviewer.
func TestEachReviewIsADemandOfItsOwn(t *testing.T) {
	r := newRig(t)
	f := r.forge()
	n := r.AddPull(fake.Pull{Head: "subissue/1"})
	var demands []string
	for range 2 {
		r.Review(n, "alice", "CHANGES_REQUESTED", "No.")
		for range 2 {
			got, err := f.Look(t.Context(), []string{strconv.Itoa(n)})
			if err != nil {
				t.Fatal(err)
			}
			demands = append(demands, got[0].Demand)
		}
	}
	if demands[0] == "" || demands[0] != demands[1] || demands[1] == demands[2] || demands[2] != demands[3] {
		t.Errorf("got %q", demands)
	}
}

// A commit with more checks than one answer holds is not taken for over while
// the last of them runs.
func TestLookReadsMoreThanAHundredChecks(t *testing.T) {
	r := newRig(t)
	n := r.AddPull(fake.Pull{Head: "subissue/1"})
	sha := r.pull("1").SHA
	for i := range 120 {
		r.SetCheck(sha, fmt.Sprintf("test %d", i), "failure")
	}
	r.SetCheck(sha, "the last", "")
	got, err := r.forge().Look(t.Context(), []string{strconv.Itoa(n)})
	if err != nil || got[0].Checks.State != fm.ChecksPending {
		t.Errorf("got %+v, %v", got[0].Checks, err)
	}
}

// A refusal of GraphQL is remembered, for a while.
func TestGraphQLIsAskedAgainAfterAnHour(t *testing.T) {
	r := newRig(t)
	r.DisableGraphQL()
	r.AddPull(fake.Pull{Head: "subissue/1"})
	f := r.forge()
	queries := func() (n int) {
		for _, q := range r.Log() {
			if q.Path == "graphql" {
				n++
			}
		}
		return n
	}
	for i, want := range []int{1, 1, 2} {
		if _, err := f.Look(t.Context(), []string{"1"}); err != nil {
			t.Fatal(err)
		}
		if got := queries(); got != want {
			t.Errorf("look %d: %d queries, want %d", i, got, want)
		}
		_ = r.clock.Sleep(t.Context(), 31*time.Minute)
	}
}

// A look that cannot be had is an error, and no pull request is taken for gone.
// Caught: an answer without data read as one where nothing was found.
func TestAFailedLookKnowsNothing(t *testing.T) {
	for name, v := range map[string]fake.Verdict{
		"cut":         {Act: fake.Cut},
		"truncated":   {Act: fake.Truncate, When: fake.After},
		"bad gateway": fake.Failing(fake.Before, 502),
		"no data":     {Act: fake.Answer, Status: 200, Body: `{"errors":[{"message":"Something went wrong while executing your query."}]}`},
		"null":        {Act: fake.Answer, Status: 200, Body: `{"data":{"repository":null},"errors":[{"message":"Something went wrong while executing your query.","path":["repository"]}]}`},
		"empty":       {Act: fake.Answer, Status: 200, Body: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.AddPull(fake.Pull{Head: "subissue/1"})
			r.Fault(func(q fake.Request) fake.Verdict {
				if q.Path != "graphql" {
					t.Errorf("asked %s, as if GraphQL were refused", q)
				}
				return v
			})
			got, err := r.forge().Look(t.Context(), []string{"1"})
			if err == nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// GitHub stumbles over one of many: that one is read by itself.
func TestOneFaultDoesNotBlindALookToTheOthers(t *testing.T) {
	r := newRig(t)
	r.AddPull(fake.Pull{Head: "subissue/1", Title: "one"})
	r.AddPull(fake.Pull{Head: "subissue/2", Title: "two"})
	r.Fault(func(q fake.Request) fake.Verdict {
		if q.Path != "graphql" {
			return fake.Verdict{}
		}
		return fake.Verdict{Act: fake.Answer, Status: 200, Body: `{"data":{"repository":{"p1":null,"p2":{"title":"two","state":"OPEN"}}},"errors":[{"message":"Something went wrong while executing your query.","path":["repository","p1"]}]}`}
	})
	got, err := r.forge().Look(t.Context(), []string{"1", "2"})
	if err != nil || got[0].Title != "one" || got[1].Title != "two" {
		t.Errorf("got %+v, %v", got, err)
	}
}
