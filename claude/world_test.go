package claude

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// A world is a project with one worktree, a user who never started the CLI
// before, and a scripted model. The CLI in it is the real one.
type world struct {
	t          *testing.T
	claude     *Claude
	project    fm.Project
	tree       string // the worktree
	home       string
	environ    []string
	socket     string       // of the tmux server
	permission string       // asked for on the command line
	again      fm.Brief     // Attempt, Resume and Feedback of a later attempt
	terms      fm.Terms     // of the task
	answers    atomic.Int64 // of the scripted model
}

// realCLI finds the CLI. A missing one is a failure: what is promised here can
// only be shown with it.
func realCLI(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("FM_TEST_CLAUDE"); path != "" {
		return path
	}
	if path, err := exec.LookPath("claude"); err == nil {
		return path
	}
	path, err := filepath.Abs("../.cache/claude/node_modules/.bin/claude")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatal("the Claude Code CLI is missing; ./scripts/test installs it")
	}
	return path
}

func newWorld(t *testing.T, script func(messages.Request) messages.Reply) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket needs a short path, and a session that ends still writes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(t, dir) })
	w := &world{
		t: t, project: fm.Project{Root: filepath.Join(dir, "app")}, home: filepath.Join(dir, "home"),
		tree: filepath.Join(dir, "app", ".worktrees", "issue-456"), socket: filepath.Join(dir, "tmux"),
	}
	if err := os.MkdirAll(w.home, 0o700); err != nil {
		t.Fatal(err)
	}
	w.environ = []string{
		"HOME=" + w.home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "SHELL=/bin/sh",
		"ANTHROPIC_BASE_URL=" + messages.Serve(t, func(r messages.Request) messages.Reply {
			w.answers.Add(1)
			return script(r)
		}), "ANTHROPIC_API_KEY=dummy-key-for-a-scripted-api-0123456789",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com",
		"GORACE=atexit_sleep_ms=0", // or each hook takes a second to end
		// What fm may have inherited, and no agent may see:
		"CLAUDECODE=1", "CLAUDE_CODE_CHILD_SESSION=1",
		"GITHUB_TOKEN=secret-of-the-tracker", "GH_TOKEN=secret-of-the-tracker", "JIRA_API_TOKEN=secret-of-the-tracker", "ATLASSIAN_API_TOKEN=secret-of-the-tracker", "GITLAB_TOKEN=secret-of-the-tracker",
	}
	w.sh(dir, "git init -q -b main app && cd app && printf 'TASK.md\nISSUE.json\nCOMPLETION.md\n.founder-mode\n.worktrees\n' > .git/info/exclude && "+
		"echo hello > README.md && git add . && git commit -qm first && git worktree add -q .worktrees/issue-456 -b subissue/456")
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t)})
	return w
}

// removeAll waits for what a session that ends still writes into its home.
func removeAll(t *testing.T, dir string) {
	t.Helper()
	var err error
	await(t, "the scratch folder to go", func() (string, bool) {
		err = os.RemoveAll(dir)
		return "", err == nil
	})
}

func (w *world) open(config fm.AgentConfig) *Claude {
	w.t.Helper()
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := New(Options{Project: w.project, Config: config, Self: self, Home: w.home, Environ: w.environ})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) sh(dir, script string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "/bin/sh", "-c", script)
	cmd.Dir, cmd.Env = dir, w.environ
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) brief() fm.Brief {
	task := fm.Task{ID: "456", Attempt: max(w.again.Task.Attempt, 1), Worker: 3, Title: "Greet", Terms: w.terms}
	task.Branch = task.Head()
	return fm.Brief{
		Task:  task,
		Issue: fm.Issue{ID: "456", Title: "Greet", Body: "Say hello in hello.txt."},
		Dir:   w.tree, Base: "main", Permission: w.permission, Resume: w.again.Resume, Feedback: w.again.Feedback,
	}
}

func (w *world) run() fm.Run { return w.brief().Task.Run() }

// launch starts the agent as a worker does: in a terminal of its own.
func (w *world) launch() {
	w.t.Helper()
	w.launchWith(func(launcher string) string { return launcher })
}

// launchWith lets a test change the launcher first.
func (w *world) launchWith(edit func(launcher string) string) {
	w.t.Helper()
	if err := w.claude.Accept(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	cmd, err := w.claude.Launch(w.t.Context(), w.brief())
	if err != nil {
		w.t.Fatal(err)
	}
	launcher := cmd.Argv[len(cmd.Argv)-1]
	if err := os.WriteFile(launcher, []byte(edit(string(readFile(w.t, launcher)))), 0o700); err != nil {
		w.t.Fatal(err)
	}
	// A server that ends with its last session would refuse the next one.
	w.tmux("start-server", ";", "set-option", "-s", "exit-empty", "off")
	args := []string{"new-session", "-d", "-s", "w", "-x", "160", "-y", "45", "-c", cmd.Dir}
	w.tmux(append(args, cmd.Argv...)...)
	w.t.Cleanup(func() { // a server that is gone, or goes at this moment, is an error of tmux
		_, _ = w.tryTmux("kill-server")
		await(w.t, "the tmux server to end", func() (string, bool) {
			out, err := w.tryTmux("list-sessions")
			return out, err != nil
		})
	})
}

func (w *world) tmux(args ...string) string {
	w.t.Helper()
	out, err := w.tryTmux(args...)
	if err != nil {
		w.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return out
}

func (w *world) tryTmux(args ...string) (string, error) {
	// The server is also killed in Cleanup, when the test's context is over.
	cmd := exec.CommandContext(context.Background(), "tmux", append([]string{"-S", w.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env = w.environ // unscrubbed: the launcher must cope
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (w *world) pane() string {
	out, _ := w.tryTmux("capture-pane", "-p", "-S", "-200", "-t", "w")
	return out
}

// shown is what fm sees of the pane.
func (w *world) shown() string {
	out, _ := w.tryTmux("capture-pane", "-p", "-t", "w")
	return out
}

// screen waits until the pane reads as wanted.
func (w *world) screen(what string, ok func(fm.Screen) bool) fm.Screen {
	w.t.Helper()
	var s fm.Screen
	await(w.t, what, func() (string, bool) {
		shown := w.shown()
		s = w.claude.Screen(shown)
		return fmt.Sprintf("%+v\n%s", s, shown), ok(s)
	})
	return s
}

// say sends a prompt, and presses Enter again where the CLI, being busy, took
// the first one for a part of the text.
func (w *world) say(text string) {
	w.t.Helper()
	w.screen("the input box", func(s fm.Screen) bool { return s.Prompt && s.Draft == "" })
	w.tmux("set-buffer", text, ";", "paste-buffer", "-p", "-d", "-t", "w", ";", "send-keys", "-t", "w", "Enter")
	looks := 0
	w.screen("the prompt to be taken", func(s fm.Screen) bool {
		if looks++; looks%20 == 0 && s.Prompt && s.Draft != "" {
			w.tmux("send-keys", "-t", "w", "Enter")
		}
		return strings.Contains(w.shown(), "❯ "+text)
	})
}

// report waits until the report is as wanted.
func (w *world) report(what string, ok func(fm.Report) bool) fm.Report {
	w.t.Helper()
	var r fm.Report
	await(w.t, what, func() (string, bool) {
		var err error
		r, err = w.claude.Report(w.t.Context(), w.run(), w.tree)
		if err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("%+v\n", r) + w.eventText() + w.pane(), ok(r)
	})
	return r
}

func (w *world) eventText() string {
	b, _ := os.ReadFile(w.project.Events(w.run()))
	return string(b)
}

// events gives the names of the events so far.
func (w *world) events() []event {
	w.t.Helper()
	var all []event
	for line := range bytes.Lines([]byte(w.eventText())) {
		e, ok := parseEvent(bytes.TrimSpace(line))
		if !ok {
			w.t.Errorf("not an event: %s", line)
		}
		all = append(all, e)
	}
	return all
}

func (w *world) count(name string) int {
	w.t.Helper()
	return len(slices.DeleteFunc(w.events(), func(e event) bool { return e.Name != name }))
}

// await polls until ok, for at most a minute, and then shows the last state.
func await(t *testing.T, what string, ok func() (state string, done bool)) {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		state, done := ok()
		if done {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("waited a minute for %s; last state:\n%s", what, state)
		case <-tick.C:
		}
	}
}

func (w *world) fileExists(name string) bool {
	_, err := os.Stat(filepath.Join(w.tree, name))
	return err == nil
}
