package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// said is what status.json says.
type said struct {
	supervisor.Status
	good  bool   // a supervisor runs that keeps it
	alive bool   // a supervisor runs
	pid   int    // of it; 0 for none, and for one that has not written who it is yet
	wrong string // what keeps it from being good
}

// statusForm is the form of status.json that this fm knows.
const statusForm = 1

// said reads status.json, and sees whether somebody keeps it.
func (h *house) said() said {
	var s said
	var err error
	s.Status, err = h.lastStatus()
	if s.pid, s.alive = h.supervisorPID(); !s.alive {
		s.pid = 0
	}
	newer := s.Version > statusForm || err != nil && h.statusVersion() > statusForm
	switch {
	case newer:
		s.Status = supervisor.Status{}
		s.wrong = fmt.Sprintf("The supervisor is of a newer fm than this one: %s cannot be read", h.short(h.project.StatusFile()))
	case err == nil:
		if s.good = s.alive; s.good {
			s.Problems = append(s.Problems, h.silence(s.Status, s.pid)...)
		}
	case !errors.Is(err, fs.ErrNotExist): // else it has only just been started
		s.wrong = fmt.Sprintf("%s cannot be read: %s", h.short(h.project.StatusFile()), text(err))
	}
	return s
}

// overdue is how old a status may be until who reads it asks why.
const overdue = 10 * time.Second

// silence says why the supervisor has shown nothing for a while, as far as that
// is known. It could not say so itself.
func (h *house) silence(s supervisor.Status, pid int) []string {
	ago := time.Since(s.At)
	if ago < overdue {
		return nil
	}
	who := "The supervisor"
	if pid > 0 {
		who = fmt.Sprintf("The supervisor (pid %d)", pid)
	}
	_, stopped := process.LockHolder(h.project.LockFile())
	switch err := unix.Access(h.project.Dir(), unix.W_OK); {
	case stopped:
		return []string{fmt.Sprintf("%s was stopped %s ago, and nothing is done meanwhile: kill -CONT %d", who, fm.Span(ago), pid)}
	case err != nil:
		return []string{fmt.Sprintf("%s has shown nothing for %s: %s cannot be written: %v", who, fm.Span(ago), h.short(h.project.Dir()), err)}
	case ago >= silent:
		return []string{fmt.Sprintf("%s has shown nothing for %s: it hangs, or cannot write; see: fm doctor", who, fm.Span(ago))}
	}
	return nil
}

// statusVersion is the form of a status.json that cannot be read further; 0 for
// none.
func (h *house) statusVersion() int {
	var form struct {
		Version int `json:"version"`
	}
	if text, err := os.ReadFile(h.project.StatusFile()); err == nil {
		_ = json.Unmarshal(text, &form) // what it says of the version counts
	}
	return form.Version
}

// statusOf is what can be said where no supervisor says it: by a queue, the
// settings, and the agents that live on. Its PID is 0 where none runs.
func (h *house) statusOf(ctx context.Context, snap queue.Snapshot, old said) (supervisor.Status, error) {
	state := supervisor.NewState(supervisor.Rules{})
	state.At, state.Queue, state.Finishes = time.Now(), snap, old.Finishes
	var err error
	if state.Wanted, err = h.wanted(); err != nil {
		return supervisor.Status{}, err
	}
	s := supervisor.View(state)
	s.Project, s.Quota = h.project.Root, h.leftover(state.At)
	if s.Workers, err = h.survivors(ctx, state, old.Status); err != nil {
		s.Problems = append(s.Problems, "Agents that live on cannot be seen: "+text(err))
	}
	if h.broken != nil {
		s.Problems = append(s.Problems, "No supervisor can start with "+text(h.broken))
	}
	if old.alive {
		s.PID = max(old.pid, 1) // not 0: it runs
		if old.wrong != "" {
			s.Problems = append(s.Problems, old.wrong)
		}
	}
	return s, nil
}

// survivors gives the workers whose agents live on without a supervisor, and
// what they wait for: as they say it themselves, because what was seen last may
// be over. Only their panes show some of it. While no task is at work nobody is
// asked, and no process started.
func (h *house) survivors(ctx context.Context, state supervisor.State, last supervisor.Status) ([]supervisor.WorkerStatus, error) {
	if !slices.ContainsFunc(state.Queue.Tasks, func(t fm.Task) bool { return t.Status == fm.Working }) {
		return []supervisor.WorkerStatus{}, nil
	}
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return []supervisor.WorkerStatus{}, err
	}
	if state.Sight, err = terminal.Observe(ctx); err != nil {
		return []supervisor.WorkerStatus{}, err
	}
	agent, err := h.reader()
	if err != nil {
		return []supervisor.WorkerStatus{}, err
	}
	state.Reports, state.SightAt = map[fm.TaskID]fm.Report{}, state.At
	for _, t := range state.Queue.Tasks {
		if t.Status != fm.Working {
			continue
		}
		if rep, err := agent.Report(ctx, t.Run(), h.worktree(t)); err == nil { // else it is shown without
			state.Reports[t.ID] = rep
		}
	}
	open, err := h.questions(ctx, last, state.Queue)
	for _, q := range open {
		rep := state.Reports[q.task.ID]
		rep.Run, rep.State, rep.Question = q.task.Run(), fm.Waiting, q.what
		state.Reports[q.task.ID] = rep
	}
	return supervisor.Survivors(state), err
}
