package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// failure is an answer that is none: what Jira said, and what to do.
type failure struct {
	status int
	text   string
	words  string // Jira's own
	kind   error  // of [fm.ErrRefused] and [fm.ErrGone]; nil for a transient one
}

// Error is one line.
func (f *failure) Error() string {
	if f.kind == nil {
		return f.text
	}
	return f.text + ": " + f.kind.Error()
}

// Unwrap gives the kind.
func (f *failure) Unwrap() error { return f.kind }

// status gives the HTTP status of an error, or 0.
func status(err error) int {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.status
	}
	return 0
}

// classified says that it is known what kind of error it is, and so that
// nothing was done.
func classified(err error) bool {
	return errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone)
}

// uncertain says that a write may have been done although it came back with an
// error. The caller looks before it writes again.
func uncertain(err error) bool {
	if err == nil || classified(err) || errors.Is(err, context.Canceled) {
		return false
	}
	_, early := errors.AsType[*limited](err)
	return !early
}

// failed reads an answer that is a refusal; nil for one that is not.
func (j *Jira) failed(a *answer) *failure {
	f := &failure{status: a.status, words: j.words(a.body), kind: fm.ErrRefused}
	said := ""
	if f.words != "" {
		said = " (" + f.words + ")"
	}
	switch {
	case a.captcha():
		f.text = fmt.Sprintf("%s wants a CAPTCHA solved after failed logins: log in there in a browser as %s once, then check JIRA_API_TOKEN", j.site.Host, j.account())
	case a.status == http.StatusUnauthorized, a.stranger():
		f.text = fmt.Sprintf("%s does not take the credentials%s: %s", j.site.Host, said, j.credentials())
	case a.status < 300:
		if page(a.body) {
			f.text = fmt.Sprintf("%s answers with a web page, not as Jira's API does: check jira.url, with the path that Jira may have behind the host", j.Site())
			break
		}
		return nil
	case a.status < 400:
		f.text = j.redirected(a)
	case a.status == http.StatusForbidden:
		f.text = fmt.Sprintf("%s refuses it to %s%s: ask an administrator of the project for the permission", j.site.Host, j.account(), said)
	case a.status == http.StatusNotFound && page(a.body):
		f.text = fmt.Sprintf("there is no Jira at %s: check jira.url, with the path that Jira may have behind the host", j.Site())
	case a.status == http.StatusNotFound, a.status == http.StatusGone:
		f.text, f.kind = "not there, or "+j.account()+" may not see it"+said, fm.ErrGone
	case a.status >= 500:
		f.text, f.kind = fmt.Sprintf("Jira is in trouble (%s)", strings.TrimSpace(fmt.Sprint(a.status, " ", f.words))), nil
	case a.status == http.StatusRequestTimeout, a.status == http.StatusConflict, a.status == http.StatusTooManyRequests:
		f.text, f.kind = strings.TrimSpace(fmt.Sprint("Jira answers ", a.status, " ", f.words)), nil
	default:
		f.text = fmt.Sprintf("Jira refuses it (%s)", strings.TrimSpace(fmt.Sprint(a.status, " ", f.words)))
	}
	if j.o.Patient && errors.Is(f.kind, fm.ErrRefused) && (a.captcha() || a.status == http.StatusUnauthorized || a.stranger() || a.status < 400) {
		f.kind = nil
	}
	return f
}

// captcha says that the account is locked until a person shows up.
func (a *answer) captcha() bool {
	return strings.Contains(a.header.Get("X-Authentication-Denied-Reason"), "CAPTCHA") || strings.Contains(a.header.Get("X-Seraph-LoginReason"), "AUTHENTICATION_DENIED")
}

// stranger says that Jira answered as it answers anybody, because it did not
// take the credentials.
func (a *answer) stranger() bool {
	return strings.Contains(a.header.Get("X-Seraph-LoginReason"), "AUTHENTICATED_FAILED")
}

// page says that a body is HTML.
func page(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }

// account names the one that fm acts as.
func (j *Jira) account() string {
	if j.o.Email == "" {
		return "the account of the token"
	}
	return fm.Line(j.o.Email, 100)
}

// credentials says what to check.
func (j *Jira) credentials() string {
	switch {
	case inCloud(j.site) && j.o.Email == "":
		return "a token of the Cloud goes with the email address of its account: set JIRA_EMAIL"
	case inCloud(j.site):
		return "check JIRA_EMAIL, and make a new JIRA_API_TOKEN at https://id.atlassian.com/manage-profile/security/api-tokens"
	case j.o.Email == "":
		return "make a new personal access token in your profile there and set JIRA_API_TOKEN to it"
	}
	return "check JIRA_EMAIL and JIRA_API_TOKEN; a personal access token of a Data Center goes without JIRA_EMAIL"
}

// redirected explains a redirect, which the API itself never answers with.
func (j *Jira) redirected(a *answer) string {
	to, err := url.Parse(a.header.Get("Location"))
	switch {
	case err != nil || to.Host == "" && to.Path == "":
		return fmt.Sprintf("%s answers %d, not as Jira's API does: check jira.url", j.Site(), a.status)
	case strings.Contains(strings.ToLower(to.Path+to.RawQuery), "login"), strings.Contains(strings.ToLower(to.Path), "sso"), strings.Contains(strings.ToLower(to.Path), "saml"):
		return fmt.Sprintf("%s wants a login in a browser: ask its administrator to let API tokens through", j.Site())
	}
	to.RawQuery, to.User, to.Fragment = "", nil, ""
	return fmt.Sprintf("%s sends fm on to %s: set jira.url to the address that the site has now", j.Site(), fm.Line(to.String(), 150))
}

// words are what Jira says of an error, in one line.
func (j *Jira) words(body []byte) string {
	var said struct {
		Messages []string                   `json:"errorMessages"`
		Errors   map[string]json.RawMessage `json:"errors"`
		Message  string                     `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	all := said.Messages
	for _, field := range slices.Sorted(maps.Keys(said.Errors)) {
		var text string
		if json.Unmarshal(said.Errors[field], &text) != nil {
			continue
		}
		all = append(all, field+": "+text)
	}
	if len(all) == 0 && said.Message != "" {
		all = []string{said.Message}
	}
	for i, text := range all {
		all[i] = strings.TrimRight(fm.Line(j.blank(text), 200), ".")
	}
	return fm.Line(strings.Join(all, "; "), 300)
}
