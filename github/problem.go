package github

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// problems are those of one answer.
type problems []problem

// closed says that GraphQL as a whole is of no use: the token may not read the
// repository with it, or the server is older than a field that is asked for.
func (ps problems) closed() bool {
	return slices.ContainsFunc(ps, func(p problem) bool {
		return len(p.Path) == 1 && p.about("repository") && p.refused() || p.says("doesn't exist on type")
	})
}

// gone says that there is nothing at the path.
func (ps problems) gone(path ...string) bool {
	return slices.ContainsFunc(ps, func(p problem) bool {
		return len(p.Path) == len(path) && p.about(path...) && p.Type == "NOT_FOUND"
	})
}

// below finds the first problem of a field or of anything in it.
func (ps problems) below(path ...string) (problem, bool) {
	i := slices.IndexFunc(ps, func(p problem) bool { return p.about(path...) })
	if i < 0 {
		return problem{}, false
	}
	return ps[i], true
}

func (ps problems) say(part string) bool {
	return slices.ContainsFunc(ps, func(p problem) bool { return p.says(part) })
}

// err turns the problems of a mutation into an error: what GitHub gives a type
// is its last word, and what has none is trouble of its own.
func (ps problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	words := fm.Line(ps[0].Message, 200)
	if ps[0].Type == "" {
		return errors.New("GitHub answers: " + words)
	}
	return fmt.Errorf("GitHub refuses it (%s): %w", words, fm.ErrRefused)
}

// unanswered is the error of a query that brought no data, which another time
// may.
func (ps problems) unanswered() error {
	if len(ps) == 0 {
		return errors.New("GitHub answers without data")
	}
	return errors.New("GitHub answers: " + fm.Line(ps[0].Message, 200))
}

func (p problem) says(part string) bool {
	return strings.Contains(strings.ToLower(p.Message), strings.ToLower(part))
}

// refused says that the token may not read the field, now or later.
func (p problem) refused() bool {
	return p.Type == "FORBIDDEN" || p.Type == "NOT_FOUND" || p.Type == "INSUFFICIENT_SCOPES"
}
