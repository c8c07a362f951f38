package fm

import (
	"errors"
	"strings"
)

// Adapters classify what went wrong by wrapping one of these. An error that
// wraps none of them is transient: the machine's or the network's fault, worth
// the same call again, and no reason to count an attempt as failed.
var (
	// ErrRefused: the same call will not go through until a person or an
	// agent changes something; the text says what.
	ErrRefused = errors.New("refused")
	// ErrConflict: two changes touch the same lines; the text names the files.
	ErrConflict = errors.New("conflict")
	// ErrGone: the thing asked about does not exist.
	ErrGone = errors.New("not found")
)

// Reason gives an error's text for a note, an agent or a person: without the
// word [ErrRefused], which tells them nothing that the rest does not.
func Reason(err error) string {
	word := ErrRefused.Error()
	return strings.TrimSuffix(strings.ReplaceAll(err.Error(), word+": ", ""), ": "+word)
}
