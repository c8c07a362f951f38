package github

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
	"github.com/founder-mode/fm/github/transport"
)

// Each answer of GitHub's is one line that says what to do, and of one class:
// what is transient is tried again, and everything else is not.
//
// Fault: F14.
func TestErrorsAreOneLineAndClassified(t *testing.T) {
	for _, tt := range []struct {
		name    string
		verdict fake.Verdict
		class   error // nil for transient
		says    []string
	}{
		{"401", fake.Refusing(401, "Bad credentials"), fm.ErrRefused, []string{"token", "gh auth login", "GH_TOKEN"}},
		{"fine-grained token", fake.Refusing(403, "Resource not accessible by personal access token"), fm.ErrRefused, []string{"token", "read and write", "acme/widget"}},
		{"app", fake.Refusing(403, "Resource not accessible by integration"), fm.ErrRefused, []string{"read and write"}},
		{"single sign-on", fake.Refusing(403, "Resource protected by organization SAML enforcement. You must grant your token access."), fm.ErrRefused, []string{"single sign-on", "acme"}},
		{"403", fake.Refusing(403, "Must have admin rights to Repository."), fm.ErrRefused, []string{"write access"}},
		{"archived", fake.Refusing(403, "Repository was archived so is read-only."), fm.ErrRefused, []string{"unarchive"}},
		{"404", fake.Refusing(404, "Not Found"), fm.ErrGone, []string{"not there", "token"}},
		{"410", fake.Refusing(410, "This issue was deleted"), fm.ErrGone, []string{"deleted"}},
		{"issues off", fake.Refusing(410, "Issues are disabled for this repo"), fm.ErrRefused, []string{"switch them on"}},
		{"422", fake.Refusing(422, "Validation Failed\nand more"), fm.ErrRefused, []string{"Validation Failed and more"}},
		{"451", fake.Refusing(451, "Repository access blocked"), fm.ErrRefused, []string{"blocked"}},
		{"500", fake.Failing(fake.Before, 500), nil, []string{"in trouble", "500"}},
		{"502", fake.Failing(fake.Before, 502), nil, []string{"in trouble", "502"}},
		{"not JSON", fake.Verdict{Act: fake.Answer, Status: 503, Body: "<html>\nunicorn</html>"}, nil, []string{"in trouble"}},
		{"cut", fake.Verdict{Act: fake.Cut}, nil, nil},
		{"half", fake.Verdict{Act: fake.Truncate, When: fake.After}, nil, nil},
		{"secondary limit", fake.SecondaryLimit(403, time.Hour), nil, []string{"again at"}},
		{"primary limit", fake.PrimaryLimit(429, "core", time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)), nil, []string{"again at"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.AddIssue(fake.Issue{Number: 12, Title: "x"})
			r.Fault(func(fake.Request) fake.Verdict { return tt.verdict })
			_, err := r.tracker().Issue(t.Context(), "12")
			oneLine(t, err, append(tt.says, "#12")...)
			if tt.class == nil && classified(err) || tt.class != nil && !errors.Is(err, tt.class) {
				t.Errorf("%v is not %v", err, tt.class)
			}
			if strings.Contains(err.Error(), fake.DefaultToken) || strings.Contains(err.Error(), "http") {
				t.Errorf("the text has the token or an address: %v", err)
			}
		})
	}
}

// What certainly did not happen is not looked for; what may have is.
//
// Fault: F14.
func TestOnlyLostAnswersAreUncertain(t *testing.T) {
	for _, tt := range []struct {
		name    string
		verdict fake.Verdict
		want    bool
	}{
		{"cut", fake.Verdict{Act: fake.Cut, When: fake.After}, true},
		{"half", fake.Verdict{Act: fake.Truncate, When: fake.After}, true},
		{"500", fake.Failing(fake.After, 500), true},
		{"504", fake.Failing(fake.Before, 504), true},
		{"422", fake.Refusing(422, "Validation Failed"), false},
		{"401", fake.Refusing(401, "Bad credentials"), false},
		{"limit", fake.SecondaryLimit(403, time.Hour), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.Fault(func(fake.Request) fake.Verdict { return tt.verdict })
			g := r.open()
			_, err := g.do(t.Context(), http.MethodPost, g.path("issues"), map[string]string{"title": "x"}, &issue{})
			if got := uncertain(err); got != tt.want {
				t.Errorf("%v: uncertain %v", err, got)
			}
		})
	}
}

// A write that became a read by a redirect would be taken for done.
func TestMovedRepositoryIsNotWrittenTo(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "x"})
	r.Fault(func(q fake.Request) fake.Verdict {
		if !q.Write {
			return fake.Verdict{}
		}
		return fake.Verdict{Act: fake.Answer, Status: 301, Header: http.Header{"Location": {r.URL() + "repos/acme/widget/issues/12"}}, Body: `{"message":"Moved Permanently"}`}
	})
	_, err := r.tracker().Create(t.Context(), "12", "1", part("Page"), nil)
	oneLine(t, err, "renamed or moved", "github.repo")
	if !errors.Is(err, fm.ErrRefused) {
		t.Errorf("%v is not refused", err)
	}
}

func TestCheckSaysWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(*fake.Settings)
		repo  string
		class error
		says  []string
	}{
		{"fine", func(*fake.Settings) {}, "widget", nil, nil},
		{"in other letters", func(*fake.Settings) {}, "Widget", nil, nil},
		{"a fork with issues", func(s *fake.Settings) { s.Fork = true }, "widget", nil, nil},
		{"archived", func(s *fake.Settings) { s.Archived = true }, "widget", fm.ErrRefused, []string{"archived", "unarchive"}},
		{"no issues", func(s *fake.Settings) { s.IssuesDisabled = true }, "widget", fm.ErrRefused, []string{"switched off", "switch them on"}},
		{"a fork without issues", func(s *fake.Settings) { s.Fork, s.IssuesDisabled = true, true }, "widget", fm.ErrRefused, []string{"fork", "original", "github.repo"}},
		{"read only", func(s *fake.Settings) { s.ReadOnly = true }, "widget", fm.ErrRefused, []string{"may not push", "write access"}},
		{"not there", func(*fake.Settings) {}, "gadget", fm.ErrGone, []string{"acme/gadget", "check github.repo", "token"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.Configure(tt.alter)
			err := r.open(func(o *Options) { o.Repo.Name = tt.repo }).Check(t.Context())
			if tt.class == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			oneLine(t, err, tt.says...)
			if !errors.Is(err, tt.class) {
				t.Errorf("%v is not %v", err, tt.class)
			}
		})
	}
}

func TestTokensAreFoundWhereGhFindsThem(t *testing.T) {
	t.Setenv("GH_CONFIG_DIR", t.TempDir())
	t.Setenv("GH_PATH", os.DevNull) // no gh
	for _, name := range []string{"GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"} {
		t.Setenv(name, "")
	}
	for host, says := range map[string][]string{
		"":                   {"github.com", "gh auth login", "GH_TOKEN"},
		"octo.ghe.com":       {"octo.ghe.com", "--hostname octo.ghe.com", "GH_TOKEN"},
		"github.example.com": {"--hostname github.example.com", "GH_ENTERPRISE_TOKEN"},
	} {
		_, err := Token(t.Context(), host)
		oneLine(t, err, says...)
		if !errors.Is(err, fm.ErrRefused) {
			t.Errorf("%v is not refused", err)
		}
	}
	t.Setenv("GITHUB_TOKEN", "second")
	t.Setenv("GH_TOKEN", " first\n")
	t.Setenv("GH_ENTERPRISE_TOKEN", "third")
	for host, want := range map[string]string{dotcom: "first", "octo.ghe.com": "first", "github.example.com": "third"} {
		if got, err := Token(t.Context(), host); err != nil || got != want {
			t.Errorf("%s: %q, %v", host, got, err)
		}
	}
}

// Without a token nothing is sent, and the line is the token's own.
func TestNoTokenIsOneLine(t *testing.T) {
	r := newRig(t)
	g := r.open(func(o *Options) {
		o.Token = func(context.Context) (string, error) { return "", noToken(dotcom) }
	})
	err := g.Check(t.Context())
	oneLine(t, err, "no token for github.com", "gh auth login")
	if !errors.Is(err, fm.ErrRefused) || len(r.Log()) > 0 {
		t.Errorf("%v, %d requests", err, len(r.Log()))
	}
}

// Caught: "EOF", which tells nobody what is wrong.
func TestANetworkThatIsAwayIsNamed(t *testing.T) {
	g := &GitHub{repo: Repo{Host: "github.com", Owner: "acme", Name: "widget"}}
	for _, cause := range []error{io.EOF, io.ErrUnexpectedEOF, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, &net.DNSError{Err: "no such host"}} {
		err := g.explain(&url.Error{Op: "Get", URL: "https://api.github.com/", Err: cause})
		if !strings.HasPrefix(err.Error(), "github.com cannot be reached: ") || classified(err) || !uncertain(err) {
			t.Errorf("%v: got %v", cause, err)
		}
	}
	if err := g.explain(&url.Error{Op: "Get", URL: "u", Err: &transport.Limited{}}); strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("a limit: got %v", err)
	}
}
