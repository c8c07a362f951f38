package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/transport"
)

// status gives the HTTP status that GitHub answered an error with, or 0.
func status(err error) int {
	if e, ok := errors.AsType[*gh.ErrorResponse](err); ok && e.Response != nil {
		return e.Response.StatusCode
	}
	return 0
}

// says tells whether GitHub's own words for an error contain a text, in any
// case.
func says(err error, part string) bool {
	e, ok := errors.AsType[*gh.ErrorResponse](err)
	return ok && strings.Contains(strings.ToLower(wording(e)), strings.ToLower(part))
}

func wording(e *gh.ErrorResponse) string {
	all := []string{fm.Line(e.Message, 200)}
	for _, detail := range e.Errors {
		all = append(all, fm.Line(cmp.Or(detail.Message, detail.Field+" "+detail.Code), 200))
	}
	return strings.Join(all, "; ")
}

// classified says that it is known what kind of error it is, and so that
// nothing was done.
func classified(err error) bool {
	return errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone) || errors.Is(err, fm.ErrConflict)
}

// uncertain says that a write may have been done although it came back with an
// error: the answer is lost, or it is one of a server in trouble. The caller
// looks before it writes again.
func uncertain(err error) bool {
	if err == nil || classified(err) || errors.Is(err, context.Canceled) {
		return false
	}
	if _, ok := errors.AsType[*transport.Limited](err); ok {
		return false
	}
	code := status(err)
	return code == 0 || code >= 500
}

// explain classifies an error of go-github's and says in one line what to do.
// Limits, servers in trouble and networks that are away stay transient.
func (g *GitHub) explain(err error) error {
	if err == nil {
		return nil
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // the address of the API tells nobody anything
		if away(err) {
			return fmt.Errorf("%s cannot be reached: %w", g.repo.Host, err)
		}
	}
	answer, ok := errors.AsType[*gh.ErrorResponse](err)
	if !ok || answer.Response == nil || classified(err) {
		return err
	}
	code, text := answer.Response.StatusCode, wording(answer)
	switch {
	case code == http.StatusUnauthorized:
		return fmt.Errorf("GitHub does not take the token (%s): run gh auth login, or set GH_TOKEN: %w", text, fm.ErrRefused)
	case says(err, "archived"):
		return g.archived()
	case says(err, "issues are disabled"), says(err, "issues has been disabled"):
		return g.withoutIssues()
	case code == http.StatusForbidden:
		return g.forbidden(err, text)
	case code == http.StatusNotFound:
		return fmt.Errorf("not there, or the token may not see it: %w", fm.ErrGone)
	case code == http.StatusGone:
		return fmt.Errorf("%s: %w", text, fm.ErrGone)
	case code >= 300 && code < 400:
		return fmt.Errorf("%s was renamed or moved: set github.repo, or the remote, to its new name: %w", g.repo, fm.ErrRefused)
	case code >= 500:
		return fmt.Errorf("GitHub is in trouble (%d %s)", code, text)
	case code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooManyRequests:
		return fmt.Errorf("GitHub answers %d %s", code, text)
	}
	return fmt.Errorf("GitHub refuses it (%d %s): %w", code, text, fm.ErrRefused)
}

// away says that no answer came, because of the network or of the server.
func away(err error) bool {
	_, dial := errors.AsType[*net.OpError](err)
	_, name := errors.AsType[*net.DNSError](err)
	return dial || name || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func (g *GitHub) forbidden(err error, text string) error {
	switch {
	case says(err, "not accessible by"):
		return fmt.Errorf("the token may not do this (%s): give it read and write access to issues, pull requests and contents of %s: %w", text, g.repo, fm.ErrRefused)
	case says(err, "SAML"):
		return fmt.Errorf("the token is not authorised for the single sign-on of %s: authorise it in your settings on GitHub: %w", g.repo.Owner, fm.ErrRefused)
	}
	return fmt.Errorf("GitHub refuses it (%s): ask for write access to %s, or take a token that has it: %w", text, g.repo, fm.ErrRefused)
}

func (g *GitHub) archived() error {
	return fmt.Errorf("%s is archived, and so read-only: unarchive it in its settings: %w", g.repo, fm.ErrRefused)
}

func (g *GitHub) withoutIssues() error {
	return fmt.Errorf("issues are switched off in %s: switch them on in its settings, or name another repository in github.repo: %w", g.repo, fm.ErrRefused)
}
