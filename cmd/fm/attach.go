package main

import (
	"context"
	"slices"
	"strings"

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
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	terminal, err := h.terminal(func() {})
	if err != nil {
		return err
	}
	name, err := h.pick(ctx, c.Worker, terminal)
	if err != nil {
		return err
	}
	mode := tmux.ReadWrite
	if c.ReadOnly {
		mode = tmux.ReadOnly
	}
	return terminal.Attach(ctx, name, mode)
}

// pick finds the session that the user means.
func (h *house) pick(ctx context.Context, word string, terminal *tmux.Server) (string, error) {
	if word == "supervisor" {
		return word, nil
	}
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return "", err
	}
	if word == "" {
		return h.first(sight)
	}
	id, err := fm.ParseWorkerID(word)
	if err != nil {
		return "", usage("%v", err)
	}
	if !slices.ContainsFunc(sight.Sessions, func(s fm.Session) bool { return s.Worker == id }) {
		return "", usage("%s has no session yet: it has had no task. There are: %s", id, sessions(sight))
	}
	return id.String(), nil
}

// first prefers a worker that waits for a person, then one that works.
func (h *house) first(sight fm.Sight) (string, error) {
	if len(sight.Sessions) == 0 {
		return "", usage("no worker has a session yet; start some work with: fm work ISSUES")
	}
	s, err := h.lastStatus()
	if err != nil {
		return sight.Sessions[0].Worker.String(), nil //nolint:nilerr // without a status any session will do
	}
	for _, ws := range s.Workers {
		if ws.State == string(fm.Waiting) {
			return ws.Worker.String(), nil
		}
	}
	for _, ws := range s.Workers {
		if ws.Task != "" {
			return ws.Worker.String(), nil
		}
	}
	return sight.Sessions[0].Worker.String(), nil
}

func sessions(sight fm.Sight) string {
	var names []string
	for _, s := range sight.Sessions {
		names = append(names, s.Worker.String())
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
