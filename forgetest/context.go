package forgetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
)

// contextOver is a context whose time is over.
func contextOver(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, cancel
}

// transient says what is wrong with an error that should say that nothing is
// known: it must not be taken for an answer.
func transient(err error) error {
	switch {
	case err == nil:
		return errors.New("no error without time")
	case errors.Is(err, fm.ErrRefused), errors.Is(err, fm.ErrConflict), errors.Is(err, fm.ErrGone):
		return fmt.Errorf("an answer without time: %w", err)
	}
	return nil
}
