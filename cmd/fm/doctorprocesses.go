package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
)

// checkProcesses looks for what attempts of this project left running. Whose
// session lives is no business of it, whatever became of the task.
func (v *visit) checkProcesses(ctx context.Context) []finding {
	if !v.used() {
		return well("nothing has been started yet")
	}
	agent, err := v.reader()
	if err != nil {
		return unknown("not known", err)
	}
	all, err := agent.Survivors(ctx)
	if err != nil {
		return unknown("not known", err)
	}
	sight, err := v.sight()
	if err != nil {
		return unknown("not known, because tmux does not say which sessions live", err)
	}
	q, err := v.queue()
	if err != nil { // the check of the queue has said it
		return []finding{{level: aside, found: "not known, because the queue does not say what is over"}}
	}
	var found []finding
	live := 0
	for _, s := range all {
		switch v.fate(s, q, sight) {
		case lives:
			live++
		case adrift:
			found = append(found, finding{level: wrong, fix: "fm recover", found: fmt.Sprintf("%s is at work without a session, and nobody looks after it", survivorName(s))})
		case orphaned:
			found = append(found, finding{level: wrong, found: survivorName(s) + " was left behind by an attempt that is over", mend: v.ending(agent, s)})
		}
	}
	if len(found) > 0 {
		return some(found, "processes")
	}
	if live > 0 {
		return well("%d of agents at work, none left behind", live)
	}
	return well("none is left behind")
}

// survivorName is a process for people.
func survivorName(s claude.Survivor) string {
	return fmt.Sprintf("process %d of task %s, attempt %d (%s)", s.PID, s.Run.Task.Ref(), s.Run.Attempt, s.Command)
}

// fate is what becomes of a process that carries the mark of an attempt.
type fate int

const (
	lives    fate = iota // its session lives, or it is the supervisor's to judge
	adrift               // its attempt goes on, and its session is gone
	orphaned             // its attempt is over
)

func (v *visit) fate(s claude.Survivor, q queueFacts, sight fm.Sight) fate {
	if slices.ContainsFunc(sight.Sessions, func(ss fm.Session) bool { return ss.Alive && ss.Run == s.Run }) {
		return lives
	}
	t, known := q.snap.Task(s.Run.Task)
	switch {
	case v.isSupervisors(t, known):
		return lives
	case known && s.Run.Attempt > t.Attempt: // newer than all that the queue knows
		return lives
	case known && t.Status == fm.Working && t.Run() == s.Run:
		return adrift
	}
	return orphaned
}

// ending ends a process for good. An attempt that is over stays over, and the
// process is held to be the same one before it gets a signal.
func (v *visit) ending(agent *claude.Claude, s claude.Survivor) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		return did("ended "+survivorName(s), agent.End(ctx, s))
	}
}
