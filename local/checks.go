package local

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

// Rerun is refused: nothing checks pull requests here.
func (f *Forge) Rerun(context.Context, string, []fm.Check) error {
	return fmt.Errorf("run checks again: there are none: %w", fm.ErrRefused)
}
