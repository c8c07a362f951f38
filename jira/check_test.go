package jira

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

func TestCheckSaysWhatIsMissing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		kind  fake.Kind
		world func(*rig)
		alter func(*Options)
		says  []string // none for all is well
	}{
		{name: "all is well in the Cloud", kind: fake.Cloud},
		{name: "all is well in a Data Center", kind: fake.DataCenter},
		{name: "another project", kind: fake.Cloud, alter: func(o *Options) { o.Config.Project = "NONE" }, says: []string{"project NONE", "may not see it", "jira.project"}},
		{name: "no project", kind: fake.Cloud, alter: func(o *Options) { o.Config.Project = "" }},
		{name: "wrong token", kind: fake.Cloud, alter: func(o *Options) { o.Token = "other" }, says: []string{"JIRA_EMAIL", "id.atlassian.com"}},
		{name: "no email", kind: fake.Cloud, alter: func(o *Options) { o.Email = "" }, says: []string{"set JIRA_EMAIL"}},
		{name: "wrong token of a Data Center", kind: fake.DataCenter, alter: func(o *Options) { o.Email, o.Token = "", "other" }, says: []string{"personal access token"}},
		{name: "no permission", kind: fake.Cloud, world: func(r *rig) {
			r.Configure(func(s *fake.Settings) { s.Denied = []string{"TRANSITION_ISSUES", "ADD_COMMENTS"} })
		}, says: []string{"lacks permissions", `"add comments", "transition issues"`}},
		{name: "no context path", kind: fake.DataCenter, alter: func(o *Options) { o.URL = "https://jira.example.com" }},
		{name: "wrong context path", kind: fake.DataCenter, alter: func(o *Options) { o.URL = "https://jira.example.com/wiki" }, says: []string{"no Jira at https://jira.example.com/wiki"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newStillRig(t, fake.Options{Kind: tt.kind})
				if tt.name == "wrong context path" {
					r.Server = fake.Unserved(fake.Options{Kind: tt.kind}) // what it does not have is no violation here
				}
				if tt.world != nil {
					tt.world(r)
				}
				alter := func(o *Options) {
					o.Base = r.Direct()
					if tt.alter != nil {
						tt.alter(o)
					}
				}
				err := r.open(alter).Check(t.Context())
				if len(tt.says) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				oneLine(t, err, tt.says...)
				if !classified(err) {
					t.Errorf("not classified: %v", err)
				}
				if r.writes() > 0 {
					t.Error("something was written")
				}
				if tt.name == "wrong context path" {
					r.Server = fake.Unserved(fake.Options{Kind: tt.kind})
				}
			})
		})
	}
}

// A token that is limited in scope is taken at Atlassian's gateway only.
func TestAScopedTokenGoesByTheGateway(t *testing.T) {
	r := newStillRig(t, fake.Options{Access: fake.Scoped})
	key := r.AddIssue(fake.Issue{Summary: "x"})
	j := r.open(r.direct)
	if err := j.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Tracker().Issue(t.Context(), fm.IssueID(key)); err != nil {
		t.Fatal(err)
	}
	var hosts []string
	for _, q := range r.Log() {
		hosts = append(hosts, q.Host)
		if strings.Contains(q.Path, "tenant_info") && q.Token {
			t.Error("the token was shown where it is not wanted")
		}
		if q.Token && q.Host != "example.atlassian.net" && q.Host != "api.atlassian.com" {
			t.Errorf("the token was shown to %s", q.Host)
		}
	}
	if got := slices.Compact(hosts); !slices.Equal(got, []string{"example.atlassian.net", "api.atlassian.com"}) {
		t.Errorf("asked %q", got)
	}
	issue, err := j.Tracker().Issue(t.Context(), fm.IssueID(key))
	if err != nil || issue.URL != "https://example.atlassian.net/browse/"+key {
		t.Errorf("%q, %v", issue.URL, err)
	}
}

// A Data Center never sends its token to Atlassian.
func TestADataCenterKnowsNoGateway(t *testing.T) {
	r := newStillRig(t, fake.Options{Kind: fake.DataCenter, Access: fake.Bearer})
	err := r.open(r.direct, func(o *Options) { o.Token, o.Email = "other", "" }).Check(t.Context())
	if !errors.Is(err, fm.ErrRefused) || len(r.Log()) != 1 {
		t.Errorf("%v, %d requests", err, len(r.Log()))
	}
	if err := r.open(r.direct, func(o *Options) { o.Email = "" }).Check(t.Context()); err != nil {
		t.Errorf("a personal access token: %v", err)
	}
}

func TestOpenWantsAnAddressAndAToken(t *testing.T) {
	for _, tt := range []struct{ url, token, says, site string }{
		{"", "t", "JIRA_URL", ""},
		{"example.atlassian.net", "t", "want one such as", ""},
		{"ftp://x", "t", "want one such as", ""},
		{"http://example.atlassian.net", "t", "https://", ""},
		{"https://me:secret@example.atlassian.net", "t", "must not name a user", ""},
		{"https://example.atlassian.net", "", "JIRA_API_TOKEN", ""},
		{"https://example.atlassian.net", "a\nb", "one line", ""},
		{"https://Example.atlassian.net/jira/software/projects/X/boards/1", "t", "", "https://example.atlassian.net"},
		{"https://jira.example.com/browse/PROJ-1?x=y#z", "t", "", "https://jira.example.com"},
		{"http://jira:8080/ctx/secure/Dashboard.jspa", "t", "", "http://jira:8080/ctx"},
		{"https://jira.example.com/ctx/", "t", "", "https://jira.example.com/ctx"},
	} {
		j, err := Open(Options{URL: tt.url, Token: tt.token})
		if tt.says != "" {
			oneLine(t, err, tt.says)
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("it shows: %v", err)
			}
		} else if err != nil || j.Site() != tt.site {
			t.Errorf("%q: %v", tt.url, err)
		}
	}
}

func TestRefsAreOfThisSite(t *testing.T) {
	for _, tt := range []struct{ project, word, want string }{
		{"PROJ", "proj-123", "PROJ-123"},
		{"PROJ", "#OTHER_2-1", "OTHER_2-1"},
		{"PROJ", "123", "PROJ-123"},
		{"proj", "#123", "PROJ-123"},
		{"", "123", ""},
		{"", "https://example.atlassian.net/browse/ab-7?focusedCommentId=1#x", "AB-7"},
		{"", "https://EXAMPLE.atlassian.net/browse/AB-7/", "AB-7"},
		{"", "https://other.atlassian.net/browse/AB-7", ""},
		{"", "https://example.atlassian.net/jira/AB-7", ""},
		{"", "https://example.atlassian.net/browse/", ""},
		{"", "PROJ-0", ""},
		{"", "PROJ-01", ""},
		{"", "P-1", ""},
		{"", "1-1", ""},
		{"", "PROJ-1/../x", ""},
		{"", "", ""},
		{"", "PROJ-1\n", ""},
		{"", "PROJ-99999999999999999999", ""},
	} {
		j, err := Open(Options{URL: "https://example.atlassian.net", Token: "t", Config: fm.JiraConfig{Project: tt.project}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := j.ParseRef(tt.word)
		if string(got) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q gave %q, %v; want %q", tt.word, got, err, tt.want)
		}
		if err != nil {
			oneLine(t, err, "issue ")
		}
	}
}
