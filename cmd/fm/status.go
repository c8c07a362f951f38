package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// statusCmd shows what the supervisor last saw; without one, what the queue
// holds.
type statusCmd struct {
	Watch  bool   `short:"w" help:"Show it again whenever it changes, until interrupted."`
	JSON   bool   `name:"json" xor:"form" help:"Print all of it as JSON; docs/status.md explains the fields."`
	Format string `xor:"form" placeholder:"TEMPLATE" help:"Print what a Go template makes of it."`
	Line   bool   `xor:"form" help:"Print a few characters for the status line of a terminal, and nothing where fm has never worked."`
}

func (c *statusCmd) Run(ctx context.Context, a *app) error {
	if c.Line && !c.Watch {
		_, err := fmt.Fprint(a.stdout, a.segment(ctx))
		return err
	}
	draw, err := c.form(ctx, a)
	if err != nil {
		return err
	}
	h, err := a.find(ctx)
	if err != nil {
		return err
	}
	if err := h.seenWork(); err != nil {
		return err
	}
	switch {
	case c.Watch && draw == nil && a.drawn(h.stdout):
		return h.drawStatus(ctx)
	case draw == nil:
		draw = h.asPage
	}
	if c.Watch {
		return h.watchStatus(ctx, func(s supervisor.Status, old bool) error {
			if old {
				return nil
			}
			return h.print(s, draw)
		})
	}
	collectLate()
	s, err := h.status(ctx)
	if err != nil {
		return err
	}
	return h.print(s, draw)
}

// collectLate leaves the garbage of a command that ends at once to the system:
// to look for it in a queue of thousands takes as long as to read that.
func collectLate() {
	debug.SetMemoryLimit(256 << 20)
	debug.SetGCPercent(-1)
}

// form makes a text of a Status.
type form func(supervisor.Status) (string, error)

// form is the one that was asked for; nil for a page.
func (c *statusCmd) form(ctx context.Context, a *app) (form, error) {
	switch {
	case c.JSON:
		return asJSON, nil
	case c.Line:
		return func(supervisor.Status) (string, error) { return a.segment(ctx), nil }, nil
	case c.Format != "":
		return format(c.Format)
	}
	return nil, nil
}

func (h *house) print(s supervisor.Status, draw form) error {
	text, err := draw(s)
	_, wrong := fmt.Fprint(h.stdout, text)
	return cmp.Or(err, wrong)
}

// drawStatus draws over the last picture until it is interrupted.
func (h *house) drawStatus(ctx context.Context) error {
	screen := screen{out: h.stdout}
	defer screen.end()
	return h.watchStatus(ctx, func(s supervisor.Status, _ bool) error {
		screen.draw(func(width, height int) []string {
			r := h.statusFrame()
			r.width, r.height = width, height
			return overview(s, time.Now()).lines(r)
		})
		return nil
	})
}

// asPage gives a Status for people, in the room that there is.
func (h *house) asPage(s supervisor.Status) (string, error) {
	return strings.Join(overview(s, time.Now()).lines(h.statusFrame()), "\n") + "\n", nil
}

func asJSON(s supervisor.Status) (string, error) {
	s.Workers, s.Parents, s.Pulls, s.Conflicts = listed(s.Workers), listed(s.Parents), listed(s.Pulls), listed(s.Conflicts)
	s.Problems, s.Finishes = listed(s.Problems), listed(s.Finishes)
	if s.Counts == nil {
		s.Counts = map[fm.Status]int{}
	}
	text, err := json.Marshal(s)
	return string(text) + "\n", err
}

// listed gives a list also of nothing: null is none for who goes through it.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// status is what the supervisor saw last; without one, what can be said all the
// same.
func (h *house) status(ctx context.Context) (supervisor.Status, error) {
	said := h.said()
	if said.good {
		return said.Status, nil
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return said.Status, err
	}
	return h.statusOf(ctx, q.Snapshot(), said)
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
