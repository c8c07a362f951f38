package scripted

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the agent.
func TestMain(m *testing.M) {
	if os.Getenv("FM_TEST_AGENT") == "" {
		os.Exit(m.Run())
	}
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	os.Exit(Main(context.Background(), os.Args[1:], Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Dir: dir,
	}))
}

const (
	sessionA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	prompt   = "/work-on-subissue 456"
)

// bench is a worktree with an agent's surroundings.
type bench struct {
	t        *testing.T
	dir      string // the worktree, a git repository
	config   string // CLAUDE_CONFIG_DIR
	events   string // what the hooks were told, a line each
	settings string
	env      []string
}

// newBench makes hooks record what they are told. A scenario "" is none.
func newBench(t *testing.T, scenario string) *bench {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		t: t, dir: filepath.Join(top, "repo.git", "issue-456"),
		config: filepath.Join(top, "config"), events: filepath.Join(top, "events"), settings: filepath.Join(top, "settings.json"),
	}
	// A program with the race detector sleeps for a second before it exits.
	// The tests may themselves run below an agent, whose marks must not reach ours.
	b.env = []string{
		"FM_TEST_AGENT=1", "GORACE=atexit_sleep_ms=0", "CLAUDE_CONFIG_DIR=" + b.config,
		"FM_TASK=", "FM_ATTEMPT=", "CLAUDE_CODE_CHILD_SESSION=",
	}
	file := ""
	if scenario != "" {
		file = filepath.Join(top, "scenario.json")
		b.file(file, scenario)
	}
	b.env = append(b.env, "FM_SCENARIO="+file)
	b.hooks("")
	b.file(filepath.Join(b.dir, "ISSUE.json"), `{"id":"456","title":"Add the thing","parent":{"title":"All things"}}`)
	b.git("init", "-q", "-b", "main")
	b.git("config", "user.name", "Test")
	b.git("config", "user.email", "test@localhost")
	b.git("commit", "-q", "--allow-empty", "-m", "start")
	return b
}

// hooks sets the settings: every event is recorded, and stop is run as well
// at Stop.
func (b *bench) hooks(stop string) {
	b.t.Helper()
	record := map[string]any{"type": "command", "command": "{ cat; echo; } >>'" + b.events + "'", "timeout": 5}
	hooks := map[string]any{}
	for _, event := range []string{
		"SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolUseFailure",
		"PermissionRequest", "Notification", "Stop", "StopFailure", "SessionEnd",
	} {
		commands := []any{record}
		if event == "Stop" && stop != "" {
			commands = append(commands, map[string]any{"type": "command", "command": stop})
		}
		hooks[event] = []any{map[string]any{"hooks": commands}}
	}
	text, err := json.Marshal(map[string]any{"hooks": hooks, "statusLine": map[string]any{
		"type": "command", "command": "cat >'" + b.events + ".cost'; echo status",
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.file(b.settings, string(text))
}

func (b *bench) file(path, text string) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) git(args ...string) string {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), "git", args...)
	cmd.Dir = b.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// read gives a file of the worktree, "" when there is none.
func (b *bench) read(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
	return string(text)
}

// result is how an agent without a terminal ended.
type result struct {
	code        int
	out, errout string
}

// agent runs the agent without a terminal until it ends, on stdin.
func (b *bench) agent(stdin string, args ...string) result {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), os.Args[0], args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), b.env...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Stdin = strings.NewReader(stdin)
	var out, errout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errout
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		b.t.Fatal(err)
	}
	code := cmd.ProcessState.ExitCode()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return result{code, out.String(), errout.String()}
}

// work runs the agent on the task, in session A.
func (b *bench) work() result {
	b.t.Helper()
	return b.agent("", "--session-id", sessionA, "--settings", b.settings, "--", prompt)
}

// told lists what the hooks were told, in order.
func (b *bench) told() []map[string]any {
	b.t.Helper()
	text, err := os.ReadFile(b.events)
	if err != nil && !os.IsNotExist(err) {
		b.t.Fatal(err)
	}
	var all []map[string]any
	for line := range bytes.Lines(text) {
		var payload map[string]any
		if json.Unmarshal(line, &payload) == nil { // the last line may be half there
			all = append(all, payload)
		}
	}
	return all
}

// names gives the events, with what tells them apart.
func (b *bench) names() string {
	b.t.Helper()
	var names []string
	for _, p := range b.told() {
		name, _ := p["hook_event_name"].(string)
		if name == "PostToolUseFailure" {
			delete(p, "error") // a whole text
		}
		for _, detail := range []string{"source", "tool_name", "reason", "error", "notification_type"} {
			if s, ok := p[detail].(string); ok {
				name += ":" + s
			}
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// last gives the payload of the last such event.
func (b *bench) last(event string) map[string]any {
	b.t.Helper()
	var found map[string]any
	for _, p := range b.told() {
		if p["hook_event_name"] == event {
			found = p
		}
	}
	if found == nil {
		b.t.Fatalf("no %s among: %s", event, b.names())
	}
	return found
}

func (b *bench) transcript() string {
	return filepath.Join(b.config, "projects", strings.NewReplacer("/", "-", ".", "-").Replace(b.dir), sessionA+".jsonl")
}

// eventually waits for a state; it prints the last one that it saw.
func (b *bench) eventually(what string, look func() (seen string, ok bool)) {
	b.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		seen, ok := look()
		if ok {
			return
		}
		select {
		case <-deadline:
			b.t.Fatalf("no %s; last seen:\n%s", what, seen)
		case <-tick.C:
		}
	}
}

// pane is an agent in a tmux pane of its own.
type pane struct {
	*bench
	socket string
	code   string // the file that the exit code goes to
}

// open starts the agent in a pane and waits until it has started.
func (b *bench) open(args ...string) *pane {
	b.t.Helper()
	dir, err := os.MkdirTemp("", "fm")
	if err != nil {
		b.t.Fatal(err)
	}
	p := &pane{bench: b, socket: filepath.Join(dir, "s"), code: filepath.Join(dir, "code")}
	b.t.Cleanup(p.close)
	words := []string{"new-session", "-d", "-s", "w", "-x", "160", "-y", "45", "-c", b.dir, "--", "env", "FM_TEST_CODE=" + p.code}
	words = append(words, b.env...)
	// The shell outlives the signals that are meant for the agent.
	words = append(words, "/bin/sh", "-c",
		`trap : HUP INT TERM; "$@"; echo $? >"$FM_TEST_CODE.new"; mv "$FM_TEST_CODE.new" "$FM_TEST_CODE"`,
		"sh", os.Args[0], "--settings", b.settings)
	p.tmux(append(words, args...)...)
	return p
}

// close ends the agent, in order, and then the server.
func (p *pane) close() {
	if _, err := os.Stat(p.code); err != nil {
		if pid := p.live().PID; pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGTERM) // it may be gone
		}
		p.exit()
	}
	cmd := exec.Command("tmux", "-S", p.socket, "kill-server")
	_ = cmd.Run() // it goes with its last session
	_ = os.RemoveAll(filepath.Dir(p.socket))
}

// screen is what the pane shows; "" once it is gone.
func (p *pane) screen() string {
	cmd := exec.CommandContext(context.WithoutCancel(p.t.Context()), "tmux", "-S", p.socket, "capture-pane", "-p", "-t", "w")
	cmd.WaitDelay = 5 * time.Second
	out, _ := cmd.Output() // it fails when the pane is gone
	return string(out)
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "tmux", append([]string{"-S", p.socket, "-f", "/dev/null"}, args...)...)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// paste pastes a text as fm does, and presses Enter.
func (p *pane) paste(text string) {
	p.t.Helper()
	file := p.socket + ".paste"
	p.file(file, text)
	p.tmux("load-buffer", file, ";", "paste-buffer", "-p", "-d", "-t", "w", ";", "send-keys", "-t", "w", "Enter")
}

// until waits for the events so far to be these.
func (p *pane) until(want string) {
	p.t.Helper()
	p.eventually(want, func() (string, bool) {
		seen := p.names()
		return seen, seen == want
	})
}

// live reads the state file of the agent; the zero value when there is none.
func (b *bench) live() (state struct {
	PID        int    `json:"pid"`
	SessionID  string `json:"sessionId"`
	Status     string `json:"status"`
	WaitingFor string `json:"waitingFor"`
	ProcStart  string `json:"procStart"`
},
) {
	b.t.Helper()
	files, err := filepath.Glob(filepath.Join(b.config, "sessions", "*.json"))
	if err != nil || len(files) == 0 {
		return state
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return state // removed meanwhile
	}
	if err := json.Unmarshal(text, &state); err != nil {
		b.t.Fatalf("%s: %v\n%s", files[0], err, text)
	}
	if got, want := filepath.Base(files[0]), strconv.Itoa(state.PID)+".json"; got != want {
		b.t.Fatalf("got state file %s, want %s", got, want)
	}
	return state
}

// status waits for the live state.
func (p *pane) status(want string) int {
	p.t.Helper()
	pid := 0
	p.eventually("status "+want, func() (string, bool) {
		l := p.live()
		pid = l.PID
		seen := strings.TrimSpace(l.Status + " " + l.WaitingFor)
		return seen, seen == want
	})
	return pid
}

// exit waits for the agent's exit code.
func (p *pane) exit() int {
	p.t.Helper()
	code := -1
	p.eventually("exit code", func() (string, bool) {
		text, err := os.ReadFile(p.code)
		if err != nil {
			return p.screen(), false
		}
		code, err = strconv.Atoi(strings.TrimSpace(string(text)))
		return string(text), err == nil
	})
	return code
}
