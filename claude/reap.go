package claude

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// grace is how long a process may take to end by itself after SIGTERM.
const grace = 2 * time.Second

// Reap ends every process that an attempt of the task up to and including last
// left behind, and returns when they are gone: SIGTERM, then SIGKILL after 2 s.
// It knows them by the marks in the environment that they were started with,
// so that it also finds what survived its terminal, its parent and us. It never
// ends the calling process or one of its ancestors.
//
// It finds processes of the same user only. What cleared its own environment is
// not found; on systems without /proc, neither is what `ps` hides.
func (c *Claude) Reap(ctx context.Context, id fm.TaskID, last int) error {
	if err := reap(ctx, mark{task: id, project: c.project.Root, last: last}); err != nil {
		return fmt.Errorf("reap task %s: %w", id, err)
	}
	return nil
}

// ReapAll is Reap for every attempt of every task of the project, also of tasks
// that the queue does not know any more, and [Claude.ReapVerify].
func (c *Claude) ReapAll(ctx context.Context) error {
	err := reap(ctx, mark{project: c.project.Root, last: math.MaxInt})
	if err != nil {
		err = fmt.Errorf("reap all tasks: %w", err)
	}
	return errors.Join(err, c.ReapVerify(ctx))
}

func reap(ctx context.Context, m mark) error {
	// A process can start another between the look and the signal.
	for range 10 {
		found, err := processes(ctx, m)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return nil
		}
		done := failpoint.Step("agent.reap")
		err = end(ctx, found)
		done()
		if err != nil {
			return err
		}
	}
	return errors.New("its processes start new ones faster than they can be ended")
}

// A mark is what the environment of a run's processes holds, or that of a verify
// command's.
type mark struct {
	project string
	of      marks
	task    fm.TaskID // of an attempt; "" for any
	last    int       // the same
}

// marks are the kinds of them.
type marks int

const (
	attempting marks = iota
	verifying
)

// in says whether the entries of an environment carry the mark.
func (m mark) in(environ []string) bool {
	if m.of == verifying {
		return value(environ, verifyMark) == m.project
	}
	attempt, err := strconv.Atoi(value(environ, "FM_ATTEMPT"))
	return err == nil && attempt <= m.last &&
		(m.task == "" || value(environ, "FM_TASK") == string(m.task)) &&
		value(environ, "FM_PROJECT") == m.project
}

// A process is one that was found, and cannot become another: what it is
// called by stays with it until it is closed.
type process interface {
	// signal sends SIGTERM or SIGKILL; a process that is gone is no error.
	signal(how force) error
	// wait returns when the process is gone, or with the error of ctx.
	wait(ctx context.Context) error
	close()
}

type force int

const (
	ask force = iota
	compel
)

// end asks all of them, and then compels those that stay.
func end(ctx context.Context, found []process) error {
	defer func() {
		for _, p := range found {
			p.close()
		}
	}()
	for _, how := range []force{ask, compel} {
		var errs []error
		for _, p := range found {
			errs = append(errs, p.signal(how))
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if waitAll(ctx, found) == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.New("a process outlives SIGKILL")
}

func waitAll(ctx context.Context, found []process) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	for _, p := range found {
		if err := p.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// entries splits what /proc/<pid>/environ holds.
func entries(environ []byte) []string { return strings.Split(string(environ), "\x00") }
