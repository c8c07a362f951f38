package git

import (
	"strings"

	"github.com/founder-mode/fm"
)

// What stands around the reason for which there is no worktree.
const (
	uncreated = "create worktree for issue "
	causes    = " (possible causes: "
)

// Uncreated gives why a worktree could not be made, if that is what the text of
// an error of [Repo.Prepare] says, also where it became a task's note. Exact is a
// reason that says what to do itself.
func Uncreated(text string) (why string, exact, ok bool) {
	_, rest, ok := strings.Cut(text, uncreated)
	_, why, found := strings.Cut(rest, ": ") // behind the name of the issue
	why, _, _ = strings.Cut(why, causes)
	why, exact = strings.CutSuffix(why, ": "+fm.ErrRefused.Error())
	return why, exact, ok && found
}
