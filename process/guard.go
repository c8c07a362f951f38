package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/founder-mode/fm/failpoint"
)

// ErrHangup is what [Guard] returns when its terminal went away.
var ErrHangup = errors.New("hung up")

// lookAgain is the longest that a guard trusts what it knows of a supervisor
// that is not its child.
const lookAgain = 30 * time.Second

// GuardOptions says what to keep alive. Argv is needed; the rest has defaults.
type GuardOptions struct {
	Argv []string // of the child
	Env  []string // KEY=value; nil for the environment of this process

	// Output is the child's stdout and stderr; nil for none. It is a file and
	// not a pipe through the guard, so that the child can outlive the guard.
	Output *os.File

	// Alive gives the supervisor that holds the project's lock, if any. With
	// ok but a pid below 1, the holder is not known. Nil: there is none.
	Alive func() (pid int, ok bool)

	Backoff Backoff
	Log     io.Writer // a line for each start and end; nil for none
}

// Backoff is the wait before the next start: First after one end, twice as
// long after each further one, at most Longest; First again once a child has
// lived for Healthy. Zero fields mean 100 ms, 30 s and 1 min.
type Backoff struct{ First, Longest, Healthy time.Duration }

// Guard starts the child, in a session of its own, and starts it again
// whenever it ends, until it ends with exit code 0: then Guard returns nil.
// While another supervisor lives, Guard waits for the death of that one
// instead; as nothing can tell how it ended, a child is started then, which
// can end at once with 0 if nobody wants it.
//
// Guard never ends a child. When its own terminal goes away (SIGHUP) it
// returns [ErrHangup], and when ctx ends it returns the cause; both leave the
// child alone. Any other end is a child that cannot be started, after a wait,
// so it is tried again too. Call it once in a process that does nothing else.
func Guard(ctx context.Context, g GuardOptions) error {
	if len(g.Argv) == 0 {
		return errors.New("guard: no command")
	}
	ctx, stop := untilHangup(ctx)
	defer stop()
	g = g.withDefaults()
	wait := g.Backoff.First
	for {
		if g.elsewhere(ctx) {
			wait = g.Backoff.First
		}
		if ctx.Err() != nil {
			return fmt.Errorf("guard: %w", context.Cause(ctx))
		}
		began := time.Now()
		err := g.once(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("guard: %w", context.Cause(ctx))
		case time.Since(began) >= g.Backoff.Healthy:
			wait = g.Backoff.First
		}
		g.say("ended: %v; next start in %v", err, wait)
		pause(ctx, wait)
		wait = min(2*wait, g.Backoff.Longest)
	}
}

// untilHangup is ctx that also ends with [ErrHangup].
func untilHangup(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-hup:
			cancel(ErrHangup)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(hup)
		cancel(nil)
		<-done
	}
}

func (g GuardOptions) withDefaults() GuardOptions {
	if g.Alive == nil {
		g.Alive = func() (int, bool) { return 0, false }
	}
	if g.Log == nil {
		g.Log = io.Discard
	}
	b := &g.Backoff
	if b.First <= 0 {
		b.First = 100 * time.Millisecond
	}
	if b.Longest <= 0 {
		b.Longest = 30 * time.Second
	}
	if b.Healthy <= 0 {
		b.Healthy = time.Minute
	}
	return g
}

// elsewhere waits while another supervisor lives, and says whether one did.
func (g GuardOptions) elsewhere(ctx context.Context) (waited bool) {
	said := 0
	for ctx.Err() == nil {
		pid, ok := g.Alive()
		if !ok {
			return waited
		}
		waited = true
		if pid < 1 {
			pause(ctx, g.Backoff.First)
			continue
		}
		if pid != said {
			g.say("process %d is the supervisor; waiting for its end", pid)
			said = pid
		}
		// The pid may have been reused since the lock was looked at: the time
		// limit makes that cost a moment and not a life.
		look, cancel := context.WithTimeout(ctx, lookAgain)
		if Wait(look, pid) == nil {
			pause(ctx, time.Millisecond) // the lock is freed a moment after the death
		}
		cancel()
	}
	return waited
}

// once runs the child to its end. It returns early, leaving the child alone,
// when ctx ends.
func (g GuardOptions) once(ctx context.Context) error {
	// The child has no deadline: it is meant to outlive even us.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), g.Argv[0], g.Argv[1:]...)
	cmd.Env = g.Env
	if g.Output != nil { // a nil *os.File in an io.Writer is not nil
		cmd.Stdout, cmd.Stderr = g.Output, g.Output
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.WaitDelay = settle
	done := failpoint.Step("guard.start")
	err := cmd.Start()
	done()
	if err != nil {
		return err
	}
	g.say("started process %d", cmd.Process.Pid)
	end := make(chan error, 1)
	go func() { end <- cmd.Wait() }() // ends with the child; outlives us only if the child does
	select {
	case err := <-end:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g GuardOptions) say(format string, args ...any) {
	// A log that cannot be written must not end the guard.
	_, _ = fmt.Fprintf(g.Log, "guard: "+format+"\n", args...)
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
