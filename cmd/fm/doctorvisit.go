package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/queue"
)

// visit is what one check works with.
type visit struct {
	*house
	*facts
	lost error // why there is no project; nil when there is
}

// facts are what several checks go by. Each is found out once, by the first that
// asks.
type facts struct {
	queue  func() (queueFacts, error)
	sight  func() (fm.Sight, error)
	holder func() incumbent
	now    func() time.Time
}

// incumbent is who looks after the project.
type incumbent struct {
	pid   int // 0 when it has not said so
	alive bool
}

func (d *doctor) facts(ctx context.Context) *facts {
	h := new(*d.house)
	return &facts{
		queue: sync.OnceValues(func() (queueFacts, error) { return h.rehearse(ctx, time.Now()) }),
		sight: sync.OnceValues(func() (fm.Sight, error) {
			terminal, err := h.terminal(ctx, func() {})
			if err != nil {
				return fm.Sight{}, err
			}
			return terminal.Observe(ctx)
		}),
		holder: sync.OnceValue(h.incumbent),
		now:    time.Now,
	}
}

// incumbent looks for the supervisor. Where nothing was started it does not look
// at the lock, which the look would make.
func (h *house) incumbent() incumbent {
	if !exists(h.project.LockFile()) {
		return incumbent{}
	}
	pid, alive := h.supervisorPID()
	return incumbent{pid, alive}
}

// isSupervisors says whether it is for the supervisor to clear up after a task.
// One that is over, and was tidied, it has done with.
func (v *visit) isSupervisors(t fm.Task, known bool) bool {
	if !v.holder().alive {
		return false
	}
	return known && (!t.Status.Over() || queue.Tidying(t) || queue.Clearing(t))
}

// errCameBack keeps --fix from what is the supervisor's again.
var errCameBack = errors.New("the supervisor came back, and sees to it")

// gitOptions say where the repository is, for looks that ask no remote.
func (h *house) gitOptions() git.Options {
	return git.Options{Root: h.project.Root, Remote: h.config.Remote, WorktreeDir: h.config.WorktreeDir, Environ: h.environ}
}

// quietAgent is the agent for looks alone: its command is not to ask the network
// for what it can do without.
func (h *house) quietAgent() (*claude.Claude, error) {
	quiet := new(*h)
	quiet.app = new(*h.app)
	quiet.environ = append(append([]string{}, h.environ...), "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1")
	return quiet.agent()
}
