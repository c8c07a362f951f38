package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/try"
)

// tryCmd runs the main job on a small real project that it makes for that:
// real git, real tmux, real tests, with a scripted agent or with Claude.
type tryCmd struct {
	Agent   string `enum:"scripted,claude" default:"scripted" help:"scripted (needs no login) or claude."`
	Workers int    `short:"w" default:"4" help:"How many workers."`
	In      string `name:"in" placeholder:"DIR" help:"Make the project in DIR, which must be new or empty (default: a temporary folder)."`
}

func (c *tryCmd) Run(ctx context.Context, a *app) (err error) {
	if c.Workers < 1 || c.Workers > sanity {
		return usage("--workers %d: want 1 to %d", c.Workers, sanity)
	}
	if err := c.equipped(ctx, a); err != nil {
		return err
	}
	dir, err := c.folder()
	if err != nil {
		return err
	}
	b := *a
	b.dir = filepath.Join(dir, "project")
	if err := c.make(ctx, &b, dir); err != nil {
		return err
	}
	h, err := b.open(ctx)
	if err != nil {
		return err
	}
	if err := h.settle(); err != nil {
		return err
	}
	issues, err := h.tryIssues(ctx)
	if err != nil {
		return err
	}
	c.welcome(h)
	began := time.Now()
	err = h.work(ctx, job{verb: "fm work", words: issues, workers: c.Workers, wait: true, parting: "Interrupted: the workers are stopped."})
	if stopped := h.stop(context.WithoutCancel(ctx), supervisor.StopNow, fmt.Sprintf("%s -C %s resume", h.name(), h.project.Root)); err == nil {
		err = stopped
	}
	if err == nil {
		fmt.Fprintf(h.stdout, "\n✓ All merged, all parents closed, in %s.\n", fm.Span(time.Since(began)))
	}
	c.farewell(h)
	return err
}

// equipped looks for the programs that it takes, before anything is made: the
// same command is to work once they are there.
func (c *tryCmd) equipped(ctx context.Context, a *app) error {
	if _, err := git.Version(ctx); err != nil {
		return mendable(err)
	}
	h := house{app: a, project: fm.Project{Root: os.TempDir()}, config: fm.Config{}.WithDefaults()} // for the looks of one
	if _, err := h.terminal(ctx, func() {}); err != nil {
		return mendable(err)
	}
	if c.Agent == "scripted" {
		return nil
	}
	if _, err := h.agent(); errors.Is(err, fm.ErrRefused) {
		return usage("--agent claude: command %q is not in PATH; install it with: %s", h.config.Agent.Command, npmInstall)
	}
	return nil
}

func (c *tryCmd) folder() (string, error) {
	if c.In == "" {
		return os.MkdirTemp("", "fm-try-")
	}
	dir, err := filepath.Abs(c.In)
	if err != nil {
		return "", err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return "", usage("--in %s: the folder is not empty", c.In)
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// make writes the project, its remote and its settings. The scripted agent
// keeps its files to the folder; Claude keeps its own where it always does.
func (c *tryCmd) make(ctx context.Context, a *app, dir string) error {
	remote := filepath.Join(dir, "remote.git")
	if err := os.MkdirAll(remote, 0o755); err != nil {
		return err
	}
	if err := try.Write(a.dir); err != nil {
		return err
	}
	config := fm.Config{Verify: try.VerifyCommand, Source: localSource}
	if c.Agent == "scripted" {
		scenario := filepath.Join(dir, "scenario.json")
		if err := os.WriteFile(scenario, try.Scenario(), 0o600); err != nil {
			return err
		}
		self, err := os.Executable()
		if err != nil {
			return err
		}
		config.Agent.Command, config.Agent.Args = self, []string{"scripted-agent"}
		a.environ = append(a.environ, "FM_SCENARIO="+scenario, "CLAUDE_CONFIG_DIR="+filepath.Join(dir, "agent"))
	}
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	project := fm.Project{Root: a.dir}
	if err := os.MkdirAll(project.Dir(), 0o700); err != nil {
		return err
	}
	if err := git.Create(ctx, a.dir, remote, "A converter of units", a.environ); err != nil {
		return err
	}
	return os.WriteFile(project.ConfigFile(), append(text, '\n'), 0o600)
}

func (h *house) tryIssues(ctx context.Context) ([]string, error) {
	var ids []string
	tracker := local.NewTracker(h.project.Issues())
	for _, issue := range try.Issues() {
		made, err := tracker.Add(ctx, issue.Title, issue.Body, issue.Priority.String())
		if err != nil {
			return nil, err
		}
		ids = append(ids, string(made.ID))
	}
	return ids, nil
}

func (c *tryCmd) welcome(h *house) {
	agent := "the real Claude Code CLI, on your account"
	if c.Agent == "scripted" {
		agent = "a scripted agent, not Claude: it does what a scenario says, and costs nothing.\nFor the real one: fm try --agent claude"
	}
	fmt.Fprintf(h.stdout, "A small project, its bare remote and three issues are in %s\nThe workers run %s\n\n", filepath.Dir(h.project.Root), agent)
	fmt.Fprintf(h.stdout, "Watch it from another terminal:\n  %[1]s -C %[2]s dashboard\n  %[1]s -C %[2]s status --watch\n  %[1]s -C %[2]s attach worker-1      (F12 leads back)\n\n", h.name(), h.project.Root)
}

// name is how a shell finds this fm: by its name if it is the one in PATH, else
// by its path.
func (a *app) name() string {
	self, err := os.Executable()
	if err != nil {
		return "fm"
	}
	mine, err := os.Stat(self)
	for _, dir := range filepath.SplitList(a.getenv("PATH")) {
		found, statErr := os.Stat(filepath.Join(dir, "fm"))
		if err == nil && statErr == nil && os.SameFile(mine, found) {
			return "fm"
		}
	}
	return self
}

func (c *tryCmd) farewell(h *house) {
	fmt.Fprintf(h.stdout, "\nLook around in %[1]s:\n  git -C %[1]s log --oneline --graph origin/main\n  cat %[1]s/.founder-mode/queue.txt\n  ls %[1]s/.founder-mode/issues %[1]s/.founder-mode/pulls\n", h.project.Root)
}
