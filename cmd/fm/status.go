package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// statusCmd shows what the supervisor last saw; without one, what the queue
// holds.
type statusCmd struct {
	Watch bool `short:"w" help:"Show it again whenever it changes, until interrupted."`
	JSON  bool `name:"json" help:"Print status.json."`
}

func (c *statusCmd) Run(ctx context.Context, a *app) error {
	h, err := a.find(ctx)
	if err != nil {
		return err
	}
	if err := h.seenWork(); err != nil {
		return err
	}
	draw, over := asText, h.drawnOver
	if c.JSON {
		draw, over = asJSON, func(text string) string { return text }
	}
	if c.Watch {
		return h.watchStatus(ctx, draw, over)
	}
	s, err := h.status(ctx)
	if err != nil {
		return err
	}
	text, err := draw(s)
	fmt.Fprint(h.stdout, text)
	return err
}

// drawing makes a text of a Status.
type drawing func(supervisor.Status) (string, error)

func asText(s supervisor.Status) (string, error) {
	var b strings.Builder
	render(&b, s, time.Now())
	return b.String(), nil
}

func asJSON(s supervisor.Status) (string, error) {
	text, err := json.Marshal(s)
	return string(text) + "\n", err
}

// status is what the supervisor saw last; without one, what the queue says. A
// status.json that cannot be read, as after a power cut, is as good as none.
func (h *house) status(ctx context.Context) (supervisor.Status, error) {
	s, err := h.lastStatus()
	if _, alive := h.supervisorPID(); err != nil || !alive {
		return h.queueStatus(ctx, s)
	}
	return s, nil
}

// queueStatus is what can be said without a supervisor: its PID is 0.
func (h *house) queueStatus(ctx context.Context, last supervisor.Status) (supervisor.Status, error) {
	q, err := h.openQueue(ctx)
	if err != nil {
		return last, err
	}
	return h.statusOf(q.Snapshot(), last)
}

// statusOf is what a queue and the settings say, without a supervisor.
func (h *house) statusOf(snap queue.Snapshot, last supervisor.Status) (supervisor.Status, error) {
	state := supervisor.NewState(supervisor.Rules{})
	state.At, state.Queue, state.Finishes = time.Now(), snap, last.Finishes
	var err error
	if state.Wanted, err = h.wanted(); err != nil {
		return last, err
	}
	s := supervisor.View(state)
	s.Project, s.Workers, s.Quota = h.project.Root, nil, h.leftover(state.At)
	if h.broken != nil {
		s.Problems = append(s.Problems, "No supervisor can start with "+text(h.broken))
	}
	return s, nil
}

// leftover is what GitHub was last heard to have left, as long as its hour runs
// or it does not listen. It asks nobody; of what cannot be known it is zero.
func (h *house) leftover(now time.Time) fm.Quota {
	p, err := h.settled()
	if err != nil || p.repo == "" {
		return fm.Quota{}
	}
	_, hub, _, err := h.hub(p.repo)
	if err != nil {
		return fm.Quota{}
	}
	if q := hub.Quota(); q.Resets.After(now) || q.Blocked.After(now) {
		return q
	}
	return fm.Quota{}
}
