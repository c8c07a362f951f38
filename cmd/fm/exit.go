package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/founder-mode/fm"
)

// The exit codes of fm. testdata/script/exit.txtar holds them.
const (
	exitOK         = 0
	exitFailure    = 1   // something went wrong on the way
	exitUsage      = 2   // bad input; nothing was changed
	exitUnfinished = 3   // --wait: not everything was merged
	exitHeld       = 100 // another supervisor looks after the project
	exitSignal     = 130 // interrupted
)

// exitCode is one of them, as the manual explains it.
type exitCode struct {
	code int
	when string
}

// exitCodes is what the manual says of them.
func exitCodes() []exitCode {
	return []exitCode{
		{exitOK, "It is done."},
		{exitFailure, "Something went wrong on the way; what was done until then stays."},
		{exitUsage, "Bad input; nothing was changed."},
		{exitUnfinished, "fm work --wait, fm add --wait and fm fix ended with something that is not merged or mended; the supervisor ended while it was waited for."},
		{exitHeld, "Another supervisor looks after the project."},
		{exitSignal, "Interrupted. The workers go on; fm try stops its own."},
	}
}

// exitError carries an exit code and, if there is something to say, a text.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// usage makes an error that is the user's to mend: one line, what is wrong and
// what to do.
func usage(format string, args ...any) error {
	return exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// concluded prints an error and gives its exit code.
func concluded(w io.Writer, err error) int {
	var exit exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		if exit.err != nil {
			fmt.Fprintln(w, "fm:", text(exit.err))
		}
		return exit.code
	case errors.Is(err, context.Canceled):
		return exitSignal
	case errors.Is(err, fm.ErrRefused), errors.Is(err, fm.ErrGone):
		fmt.Fprintln(w, "fm:", text(err))
		return exitUsage
	}
	fmt.Fprintln(w, "fm:", text(err))
	return exitFailure
}

// mendable makes an error that was found before anything was changed one that
// is the user's to mend. An interruption stays one.
func mendable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return exitError{code: exitUsage, err: err}
}

// text gives an error for people: on one line, and safe to show.
func text(err error) string { return fm.Line(fm.Reason(err), 0) }
