package claude

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/plugin"
)

// Launch writes what attempt b.Task.Run() needs, and returns the command that
// starts the agent: a launcher of the attempt's own under .founder-mode/launch,
// TASK.md and ISSUE.json in b.Dir, which is a worktree or the main checkout. The agent goes on with the attempt's
// own conversation if it has one, else with that of b.Resume if it can be
// resumed, and else begins a new one. The first launch of an attempt removes the
// COMPLETION.md of an older one. No secret is written: what the agent needs to
// log in, it inherits.
//
// Errors are transient, but for a worktree that is gone ([fm.ErrGone]). Two
// launches of one run must not overlap.
func (c *Claude) Launch(ctx context.Context, b fm.Brief) (fm.Command, error) {
	run := b.Task.Run()
	cmd, err := c.launch(ctx, b)
	if err != nil {
		return fm.Command{}, fmt.Errorf("launch agent for %s: %w", run, err)
	}
	return cmd, nil
}

func (c *Claude) launch(ctx context.Context, b fm.Brief) (fm.Command, error) {
	run := b.Task.Run()
	if _, err := fm.ParseRun(run.String()); err != nil {
		return fm.Command{}, err // it becomes the name of files
	}
	if err := plugin.Install(c.pluginDir()); err != nil {
		return fm.Command{}, err
	}
	if err := c.begin(run, b.Dir); err != nil {
		return fm.Command{}, err
	}
	if err := writeBrief(b); err != nil {
		return fm.Command{}, err
	}
	s, err := c.signs(ctx, run)
	if err != nil {
		return fm.Command{}, err
	}
	talk, err := c.conversation(ctx, b, s)
	if err != nil {
		return fm.Command{}, err
	}
	launcher, err := c.writeLauncher(b, talk)
	if err != nil {
		return fm.Command{}, err
	}
	if err := appendEvent(c.project.Events(run), talk.launch(time.Now())); err != nil {
		return fm.Command{}, err
	}
	// Two words, because tmux gives a single one to the user's shell, which
	// would stand between the pane and the agent.
	return fm.Command{Dir: b.Dir, Argv: []string{"/bin/sh", launcher}}, nil
}

func (c *Claude) pluginDir() string { return c.project.File("plugin") }

// begin makes the events file of the attempt. Its absence says that this is the
// first launch, and that a COMPLETION.md is not the attempt's own; so that one
// goes first, and a crash in between repeats both.
func (c *Claude) begin(run fm.Run, dir string) error {
	path := c.project.Events(run)
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	root, err := openWorktree(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(root.RemoveAll(completionFile), root.Close()); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	defer failpoint.Step("agent.begin")()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func openWorktree(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: worktree %s", fm.ErrGone, dir)
	}
	return root, err
}

// writeLauncher writes the attempt's folder and returns the launcher's path.
func (c *Claude) writeLauncher(b fm.Brief, talk conversation) (string, error) {
	run := b.Task.Run()
	dir := c.project.Launch(run)
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		if err := os.Remove(dir); err != nil { // a link that an agent put there
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	settings, err := json.MarshalIndent(c.settings(c.mode(b)), "", "  ")
	if err != nil {
		return "", err
	}
	launcher := filepath.Join(dir, "launch.sh")
	l := script{
		run: run, worker: b.Task.Worker, project: c.project, dir: b.Dir,
		argv:    c.argv(b, talk, filepath.Join(dir, "settings.json")),
		sandbox: c.mode(b) == bypass && os.Geteuid() == 0,
		prompt:  filepath.Join(dir, "prompt.md"),
	}
	return launcher, errors.Join(
		replace(filepath.Join(dir, "settings.json"), settings, 0o600),
		replace(l.prompt, []byte(prompt(b.Task, talk)), 0o600),
		replace(launcher, []byte(l.text()), 0o700),
	)
}

// argv is the command line before the prompt. Several of the flags swallow all
// words that follow, so that the prompt must stand behind "--".
func (c *Claude) argv(b fm.Brief, talk conversation, settings string) []string {
	argv := append([]string{c.command}, c.config.Args...)
	argv = append(argv,
		talk.flag(), talk.id,
		"--name", "fm-"+string(b.Task.ID),
		"--plugin-dir", c.pluginDir(),
		"--settings", settings,
		"--permission-mode", c.mode(b),
		"--allowedTools", strings.Join(c.config.AllowedTools, ","),
		"--disallowedTools", strings.Join(append(deniedTools(b.Task), c.config.DeniedTools...), ","),
	)
	if c.config.Model != "" {
		argv = append(argv, "--model", c.config.Model)
	}
	return append(argv, "--")
}

// bypass is the permission mode in which an agent may do everything. It is never
// the default: somebody has written its name.
const bypass = "bypassPermissions"

func (c *Claude) mode(b fm.Brief) string { return cmp.Or(b.Permission, c.config.PermissionMode) }

// deniedTools are those that would leave an agent waiting for a person, or
// working in another place, or publishing by itself. In the main checkout, where
// fm's own files and everybody's worktrees are ignored by git, a clean-up of such
// files would take those away. A denial counts in every permission mode.
func deniedTools(t fm.Task) []string {
	denied := []string{"AskUserQuestion", "EnterPlanMode", "ExitPlanMode", "EnterWorktree", "ExitWorktree", "Bash(git push:*)"}
	if t.Terms.Main {
		denied = append(denied, "Bash(git clean:*)")
	}
	return denied
}

// replace writes a file whole, whatever stands under its name.
func replace(path string, text []byte, mode os.FileMode) error {
	defer failpoint.Step("agent.write-launcher")()
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, werr := f.Write(text)
	err = errors.Join(werr, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
