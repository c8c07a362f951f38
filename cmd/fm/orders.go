package main

import (
	"context"
	"errors"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
	"github.com/founder-mode/fm/ui"
)

// orders are what the dashboard may have done in the house: what the commands
// of the same names do, in a line.
type orders struct {
	house *house
}

var _ ui.Orders = (*orders)(nil)

// Attach joins a worker's session.
func (o *orders) Attach(ctx context.Context, w fm.WorkerID) error {
	terminal, err := o.house.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	return terminal.Attach(ctx, w.String(), tmux.ReadWrite)
}

// Pause has nothing new begun.
func (o *orders) Pause(ctx context.Context) (string, error) { return o.house.pause(ctx) }

// Resume goes on.
func (o *orders) Resume(ctx context.Context) (string, error) { return "", errors.ErrUnsupported }

// Scale adds workers, or removes as many.
func (o *orders) Scale(ctx context.Context, by int) (string, error) { return "", errors.ErrUnsupported }

// Questions gives what agents wait for.
func (o *orders) Questions(ctx context.Context) ([]ui.Question, error) {
	return nil, errors.ErrUnsupported
}

// Answer answers a question.
func (o *orders) Answer(ctx context.Context, q ui.Question, a supervisor.Answer) (string, error) {
	return "", errors.ErrUnsupported
}

// Edit changes a task in the queue.
func (o *orders) Edit(ctx context.Context, id fm.TaskID, e ui.Edit) (string, error) {
	return "", errors.ErrUnsupported
}
