package main

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/tmux"
)

// attachCmd joins a worker's session: a person sees what the agent sees, and
// may type. While a person types, fm does not.
type attachCmd struct {
	Worker   string `arg:"" optional:"" help:"worker-3, or 3; or supervisor. Without it: the first worker that waits for a person, else the first that works."`
	ReadOnly bool   `short:"r" help:"Look only."`
}

func (c *attachCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	name, err := h.pick(ctx, c.Worker, terminal)
	if err != nil {
		return err
	}
	if !isTerminal(h.stdin) {
		return usage("attach needs a terminal; to read along: fm logs -f %s", name)
	}
	mode := tmux.ReadWrite
	if c.ReadOnly {
		mode = tmux.ReadOnly
	}
	return terminal.Attach(ctx, name, mode)
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	return err == nil
}

// pick finds the session that the user means.
func (h *house) pick(ctx context.Context, word string, terminal *tmux.Server) (string, error) {
	if word == "supervisor" {
		up, err := terminal.SupervisorAlive(ctx)
		if err == nil && !up {
			err = usage("the supervisor is not running: fm resume")
		}
		return word, err
	}
	var id fm.WorkerID
	if word != "" {
		var err error
		if id, err = fm.ParseWorkerID(word); err != nil {
			return "", usage("%v, or supervisor", err)
		}
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case len(sight.Sessions) == 0:
		return "", usage("no worker has a session now; start some work with: fm work ISSUES, or go on with: fm resume")
	case word == "":
		return h.first(sight), nil
	case !slices.ContainsFunc(sight.Sessions, func(s fm.Session) bool { return s.Worker == id }):
		return "", usage("%s has no session: it has had no task yet. There are: %s", id, sessions(sight))
	}
	return id.String(), nil
}

// first prefers a worker that waits for a person, then one that works.
func (h *house) first(sight fm.Sight) string {
	s, err := h.lastStatus()
	if err != nil {
		return sight.Sessions[0].Worker.String() // any will do
	}
	for _, ws := range s.Workers {
		if ws.State == string(fm.Waiting) {
			return ws.Worker.String()
		}
	}
	for _, ws := range s.Workers {
		if ws.Task != "" {
			return ws.Worker.String()
		}
	}
	return sight.Sessions[0].Worker.String()
}

func sessions(sight fm.Sight) string {
	var names []string
	for _, s := range sight.Sessions {
		names = append(names, s.Worker.String())
	}
	return strings.Join(names, ", ")
}
