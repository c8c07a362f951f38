package tmux

import (
	"context"

	"github.com/founder-mode/fm"
)

// Press presses one key.
func (s *Server) Press(context.Context, fm.WorkerID, string) error { return nil }

// Screens gives what the panes show.
func (s *Server) Screens(context.Context, []fm.WorkerID) (map[fm.WorkerID]string, error) {
	return nil, nil
}

// Note shows a line in the status line of the worker's session.
func (s *Server) Note(context.Context, fm.WorkerID, string) error { return nil }

// Typing is a turn at the worker's keyboard.
func (s *Server) Typing(context.Context, fm.WorkerID) (release func(), err error) {
	return func() {}, nil
}
