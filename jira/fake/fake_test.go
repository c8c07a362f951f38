package fake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm/jira/fake"
)

// client asks a fake as a user of its API does.
type client struct {
	*fake.Server
	t *testing.T
}

func newClient(t *testing.T, o fake.Options) client {
	t.Helper()
	c := client{fake.New(o), t}
	t.Cleanup(c.Close)
	return c
}

func (c client) ask(method, path, body string) (int, map[string]any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.URL()+"/rest/api/2/"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	req.SetBasicAuth(fake.DefaultEmail, fake.DefaultToken)
	req.Header.Set("X-Atlassian-Token", "no-check")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil
	}
	var answer map[string]any
	_ = json.Unmarshal(text, &answer)
	return resp.StatusCode, answer
}

// What was done is there although nobody heard of it; what was cut off before is
// not. Caught: a cut that comes before its effect when it should come after.
func TestACutLeavesTheEffectOrNone(t *testing.T) {
	for _, tt := range []struct {
		verdict fake.Verdict
		status  int
		want    int // comments
	}{
		{fake.Verdict{}, 201, 1},
		{fake.Verdict{Act: fake.Cut}, 0, 0},
		{fake.Verdict{Act: fake.Cut, When: fake.After}, 0, 1},
		{fake.Verdict{Act: fake.Truncate, When: fake.After}, 0, 1},
		{fake.Failing(fake.Before, 502), 502, 0},
		{fake.Failing(fake.After, 502), 502, 1},
		{fake.Limit("3"), 429, 0},
	} {
		c := newClient(t, fake.Options{})
		key := c.AddIssue(fake.Issue{Summary: "x"})
		c.Fault(func(fake.Request) fake.Verdict { return tt.verdict })
		status, _ := c.ask("POST", "issue/"+key+"/comment", `{"body":"Hello."}`)
		issue, _ := c.Issue(key)
		if status != tt.status || len(issue.Comments) != tt.want {
			t.Errorf("%+v: status %d, comments %v", tt.verdict, status, issue.Comments)
		}
		if last := c.Log()[0]; last.Happened != (tt.want == 1) || !last.Write || last.Operation != "POST issue/{issueIdOrKey}/comment" {
			t.Errorf("%+v: logged %+v", tt.verdict, last)
		}
	}
}

func TestItRefusesWhatJiraRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"no such issue", "GET", "issue/PROJ-99", "", 404, "do not have permission"},
		{"no parent", "POST", "issue", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"name":"Sub-task"},"summary":"x"}}`, 400, "parent"},
		{"a field that is on no screen", "POST", "issue", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"name":"Task"},"summary":"x","status":"Done"}}`, 400, "appropriate screen"},
		{"two lines", "POST", "issue", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"name":"Task"},"summary":"a\nb"}}`, 400, "newline"},
		{"too long", "POST", "issue", `{"fields":{"project":{"key":"PROJ"},"issuetype":{"name":"Task"},"summary":"` + strings.Repeat("x", 256) + `"}}`, 400, "255"},
		{"an illegal step", "POST", "issue/PROJ-1/transitions", `{"transition":{"id":"99"}}`, 400, "illegal workflow"},
		{"no words", "POST", "issue/PROJ-1/comment", `{"body":" "}`, 400, "empty"},
		{"all of it", "POST", "search/jql", `{"jql":""}`, 400, "Expecting operator"},
		{"no such version", "POST", "search/jql", `{"jql":"fixVersion = \"9\""}`, 400, "fixVersion"},
		{"a token of nobody", "POST", "search/jql", `{"jql":"project = PROJ","nextPageToken":"x"}`, 400, "token"},
	} {
		c := newClient(t, fake.Options{})
		c.AddIssue(fake.Issue{Summary: "x"})
		status, answer := c.ask(tt.method, tt.path, tt.body)
		text, _ := json.Marshal(answer)
		if status != tt.status || !strings.Contains(string(text), tt.says) && tt.says != "Expecting operator" {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
}

// What the fake does not have is a mistake of the adapter's, and is seen.
func TestItKnowsWhichJiraItIs(t *testing.T) {
	for kind, paths := range map[fake.Kind][2]string{fake.Cloud: {"search/jql", "search"}, fake.DataCenter: {"search", "search/jql"}} {
		c := newClient(t, fake.Options{Kind: kind})
		c.AddIssue(fake.Issue{Summary: "x"})
		if status, _ := c.ask("POST", paths[0], `{"jql":"project = PROJ"}`); status != 200 || len(c.Violations()) > 0 {
			t.Errorf("%s: %s: %d, %q", kind, paths[0], status, c.Violations())
		}
		if status, _ := c.ask("POST", paths[1], `{"jql":"project = PROJ"}`); status != 404 || len(c.Violations()) != 1 {
			t.Errorf("%s: %s: %d, %q", kind, paths[1], status, c.Violations())
		}
	}
}

// Pages come to their end, and each issue comes once.
func TestPagesAreWhole(t *testing.T) {
	c := newClient(t, fake.Options{})
	c.Configure(func(s *fake.Settings) { s.Page = 2 })
	var want, got []string
	for range 5 {
		want = append(want, c.AddIssue(fake.Issue{Summary: "x"}))
	}
	ask := map[string]any{"jql": `project = "PROJ" ORDER BY created ASC, key ASC`, "maxResults": 100}
	for {
		body, _ := json.Marshal(ask)
		_, answer := c.ask("POST", "search/jql", string(body))
		list, _ := answer["issues"].([]any)
		for _, i := range list {
			issue, _ := i.(map[string]any)
			key, _ := issue["key"].(string)
			got = append(got, key)
		}
		if answer["nextPageToken"] == nil {
			break
		}
		ask["nextPageToken"] = answer["nextPageToken"]
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The error says how to come by the description.
func TestTheDescriptionIsNamed(t *testing.T) {
	t.Setenv("FM_TEST_JIRA", "")
	if _, err := fake.Files(); err == nil || !strings.Contains(err.Error(), "scripts/jira-description") {
		t.Error(err)
	}
	if _, err := fake.ReadPublished(t.TempDir()); err == nil {
		t.Error("an empty folder is no description")
	}
}

// Caught: a description against which nothing is held.
func TestWhatDoesNotFitTheDescriptionIsSeen(t *testing.T) {
	dir, err := fake.Files()
	if err != nil {
		t.Fatal(err)
	}
	p, err := fake.ReadPublished(dir)
	if err != nil {
		t.Fatal(err)
	}
	for kind, path := range map[fake.Kind]string{fake.Cloud: "issue/PROJ-1?field=summary", fake.DataCenter: "mypermissions?permissions=X"} {
		c := newClient(t, fake.Options{Kind: kind, Published: p})
		c.AddIssue(fake.Issue{Summary: "x"})
		c.ask("GET", path, "")
		if got := c.Violations(); len(got) != 1 || !strings.Contains(got[0], "no parameter") {
			t.Errorf("%s: %q", kind, got)
		}
	}
	c := newClient(t, fake.Options{Published: p})
	c.AddIssue(fake.Issue{Summary: "x"})
	c.ask("POST", "issueLink", `{"kind":{"name":"Blocks"},"inwardIssue":{"key":"PROJ-1"},"outwardIssue":{"key":"PROJ-1"}}`)
	if len(c.Violations()) == 0 {
		t.Error("a link without a type fits")
	}
}
