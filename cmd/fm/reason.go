package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// scene is what there is to know about why a task is where it is.
type scene struct {
	task   fm.Task
	queue  queue.Snapshot
	status supervisor.Status // without a supervisor its PID is 0
	agent  fm.Report         // of the task's attempt; zero when it cannot be read
	manual bool              // people merge
	now    time.Time
}

func (h *house) scene(ctx context.Context, t fm.Task, snap queue.Snapshot) (scene, error) {
	x := scene{task: t, queue: snap, now: time.Now()}
	o, err := h.office(ctx)
	if err != nil {
		return x, err
	}
	x.manual = cmp.Or(supervisor.MergePolicy(h.config.Merge), o.merge) == supervisor.ManualMerge
	if x.status, err = h.status(ctx); err != nil {
		return x, err
	}
	if x.status.Wanted, err = h.wanted(); err != nil { // the supervisor may not have read it yet
		return x, err
	}
	if t.Status == fm.Working {
		agent, err := h.reader()
		if err != nil {
			return x, err
		}
		x.agent, _ = agent.Report(ctx, t.Run(), h.worktree(t)) // the rest can be said without
	}
	return x, nil
}

// reason says in a sentence or two why the task is where it is, and what a
// person can do about it.
func (x scene) reason() string {
	t := x.task
	note := fm.Line(t.Note, 600)
	switch t.Status {
	case fm.Pending:
		return "It is pending: " + strings.Join(x.obstacles(), "; ") + "."
	case fm.Working:
		return x.working()
	case fm.Completed:
		i := slices.IndexFunc(x.status.Pulls, func(p supervisor.PullStatus) bool { return p.Task == t.ID && p.Number == t.Pull })
		if i >= 0 && x.status.PID != 0 {
			return "Its pull request #" + t.Pull + " is open: " + fm.Line(x.status.Pulls[i].Text, 200) + "."
		}
		if x.manual {
			return "Its pull request #" + t.Pull + " is open, and waits for people to merge it."
		}
		return "Its pull request #" + t.Pull + " is open, and fm has it merged when nothing speaks against it" + x.unattended() + "."
	case fm.Merged:
		return "It is merged" + pull(t) + ", since " + clock(t.Since, x.now) + "."
	case fm.Failed:
		return fmt.Sprintf("It failed: %s. Have it done again with: fm queue retry %s", or(note, "nobody says why"), t.ID)
	case fm.Blocked:
		return fmt.Sprintf("It needs a person: %s. When that is done: fm queue retry %s", or(note, "nobody says what for"), t.ID)
	case fm.Cancelled, fm.Hold:
		return fmt.Sprintf("A person set it to %s%s. Have it done with: fm queue retry %s", t.Status, because(note), t.ID)
	}
	return fmt.Sprintf("Its status %q means nothing to fm, so that it is left alone; set it to pending in queue.txt.", fm.Line(string(t.Status), 20))
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return strings.TrimRight(text, ".")
}

// unattended says that nobody is there to do it.
func (x scene) unattended() string {
	if x.status.PID == 0 {
		return " when the supervisor runs again: fm resume"
	}
	return ""
}

// obstacles are all the things that stand between a pending task and a worker.
func (x scene) obstacles() []string {
	var why []string
	for _, id := range queue.WaitsFor(x.task, x.queue.Tasks) {
		why = append(why, "it waits for "+id.Ref()+x.state(id))
	}
	if t := x.task; t.NotBefore.After(x.now) {
		why = append(why, "it is tried again at "+moment(t.NotBefore, x.now)+because(t.Note))
	}
	w := x.status.Wanted
	if w.Paused {
		why = append(why, "the project is paused: fm resume")
	}
	if x.status.PID == 0 {
		return append(why, "the supervisor is not running: fm resume")
	}
	switch {
	case w.Stop != "":
		why = append(why, "fm stops, and begins nothing new: fm resume")
	case x.status.Gate.Why != "":
		why = append(why, gateText(x.status.Gate, x.now))
	case w.Workers == 0:
		why = append(why, "there are no workers: fm workers add 1")
	}
	if len(why) == 0 {
		why = append(why, x.place())
	}
	return why
}

// state says in brackets how it stands with another task.
func (x scene) state(id fm.TaskID) string {
	dep, ok := x.queue.Task(id)
	switch {
	case !ok:
		return ", which is not in the queue"
	case dep.Status.Over():
		return fmt.Sprintf(", which is %s: fm why %s", fm.Line(string(dep.Status), 20), id)
	case dep.Worker != 0:
		return fmt.Sprintf(" (%s, %s)", dep.Status, dep.Worker)
	}
	return fmt.Sprintf(" (%s)", dep.Status)
}

// place says when a task that nothing stands in the way of gets a worker.
func (x scene) place() string {
	ready := queue.Ready(x.queue.Tasks, x.now)
	before := slices.IndexFunc(ready, func(t fm.Task) bool { return t.ID == x.task.ID })
	free, kept := 0, 0
	for _, ws := range x.status.Workers {
		switch {
		case ws.Held || ws.Person:
			kept++
		case ws.Task == "":
			free++
		}
	}
	text := "it waits for a free worker"
	if before > 0 {
		text += fmt.Sprintf(", %s before it", fm.Count(before, "task"))
	}
	switch {
	case free > before:
		return "a worker is about to take it"
	case kept > 0:
		return text + fmt.Sprintf(" (%s in the hands of people: fm workers)", fm.Count(kept, "worker"))
	}
	return text
}

// working says what the task's worker does.
func (x scene) working() string {
	t := x.task
	if queue.Owed(t) {
		return "Its work is done and verified; " + or(fm.Line(t.Note, 300), "its pull request is owed") + ". fm tries again by itself" + x.unattended() + "."
	}
	i := slices.IndexFunc(x.status.Workers, func(ws supervisor.WorkerStatus) bool { return ws.Task == t.ID })
	if i < 0 {
		text := fmt.Sprintf("%s has it, attempt %d%s", t.Worker, t.Attempt, x.doing(string(x.agent.State), ""))
		if x.status.PID == 0 {
			text += "; the supervisor is not running: fm resume"
		}
		return text + "."
	}
	ws := x.status.Workers[i]
	if ws.State == string(fm.Waiting) {
		return fmt.Sprintf("%s waits for you%s: %s. %s", ws.Worker, x.since(), asks(ws.Question), howTo(ws.Worker, ws.Question))
	}
	text := fmt.Sprintf("%s has it, attempt %d%s", ws.Worker, t.Attempt, x.doing(ws.State, ws.Evidence))
	switch {
	case ws.Held:
		text += fmt.Sprintf("; it is held, fm does nothing there until: fm release %s", ws.Worker)
	case ws.Person:
		text += fmt.Sprintf("; a person is at its keyboard, fm presses no key until that one has stopped, or: fm release %s", ws.Worker)
	}
	if x.status.Gate.Why != "" {
		text += "; " + gateText(x.status.Gate, x.now)
	}
	return text + "."
}

// doing gives a state with its age and with what it is believed for.
func (x scene) doing(state, evidence string) string {
	if state == "" {
		return ""
	}
	text := ", " + state
	if state == string(x.agent.State) {
		text += x.since()
	}
	if e := x.agent.Evidence; evidence == "" && e.What != "" {
		evidence = fmt.Sprintf("%s %s at %s", e.Source, e.What, e.At.Local().Format(time.TimeOnly))
	}
	if evidence != "" {
		text += " (" + fm.Line(evidence, 200) + ")"
	}
	return text
}

// since says for how long the agent's state has lasted.
func (x scene) since() string {
	if x.agent.Since.IsZero() {
		return ""
	}
	return " for " + fm.Span(x.now.Sub(x.agent.Since))
}
