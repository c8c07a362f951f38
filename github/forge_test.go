package github

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// forge is a new process's view of the pull requests.
func (r *rig) forge(alter ...func(*Options)) *Forge {
	r.t.Helper()
	return r.open(alter...).Forge()
}

// furnished has labels and reviewers in the settings.
func furnished(o *Options) {
	o.Config.Labels = []string{"fm", "login"}
	o.Config.Reviewers = []string{"alice", "stranger", "bob", "fm-bot"}
}

var proposal = fm.Proposal{Task: "456", Title: "[Subissue] Log in", Body: "Closes #456", Head: "subissue/456", Base: "main"}

// push puts a branch of a task at a new commit.
func (r *rig) push(branch string) string {
	sha := strings.Repeat("0", 32) + strings.Repeat(strconv.Itoa(len(r.Log())%10), 8)
	r.SetBranch(branch, sha)
	return sha
}

func (r *rig) pull(n string) fake.Pull {
	r.t.Helper()
	number, _ := strconv.Atoi(n)
	p, ok := r.Pull(number)
	if !ok {
		r.t.Fatalf("no pull request %s", n)
	}
	return p
}

// One pull request of a branch, with what the settings say, and nothing again.
// Caught: no look before the POST; labels put on at each call; one reviewer who
// cannot be asked keeps the others from being asked.
func TestOpenMakesOnePullRequestAndFurnishesIt(t *testing.T) {
	r := newRig(t)
	r.Configure(func(s *fake.Settings) { s.Strangers = []string{"stranger"} })
	sha := r.push("subissue/456")
	f := r.forge(furnished)
	got, err := f.Open(t.Context(), proposal)
	if err != nil {
		t.Fatal(err)
	}
	want := fm.PullRequest{Number: "1", URL: got.URL, Title: "[Subissue] Log in", Head: "subissue/456", Base: "main", State: fm.PullOpen, SHA: sha}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p := r.pull("1")
	if !slices.Equal(p.Labels, []string{"fm", "login"}) && !slices.Equal(p.Labels, []string{"login", "fm"}) {
		t.Errorf("labels %q", p.Labels)
	}
	if want := []string{"alice", "bob"}; !slices.Equal(p.Reviewers, want) {
		t.Errorf("reviewers %q, want %q", p.Reviewers, want)
	}
	writes := r.Writes()
	for _, f := range []*Forge{f, f} {
		if again, err := f.Open(t.Context(), proposal); err != nil || again.Number != "1" {
			t.Errorf("again: %+v, %v", again, err)
		}
	}
	if r.Writes() != writes {
		t.Errorf("an Open of what is there wrote %v", r.Log()[len(r.Log())-6:])
	}
	found, err := f.Find(t.Context(), "subissue/456")
	if diff := cmp.Diff(got, found); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestFindPrefersTheOpenOneAndThenTheNewest(t *testing.T) {
	r := newRig(t)
	f := r.forge()
	if _, err := f.Find(t.Context(), "subissue/9"); !errors.Is(err, fm.ErrGone) {
		t.Errorf("got %v, want gone", err)
	}
	for range 3 {
		r.AddPull(fake.Pull{Head: "subissue/9"})
	}
	r.AddPull(fake.Pull{Head: "subissue/99"})
	find := func(want string, state fm.PullState) {
		t.Helper()
		if got, err := f.Find(t.Context(), "subissue/9"); err != nil || got.Number != want || got.State != state {
			t.Errorf("got %+v, %v, want %s, %s", got, err, want, state)
		}
	}
	r.ClosePull(3, "alice")
	r.ClosePull(2, "alice")
	find("1", fm.PullOpen)
	r.ClosePull(1, "alice")
	find("3", fm.PullClosed)
}

// A draft becomes ready, and a ready one a draft, as the proposal says, and
// neither costs a write where nothing is to be changed.
// What a later attempt says takes the place of what fm wrote, and not of what
// a person wrote.
// Caught: a text that stays that of the first attempt; one that overrules people;
// a write where nothing is new.
func TestOpenTellsOfTheLaterAttempt(t *testing.T) {
	r := newRig(t)
	r.push("subissue/456")
	f := r.forge()
	open := func(body string) string {
		t.Helper()
		p := proposal
		p.Body = body
		if _, err := f.Open(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		return r.pull("1").Body
	}
	first := open("All is well.\n\nCloses #456\n")
	if !strings.HasPrefix(first, "All is well.\n\nCloses #456\n") {
		t.Fatalf("got %q", first)
	}
	writes := r.Writes()
	if open("All is well.\n\nCloses #456\n"); r.Writes() != writes {
		t.Error("the same text was written again")
	}
	if got := open("Mended.\n\nCloses #456\n"); !strings.HasPrefix(got, "Mended.") || strings.Contains(got, "All is well.") {
		t.Errorf("got %q", got)
	}
	edited := strings.ReplaceAll("I say: "+r.pull("1").Body, "\n", "\r\n")
	r.SetBody(1, edited)
	if got := open("Mended again.\n\nCloses #456\n"); got != edited {
		t.Errorf("a person's text became %q", got)
	}
	r.SetBody(1, strings.ReplaceAll(first, "\n", "\r\n")) // saved on the web as it was
	if got := open("Mended again.\n\nCloses #456\n"); !strings.HasPrefix(got, "Mended again.") {
		t.Errorf("got %q", got)
	}
}

func TestOpenTurnsDrafts(t *testing.T) {
	r := newRig(t)
	r.push("subissue/456")
	f := r.forge()
	draft := proposal
	draft.Draft = true
	for i, p := range []fm.Proposal{draft, draft, proposal, proposal, draft} {
		before := r.Writes()
		got, err := f.Open(t.Context(), p)
		if err != nil || got.Draft != p.Draft || r.pull("1").Draft != p.Draft {
			t.Fatalf("%d: %+v, %v", i, got, err)
		}
		if want := []int{1, 0, 1, 0, 1}[i]; r.Writes()-before != want {
			t.Errorf("%d: %d writes, want %d", i, r.Writes()-before, want)
		}
	}
	r.DisableGraphQL()
	_, err := f.Open(t.Context(), proposal)
	if !errors.Is(err, fm.ErrRefused) {
		t.Errorf("got %v, want refused", err)
	}
	oneLine(t, err, "by hand")
}

// What a person took away from a pull request stays away. Caught: compared with
// what it has, not with what it ever had.
func TestOpenRespectsWhatAPersonTookAway(t *testing.T) {
	r := newRig(t)
	r.push("subissue/456")
	if _, err := r.forge(furnished).Open(t.Context(), proposal); err != nil {
		t.Fatal(err)
	}
	f := r.forge(furnished)
	if _, err := f.hub.client.Issues.RemoveLabelForIssue(t.Context(), "acme", "widget", 1, "login"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(t.Context(), proposal); err != nil {
		t.Fatal(err)
	}
	if got := r.pull("1").Labels; !slices.Equal(got, []string{"fm"}) {
		t.Errorf("labels %q", got)
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*rig)
		words   []string
	}{
		"not pushed": {func(*rig) {}, []string{"push subissue/456 first"}},
		"no base":    {func(r *rig) { r.push("subissue/456"); r.SetBranch("main", "") }, []string{"no branch main"}},
		"no commits": {func(r *rig) { r.SetBranch("main", "abc"); r.SetBranch("subissue/456", "abc") }, []string{"no commit that main lacks"}},
		"archived":   {func(r *rig) { r.push("subissue/456"); r.Archive() }, []string{"archived", "unarchive"}},
		"no right":   {func(r *rig) { r.push("subissue/456"); r.Deny("POST pulls") }, []string{"token may not"}},
		"no GraphQL": {func(r *rig) { r.AddPull(fake.Pull{Head: "subissue/456", Draft: true}); r.DisableGraphQL() }, []string{"by hand"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.prepare(r)
			_, err := r.forge().Open(t.Context(), proposal)
			if !errors.Is(err, fm.ErrRefused) {
				t.Errorf("got %v, want refused", err)
			}
			oneLine(t, err, c.words...)
		})
	}
}

// Where the plan has no drafts, work that is offered is offered all the same.
func TestOpenWithoutDrafts(t *testing.T) {
	r := newRig(t)
	r.push("subissue/456")
	r.Fault(func(q fake.Request) fake.Verdict {
		if strings.Contains(q.Body, `"draft":true`) {
			return fake.Refusing(422, "Draft pull requests are not supported in this repository.")
		}
		if q.Operation == "mutation convertPullRequestToDraft" {
			return fake.Verdict{Act: fake.Answer, Status: 200, Body: `{"data":{"convertPullRequestToDraft":null},"errors":[{"type":"UNPROCESSABLE","path":["convertPullRequestToDraft"],"message":"Draft pull requests are not supported in this repository."}]}`}
		}
		return fake.Verdict{}
	})
	draft := proposal
	draft.Draft = true
	if got, err := r.forge().Open(t.Context(), draft); err != nil || got.Number != "1" || got.Draft {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAllListsEveryPullRequestOfOurBranches(t *testing.T) {
	r := newRig(t)
	for i := range 230 {
		n := r.AddPull(fake.Pull{Head: []string{"subissue/", "feature/"}[i%2] + strconv.Itoa(i)})
		if i%3 == 0 {
			r.ClosePull(n, "alice")
		}
	}
	if err := r.MergePull(5, "alice"); err != nil {
		t.Fatal(err)
	}
	got, err := r.forge().All(t.Context(), "subissue/")
	if err != nil || len(got) != 115 {
		t.Fatalf("%d, %v", len(got), err)
	}
	for i, p := range got {
		want := map[bool]fm.PullState{true: fm.PullClosed, false: fm.PullOpen}[2*i%3 == 0]
		if p.Number == "5" {
			want = fm.PullMerged
		}
		if p.Number != strconv.Itoa(2*i+1) || p.State != want {
			t.Errorf("%d: %+v, want %s", i, p, want)
		}
	}
}

// Teams are asked by their names within the organisation.
func TestOpenAsksTeams(t *testing.T) {
	r := newRig(t)
	r.push("subissue/456")
	f := r.forge(func(o *Options) { o.Config.Reviewers = []string{"acme/core", "alice"} })
	if _, err := f.Open(t.Context(), proposal); err != nil {
		t.Fatal(err)
	}
	log := r.Log()
	if got, want := log[len(log)-1].Body, `{"reviewers":["alice"],"team_reviewers":["core"]}`+"\n"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}
