package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/supervisor"
)

// realSessions bounds how many tests have a real CLI at once: it is the machine
// that is slow then, and not fm.
var (
	realSessions = make(chan struct{}, 4)
	takesSome    sync.Mutex // who takes several, so that two do not wait for each other
)

// takeSessions waits for so many. They are given back by the call of what it
// returns, or when the test ends: agents that only sit there slow nobody down.
func takeSessions(tb testing.TB, n int) (giveBack func()) {
	tb.Helper()
	takesSome.Lock()
	defer takesSome.Unlock()
	for range n {
		realSessions <- struct{}{}
	}
	giveBack = sync.OnceFunc(func() {
		for range n {
			<-realSessions
		}
	})
	tb.Cleanup(giveBack)
	return giveBack
}

// A stage is a project with a worker, the real CLI and a model that follows a
// script. The subissues are there already, so that nothing is split.
type stage struct {
	*bench
	api *messages.Server

	mu    sync.Mutex
	heard []string // what the user said, in the order in which the model first saw it
	last  string   // the whole conversation at the last request
}

const (
	withKey          = "ANTHROPIC_API_KEY=dummy-key-for-a-scripted-api-0123456789"
	withSubscription = "CLAUDE_CODE_OAUTH_TOKEN=sk-ant-oat01-a-dummy-for-a-scripted-api"
)

// newStage makes the project and its API; nothing runs in it yet.
func newStage(tb testing.TB, config fm.Config, script func(messages.Request) messages.Reply, environ ...string) *stage {
	tb.Helper()
	takeSessions(tb, 1)
	return newScene(tb, config, script, environ...)
}

// newScene is [newStage] for who counts the sessions itself.
func newScene(tb testing.TB, config fm.Config, script func(messages.Request) messages.Reply, environ ...string) *stage {
	tb.Helper()
	s := &stage{}
	api, err := messages.Start(func(r messages.Request) messages.Reply {
		s.hear(r)
		return script(r)
	})
	if err != nil {
		tb.Fatal(err)
	}
	s.api = api
	if config.Agent.Command == "" {
		config.Agent.Command = realClaude(tb)
	}
	s.bench = newBench(tb, config, append([]string{
		"ANTHROPIC_BASE_URL=" + api.URL, "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1", "DISABLE_ERROR_REPORTING=1",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost",
	}, environ...)...)
	// What a script leaves for the test to see is none of the agent's work.
	s.sh("echo '*.mark' >> .git/info/exclude")
	tb.Cleanup(func() {
		if s.Failed() {
			s.confess()
		}
		_ = s.api.Close() // one that the test closed and opened again, too
	})
	return s
}

// confess shows what a test that failed ended with.
func (s *stage) confess() {
	for w := range s.status().Workers {
		text, err := s.command("capture-pane", "-p", "-t", fmt.Sprintf("=worker-%d:", w+1)).CombinedOutput()
		s.Logf("worker-%d shows (%v):\n%s", w+1, err, text)
	}
	journals, _ := filepath.Glob(s.project.File("journal/*")) // the pattern is good
	for _, path := range journals {
		text, _ := os.ReadFile(path)
		s.Logf("%s:\n%s", path, text)
	}
	s.Logf("the model heard: %.3000q", s.said())
}

// hear remembers what is new in what the user said.
func (s *stage) hear(r messages.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.Offers("Bash") {
		return // a title, or another thing that the CLI asks for itself
	}
	s.last = r.Text()
	if len(s.heard) == 0 || s.heard[len(s.heard)-1] != r.Prompt() {
		s.heard = append(s.heard, r.Prompt())
	}
}

// conversation is all that was said, as the model last saw it.
func (s *stage) conversation() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *stage) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.heard...)
}

// times counts how often the model heard of something.
func (s *stage) times(word string) int {
	n := 0
	for _, text := range s.said() {
		n += strings.Count(text, word)
	}
	return n
}

// parts adds an issue with so many subissues, each after the one before.
func (s *stage) parts(n int) (parent fm.IssueID, parts []fm.TaskID) {
	s.Helper()
	tracker := local.NewTracker(s.project.Issues())
	parent = s.issue("Living", "In parts.")
	var before []fm.IssueID
	for i := range n {
		title := fmt.Sprintf("Write part-%d", i+1)
		part, err := tracker.Create(s.Context(), parent, fmt.Sprint("key-", parent, "-", i), fm.Subissue{
			Title: title, Description: title + ".", Criteria: []string{"it is there"}, Hours: 1, Priority: "normal",
		}, before)
		if err != nil {
			s.Fatal(err)
		}
		before = []fm.IssueID{part.ID}
		parts = append(parts, fm.TaskID(part.ID))
	}
	return parent, parts
}

// begin has worker-1 do the first of two parts.
func (s *stage) begin() fm.TaskID {
	s.Helper()
	parent, parts := s.parts(2)
	s.must("work", string(parent), "--workers", "1")
	return parts[0]
}

// worker waits until worker-1 is as wanted.
func (s *stage) worker(what string, limit time.Duration, ok func(supervisor.WorkerStatus) bool) supervisor.WorkerStatus {
	s.Helper()
	var w supervisor.WorkerStatus
	s.until(what, limit, func() (any, bool) {
		st := s.status()
		if len(st.Workers) == 0 {
			return st, false
		}
		w = st.Workers[0]
		return st, ok(w)
	})
	return w
}

func (s *stage) is(state fm.AgentState) supervisor.WorkerStatus {
	s.Helper()
	return s.worker("worker-1 to be "+string(state), time.Minute, func(w supervisor.WorkerStatus) bool { return w.State == string(state) })
}

// task gives what the queue says of a task.
func (s *stage) task(id fm.TaskID) fm.Task {
	s.Helper()
	for _, t := range s.tasks() {
		if t.ID == id {
			return t
		}
	}
	s.Fatalf("no task %s", id)
	return fm.Task{}
}

// done waits until a task is merged, and checks that it took one attempt.
func (s *stage) done(id fm.TaskID) {
	s.Helper()
	var t fm.Task
	s.until("the merge of "+string(id), time.Minute, func() (any, bool) {
		t = s.task(id)
		return t, t.Status == fm.Merged
	})
	if t.Attempt != 1 || t.Failures != 0 {
		s.Errorf("task %s: got attempt %d, failures %d, want 1 and 0", id, t.Attempt, t.Failures)
	}
}

// press presses keys in the pane of worker-1, as who sits there does.
func (s *stage) press(keys ...string) {
	s.Helper()
	s.tmux(append([]string{"send-keys", "-t", "=worker-1:"}, keys...)...)
}

// command asks fm's tmux server as a person's own tmux would.
func (s *stage) command(args ...string) *exec.Cmd {
	socket := filepath.Join(s.dir, fmt.Sprintf("tmux-%d", s.uid()), s.project.Socket())
	cmd := exec.Command("tmux", append([]string{"-S", socket}, args...)...)
	cmd.Env = s.environ
	return cmd
}

func (s *stage) tmux(args ...string) string {
	s.Helper()
	out, err := s.command(args...).CombinedOutput()
	if err != nil {
		s.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// shown is what the pane of worker-1 shows.
func (s *stage) shown() string {
	s.Helper()
	return s.tmux("capture-pane", "-p", "-t", "=worker-1:")
}

// tree is the worktree of a task.
func (s *stage) tree(id fm.TaskID) string {
	return filepath.Join(s.project.Root, ".worktrees", "issue-"+string(id))
}

// solve is what the model does when it works: all in one command, and a word.
func solve(r messages.Request) messages.Reply {
	result, ok := r.Result()
	if ok && strings.Contains(result.Text, "part is written") {
		return messages.Say("Done.")
	}
	return messages.Bash(`name=part-$FM_TASK && echo "what $name is about" > $name.txt && git add $name.txt && git commit -q -m "Write $name" && ` +
		`printf '# Completion Status\n**Status:** SUCCESS\n**Finished:** 2026-11-20T12:00:00Z\n\n## Summary\nWrote it.\n\n## Files Changed\n- a file\n\n## Verification\n- [x] looked\n\n## PR\nSkipped\n' > COMPLETION.md && echo part is written`)
}

// solved says whether the model's work on the task is over, as far as the
// conversation goes.
func solved(r messages.Request) bool {
	return strings.Contains(r.Text(), "part is written")
}

func (s *stage) exists(id fm.TaskID, name string) bool {
	_, err := os.Stat(filepath.Join(s.tree(id), name))
	return err == nil
}

func (s *stage) touch(id fm.TaskID, name string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.tree(id), name), nil, 0o644); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) sh(script string) {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), "/bin/sh", "-c", script)
	cmd.Dir, cmd.Env = s.project.Root, s.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("%s: %v\n%s", script, err, out)
	}
}
