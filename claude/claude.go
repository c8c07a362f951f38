// Package claude knows how to start Claude Code, how to read what it reports,
// and how to ask it for a split or a prediction. It is the only package that
// knows the CLI's flags, files and hooks; what was measured about them stands in
// its tests, which drive the real CLI.
//
// A worker's life, seen from here:
//
//	Accept → Launch → launch.sh → claude ──hooks──► fm hook → events/<run>
//	                                                             │
//	Completion ◄── COMPLETION.md          Report ◄── fold ◄──────┘
//
// The package never types into a terminal, never decides what a report means
// for the task, never writes a secret into a file, and calls a model where it is
// asked to only: in [Claude.Split] and [Claude.Predict].
//
// Start reading at [Claude.Launch], then fold.go, which turns what the hooks
// wrote into a report.
package claude

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
)

// Options is what a [Claude] needs to know.
type Options struct {
	Project fm.Project
	Config  fm.AgentConfig
	Self    string   // absolute path of fm's own binary, for hooks: `<self> hook`
	Home    string   // the user's home folder
	Environ []string // fm's environment as inherited, in the form of os.Environ
	// Ran is told of every command without a terminal that ended: its words and
	// its time. It may be called concurrently; nil for nobody.
	Ran func(argv []string, took time.Duration)
}

// Claude starts and reads the agents of one project. Its methods may be called
// concurrently.
type Claude struct {
	project fm.Project
	config  fm.AgentConfig
	self    string
	home    string
	environ []string
	ran     func(argv []string, took time.Duration) // may be nil
	command string                                  // absolute

	mu       sync.Mutex          // guards readings, not what they point to
	readings map[fm.Run]*reading // what Report has read so far
}

// New finds the command. The error wraps [fm.ErrRefused] and says how to
// install it when it is missing.
func New(o Options) (*Claude, error) {
	c := &Claude{
		project:  o.Project,
		config:   fm.Config{Agent: o.Config}.WithDefaults().Agent,
		self:     o.Self,
		home:     o.Home,
		environ:  o.Environ,
		ran:      o.Ran,
		readings: map[fm.Run]*reading{},
	}
	var err error
	c.command, err = c.find()
	return c, err
}

// find looks through PATH, then where the installers put the command, because
// a service manager starts fm with a short PATH.
func (c *Claude) find() (string, error) {
	name := c.config.Command
	if strings.ContainsRune(name, filepath.Separator) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(c.project.Root, name)
		}
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("%w: agent command: %w; correct agent.command in %s", fm.ErrRefused, err, c.project.ConfigFile())
		}
		return name, nil
	}
	folders := append(filepath.SplitList(value(c.environ, "PATH")),
		filepath.Join(c.home, ".local", "bin"), filepath.Join(c.home, ".claude", "local"))
	for _, folder := range folders {
		if !filepath.IsAbs(folder) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return found, nil
		}
	}
	return "", fmt.Errorf("%w: command %q is not in PATH; install it with `npm install -g @anthropic-ai/claude-code`, or set agent.command in %s",
		fm.ErrRefused, name, c.project.ConfigFile())
}

// run runs the command without a terminal in the main checkout and returns what
// it printed, also when it failed. It ends the command with ctx.
func (c *Claude) run(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.command, append(append([]string{}, c.config.Args...), args...)...)
	cmd.Dir = c.project.Root
	cmd.Env = append(Scrub(c.environ, c.config.Environment), "CLAUDE_CODE_MAX_RETRIES=3")
	cmd.WaitDelay = 2 * time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdin = strings.NewReader(string(stdin))
	var stderr head
	cmd.Stderr = &stderr
	began := time.Now()
	out, err := cmd.Output()
	if c.ran != nil {
		c.ran(cmd.Args, time.Since(began))
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return out, fmt.Errorf("%w: %w", ctx.Err(), err)
	case err != nil && stderr.String() != "":
		return out, fmt.Errorf("%w: %s", err, stderr.String())
	}
	return out, err
}

// head keeps the beginning of what a process says on stderr: the first line of
// a failure names it.
type head struct{ text []byte }

func (h *head) Write(b []byte) (int, error) {
	h.text = append(h.text, b[:min(len(b), 4096-len(h.text))]...)
	return len(b), nil
}

func (h *head) String() string { return fm.Line(string(h.text), 400) }

// configDir is where the CLI keeps its sessions and transcripts.
func (c *Claude) configDir() string {
	if dir := value(c.environ, "CLAUDE_CONFIG_DIR"); dir != "" {
		return dir
	}
	return filepath.Join(c.home, ".claude")
}

// configFile is the CLI's own state file, which holds the answers to its
// questions at the first start.
func (c *Claude) configFile() string {
	if dir := value(c.environ, "CLAUDE_CONFIG_DIR"); dir != "" {
		return filepath.Join(dir, ".claude.json")
	}
	return filepath.Join(c.home, ".claude.json")
}
