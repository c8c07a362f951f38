package scripted

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// crashError ends the program at once, without a hook.
type crashError struct{ code int }

func (e *crashError) Error() string { return "crash " + strconv.Itoa(e.code) }

// crash ends the program by a signal to itself or with an exit code, and
// leaves its state file behind.
type crash struct {
	Signal string `json:"signal"` // KILL, TERM, HUP, INT or QUIT
	Exit   int    `json:"exit"`
}

func (c *crash) check() error {
	if _, err := c.number(); c.Signal != "" || c.Exit == 0 {
		return err
	}
	return nil
}

func (c *crash) number() (syscall.Signal, error) {
	switch c.Signal {
	case "KILL":
		return syscall.SIGKILL, nil
	case "TERM":
		return syscall.SIGTERM, nil
	case "HUP":
		return syscall.SIGHUP, nil
	case "INT":
		return syscall.SIGINT, nil
	case "QUIT":
		return syscall.SIGQUIT, nil
	}
	return 0, fmt.Errorf("signal %q: want KILL, TERM, HUP, INT or QUIT, or an exit code", c.Signal)
}

func (c *crash) do(ctx context.Context, _ *turn) error {
	if c.Signal == "" {
		return &crashError{code: c.Exit}
	}
	number, err := c.number()
	if err != nil {
		return err
	}
	if err := syscall.Kill(os.Getpid(), number); err != nil {
		return err
	}
	<-ctx.Done() // the signal is on its way
	return ctx.Err()
}

// hang does nothing until it is interrupted.
type hang struct{}

func (*hang) check() error { return nil }

func (*hang) do(ctx context.Context, _ *turn) error {
	<-ctx.Done()
	return ctx.Err()
}

// ignoreHangup makes the agent deaf to SIGHUP from now on.
type ignoreHangup struct{}

func (*ignoreHangup) check() error { return nil }

func (*ignoreHangup) do(_ context.Context, t *turn) error {
	t.s.deaf.Store(true)
	return nil
}

// leaveOrphan starts a process that survives the agent and ignores SIGHUP. It
// ends by itself after MS milliseconds, should nobody end it.
type leaveOrphan struct {
	MS int `json:"ms"`
}

func (l *leaveOrphan) check() error { return needMillis(l.MS) }

func (l *leaveOrphan) do(ctx context.Context, t *turn) error {
	seconds := strconv.Itoa(1 + l.MS/1000)
	use := toolUse{name: "Bash", show: "sleep " + seconds + " &", input: map[string]any{"command": "sleep " + seconds + " &"}}
	return t.tool(ctx, use, func(context.Context) (string, error) {
		// It is to outlive this process, so no deadline but its own ends it.
		cmd := exec.CommandContext(context.WithoutCancel(ctx), "/bin/sh", "-c", `trap "" HUP; exec sleep "$1"`, "sh", seconds)
		cmd.Dir = t.s.env.Dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			return "", err
		}
		pid := cmd.Process.Pid
		return "orphan " + strconv.Itoa(pid), cmd.Process.Release()
	})
}
