package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
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
	if !ok {
		return false
	}
	words := e.Message
	for _, detail := range e.Errors {
		words += "\n" + detail.Message
	}
	return strings.Contains(strings.ToLower(words), strings.ToLower(part))
}

// uncertain says that a write may have been done although it came back with an
// error: the answer is lost, or it is one of a server in trouble. The caller
// looks before it writes again.
func uncertain(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	code := status(err)
	return code == 0 || code >= 500
}

// explain classifies an error of go-github's and says in one line what to do.
// Limits, servers in trouble and networks that are away are transient: they
// keep their own words.
func (g *GitHub) explain(err error) error {
	if err == nil || errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone) || errors.Is(err, fm.ErrConflict) {
		return err
	}
	answer, ok := errors.AsType[*gh.ErrorResponse](err)
	if !ok || answer.Response == nil {
		return err
	}
	words := fm.Line(answer.Message, 200)
	for _, detail := range answer.Errors {
		if detail.Message != "" {
			words += "; " + fm.Line(detail.Message, 200)
		}
	}
	switch code := answer.Response.StatusCode; {
	case code == http.StatusUnauthorized:
		return fmt.Errorf("GitHub does not take the token (401 %s): run gh auth login, or set GH_TOKEN: %w", words, fm.ErrRefused)
	case says(err, "archived"):
		return fmt.Errorf("%s is archived, which makes it read-only: unarchive it in its settings: %w", g.repo, fm.ErrRefused)
	case code == http.StatusForbidden && says(err, "not accessible by"):
		return fmt.Errorf("the token may not do this (%s): give it read and write access to issues, pull requests and contents of %s: %w", words, g.repo, fm.ErrRefused)
	case code == http.StatusForbidden && says(err, "SAML"):
		return fmt.Errorf("the token is not authorised for the organisation's single sign-on: authorise it in the settings of your tokens: %w", fm.ErrRefused)
	case code == http.StatusForbidden:
		return fmt.Errorf("GitHub refuses it (403 %s): ask for write access to %s: %w", words, g.repo, fm.ErrRefused)
	case code == http.StatusNotFound:
		return fmt.Errorf("not there, or the token may not see it: %w", fm.ErrGone)
	case code == http.StatusGone:
		return fmt.Errorf("%s: %w", words, fm.ErrGone)
	case code == http.StatusUnprocessableEntity, code == http.StatusBadRequest:
		return fmt.Errorf("GitHub refuses it (%d %s): %w", code, words, fm.ErrRefused)
	case code >= 500, code == http.StatusTooManyRequests:
		return fmt.Errorf("GitHub is in trouble (%d %s)", code, words)
	}
	return fmt.Errorf("GitHub answers %d %s", answer.Response.StatusCode, words)
}
