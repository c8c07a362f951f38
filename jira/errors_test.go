package jira

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

func answering(status int, header map[string]string, body string) func(fake.Request) fake.Verdict {
	h := http.Header{}
	for key, value := range header {
		h.Set(key, value)
	}
	return func(fake.Request) fake.Verdict {
		return fake.Verdict{Act: fake.Answer, Status: status, Header: h, Body: body}
	}
}

// Each answer of Jira's is one line that says what to do, and of one class: what
// is transient is tried again, and everything else is not.
func TestErrorsAreOneLineAndClassified(t *testing.T) {
	page := "<!DOCTYPE html><html>\n<title>Log in</title></html>"
	for _, tt := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		class  error // nil for transient
		says   []string
	}{
		{"401", 401, nil, `{"errorMessages":["You are not authenticated."]}`, fm.ErrRefused, []string{"credentials", "JIRA_API_TOKEN", "You are not authenticated"}},
		{"failed login on a 404", 404, map[string]string{"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, `{"errorMessages":["Issue does not exist"]}`, fm.ErrRefused, []string{"credentials"}},
		{"failed login on a 200", 200, map[string]string{"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, `{"id":"1","key":"PROJ-1"}`, fm.ErrRefused, []string{"credentials"}},
		{"captcha", 403, map[string]string{"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp", "X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}, page, fm.ErrRefused, []string{"CAPTCHA", "browser"}},
		{"403", 403, nil, `{"errorMessages":["No permission"]}`, fm.ErrRefused, []string{"administrator", "No permission"}},
		{"404", 404, nil, `{"errorMessages":["Issue does not exist or you do not have permission to see it."]}`, fm.ErrGone, []string{"not there", "may not see it"}},
		{"404 of no Jira", 404, nil, page, fm.ErrRefused, []string{"no Jira", "jira.url"}},
		{"page", 200, nil, page, fm.ErrRefused, []string{"web page", "jira.url"}},
		{"redirect", 301, map[string]string{"Location": "https://other.example.com/rest/api/2/field?os_password=x"}, "", fm.ErrRefused, []string{"https://other.example.com", "jira.url"}},
		{"login", 302, map[string]string{"Location": "https://sso.example.com/login?next=x"}, "", fm.ErrRefused, []string{"browser"}},
		{"400", 400, nil, `{"errorMessages":["one\ntwo"],"errors":{"summary":"Too \u001b[31mlong.","b":7}}`, fm.ErrRefused, []string{"400 one two; summary: Too long"}},
		{"410", 410, nil, `{"errorMessages":["The requested API has been removed."]}`, fm.ErrGone, []string{"removed"}},
		{"the token, shown back", 400, nil, `{"errorMessages":["bad header ` + fake.DefaultToken + `"]}`, fm.ErrRefused, []string{"bad header …"}},
		{"500", 500, nil, "oh", nil, []string{"in trouble", "500"}},
		{"503", 503, nil, page, nil, []string{"in trouble"}},
		{"409", 409, nil, `{"errorMessages":["busy"]}`, nil, []string{"409 busy"}},
		{"half a sentence", 200, nil, `{"id": "1", "ke`, nil, []string{"in no way"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newStillRig(t, fake.Options{})
				r.AddIssue(fake.Issue{Summary: "x"})
				r.Fault(answering(tt.status, tt.header, tt.body))
				_, err := r.tracker(r.direct).Issue(t.Context(), "PROJ-1")
				oneLine(t, err, tt.says...)
				for _, class := range []error{fm.ErrRefused, fm.ErrGone, fm.ErrConflict} {
					if got := errors.Is(err, class); got != errors.Is(tt.class, class) {
						t.Errorf("%v: %t for %v", class, got, err)
					}
				}
			})
		})
	}
}

// What cannot be reached is transient, and says which host it was.
func TestNoNetworkIsTransient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newStillRig(t, fake.Options{})
		r.Fault(func(fake.Request) fake.Verdict { return fake.Verdict{Act: fake.Cut} })
		_, err := r.tracker(r.direct).Issue(t.Context(), "PROJ-1")
		oneLine(t, err, "example.atlassian.net cannot be reached")
		if classified(err) {
			t.Errorf("classified: %v", err)
		}
		if got := len(r.Log()); got != mostSends {
			t.Errorf("asked %d times, want %d", got, mostSends)
		}
	})
}

// A limit is waited for as long as patience lasts, with a word to whom it may
// concern; a longer one is an error at once, which says until when. A write that
// was rejected by a limit was not done, and is sent again.
func TestLimitsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newStillRig(t, fake.Options{})
		key := r.AddIssue(fake.Issue{Summary: "x"})
		var told []string
		waiting := func(o *Options) {
			o.Waiting = func(until time.Time, why string) { told = append(told, fmt.Sprint(time.Until(until), " ", why)) }
		}
		limits := 2
		r.Fault(func(q fake.Request) fake.Verdict {
			if limits == 0 || !q.Write {
				return fake.Verdict{}
			}
			limits--
			return fake.Limit("90")
		})
		begun := time.Now()
		if err := r.tracker(r.direct, waiting).Begin(t.Context(), fm.IssueID(key)); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(begun); got != 180*time.Second || len(told) != 2 || told[0] != "1m30s Jira's limit on requests" {
			t.Errorf("after %v, told %q", got, told)
		}
		if got := r.issue(key).Moves; len(got) != 1 {
			t.Errorf("moved %q", got)
		}
		r.Fault(func(fake.Request) fake.Verdict { return fake.Limit("301") })
		_, err := r.tracker(r.direct).Issue(t.Context(), fm.IssueID(key))
		oneLine(t, err, "takes no more requests until "+time.Now().Add(301*time.Second).Format(time.TimeOnly))
		if classified(err) {
			t.Errorf("classified: %v", err)
		}
	})
}

// Caught: following redirects with the token; a client with a jar.
func TestTheTokenStaysWithTheSite(t *testing.T) {
	var seen []string
	elsewhere := fake.New(fake.Options{})
	defer elsewhere.Close()
	r := newRig(t, fake.Options{})
	r.AddIssue(fake.Issue{Summary: "x"})
	r.Fault(func(q fake.Request) fake.Verdict {
		return fake.Verdict{Act: fake.Answer, Status: 307, Header: http.Header{"Location": {elsewhere.URL() + "/rest/api/2/field"}, "Set-Cookie": {"a=b"}}}
	})
	tracker := r.tracker()
	_, err := tracker.Issue(t.Context(), "PROJ-1")
	oneLine(t, err, "sends fm on")
	for _, q := range elsewhere.Log() {
		seen = append(seen, q.String())
	}
	if len(seen) > 0 {
		t.Errorf("the other host was asked: %q", seen)
	}
}

// STYLE: secrets have a type that hides them. Caught: a plain string.
func TestTheTokenDoesNotShow(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	j := r.open(r.direct)
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", slog.Any("token", j.token))
	fmt.Fprintf(&b, "%v %+v %#v %s", j.token, j.token, j.token, j.token)
	if strings.Contains(b.String(), fake.DefaultToken) || j.o.Token != "" {
		t.Errorf("it shows: %s", b.String())
	}
}

// More than is bounded is no answer, and is not asked for again.
func TestAnEndlessAnswerIsRefused(t *testing.T) {
	r := newStillRig(t, fake.Options{})
	r.Fault(answering(200, nil, `"`+strings.Repeat("x", maxAnswer)+`"`))
	_, err := r.tracker(r.direct).Issue(t.Context(), "PROJ-1")
	oneLine(t, err, "16 MiB")
	if !errors.Is(err, fm.ErrRefused) || len(r.Log()) != 1 {
		t.Errorf("%v, asked %d times", err, len(r.Log()))
	}
}

// A context that is over ends a wait.
func TestAWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newStillRig(t, fake.Options{})
		r.Fault(func(fake.Request) fake.Verdict { return fake.Limit("60") })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := r.tracker(r.direct).Issue(ctx, "PROJ-1")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
