package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// listener is an agent that a person wants to say something to, and the one who
// types it.
type listener struct {
	session fm.Session
	task    fm.Task
	report  fm.Report
	speaker supervisor.Speaker
}

// listener finds the live agent that the user means by worker-3, 3, #456 or
// 456. There must be one that hears, and nobody else at its keyboard.
func (a *app) listener(ctx context.Context, word string) (*house, listener, error) {
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return nil, listener{}, err
	}
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return nil, listener{}, err
	}
	agent, err := h.reader()
	if err != nil {
		return nil, listener{}, err
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return nil, listener{}, err
	}
	l := listener{speaker: supervisor.Speaker{Terminal: terminal, Agent: agent, May: h.unattended}}
	if l.session, l.task, err = hears(word, snap, sight); err != nil {
		return nil, l, err
	}
	if err := h.unattended(l.session); err != nil {
		return nil, l, err
	}
	l.speaker.Dir = h.worktree(l.task)
	l.report, err = agent.Report(ctx, l.session.Run, h.worktree(l.task))
	return h, l, err
}

// hears gives the live session that a word names, and its task.
func hears(word string, snap queue.Snapshot, sight fm.Sight) (fm.Session, fm.Task, error) {
	w, err := named(word, snap.Tasks, sight)
	if err != nil {
		return fm.Session{}, fm.Task{}, err
	}
	i := slices.IndexFunc(sight.Sessions, func(s fm.Session) bool { return s.Worker == w })
	switch {
	case i < 0 && len(sight.Sessions) == 0:
		return fm.Session{}, fm.Task{}, usage("%s has no session: no worker has one now", w)
	case i < 0:
		return fm.Session{}, fm.Task{}, usage("%s has no session. There are: %s", w, sessions(sight))
	}
	ss := sight.Sessions[i]
	task, known := snap.Task(ss.Run.Task)
	switch {
	case !ss.Alive:
		return ss, task, usage("the agent of %s has ended; see: fm why %s", w, ss.Run.Task)
	case !known || task.Run() != ss.Run:
		return ss, task, usage("%s runs %s, which the queue does not know; join it: fm attach %[1]s", w, ss.Run)
	}
	return ss, task, nil
}

// unattended refuses a session that a person types in. One that is merely held
// is for its holder to speak to.
func (h *house) unattended(ss fm.Session) error {
	w, err := h.wanted()
	if err != nil {
		return err
	}
	var hands []supervisor.Hand
	for _, hand := range w.Hands {
		hand.Held = false
		hands = append(hands, hand)
	}
	if supervisor.Present(ss, time.Duration(h.config.Presence.Grace), hands, time.Now()) {
		return usage("somebody types in %s: say it there, or first: fm release %[1]s", ss.Worker)
	}
	return nil
}

// named gives the worker that a word names, by itself or by its task. A number
// that is both must be said in full.
func named(word string, tasks []fm.Task, sight fm.Sight) (fm.WorkerID, error) {
	byTask := holder(word, tasks)
	w, err := fm.ParseWorkerID(word)
	lives := slices.ContainsFunc(sight.Sessions, func(s fm.Session) bool { return s.Worker == w })
	switch {
	case byTask != 0 && byTask != w && lives:
		return 0, usage("%s is a worker and a task that %s works on: write worker-%[1]s or '#%[1]s'", word, byTask)
	case byTask != 0:
		return byTask, nil
	case err == nil:
		return w, nil
	}
	if id, err := fm.ParseTaskID(word); err == nil && strings.HasPrefix(word, "#") {
		return 0, usage("no worker works on %s now; see: fm why %s", word, id)
	}
	return 0, usage("%q: want worker-3, or a task that is being worked on, such as 456", word)
}

// holder is the worker of the task that a word names; 0 for none.
func holder(word string, tasks []fm.Task) fm.WorkerID {
	id, err := fm.ParseTaskID(word)
	i := slices.IndexFunc(tasks, func(t fm.Task) bool { return t.ID == id && t.Status == fm.Working })
	if err != nil || i < 0 {
		return 0
	}
	return tasks[i].Worker
}

// maxWords is the most that is typed to an agent at once, in bytes.
const maxWords = 64 << 10

// words gives the text that a person wants to say; "-" is read from the
// standard input.
func (a *app) words(text string) (string, error) {
	if text == "-" {
		b, err := io.ReadAll(io.LimitReader(a.stdin, maxWords+1))
		if err != nil {
			return "", fmt.Errorf("read the text from standard input: %w", err)
		}
		text = string(b)
	}
	return sayable(text)
}

// sayable gives a text as it is typed to an agent.
func sayable(text string) (string, error) {
	text = strings.TrimSpace(fm.Plain(text))
	switch {
	case text == "":
		return "", usage("the text is empty")
	case len(text) > maxWords:
		return "", usage("the text is larger than %d KiB: put it into a file, and name that", maxWords>>10)
	}
	return text, nil
}
