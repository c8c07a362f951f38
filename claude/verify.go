package claude

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

// verifyMark is held by the environment of a verify command and of all that it
// starts. It is none of an attempt's: to end an agent ends no check, and the other
// way round.
const verifyMark = "FM_VERIFY"

// VerifyMark is the entry for the environment of a project's verify command.
func VerifyMark(p fm.Project) string { return verifyMark + "=" + p.Root }

// ReapVerify ends what the project's verify commands left behind, as
// [Claude.Reap] does for attempts, and with its limits. It is for a supervisor that
// begins: one that was killed can have left a command that still works in the
// folder of a task.
func (c *Claude) ReapVerify(ctx context.Context) error {
	if err := reap(ctx, mark{project: c.project.Root, of: verifying}); err != nil {
		return fmt.Errorf("reap verify commands: %w", err)
	}
	return nil
}
