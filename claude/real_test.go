package claude

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

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
		w.t.Error("the agent sees a token of a tracker")
	}
	if strings.Contains(env, "IS_SANDBOX") {
		w.t.Error("the agent is told that it runs in a sandbox")
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
	const request = 750 // millionths of a dollar; see the package messages
	first := w.report("the agent to work", func(r fm.Report) bool { return r.Prompted && w.fileExists("pid.txt") && r.Spent.Cost == request })
	// The CLI writes the conversation down a moment after it began.
	await(t, "the prompt in the transcript", func() (string, bool) { return w.eventText(), w.claude.transcript(first.Session) == spoken })
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
	w.report("the costs of both its lives", func(r fm.Report) bool { return r.Spent.Cost == fm.USD(request*w.answers.Load()) })
	<-prompts
	if resumed := <-prompts; !strings.Contains(resumed.Text(), "You work alone in a git worktree") {
		t.Errorf("the conversation was lost: %s", resumed.Text())
	}
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

// The pull request of the first attempt has a check that fails: the second one
// mends it in the same conversation, and after a crash goes on with it.
//
// Caught: a new conversation; one whose costs were counted twice.
func TestASecondAttemptMendsInTheSameConversation(t *testing.T) {
	const request, tokens = 750, 110 // of each: millionths of a dollar; see the package messages
	prompts := make(chan messages.Request, 100)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		switch {
		case r.Step() > 0:
			return messages.Say("Done.")
		case strings.Contains(r.Prompt(), "This is attempt 2"):
			prompts <- r
			return messages.Bash("echo $PPID > pid.txt; exec sleep 600")
		case strings.Contains(r.Prompt(), "You were interrupted"):
			prompts <- r
		}
		return messages.Bash("printf '# Completion Status\n\n**Status:** SUCCESS\n\n## Summary\nGreeted.\n' > COMPLETION.md")
	})
	w.launch()
	first := w.report("the first attempt to end", func(r fm.Report) bool {
		return r.Turns > 0 && r.Completed && r.Spent.Cost == fm.USD(request*w.answers.Load()) && r.Spent.Tokens == tokens*w.answers.Load()
	})
	w.end("TERM") // the CLI remembers what it cost
	w.again = fm.Brief{Task: fm.Task{Attempt: 2}, Resume: w.run(), Feedback: "The check Lint has failed."}
	w.launch()
	all := func(r fm.Report) bool { return first.Spent.Cost+r.Spent.Cost == fm.USD(request*w.answers.Load()) }
	w.report("the second attempt to work", func(r fm.Report) bool { return r.Prompted && w.fileExists("pid.txt") && all(r) })
	if mend := <-prompts; !strings.Contains(mend.Text(), "You work alone in a git worktree") {
		t.Errorf("the conversation of the first attempt was lost: %s", mend.Text())
	}
	if text := w.sh(w.tree, "cat TASK.md"); !strings.Contains(text, "The check Lint has failed.") {
		t.Errorf("TASK.md does not say what to mend:\n%s", text)
	}
	w.end("KILL")
	w.launch()
	r := w.report("the second attempt to end", func(r fm.Report) bool { return r.Turns > 0 && r.Completed })
	if r.Session != first.Session {
		t.Errorf("got session %s after %s", r.Session, first.Session)
	}
	if again := <-prompts; !strings.Contains(again.Text(), "This is attempt 2") || !strings.Contains(again.Text(), "You work alone in a git worktree") {
		t.Errorf("the conversation was lost: %s", again.Text())
	}
	w.report("the costs and the tokens of both attempts", func(r fm.Report) bool {
		return all(r) && first.Spent.Tokens+r.Spent.Tokens == tokens*w.answers.Load()
	})
}

// end ends the agent with a signal, and all that it left.
func (w *world) end(signal string) {
	w.t.Helper()
	w.sh(w.tree, "kill -"+signal+" "+w.tmux("display-message", "-p", "-t", "w", "#{pane_pid}"))
	await(w.t, "the pane to end", func() (string, bool) {
		out, err := w.tryTmux("list-panes", "-a")
		return out, err != nil
	})
	if err := w.claude.Reap(w.t.Context(), "456", w.run().Attempt); err != nil {
		w.t.Fatal(err)
	}
}
