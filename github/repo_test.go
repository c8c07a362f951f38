package github

import (
	"context"
	"strings"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

func TestRemotesNameTheirRepository(t *testing.T) {
	for remote, want := range map[string]string{
		"https://github.com/acme/widget.git":              "acme/widget",
		"https://github.com/acme/widget":                  "acme/widget",
		"https://github.com/acme/widget/":                 "acme/widget",
		"https://x-access-token:secret@github.com/a/b.c":  "a/b.c",
		"https://www.github.com/acme/widget":              "acme/widget",
		"git@github.com:acme/widget.git":                  "acme/widget",
		"GitHub.com:acme/widget.git\n":                    "acme/widget",
		"ssh://git@github.com/acme/widget.git":            "acme/widget",
		"ssh://git@ssh.github.com:443/acme/widget.git":    "acme/widget",
		"git@octo.ghe.com:acme/widget.git":                "octo.ghe.com/acme/widget",
		"ssh://git@github.example.com:2222/acme/widget":   "github.example.com/acme/widget",
		"https://github.example.com:8443/acme/widget.git": "github.example.com:8443/acme/widget",
		"https://gitlab.com/group/sub/widget.git":         "",
		"/srv/git/acme/widget.git":                        "",
		"../widget":                                       "",
		"file:///srv/git/widget.git":                      "",
		"https://github.com/acme":                         "",
		"git@github.com:widget.git":                       "",
		"https://github.com/acme/..":                      "",
		"https://github.com/ac me/widget":                 "",
		"":                                                "",
	} {
		got, ok := RepoOfRemote(remote)
		if got.String() != want || ok != (want != "") {
			t.Errorf("%q is %q (%v), want %q", remote, got, ok, want)
		}
	}
}

func TestRepositoriesAreNamedAsGhDoes(t *testing.T) {
	for text, want := range map[string]Repo{
		"acme/widget":                    {dotcom, "acme", "widget"},
		"github.example.com/acme/widget": {"github.example.com", "acme", "widget"},
		"https://octo.ghe.com/acme/x":    {"octo.ghe.com", "acme", "x"},
		"git@github.com:acme/widget.git": {dotcom, "acme", "widget"},
	} {
		if got, err := ParseRepo(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "acme", "acme/", "/widget", "a/b/c/d", "acme/wid get", "acme/../x", "-acme/x", "ac--me\n/x"} {
		if got, err := ParseRepo(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
	if !(Repo{"", "Acme", "Widget"}).Same(Repo{dotcom, "acme", "widget"}) || (Repo{"a.example", "x", "y"}).Same(Repo{dotcom, "x", "y"}) {
		t.Error("who is the same")
	}
}

// GraphQL stands elsewhere on each kind of server.
func TestTheAPIIsWhereTheHostHasIt(t *testing.T) {
	for _, tt := range []struct{ host, configured, rest, graphql string }{
		{dotcom, "", "https://api.github.com/user", "https://api.github.com/graphql"},
		{"octo.ghe.com", "", "https://api.octo.ghe.com/user", "https://api.octo.ghe.com/graphql"},
		{"github.example.com", "", "https://github.example.com/api/v3/user", "https://github.example.com/api/graphql"},
		{dotcom, "https://proxy.example/github", "https://proxy.example/github/user", "https://proxy.example/github/graphql"},
		{dotcom, "http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080/api/v3/user", "http://127.0.0.1:8080/api/graphql"},
	} {
		g, err := Open(Options{Repo: Repo{tt.host, "acme", "widget"}, Config: fm.GitHubConfig{API: tt.configured}, Token: anyToken, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{"user": tt.rest, g.graphqlPath(): tt.graphql} {
			if got := addressOf(t, g.client, path); got != want {
				t.Errorf("%s: %q, want %q", tt.host, got, want)
			}
		}
	}
}

func addressOf(t *testing.T, c *gh.Client, path string) string {
	t.Helper()
	req, err := c.NewRequest("GET", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req.URL.String()
}

func anyToken(context.Context) (string, error) { return fake.DefaultToken, nil }

// The token goes to that address.
func TestOpenTakesNoAddressThatLeaksTheToken(t *testing.T) {
	for name, o := range map[string]Options{
		"plain http":    {Repo: Repo{dotcom, "a", "b"}, Config: fm.GitHubConfig{API: "http://github.example.com/api/v3/"}, Token: anyToken, Dir: "x"},
		"no address":    {Repo: Repo{dotcom, "a", "b"}, Config: fm.GitHubConfig{API: "github.example.com"}, Token: anyToken, Dir: "x"},
		"no repository": {Token: anyToken, Dir: "x"},
		"no folder":     {Repo: Repo{dotcom, "a", "b"}, Token: anyToken},
		"no token":      {Repo: Repo{dotcom, "a", "b"}, Dir: "x"},
	} {
		if _, err := Open(o); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			oneLine(t, err)
		}
	}
}

func TestRefsAreReadAsPeopleWriteThem(t *testing.T) {
	for word, want := range map[string]string{
		"123":                               " 123",
		"#123":                              " 123",
		"0123":                              " 123",
		"acme/widget#12":                    "/acme/widget 12",
		"github.example.com/acme/widget#12": "github.example.com/acme/widget 12",
		"https://github.com/acme/widget/issues/12":            "github.com/acme/widget 12",
		"https://github.com/acme/widget/issues/12/":           "github.com/acme/widget 12",
		"http://GitHub.com/acme/widget/issues/12":             "github.com/acme/widget 12",
		"https://github.com/a/b/pull/9/files#diff-1":          "github.com/a/b 9",
		"https://github.com/a/b/issues/9?x=1#issuecomment-77": "github.com/a/b 9",
		"https://x.ghe.com/a/b/issues/9":                      "x.ghe.com/a/b 9",
		"":                                                    "",
		"#":                                                   "",
		"0":                                                   "",
		"-1":                                                  "",
		"12a":                                                 "",
		"PROJ-7":                                              "",
		"99999999999":                                         "",
		"widget#12":                                           "",
		"acme/widget/12":                                      "",
		"https://github.com/acme/widget":                      "",
		"https://github.com/acme/widget/issues/":              "",
		"https://github.com/acme/widget/wiki/12":              "",
		"ftp://github.com/acme/widget/issues/12":              "",
		"12\n#13":                                             "",
	} {
		repo, id, err := ParseRef(word)
		got := ""
		if err == nil {
			if got = " " + string(id); repo != (Repo{}) {
				got = repo.Host + "/" + repo.Full() + got
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q (%v)", word, got, want, err)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	for _, word := range []string{"12", "acme/widget#12", "https://github.com/acme/widget/issues/12", "git@x:a/b#1", "https://[::1]/a/b/issues/1"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		repo, id, err := ParseRef(word)
		if err != nil {
			return
		}
		if n, err := number(id); err != nil || n < 1 {
			t.Errorf("%q has number %q", word, id)
		}
		if _, ok := newRepo(dotcom, repo.Owner, repo.Name); repo != (Repo{}) && !ok || strings.ContainsAny(repo.String(), " \n?#%") {
			t.Errorf("%q has repository %q", word, repo)
		}
	})
}
