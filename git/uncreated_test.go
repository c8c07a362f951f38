package git

import (
	"errors"
	"fmt"
	"testing"

	"github.com/founder-mode/fm"
)

// TestReasonsAreReadAsTheyAreWritten: the result of fm fix shows them. Caught: a
// reader that knew "#12" and not "PROJ-1".
func TestReasonsAreReadAsTheyAreWritten(t *testing.T) {
	for _, id := range []fm.TaskID{"12", "PROJ-1"} {
		err := creationError(place{id: id}, fmt.Errorf("add worktree: git: a: b: %w", fm.ErrRefused))
		for _, text := range []string{fm.Reason(err), "start: " + fm.Reason(err)} {
			if why, exact, ok := Uncreated(text); why != "add worktree: git: a: b" || !exact || !ok {
				t.Errorf("%q: %q, exact %v, %v", text, why, exact, ok)
			}
		}
		if err := creationError(place{id: id}, fm.ErrRefused); !errors.Is(err, fm.ErrRefused) {
			t.Errorf("its class is lost: %v", err)
		}
	}
	for _, text := range []string{"", "the agent gave up: nothing", "create worktree for issue", "create worktree for issue #12"} {
		if why, _, ok := Uncreated(text); ok {
			t.Errorf("%q: %q", text, why)
		}
	}
}
