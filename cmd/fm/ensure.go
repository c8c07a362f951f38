package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/supervisor"
)

// startLimit is how long a supervisor may take to show itself.
const startLimit = 20 * time.Second

// guardLook is how long a guard is left to itself until it is looked whether it
// lives.
const guardLook = time.Second

// ensure starts the supervisor unless it runs, and returns when it has looked
// at the world. One that runs gets the token of this command, too.
func (h *house) ensure(ctx context.Context) error {
	if err := h.vouched(ctx); err != nil {
		return err
	}
	if err := h.handToken(ctx); err != nil {
		return err
	}
	if h.stays(ctx) {
		return nil
	}
	// It could not even say why it does not come up.
	if err := unix.Access(h.project.Dir(), unix.W_OK); err != nil {
		return fmt.Errorf("start supervisor: %s cannot be written: %w", h.short(h.project.Dir()), err)
	}
	before, _ := h.lastStatus() // with none, any is of this one
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	// A guard that lives waits for its next try, which may be far off.
	if err := h.begin(ctx, terminal, terminal.RenewSupervisor); err != nil {
		return err
	}
	starting := h.busy("starting the supervisor")
	defer starting.done()
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tried := time.Now()
	err = h.until(ctx, func(s supervisor.Status, alive bool) bool {
		if !alive && time.Since(tried) > guardLook {
			// Its guard may have been killed before it started one.
			tried = time.Now()
			_ = h.begin(ctx, terminal, terminal.StartSupervisor) // what is wrong now was not a moment ago
		}
		// One that is to stop may have ended again by now.
		return !s.Started.Equal(before.Started) && (alive && s.Server != "" || s.Wanted.Stop != "")
	})
	if ctx.Err() == context.DeadlineExceeded {
		return fmt.Errorf("start supervisor: it did not come up within %s; see %s/supervisor.log", startLimit, h.project.Logs())
	}
	return err
}

// stays says whether a supervisor lives that need not be started. One that is to
// stay, and goes by an older wish to end, may end yet: it is waited for until it
// shows that it has read the new one.
func (h *house) stays(ctx context.Context) bool {
	_, alive := h.supervisorPID()
	if w, err := h.wanted(); !alive || err != nil || w.Stop != "" {
		return alive
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	_ = h.until(ctx, func(s supervisor.Status, _ bool) bool { // one that shows nothing is left to its guard
		var pid int
		pid, alive = h.supervisorPID()
		return !alive || s.PID == pid && s.Wanted.Stop == ""
	})
	return alive
}

// until waits until what the supervisor shows fits. It looks several times a
// second: a command that waits for a person's eyes may.
func (h *house) until(ctx context.Context, fits func(s supervisor.Status, alive bool) bool) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_, alive := h.supervisorPID()
		s, err := h.lastStatus()
		if err == nil && fits(s, alive) || err != nil && fits(supervisor.Status{}, alive) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
