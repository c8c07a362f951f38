package claude

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// A world is a project with one worktree, a user who never started the CLI
// before, and a scripted model. The CLI in it is the real one.
type world struct {
	t       *testing.T
	claude  *Claude
	project fm.Project
	tree    string // the worktree
	home    string
	environ []string
	socket  string // of the tmux server
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
		"ANTHROPIC_BASE_URL=" + messages.Serve(t, script), "ANTHROPIC_API_KEY=dummy-key-for-a-scripted-api-0123456789",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com",
		"GORACE=atexit_sleep_ms=0", // or each hook takes a second to end
		// What fm may have inherited, and no agent may see:
		"CLAUDECODE=1", "CLAUDE_CODE_CHILD_SESSION=1", "GITHUB_TOKEN=secret-of-the-tracker",
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
	return fm.Brief{
		Task:  fm.Task{ID: "456", Attempt: 1, Worker: 3, Branch: "subissue/456", Title: "Greet"},
		Issue: fm.Issue{ID: "456", Title: "Greet", Body: "Say hello in hello.txt."},
		Dir:   w.tree, Base: "main",
	}
}

func (w *world) run() fm.Run { return w.brief().Task.Run() }

// launch starts the agent as a worker does: in a terminal of its own.
func (w *world) launch() {
	w.t.Helper()
	if err := w.claude.Accept(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	cmd, err := w.claude.Launch(w.t.Context(), w.brief())
	if err != nil {
		w.t.Fatal(err)
	}
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
		return strconv.Quote(r.Question) + " " + string(r.State) + " " + r.Trouble + "\n" + w.eventText() + w.pane(), ok(r)
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

// A worker's whole life: no dialog, the command is found, the hooks arrive, a
// push is denied, a Stop without COMPLETION.md is sent back once, and what the
// agent wrote then is its completion.
func TestAnAgentWorksFromFirstStartToCompletion(t *testing.T) {
	prompts := make(chan messages.Request, 100)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		prompts <- r
		switch r.Step() {
		case 0:
			if strings.Contains(r.Prompt(), "COMPLETION.md is missing") {
				return messages.Bash("env > env.txt; git clean -qf env.txt -n; printf '# Completion Status\n\n**Status:** SUCCESS\n\n## Summary\nGreeted.\n' > COMPLETION.md")
			}
			return messages.Bash("git push origin HEAD")
		case 1:
			if strings.Contains(r.Prompt(), "COMPLETION.md is missing") {
				return messages.Say("Reported.")
			}
			return messages.Bash("echo hello > hello.txt && git add hello.txt && git commit -qm greet")
		}
		return messages.Say("Done.")
	})
	w.launch()
	r := w.report("the turn to end", func(r fm.Report) bool { return r.Turns > 0 && r.Completed })
	if r.State != fm.AtPrompt || !r.Prompted || r.Turns != 1 {
		t.Errorf("got %+v, want idle after one turn", r)
	}
	if got := w.count("SessionStart"); got != 1 {
		t.Errorf("got %d SessionStart, want 1", got)
	}
	if got := w.count("Stop"); got != 2 {
		t.Errorf("got %d Stop, want one sent back and one that ended the turn:\n%s", got, w.eventText())
	}
	first := <-prompts
	if !strings.Contains(first.Text(), "You work alone in a git worktree") {
		t.Errorf("the command was not expanded: %s", first.Prompt())
	}
	second := <-prompts
	if res, _ := second.Result(); !res.Error || !strings.Contains(res.Text, "denied") {
		t.Errorf("git push gave %+v, want it denied", res)
	}
	done, err := w.claude.Completion(t.Context(), w.run(), w.tree)
	if err != nil || done.Outcome != fm.Success || done.Summary != "Greeted." {
		t.Errorf("got completion %+v, %v", done, err)
	}
	if log := w.sh(w.tree, "git log --format=%s"); log != "greet\nfirst" {
		t.Errorf("got log %q", log)
	}
	w.checkAgentEnvironment()
}

// checkAgentEnvironment looks at what the agent's own commands saw.
func (w *world) checkAgentEnvironment() {
	w.t.Helper()
	env := w.sh(w.tree, "cat env.txt")
	for _, want := range []string{"FM_TASK=456", "FM_ATTEMPT=1", "FM_WORKER=worker-3", "FM_PROJECT=" + w.project.Root, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1"} {
		if !slices.Contains(strings.Split(env, "\n"), want) {
			w.t.Errorf("the agent's environment lacks %s", want)
		}
	}
	if strings.Contains(env, "secret-of-the-tracker") {
		w.t.Error("the agent sees the tracker's token")
	}
	text := w.sh(w.project.Dir(), "cat launch/*/* events/*")
	for _, secret := range []string{"secret-of-the-tracker", "dummy-key"} {
		if strings.Contains(text, secret) {
			w.t.Errorf("a file of fm holds %q", secret)
		}
	}
}

// Caught: --session-id where --resume is needed, which the CLI refuses.
func TestAKilledAgentGoesOnWithItsConversation(t *testing.T) {
	prompts := make(chan messages.Request, 100)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		prompts <- r
		if strings.Contains(r.Prompt(), "You were interrupted") {
			return messages.Say("Going on.")
		}
		return messages.Bash("echo $PPID > pid.txt; exec sleep 600")
	})
	w.launch()
	first := w.report("the agent to work", func(r fm.Report) bool { return r.Prompted && w.fileExists("pid.txt") })
	pid := w.tmux("display-message", "-p", "-t", "w", "#{pane_pid}")
	environ, err := os.ReadFile("/proc/" + pid + "/environ")
	if err != nil || !(mark{task: "456", project: w.project.Root, last: 1}).in(entries(environ)) {
		t.Errorf("the CLI's process does not carry the mark (%v)", err)
	}
	w.sh(w.tree, "kill -KILL "+pid)
	await(t, "the pane to end", func() (string, bool) {
		out, err := w.tryTmux("list-panes", "-a")
		return out, err != nil
	})
	if err := w.claude.Reap(t.Context(), "456", 1); err != nil {
		t.Fatal(err)
	}
	w.launch()
	r := w.report("the resumed turn to end", func(r fm.Report) bool { return r.State == fm.AtWork && w.count("Stop") > 0 || r.Turns > 0 })
	if r.Session != first.Session || r.Session != sessionID(w.project, w.run(), 0) {
		t.Errorf("got session %s after %s", r.Session, first.Session)
	}
	<-prompts
	if resumed := <-prompts; !strings.Contains(resumed.Text(), "You work alone in a git worktree") {
		t.Errorf("the conversation was lost: %s", resumed.Text())
	}
}

func (w *world) fileExists(name string) bool {
	_, err := os.Stat(filepath.Join(w.tree, name))
	return err == nil
}

// An agent that was killed before it took its first prompt leaves a session
// that can neither be resumed nor, perhaps, be started again.
func TestAnAgentThatNeverSpokeCanBeStartedAgain(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Reply{Delay: time.Minute} })
	// The Launch line is there before the pane, so the first kill comes at once.
	for _, sign := range []string{launchEvent, "SessionStart", "UserPromptSubmit"} {
		w.launch()
		await(t, sign, func() (string, bool) { return w.eventText(), w.count(sign) > 0 })
		pid := w.tmux("display-message", "-p", "-t", "w", "#{pane_pid}")
		w.sh(w.tree, "kill -KILL "+pid)
		await(t, "the pane to end", func() (string, bool) {
			out, err := w.tryTmux("list-panes", "-a")
			return out, err != nil
		})
	}
	w.launch()
	w.report("the agent to take its prompt", func(r fm.Report) bool { return r.Prompted })
}

// No question of the CLI may stand between a worker and its work.
func TestWhatAProjectBringsOpensNoDialog(t *testing.T) {
	prompts := make(chan messages.Request, 100)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		prompts <- r
		return messages.Say("Done.")
	})
	outside := filepath.Join(w.home, "outside.md")
	w.sh(w.tree, `echo '{"mcpServers":{"foo":{"command":"/bin/true"}}}' > .mcp.json && echo "WORD-FROM-OUTSIDE" > `+outside+` && echo "@`+outside+`" > CLAUDE.md && git add . && git commit -qm files`)
	w.launch()
	w.report("the agent to take its prompt", func(r fm.Report) bool { return r.Prompted })
	if first := <-prompts; strings.Contains(first.Text()+first.System, "WORD-FROM-OUTSIDE") {
		t.Error("a file from outside the project was imported without anybody's leave")
	}
}

// A question that must not wait is denied, and the agent is told so.
func TestAnAgentIsNeverLeftWaitingForAPerson(t *testing.T) {
	w := newWorld(t, func(r messages.Request) messages.Reply {
		switch r.Step() {
		case 0:
			return messages.Use("AskUserQuestion", map[string]any{"questions": []any{}})
		case 1:
			return messages.Use("Write", map[string]string{"file_path": "/etc/fm-test-must-not-exist", "content": "x"})
		case 2:
			return messages.Bash("touch tried; false")
		}
		return messages.Say("Done.")
	})
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t), AllowedTools: []string{"Bash", "Edit"}})
	w.launch()
	w.report("the turn to end", func(r fm.Report) bool { return r.Turns > 0 })
	if w.count("PermissionRequest") > 0 {
		t.Errorf("a permission was asked for:\n%s", w.eventText())
	}
}

// Escape fires no hook; the CLI's own file tells.
//
// Caught: a report that knows hooks only.
func TestAnInterruptedAgentIsSeenIdle(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Bash("touch began; exec sleep 600") })
	w.launch()
	w.report("the agent to work", func(r fm.Report) bool { return r.State == fm.AtWork && w.fileExists("began") })
	w.tmux("send-keys", "-t", "w", "Escape")
	r := w.report("the agent to be idle", func(r fm.Report) bool { return r.State == fm.AtPrompt })
	if r.Turns != 0 || w.count("Stop") != 0 {
		t.Errorf("a turn ended: %+v\n%s", r, w.eventText())
	}
}

func TestAnAPIErrorEndsATurnWithItsClass(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply {
		return messages.Reply{Status: 400, Type: "invalid_request_error", Error: "Your credit balance is too low to access the Anthropic API."}
	})
	w.launch()
	r := w.report("the turn to fail", func(r fm.Report) bool { return r.Turns > 0 })
	if r.Trouble != "billing_error" {
		t.Errorf("got trouble %q, want billing_error", r.Trouble)
	}
}

func TestSplitAsksOnceAndReadsTheAnswer(t *testing.T) {
	calls := make(chan messages.Request, 10)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		calls <- r
		return messages.Structured(map[string]any{"subissues": []any{part("Add the parser"), part("Use the parser", 1)}})
	})
	got, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse", Body: "Parse ```it```."})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Subissues) != 2 || got.Subissues[1].Title != "Use the parser" || !slices.Equal(got.Subissues[1].DependsOn, []int{1}) {
		t.Errorf("got %+v", got)
	}
	r := <-calls
	if !strings.Contains(r.Prompt(), "````text\nParse ```it```.\n````") {
		t.Errorf("the issue is not fenced: %s", r.Prompt())
	}
	for _, tool := range []string{"Bash", "Edit", "Write"} {
		if r.Offers(tool) {
			t.Errorf("%s is offered: %v", tool, r.Tools)
		}
	}
	if len(calls) > 1 {
		t.Errorf("the model was called %d times more", len(calls))
	}
}

// An issue's text could ask for a file of the user's; the one who splits it
// cannot read it.
//
// Caught: --allowedTools Read, which allows it everywhere.
func TestSplitReadsNothingOutsideTheProject(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	writeFile(t, secret, "SECRET-WORD")
	results := make(chan string, 10)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		if result, ok := r.Result(); ok {
			results <- result.Text
		}
		switch r.Step() {
		case 0:
			return messages.Use("Read", map[string]string{"file_path": secret})
		case 1:
			return messages.Use("Grep", map[string]string{"pattern": "hello", "output_mode": "content"})
		}
		return messages.Structured(map[string]any{"subissues": []any{part("Add the parser"), part("Use the parser", 1)}})
	})
	if _, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse"}); err != nil {
		t.Fatal(err)
	}
	if got := <-results; strings.Contains(got, "SECRET-WORD") {
		t.Errorf("the secret was read: %s", got)
	}
	if got := <-results; !strings.Contains(got, "README.md") {
		t.Errorf("the project cannot be searched: %s", got)
	}
}

func part(title string, deps ...int) map[string]any {
	if deps == nil {
		deps = []int{}
	}
	return map[string]any{
		"title": title, "description": "Do it.", "acceptance_criteria": []string{"It works."}, "technical_context": []string{},
		"estimated_hours": 3, "priority": "high", "paths": []string{"parse.go"}, "depends_on": deps,
	}
}

func TestASplitThatClaudeCannotMakeSaysWhy(t *testing.T) {
	tests := map[string]struct {
		reply   messages.Reply
		refused bool
		says    string
	}{
		"no money":  {messages.Reply{Status: 400, Type: "invalid_request_error", Error: "Your credit balance is too low to access the Anthropic API."}, true, "redit balance"},
		"no split":  {messages.Say("I would rather not."), false, "I would rather not."},
		"forbidden": {messages.Reply{Status: 403, Type: "permission_error", Error: "no"}, true, "log in"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(messages.Request) messages.Reply { return tt.reply })
			_, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse"})
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, fm.ErrRefused) != tt.refused {
				t.Errorf("got %v; want %q, refused %v", err, tt.says, tt.refused)
			}
		})
	}
}

func TestSplitWithoutALoginSaysWhatToDo(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Say("") })
	w.environ = slices.DeleteFunc(w.environ, func(e string) bool { return strings.HasPrefix(e, "ANTHROPIC_API_KEY=") })
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t)})
	_, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse"})
	if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "log in") {
		t.Errorf("got %v, want a refusal that says to log in", err)
	}
}

func TestVersionIsANumber(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Say("") })
	got, err := w.claude.Version(t.Context())
	if err != nil || strings.Count(got, ".") != 2 {
		t.Errorf("got %q, %v", got, err)
	}
}
