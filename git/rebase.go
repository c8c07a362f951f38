package git

import (
	"context"
	"errors"

	"github.com/founder-mode/fm"
)

// Rebase is not there yet.
func (r *Repo) Rebase(context.Context, fm.TaskID) (string, error) {
	return "", errors.New("rebase: not there yet")
}

// Unpublish is not there yet.
func (r *Repo) Unpublish(context.Context, fm.TaskID, string) error {
	return errors.New("unpublish: not there yet")
}
