// Package probe finds out whether fm still understands the Claude Code CLI that
// is installed. It starts the CLI as fm starts a worker's, in a folder and a
// home of its own, against a scripted Messages API on loopback, leads it
// through a worker's life, and says for each thing that fm must notice whether
// it was noticed, and by what.
//
// What really happened is known from the API: it is told when a prompt was
// taken and when a command ran, whatever the CLI shows or reports. So a
// detector that sees nothing is told apart from a thing that did not happen.
//
// The package asks no model and no network beyond loopback, reads and writes
// nothing of the user's own, and leaves nothing behind. Start reading at
// [Probe.Run].
package probe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/claude/messages"
)

// Terminal hosts the sessions of a probe: a server that nothing else uses, with
// the environment that [Probe.Environ] gives.
type Terminal interface {
	Start(ctx context.Context, w fm.WorkerID, run fm.Run, cmd fm.Command) error
	Stop(ctx context.Context, w fm.WorkerID) error
	Press(ctx context.Context, w fm.WorkerID, key string) error
	// Screens has no entry for a worker whose process has ended.
	Screens(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error)
	// Capture gives the last lines of a pane, also of one whose process has
	// ended.
	Capture(ctx context.Context, w fm.WorkerID, lines int) (string, error)
}

// Options says which CLI is probed.
type Options struct {
	Command string   // absolute path
	Args    []string // put before fm's own
	Model   string   // "" for the CLI's own choice
	Self    string   // absolute path of fm's own binary, for hooks
	Environ []string // fm's own; only what has nothing to do with the CLI is taken from it
}

// Finding is what was found out about one detector.
type Finding struct {
	Detector string
	Sees     bool
	Evidence string        // one line: what was seen; or what happened unseen, or did not happen
	Took     time.Duration // from its cause, or from the beginning of the wait
}

// Probe is one probe: a scratch folder, an API, and the agent in between.
type Probe struct {
	dir     string
	environ []string
	model   *model
	api     *messages.Server
	agent   *claude.Claude
}

// New makes the scratch folder and starts the API. The caller closes what it
// gives. The error wraps [fm.ErrRefused] when the command cannot be run.
func New(ctx context.Context, o Options) (*Probe, error) {
	dir, err := os.MkdirTemp("", "fmp")
	if err != nil {
		return nil, fmt.Errorf("make scratch folder: %w", err)
	}
	p := &Probe{dir: dir, model: newModel(time.Now())}
	if err := p.open(o); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

func (p *Probe) open(o Options) error {
	dir, err := filepath.EvalSymlinks(p.dir)
	if err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	p.dir = dir
	for _, name := range []string{"home", "tmp", worktree(first), worktree(second)} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return fmt.Errorf("make scratch folder: %w", err)
		}
	}
	if p.api, err = messages.Start(p.model.answer); err != nil {
		return err
	}
	p.environ = environ(o.Environ, dir, p.api.URL)
	p.agent, err = claude.New(claude.Options{
		Project: fm.Project{Root: filepath.Join(dir, "project")},
		Config: fm.AgentConfig{
			Command: o.Command, Args: o.Args, Model: o.Model,
			// So that the command of the script is asked about.
			PermissionMode: "default", AllowedTools: []string{"Read"},
		},
		Self: o.Self, Home: filepath.Join(dir, "home"), Environ: p.environ,
	})
	return err
}

// Dir is the scratch folder, which [Probe.Close] removes.
func (p *Probe) Dir() string { return p.dir }

// Environ is the environment for the terminal's server, and so for the CLI.
func (p *Probe) Environ() []string { return slices.Clone(p.environ) }

// key is no secret: the API takes any.
const key = "sk-ant-api03-dummy-key-of-fm-doctor"

// environ keeps what a program needs anywhere, and sends whatever does not go
// to our API to a port where nobody listens.
func environ(base []string, dir, url string) []string {
	kept := slices.DeleteFunc(slices.Clone(base), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !slices.Contains([]string{"PATH", "LANG", "TZ", "USER", "LOGNAME", "SHELL", "LD_LIBRARY_PATH", "GORACE"}, name) && !strings.HasPrefix(name, "LC_")
	})
	return append(kept,
		"HOME="+filepath.Join(dir, "home"), "TMPDIR="+filepath.Join(dir, "tmp"), "TERM=xterm-256color",
		"ANTHROPIC_BASE_URL="+url, "ANTHROPIC_API_KEY="+key,
		"HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1,localhost",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1", "DISABLE_ERROR_REPORTING=1",
	)
}

// Close ends what is left of the probe's processes and removes its folder. The
// caller ends the terminal's server before. Also a probe that was interrupted
// is closed whole, if ctx lasts.
func (p *Probe) Close(ctx context.Context) error {
	var errs []error
	if p.agent != nil {
		errs = append(errs, p.agent.ReapAll(ctx))
	}
	if p.api != nil {
		errs = append(errs, p.api.Close())
	}
	return errors.Join(append(errs, p.remove(ctx))...)
}

// remove tries again while a process that ends still writes.
func (p *Probe) remove(ctx context.Context) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := os.RemoveAll(p.dir)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("remove scratch folder: %w", err)
		case <-tick.C:
		}
	}
}
