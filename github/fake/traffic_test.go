package fake_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm/github/fake"
)

// An answer that the client has already is not sent, and costs nothing. Caught:
// a tag that does not change with the answer, with the token, or with Accept.
func TestWhatIsKnownIsNotSentAgain(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddIssue(fake.Issue{Title: "x"})
	first := c.do("GET", "issues/1", nil)
	first.want(200)
	tag := first.header.Get("ETag")
	left := c.BudgetLeft("core").Left
	again := c.do("GET", "issues/1", nil, "If-None-Match", tag)
	again.want(304)
	if again.text != "" || again.header.Get("ETag") != tag || again.header.Get("X-Ratelimit-Remaining") != strconv.Itoa(left) {
		t.Errorf("got %q, %v", again.text, again.header)
	}
	if got := c.BudgetLeft("core").Left; got != left {
		t.Errorf("it cost %d", left-got)
	}
	c.do("GET", "issues/1", nil, "If-None-Match", tag, "Authorization", "token "+fake.DefaultToken).want(200)
	c.do("GET", "issues/1", nil, "If-None-Match", tag, "Accept", "application/json").want(200)
	c.Comment(1, fake.Comment{Body: "new"})
	c.do("GET", "issues/1", nil, "If-None-Match", tag).want(200)
}

func TestListsSayWhereTheyGoOn(t *testing.T) {
	c := start(t, fake.Options{})
	for range 5 {
		c.AddIssue(fake.Issue{Title: "x"})
	}
	base := "<" + c.URL() + "repos/acme/widget/issues?page="
	for page, want := range map[string]string{
		"1": base + `2&per_page=2>; rel="next", ` + base + `3&per_page=2>; rel="last"`,
		"3": base + `2&per_page=2>; rel="prev", ` + base + `1&per_page=2>; rel="first"`,
	} {
		if got := c.do("GET", "issues?per_page=2&page="+page, nil).header.Get("Link"); got != want {
			t.Errorf("page %s: got %s, want %s", page, got, want)
		}
	}
	if got := c.do("GET", "issues", nil).header.Get("Link"); got != "" {
		t.Errorf("got %s for the only page", got)
	}
}

// A budget runs out, and comes back. Caught: requests that count in another
// bucket, a budget that stays empty.
func TestBudgets(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	c := start(t, fake.Options{Now: func() time.Time { return now }})
	resets := now.Add(10 * time.Minute)
	c.SetBudget("core", fake.Budget{Limit: 60, Left: 1, Resets: resets})
	c.do("GET", "", nil).want(200)
	gone := c.do("GET", "", nil)
	gone.want(403, "API rate limit exceeded")
	if gone.header.Get("X-Ratelimit-Remaining") != "0" || gone.header.Get("X-Ratelimit-Reset") != strconv.FormatInt(resets.Unix(), 10) || gone.header.Get("X-Ratelimit-Resource") != "core" {
		t.Errorf("got %v", gone.header)
	}
	c.graphQL(`{ viewer { login } }`, nil)
	c.SetBudget("core", fake.Budget{Limit: 60, Resets: resets, Status: 429})
	c.do("GET", "", nil).want(429)
	c.SetBudget("graphql", fake.Budget{Limit: 60, Resets: resets})
	c.graphQL(`{ viewer { login } }`, nil, "RATE_LIMITED")
	now = resets
	c.do("GET", "", nil).want(200)
	if got := c.BudgetLeft("core"); got.Left != 59 || !got.Resets.Equal(now.Add(time.Hour)) {
		t.Errorf("got %+v", got)
	}
}

func TestLimitsOnDemand(t *testing.T) {
	c := start(t, fake.Options{})
	resets := time.Unix(2_000_000_000, 0)
	for _, test := range []struct {
		verdict fake.Verdict
		status  int
		header  string
		value   string
		text    string
	}{
		{fake.PrimaryLimit(403, "core", resets), 403, "X-Ratelimit-Reset", "2000000000", "API rate limit exceeded"},
		{fake.PrimaryLimit(429, "core", resets), 429, "X-Ratelimit-Remaining", "0", "API rate limit exceeded"},
		{fake.SecondaryLimit(403, time.Minute), 403, "Retry-After", "60", "secondary rate limit"},
		{fake.SecondaryLimit(429, 0), 429, "Retry-After", "", "secondary rate limit"},
		{fake.Refusing(401, "Bad credentials"), 401, "Retry-After", "", "Bad credentials"},
	} {
		c.Fault(func(fake.Request) fake.Verdict { return test.verdict })
		got := c.do("POST", "issues", object{"title": "x"})
		got.want(test.status, test.text)
		if h := got.header.Get(test.header); h != test.value {
			t.Errorf("%s: got %q, want %q", test.header, h, test.value)
		}
	}
	if got := len(c.Issues()); got != 0 {
		t.Errorf("%d issues were made", got)
	}
}

// A fault is before the effect or after it, and the log knows. Caught: an
// effect without an answer that the log takes for none.
func TestFaultsComeBeforeOrAfterTheEffect(t *testing.T) {
	for name, test := range map[string]struct {
		verdict fake.Verdict
		made    int // issues
		status  int // 0: no answer
	}{
		"passes":         {fake.Verdict{}, 1, 201},
		"cut before":     {fake.Verdict{Act: fake.Cut}, 0, 0},
		"cut after":      {fake.Verdict{Act: fake.Cut, When: fake.After}, 1, 0},
		"half an answer": {fake.Verdict{Act: fake.Truncate, When: fake.After}, 1, 0},
		"failing before": {fake.Failing(fake.Before, 502), 0, 502},
		"failing after":  {fake.Failing(fake.After, 504), 1, 504},
		"hangs before":   {fake.Verdict{Act: fake.Hang, Delay: time.Millisecond}, 0, 0},
		"hangs after":    {fake.Verdict{Act: fake.Hang, When: fake.After}, 1, 0},
		"slow":           {fake.Verdict{Delay: time.Millisecond}, 1, 201},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, fake.Options{})
			var judged []string
			c.Fault(func(r fake.Request) fake.Verdict {
				judged = append(judged, r.Operation)
				return test.verdict
			})
			served := func() {}
			if test.verdict.Act == fake.Hang {
				served = c.closeOnceAsked()
			}
			got, err := c.try("POST", "issues", object{"title": "x"})
			served()
			if (err != nil) != (test.status == 0) || err == nil && got.status != test.status {
				t.Errorf("got %d, %v", got.status, err)
			}
			if made := len(c.Issues()); made != test.made {
				t.Errorf("%d issues were made", made)
			}
			log := c.Log()
			if len(log) != 1 || !log[0].Write || log[0].Happened != (test.made == 1) || log[0].Status != test.status || c.Writes() != 1 {
				t.Errorf("got log %+v", log)
			}
			if !slices.Equal(judged, []string{"POST issues"}) {
				t.Errorf("judged %q", judged)
			}
		})
	}
}

// closeOnceAsked closes the server as soon as the request is there. What it
// gives back waits until that is done: a server that is closed has no request at
// work any more, while its client heard of the end before.
func (c client) closeOnceAsked() (wait func()) {
	judge := make(chan struct{})
	closed := make(chan struct{})
	hang := c.FaultNow()
	c.Fault(func(r fake.Request) fake.Verdict {
		close(judge)
		return hang(r)
	})
	go func() {
		defer close(closed)
		<-judge
		c.Close()
	}()
	return func() { <-closed }
}

// A token is needed for everything, and it is the right one.
func TestTokensAreChecked(t *testing.T) {
	c := startAnyhow(t, fake.Options{})
	c.do("GET", "", nil, "Authorization", "Bearer other").want(401, "Bad credentials")
	c.do("GET", "", nil, "Authorization", "").want(401, "Requires authentication")
	if got := c.Violations(); len(got) != 2 || !strings.Contains(got[0], "wrong token") || !strings.Contains(got[1], "no token") {
		t.Errorf("got %q", got)
	}
}

// What GitHub would not understand does not go unseen. Caught: parameters and
// properties that nobody looks at.
func TestWhatDoesNotFitIsTold(t *testing.T) {
	for name, ask := range map[string]func(client) answer{
		"no such operation":     func(c client) answer { return c.do("GET", "nothing", nil) },
		"unknown parameter":     func(c client) answer { return c.do("GET", "issues?label=fm", nil) },
		"wrong parameter":       func(c client) answer { return c.do("GET", "issues?state=opened", nil) },
		"unknown property":      func(c client) answer { return c.do("POST", "issues", object{"title": "x", "label": "y"}) },
		"wrong property":        func(c client) answer { return c.do("POST", "issues/1/sub_issues", object{"sub_issue_id": "1"}) },
		"missing property":      func(c client) answer { return c.do("POST", "pulls", object{"head": "x"}) },
		"body where none is":    func(c client) answer { return c.do("GET", "issues", object{"state": "open"}) },
		"number that is a word": func(c client) answer { return c.do("GET", "issues/one", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			c := startAnyhow(t, fake.Options{})
			c.AddIssue(fake.Issue{Title: "x"})
			ask(c)
			if got := c.Violations(); len(got) == 0 {
				t.Error("got no violation")
			}
		})
	}
}

func TestAnEnterpriseServersPathsAreServed(t *testing.T) {
	c := start(t, fake.Options{})
	c.do("GET", "/api/v3/repos/acme/widget", nil).want(200)
	c.do("POST", "/api/graphql", object{"query": `{ viewer { login } }`}).want(http.StatusOK, "fm-bot")
}

func TestADescriptionThatCannotBeReadIsTold(t *testing.T) {
	s := fake.New(fake.Options{Description: t.TempDir() + "/none.json"})
	defer s.Close()
	if got := s.Violations(); len(got) != 1 || !strings.Contains(got[0], "none.json") {
		t.Errorf("got %q", got)
	}
	t.Setenv("FM_TEST_GITHUB", "")
	if _, _, err := fake.Files(); err == nil || !strings.Contains(err.Error(), "scripts/github-description") {
		t.Errorf("got %v, want what to run", err)
	}
}
