package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/supervisor"
)

// A listening is a stage on which an agent sits at its prompt and no supervisor
// runs: what happens to it is what is said to it.
type listening struct {
	*stage
	run fm.Run
}

// echo is a model that does what a message names.
func echo(r messages.Request) messages.Reply {
	if r.Step() > 0 {
		return messages.Say("Done.")
	}
	switch said := r.Prompt(); {
	case strings.Contains(said, "WORK FOR LONG"):
		return messages.Bash("while ! test -e over.mark; do sleep 0.1; done")
	case strings.Contains(said, "TOUCH"):
		return messages.Bash("touch touched.mark")
	case strings.Contains(said, "QUIZ"):
		return messages.Use("AskUserQuestion", map[string]any{"questions": []any{map[string]any{
			"question": "Which database?", "header": "Database", "multiSelect": false, "options": []any{
				map[string]any{"label": "SQLite", "description": "a file"}, map[string]any{"label": "Postgres", "description": "a server"},
			},
		}}})
	}
	return messages.Say("Heard.")
}

func newListening(t *testing.T) *listening {
	t.Helper()
	l := &listening{run: fm.Run{Task: "456", Attempt: 1}}
	// Every command but this one asks for leave.
	l.stage = newStage(t, fm.Config{}, echo, withKey)
	if err := os.MkdirAll(l.tree("456"), 0o755); err != nil {
		t.Fatal(err)
	}
	agent, terminal := l.agent(), l.terminal()
	if err := agent.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	cmd, err := agent.Launch(t.Context(), fm.Brief{Task: fm.Task{ID: "456", Attempt: 1, Worker: 1}, Dir: l.tree("456"), Base: "main"})
	if err != nil {
		t.Fatal(err)
	}
	// fm denies the tool that asks; here it is to be answered.
	launcher := cmd.Argv[len(cmd.Argv)-1]
	text, err := os.ReadFile(launcher)
	if err == nil {
		err = os.WriteFile(launcher, []byte(strings.Replace(string(text), "AskUserQuestion,", "", 1)), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := terminal.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := terminal.Start(t.Context(), 1, l.run, cmd); err != nil {
		t.Fatal(err)
	}
	l.reported("the first turn to end", func(r fm.Report) bool { return r.State == fm.AtPrompt && r.Turns > 0 })
	return l
}

func (l *listening) agent() *claude.Claude {
	l.Helper()
	c := fm.Config{Agent: fm.AgentConfig{Command: realClaude(l.TB), PermissionMode: "default", AllowedTools: []string{"Read", "Bash(while:*)"}}}
	agent, err := claude.New(claude.Options{
		Project: l.project, Config: c.WithDefaults().Agent, Self: filepath.Join(binary, "fm"), Home: filepath.Join(l.dir, "home"), Environ: l.environ,
	})
	if err != nil {
		l.Fatal(err)
	}
	return agent
}

// speaker is another one at each call, as another process has it.
func (l *listening) speaker() supervisor.Speaker {
	l.Helper()
	return supervisor.Speaker{Terminal: l.terminal(), Agent: l.agent(), Dir: l.tree("456")}
}

func (l *listening) say(text string) {
	l.Helper()
	if err := l.speaker().Say(l.Context(), 1, l.run, text); err != nil {
		l.Fatalf("say %.40q: %v\n%s", text, err, l.shown())
	}
}

func (l *listening) answer(a supervisor.Answer) {
	l.Helper()
	if _, err := l.speaker().Answer(l.Context(), 1, l.run, a); err != nil {
		l.Fatalf("answer %.40v: %v\n%s", a, err, l.shown())
	}
}

func (l *listening) reported(what string, ok func(fm.Report) bool) {
	l.Helper()
	agent := l.agent()
	l.until(what, time.Minute, func() (any, bool) {
		r, err := agent.Report(l.Context(), l.run, l.tree("456"))
		return fmt.Sprintf("%+v, %v\n%s", r, err, l.shown()), err == nil && ok(r)
	})
}

func (l *listening) idle() {
	l.Helper()
	l.reported("the agent to be idle", func(r fm.Report) bool { return r.State == fm.AtPrompt })
}

func (l *listening) screen(what string, ok func(fm.Screen) bool) {
	l.Helper()
	agent := l.agent()
	l.until(what, time.Minute, func() (any, bool) {
		shown := l.shown()
		return shown, ok(agent.Screen(shown))
	})
}

func (l *listening) draft(text string) {
	l.Helper()
	l.screen("the box to hold "+text, func(s fm.Screen) bool { return s.Prompt && s.Draft == text })
}

// once checks that the model was told a text, whole, in one message.
func (l *listening) once(text string) {
	l.Helper()
	l.until("the model to hear it", time.Minute, func() (any, bool) { return l.said(), strings.Contains(l.conversation(), text) })
	if n := strings.Count(l.conversation(), text); n != 1 {
		l.Errorf("the model heard %.40q %d times", text, n)
	}
}

// What is said to the real CLI is taken as one message, whatever it does, and
// whatever a person has begun to type there.
// Caught: no C-s; Enter pressed before the paste; the person's line that came
// back taken for ours.
func TestRealClaudeHearsWhatIsSaid(t *testing.T) {
	t.Parallel()
	l := newListening(t)
	long := func(mark string) string { return mark + strings.Repeat(" word after\nword", 640) + " end of " + mark }

	l.say("MARK-A, a word")
	l.once("MARK-A, a word")
	l.idle()
	l.say(long("MARK-B"))
	l.once(long("MARK-B"))
	l.idle()

	const line = "half a sentence of a person"
	l.press("-l", line)
	l.draft(line)
	l.say("MARK-C, over a draft")
	l.once("MARK-C, over a draft")
	l.idle()
	l.draft(line)
	l.say(long("MARK-D"))
	l.once(long("MARK-D"))
	l.draft(line)

	l.say("WORK FOR LONG")
	l.reported("the agent to work", func(r fm.Report) bool { return r.State == fm.AtWork })
	l.draft(line)
	l.say("MARK-E, while it works")
	l.say(long("MARK-F"))
	l.draft(line)
	l.press("C-u")
	l.draft("")
	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() {
			if err := l.speaker().Say(t.Context(), 1, l.run, long(fmt.Sprint("MARK-G", i))); err != nil {
				t.Errorf("one of two: %v", err)
			}
		})
	}
	both.Wait()
	l.touch("456", "over.mark")
	for _, text := range []string{"MARK-E, while it works", long("MARK-F"), long("MARK-G0"), long("MARK-G1")} {
		l.once(text)
	}
	if strings.Contains(l.conversation(), line) {
		t.Error("the person's line was sent")
	}
}

// What the real CLI asks is never answered by what is said to it, and always by
// an answer.
// Caught: a nudge that took a dialog's default; a text that went into the
// dialog before its field had the cursor.
func TestRealClaudeIsAnswered(t *testing.T) {
	t.Parallel()
	l := newListening(t)
	asked := func(kind fm.QuestionKind) {
		l.Helper()
		l.screen("the question", func(s fm.Screen) bool { return s.Dialog.Kind == kind })
		l.reported("the agent to wait", func(r fm.Report) bool { return r.State == fm.Waiting })
	}
	refused := func(err error, why string) {
		l.Helper()
		if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), why) {
			t.Errorf("got %v, want %q", err, why)
		}
	}
	answered := func(option int) error {
		_, err := l.speaker().Answer(t.Context(), 1, l.run, supervisor.Answer{Option: option})
		return err
	}
	refused(answered(1), "worker-1 asks nothing")

	l.say("TOUCH a file")
	asked(fm.AsksPermission)
	refused(l.speaker().Say(t.Context(), 1, l.run, "go on"), "a permission dialog is open: Bash command: touch touched.mark")
	refused(answered(7), "option 7 of")
	asked(fm.AsksPermission)
	l.answer(supervisor.Answer{Text: "MARK-NO, leave the file alone"})
	l.once("MARK-NO, leave the file alone")
	if l.exists("456", "touched.mark") {
		t.Error("the command was run")
	}
	l.idle()
	l.say("Say something.") // ends what the model takes for the turn that was declined
	l.idle()
	l.say("TOUCH it now")
	asked(fm.AsksPermission)
	l.answer(supervisor.Answer{Option: 1})
	l.until("the command to be run", time.Minute, func() (any, bool) { return l.shown(), l.exists("456", "touched.mark") })
	l.idle()

	l.say("QUIZ me")
	asked(fm.AsksQuestion)
	l.answer(supervisor.Answer{Option: 2})
	l.once(`"Which database?"="Postgres"`)
	l.idle()
	answer := "MySQL, because" + strings.Repeat(" of many\nreasons", 640) + "."
	l.press("-l", "half a line")
	l.draft("half a line")
	l.say("QUIZ me again")
	asked(fm.AsksQuestion)
	l.answer(supervisor.Answer{Text: answer})
	l.once(answer)
	l.draft("half a line")
}
