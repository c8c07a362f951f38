package claude

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

// Survivor is a process that carries the mark of an attempt, whether it should
// still be there or not.
type Survivor struct {
	PID     int
	Run     fm.Run
	Command string // its command line, safe to show

	start string // tells it from a later process with its number
}

// Survivors lists the processes of this user that carry a mark of the project,
// but for the caller and its ancestors, with the limits of [Claude.Reap]. It
// changes nothing.
func (c *Claude) Survivors(ctx context.Context) ([]Survivor, error) {
	all, err := survivors(ctx, c.project.Root)
	if err != nil {
		return nil, fmt.Errorf("list processes of the project: %w", err)
	}
	return all, nil
}

// End ends one of them as Reap would: SIGTERM, then SIGKILL after 2 s. It
// returns when the process is gone. One that ended by itself, and a later
// process with its number, are left alone, which is no error.
func (c *Claude) End(ctx context.Context, s Survivor) error {
	p, found, err := s.grip(c.project.Root)
	if err == nil && found {
		err = end(ctx, []process{p})
	}
	if err != nil {
		return fmt.Errorf("end process %d: %w", s.PID, err)
	}
	return nil
}

// runOf gives the run whose mark an environment carries.
func runOf(environ []string, project string) (fm.Run, bool) {
	run, p, err := marked(func(name string) string { return value(environ, name) })
	return run, err == nil && run.Task != "" && p.Root == project
}
