package claude

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// A script is launch.sh: what runs in the worker's pane. A file is needed
// because tmux refuses long commands, and because only a script can take
// variables out of an environment that it inherits.
type script struct {
	run     fm.Run
	worker  fm.WorkerID
	project fm.Project
	dir     string
	argv    []string
	prompt  string // path
	// sandbox says that root may run what checks nothing, which the CLI refuses
	// otherwise.
	sandbox bool
}

// text is for the POSIX shell. The values of variables stay where they are; the
// script holds names only. The two thresholds keep the CLI from asking whether
// a long conversation of yesterday should be summed up first.
func (l script) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, `#!/bin/sh
# Attempt %d of task %s, written by fm.
for name in $(env | sed -n 's/^\(CLAUDE_CODE_[A-Za-z0-9_]*\)=.*/\1/p'); do
	case $name in
	%s) ;;
	*) unset "$name" ;;
	esac
done
unset %s
export FM_TASK=%s FM_ATTEMPT=%s FM_WORKER=%s FM_PROJECT=%s
export FM_AGENT_PID=$$ CLAUDE_CODE_DISABLE_ALTERNATE_SCREEN=1
export CLAUDE_CODE_RESUME_THRESHOLD_MINUTES=999999999 CLAUDE_CODE_RESUME_TOKEN_THRESHOLD=999999999
%scd %s || exit 1
exec`,
		l.run.Attempt, l.run.Task, strings.Join(keptNames(), "|"), strings.Join(droppedNames(), " "),
		quote(string(l.run.Task)), quote(strconv.Itoa(l.run.Attempt)), quote(l.worker.String()), quote(l.project.Root),
		l.sandboxed(), quote(l.dir))
	for _, word := range l.argv {
		b.WriteString(" \\\n\t" + quote(word))
	}
	fmt.Fprintf(&b, " \\\n\t\"$(cat %s)\"\n", quote(l.prompt))
	return b.String()
}

func (l script) sandboxed() string {
	if l.sandbox {
		return "export IS_SANDBOX=1\n"
	}
	return ""
}

// quote makes one word of the POSIX shell of any text without a NUL.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
