package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// settle is how long a pipe may stay open after the command has ended, held by
// a process that left the command's group.
const settle = 2 * time.Second

// errLimit is the cause of a context that a [Verifier] ended by its limit.
var errLimit = errors.New("time limit reached")

// Verifier runs the project's own verify command. Its zero value accepts
// everything.
type Verifier struct {
	Command string        // shell text from the project's config; "" accepts everything
	Limit   time.Duration // the longest that the command may take; 0 for no limit
	Environ []string      // KEY=value; nil for the environment of this process
	LogDir  string        // where verify-<folder>.log goes, anew at each run; "" for no log
}

// Verify runs the command with /bin/sh in dir, in a session of its own and
// with no input. It returns when the command has ended; whatever is left of
// its process group is killed then, and at once when ctx ends or the limit is
// reached.
//
// A command that exits with anything but 0, or reaches the limit, is an error
// that wraps [fm.ErrRefused] and ends with the last lines of its output, made
// safe to show. When it cannot be started or ctx ends, nothing is known of the
// work, and the error is transient. Concurrent calls are fine in different
// folders.
func (v Verifier) Verify(ctx context.Context, dir string) error {
	if v.Command == "" {
		return nil
	}
	if v.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, v.Limit, errLimit)
		defer cancel()
	}
	out, closeLog := v.output(dir)
	defer closeLog()

	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", v.Command)
	cmd.Dir = dir
	cmd.Env = v.Environ
	cmd.Stdout = out
	cmd.Stderr = out
	// A session of its own is also a group of its own, and has no terminal
	// that something could ask a question on and wait for ever.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = settle
	defer failpoint.Step("verify.run")()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("verify %s: %w", dir, err)
	}
	// While the leader is dead but not yet reaped, no other process can have
	// got the number of its group.
	awaitExit(cmd.Process.Pid)
	_ = killGroup(cmd.Process.Pid) // fails when the group is empty, as it should be
	return v.verdict(ctx, dir, cmd.Wait(), out.tail.lines())
}

// verdict says what the end of the command means.
func (v Verifier) verdict(ctx context.Context, dir string, err error, last string) error {
	name := filepath.Base(dir)
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		// The command itself ended well; a process that left its group and
		// still held the output says nothing about the work.
		return nil
	case errors.Is(context.Cause(ctx), errLimit):
		return fmt.Errorf("verify %s: %w: no end within %v%s", name, fm.ErrRefused, v.Limit, last)
	case ctx.Err() != nil:
		return fmt.Errorf("verify %s: %w", name, context.Cause(ctx))
	case errors.As(err, &exit):
		return fmt.Errorf("verify %s: %w: %v%s", name, fm.ErrRefused, exit.ProcessState, last)
	}
	return fmt.Errorf("verify %s: %w", name, err)
}

// killGroup kills every process of a group that we started.
func killGroup(pgid int) error { return syscall.Kill(-pgid, syscall.SIGKILL) }
