package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/process"
)

// checkLocks looks for locks that hold everybody up.
func (v *visit) checkLocks(ctx context.Context) []finding {
	var found []finding
	for _, path := range []string{v.project.File("ledger.lock"), v.project.StateFile() + ".lock", v.project.File("intake.lock"), v.project.LockFile()} {
		if pid, stopped := process.LockHolder(path); stopped {
			found = append(found, finding{
				level: wrong, fix: fmt.Sprintf("kill -CONT %d", pid),
				found: fmt.Sprintf("%s is held by process %d, which was stopped: nobody else gets on", filepath.Base(path), pid),
			})
		}
	}
	locks, err := git.Locks(ctx, v.gitOptions())
	if err != nil {
		return append(found, failed(err, "git status")...)
	}
	for _, l := range locks {
		f := finding{level: warning, found: l.Path + " has stood for a while, and nobody is seen who holds it", fix: "rm " + quoted(l.Path)}
		if l.Orphan {
			f = finding{level: wrong, found: l.Path + " was left by a git that is gone, and stops every other", mend: func(ctx context.Context) (string, error) {
				return did("removed "+l.Path, git.Unlock(ctx, l))
			}}
		}
		found = append(found, f)
	}
	if len(found) > 0 {
		return some(found, "locks")
	}
	return well("none is left behind")
}

// quoted is a path as one word of the shell.
func quoted(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@%=:,", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
