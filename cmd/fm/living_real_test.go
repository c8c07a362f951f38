package main

import (
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/supervisor"
)

// TestLivingWithTheRealClaude has the real CLI do what real ones do, each on a
// stage of its own. They mostly wait, so that more of them than there are cores
// may be at it.
func TestLivingWithTheRealClaude(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	defer all.Wait()
	for name, scene := range map[string]func(play){
		"a question reaches a person, and the answer the agent":  questionIsAnswered,
		"a background task is waited for":                        backgroundTaskIsWaitedFor,
		"interrupted by a person it is seen idle and goes on":    interruptedByAPerson,
		"no dialog at the start, whatever the project brings":    startsWithoutADialog,
		"a usage limit is waited for, and then it is woken":      limitIsWaitedFor,
		"trouble with the API is named and waited for":           troubleIsNamedAndWaitedFor,
		"ended in a command it goes on without its orphan":       killedInACommand(syscall.SIGTERM),
		"killed in a command it goes on without its orphan":      killedInACommand(syscall.SIGKILL),
		"a person's session is left alone when the task is done": personIsLeftAlone,
		"what is sent arrives once and whole":                    sentTextArrives,
		"twelve idle sessions cost nothing":                      twelveIdleSessionsCostNothing,
		"the stand-in looks like the real one":                   standInLooksLikeTheRealOne,
	} {
		all.Go(func() { t.Run(name, func(t *testing.T) { scene(play{t}) }) })
	}
}

// play is a test that plays one scene.
type play struct{ *testing.T }

func seconds(n int) fm.Duration { return fm.Duration(time.Duration(n) * time.Second) }

// questionIsAnswered: a permission that the agent asks for waits for a
// person, who sees the question and answers it; meanwhile nobody nudges.
// Caught: a nudge that the CLI took for a yes.
func questionIsAnswered(t play) {
	s := newStage(t, fm.Config{
		Agent:  fm.AgentConfig{PermissionMode: "default", AllowedTools: []string{"Read"}},
		Health: fm.HealthConfig{Idle: tolerated},
	}, func(r messages.Request) messages.Reply {
		if _, ok := r.Result(); !ok && !solved(r) {
			return messages.Bash("touch asked.mark; echo may I")
		}
		return solve(r)
	}, withKey)
	id := s.begin()
	w := s.is(fm.Waiting)
	if w.Question.Kind != fm.AsksPermission || !strings.Contains(w.Question.Text, "touch asked.mark") {
		t.Errorf("got the question %+v, want a permission for the command", w.Question)
	}
	s.worker("the options of the question", 30*time.Second, func(w supervisor.WorkerStatus) bool { return len(w.Question.Options) == 3 })
	if out := s.must("status"); !strings.Contains(out, "Waiting for you on") {
		t.Error("fm status does not show the question")
	}
	if out := s.must("inbox"); !strings.Contains(out, "touch asked.mark") || !strings.Contains(out, "1. Yes") {
		t.Error("fm inbox does not show the question and its options")
	}
	s.outlasts(2 * tolerated) // and it is left alone
	if s.exists(id, "asked.mark") || s.is(fm.Waiting).State == "" {
		t.Error("somebody answered")
	}
	s.must("answer", "worker-1", "--option", "1")
	s.until("the command to be run", 30*time.Second, func() (any, bool) { return s.shown(), s.exists(id, "asked.mark") })
	s.worker("the question about the next command", 30*time.Second, func(w supervisor.WorkerStatus) bool {
		return w.State == string(fm.Waiting) && strings.Contains(w.Question.Text, "git commit") && len(w.Question.Options) > 0
	})
	s.must("inbox") // an answer is to what was shown
	s.must("answer", "worker-1", "--option", "1")
	s.done(id)
	if n := s.toldWhile(id, fm.Waiting); n > 0 {
		t.Errorf("nudged %d times while it waited", n)
	}
}

// backgroundTaskIsWaitedFor: an agent with a command in the background is
// silent for a reason, and wakes itself. Caught: a Stop that was taken for
// the end, whatever still ran.
func backgroundTaskIsWaitedFor(t play) {
	s := newStage(t, fm.Config{Health: fm.HealthConfig{Idle: tolerated}}, func(r messages.Request) messages.Reply {
		switch {
		case strings.Contains(r.Prompt(), "<task-notification>"):
			return solve(r)
		case r.Step() == 0:
			return messages.Background("until test -e go-on.mark; do sleep 0.2; done")
		}
		return messages.Say("I wait for the command.")
	}, withKey)
	id := s.begin()
	s.is(fm.InShell)
	s.outlasts(2 * tolerated)
	s.touch(id, "go-on.mark")
	s.done(id)
	if n := s.toldWhile(id, fm.InShell); n > 0 {
		t.Errorf("nudged %d times while its command ran", n)
	}
}

// interruptedByAPerson: Escape fires no hook: what the CLI writes of itself
// tells that the agent is idle, and it is asked to go on.
func interruptedByAPerson(t play) {
	s := newStage(t, fm.Config{Health: fm.HealthConfig{Start: seconds(15), Idle: seconds(60)}}, func(r messages.Request) messages.Reply {
		if len(r.Messages) > 3 {
			return solve(r)
		}
		return messages.Bash("touch began.mark; exec sleep 600")
	}, withKey)
	id := s.begin()
	s.until("the command to run", time.Minute, func() (any, bool) { return s.status(), s.exists(id, "began.mark") })
	s.is(fm.AtWork)
	s.press("Escape")
	w := s.is(fm.AtPrompt)
	if !strings.Contains(w.Evidence, "idle") {
		t.Errorf("believed for %q, want the session file", w.Evidence)
	}
	s.done(id)
}

// startsWithoutADialog: whatever the project and a mode without checks would
// ask at the first start in a home that never saw the CLI was answered
// before.
func startsWithoutADialog(t play) {
	s := newStage(t, fm.Config{Agent: fm.AgentConfig{PermissionMode: "bypassPermissions"}}, solve, withKey, "IS_SANDBOX=1")
	s.sh(`echo '{"mcpServers":{"foo":{"command":"/bin/true"}}}' > .mcp.json && echo outside > ../home/outside.md && echo "@$PWD/../home/outside.md" > CLAUDE.md &&
		git add .mcp.json CLAUDE.md && git -c user.name=t -c user.email=t@localhost commit -qm files && git push -q origin HEAD:main`)
	s.must("trust") // of .mcp.json: fm tells the CLI to trust the folder
	s.done(s.begin())
}
