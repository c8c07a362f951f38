package process

import (
	"context"
	"fmt"
	"time"
)

// pollEvery is how often a death is looked for where the system does not
// announce it.
const pollEvery = 100 * time.Millisecond

// Wait returns nil once the process is gone, a zombie counting as gone, and
// the cause of ctx when that ends first. It may be called for any process, by
// any number of callers. A pid that was reused names another process: whoever
// keeps pids for longer compares [StartTime] as well.
func Wait(ctx context.Context, pid int) error {
	if pid <= 0 {
		return fmt.Errorf("wait for process %d: not a pid", pid)
	}
	if done, err := waitEvent(ctx, pid); done {
		return err
	}
	return waitPoll(ctx, pid)
}

// waitPoll is [Wait] for systems without an event.
func waitPoll(ctx context.Context, pid int) error {
	start, err := StartTime(pid)
	if err != nil {
		start = "" // unknown: whatever has the pid counts
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for Alive(pid, start) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for process %d: %w", pid, context.Cause(ctx))
		case <-tick.C:
		}
	}
	return nil
}
