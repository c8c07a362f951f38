package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/process"
)

// silent is how long a supervisor that runs may show nothing new: it looks every
// few seconds.
const silent = time.Minute

// checkSupervisor wants one where there is something left to do.
func (v *visit) checkSupervisor(context.Context) []finding {
	const down = "does not run"
	if !v.used() { // and no lock to look at, which the look would make
		return well(down + ", and nothing has been started yet")
	}
	if h := v.holder(); h.alive {
		return v.checkRunning(h.pid)
	}
	if pid, _ := process.LockHolder(v.project.LockFile()); pid != 0 {
		what := fmt.Sprintf("it does not run, and process %d, which is none, holds its lock", pid)
		return []finding{{level: wrong, found: what, fix: fmt.Sprintf("kill %d", pid)}}
	}
	if w, err := v.wanted(); err == nil && w.Stop != "" {
		return well(down + ": it was stopped")
	}
	q, err := v.queue()
	if err != nil {
		return well(down) // the check of the queue has said so
	}
	left := 0
	for _, t := range q.snap.Tasks {
		if !t.Status.Over() {
			left++
		}
	}
	if left > 0 {
		return []finding{{level: wrong, found: fmt.Sprintf("it does not run, and %s not over", are(left, "task")), fix: "fm recover"}}
	}
	return well(down + ", and nothing is left to do")
}

// checkRunning looks at one that runs.
func (v *visit) checkRunning(pid int) []finding {
	found := "runs"
	if pid != 0 {
		found = fmt.Sprintf("runs, pid %d", pid)
	}
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && strings.HasSuffix(exe, " (deleted)") {
		return []finding{{
			level: warning, fix: fmt.Sprintf("kill %d", pid),
			found: found + ", and is of an fm that was replaced since: its guard starts the new one, which adopts the agents",
		}}
	}
	s, err := v.lastStatus()
	if err != nil || s.PID != pid {
		return well("%s, and has not shown anything yet", found)
	}
	if ago := v.now().Sub(s.At); ago > silent {
		return []finding{{
			level: warning, fix: fmt.Sprintf("kill -CONT %d; kill %[1]d", pid),
			found: fmt.Sprintf("%s, and has shown nothing new for %s: it hangs, or was stopped; its guard starts another, which adopts the agents", found, fm.Span(ago)),
		}}
	}
	return well("%s", found)
}

func are(n int, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return fm.Count(n, word) + " are"
}
