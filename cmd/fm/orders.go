package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
	"github.com/founder-mode/fm/ui"
)

// orders are what the dashboard may have done in a project: what the commands of
// the same names do. Each reads the settings anew, as a command does.
type orders struct {
	app  *app
	root string
}

var _ ui.Orders = (*orders)(nil)

// house refuses what a command would refuse.
func (o *orders) house(ctx context.Context) (*house, error) {
	h := o.app.house(ctx, o.root)
	if h.broken != nil {
		return nil, h.broken
	}
	return h, h.seenWork()
}

// told adds to what was done that nobody is there to see to it, if so.
func (h *house) told(line string, err error) (string, error) {
	if _, alive := h.supervisorPID(); err != nil || alive {
		return line, err
	}
	return line + " · the supervisor is not running: fm resume", nil
}

// Attach joins a worker's session.
func (o *orders) Attach(ctx context.Context, w fm.WorkerID) error {
	h := o.app.house(ctx, o.root)
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	name, err := h.pick(ctx, w.String(), terminal)
	if err != nil {
		return err
	}
	err = terminal.Attach(ctx, name, tmux.ReadWrite)
	if errors.Is(err, tmux.ErrEnded) {
		return fmt.Errorf("%s's session has ended", w)
	}
	return err
}

// Pause has nothing new begun.
func (o *orders) Pause(ctx context.Context) (string, error) {
	h, err := o.house(ctx)
	if err != nil {
		return "", err
	}
	return h.told(h.pause(ctx))
}

// Resume goes on after a pause, a stop or a crash.
func (o *orders) Resume(ctx context.Context) (string, error) {
	h, err := o.house(ctx)
	if err != nil {
		return "", err
	}
	lines, err := h.resume(ctx, "")
	return strings.TrimPrefix(strings.Join(lines, " "), "✓ "), err
}

// Scale adds workers, or removes as many.
func (o *orders) Scale(ctx context.Context, by int) (string, error) {
	h, err := o.house(ctx)
	if err != nil {
		return "", err
	}
	return h.told(h.scale(ctx, by))
}

// Questions gives what agents wait for.
func (o *orders) Questions(ctx context.Context) ([]ui.Question, error) {
	h, err := o.house(ctx)
	if err != nil {
		return nil, err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	s, _ := h.lastStatus() // without it, what the agents themselves say
	open, err := h.questions(ctx, s, q.Snapshot())
	var all []ui.Question
	for _, q := range open {
		all = append(all, ui.Question{Worker: q.task.Worker, Run: q.task.Run(), Title: q.task.Title, What: q.what, Since: q.since})
	}
	return all, err
}

// Answer answers a question, if its agent asks that still.
func (o *orders) Answer(ctx context.Context, q ui.Question, a supervisor.Answer) (string, error) {
	h, l, err := o.app.listener(ctx, q.Worker.String())
	if err != nil {
		return "", err
	}
	if a.Text != "" {
		if a.Text, err = sayable(a.Text); err != nil {
			return "", err
		}
	}
	return h.reply(ctx, l, a, func(now fm.Question) error {
		if l.session.Run == q.Run && now.Kind == q.What.Kind && now.Text == q.What.Text {
			return nil
		}
		return usage("%s asks something else by now: %s", q.Worker, asks(now))
	})
}

// Edit changes a task in the queue.
func (o *orders) Edit(ctx context.Context, id fm.TaskID, e ui.Edit) (string, error) {
	h, err := o.house(ctx)
	if err != nil {
		return "", err
	}
	change, err := changeOf(e)
	if err != nil {
		return "", err
	}
	lines, err := h.edit(ctx, []fm.TaskID{id}, change)
	return h.told(strings.Join(lines, " "), err)
}

func changeOf(e ui.Edit) (edit, error) {
	switch e {
	case ui.Retry:
		return retry, nil
	case ui.Hold:
		return setAside, nil
	case ui.Cancel:
		return callOff, nil
	case ui.Critical, ui.High, ui.Normal, ui.Low:
		p, err := parsePriority(string(e))
		return reprioritize(p), err
	}
	return nil, fmt.Errorf("edit %q: %w", e, fm.ErrRefused)
}
