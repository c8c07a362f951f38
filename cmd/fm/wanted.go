package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/founder-mode/fm/supervisor"
)

// wish is the content of state.json. Without a number of workers of its own,
// that of the settings is meant, also when those change.
type wish struct {
	supervisor.Wanted

	Workers *int   `json:"workers,omitempty"`
	Repo    string `json:"repo,omitempty"` // of the pull requests, on GitHub
	Site    string `json:"site,omitempty"` // of the issues in the queue, in Jira
}

// wanted reads state.json: what the user wants. A missing file is a user who
// has wanted nothing special yet.
func (h *house) wanted() (supervisor.Wanted, error) {
	w, err := h.wish()
	if w.Workers == nil {
		w.Wanted.Workers = h.config.Workers
	} else {
		w.Wanted.Workers = *w.Workers
	}
	return w.Wanted, err
}

func (h *house) wish() (wish, error) {
	var w wish
	text, err := os.ReadFile(h.project.StateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return w, usage("%s: %v; remove it to start from the settings", h.project.StateFile(), err)
	}
	if _, err := parsePermission(w.Permission); err != nil {
		return w, usage("%s: %v; remove it to start from the settings", h.project.StateFile(), err)
	}
	return w, nil
}

// want changes state.json. Two commands at once change it one after the other.
func (h *house) want(ctx context.Context, change func(*supervisor.Wanted)) (supervisor.Wanted, error) {
	return h.alter(ctx, func(w *wish) { change(&w.Wanted) })
}

// alter is want for what the supervisor does not know.
func (h *house) alter(ctx context.Context, change func(*wish)) (supervisor.Wanted, error) {
	lock, _, err := acquire(ctx, h.project.StateFile()+".lock", "")
	if err != nil {
		return supervisor.Wanted{}, err
	}
	defer func() { _ = lock.Release() }() // the end of the process frees it, too
	had, err := h.wish()
	if err != nil {
		return had.Wanted, err
	}
	old, err := h.wanted()
	if err != nil {
		return old, err
	}
	now := had
	now.Wanted = old
	if change(&now); now.Equal(old) && now.Repo == had.Repo && now.Site == had.Site && exists(h.project.StateFile()) {
		return now.Wanted, nil
	}
	if had.Workers != nil || now.Wanted.Workers != old.Workers {
		now.Workers = &now.Wanted.Workers
	}
	text, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return now.Wanted, err
	}
	return now.Wanted, h.write(h.project.StateFile(), append(text, '\n'), 0o600)
}
