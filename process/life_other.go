//go:build !linux

package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// Alive says whether the process runs. With startTime, as [StartTime] gave it,
// a later process with the same pid is not taken for it; "" accepts any.
func Alive(pid int, startTime string) bool {
	if pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	if startTime == "" {
		return true
	}
	now, err := StartTime(pid)
	return err == nil && now == startTime
}

// StartTime tells processes apart that had the same pid, to the second, as
// ps(1) prints it. Compare it, do not compute with it. It is [fm.ErrGone] when
// there is no such process.
func StartTime(pid int) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ps", "-o", "lstart=", "-p", strconv.Itoa(pid))
	cmd.Env = []string{"LC_ALL=C", "PATH=/bin:/usr/bin"}
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if start := strings.TrimSpace(string(out)); start != "" {
		return start, nil
	}
	if exit := (*exec.ExitError)(nil); err == nil || errors.As(err, &exit) {
		return "", fmt.Errorf("process %d: %w", pid, fm.ErrGone)
	}
	return "", fmt.Errorf("process %d: %w", pid, err)
}

// awaitExit returns at once: the reaper waits.
func awaitExit(int) {}

// waitEvent is never done: the caller polls.
func waitEvent(context.Context, int) (done bool, err error) { return false, nil }
