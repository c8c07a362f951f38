package scripted

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// turn is what one prompt sets off. Its goroutine owns it.
type turn struct {
	s        *session
	root     *os.Root
	promptID string
	last     string // the agent's last message
	answered bool   // something was said or done
	added    int    // lines
	removed  int
}

// blockCap is how often in a row the Stop hooks may refuse.
const blockCap = 9

// prompt takes a prompt and sees its turn through.
func (s *session) prompt(ctx, work context.Context, prompt string) exitCode {
	if prompt == "/exit" {
		return s.leave(work, 0, "prompt_input_exit")
	}
	if name, args, ok := slashCommand(prompt); ok && !s.knows(name) {
		s.screen.line("", fmt.Sprintf("● Unknown command: /%s\n● Args from unknown skill: %s", fm.Line(name, 60), fm.Line(args, 60)))
		return staying
	}
	turnCtx, cancel := context.WithCancelCause(work)
	defer cancel(nil)
	done := make(chan exitCode, 1)
	t := &turn{s: s, promptID: newID()}
	go func() { done <- t.run(turnCtx, prompt) }()
	var open *question
	for {
		s.screen.box(&s.editor, s.inbox.list())
		select {
		case code := <-done:
			if !t.answered && errors.Is(context.Cause(turnCtx), errInterrupted) {
				s.editor.set(prompt) // nothing came of it: it may be put better
			}
			return code
		case q := <-s.asking:
			open = &q
			s.screen.ask(open.shown(s.screen.width()))
		case told := <-s.jobs.ended:
			s.inbox.add(told)
		case k, more := <-s.keys:
			switch {
			case !more:
				s.inputEnded()
			case s.numb.Load():
			case open == nil:
				s.whileBusy(k, cancel)
			default:
				open = s.answer(open, k)
			}
		case number := <-s.signals:
			if code := s.signalledAtWork(work, number, cancel, done); code != staying {
				return code
			}
		case <-ctx.Done():
			return s.signalledAtWork(work, s.lastSignal(), cancel, done)
		}
	}
}

// answer gives a key to a dialog, and returns it if it stays open.
func (s *session) answer(q *question, k key) *question {
	c, ok := q.press(k)
	if !ok {
		s.screen.ask(q.shown(s.screen.width()))
		return q
	}
	s.screen.ask(nil)
	q.reply <- c
	return nil
}

func (s *session) whileBusy(k key, cancel context.CancelCauseFunc) {
	if k.kind == escape || k.kind == interrupt {
		cancel(errInterrupted)
		return
	}
	s.write(k)
}

func (s *session) signalledAtWork(ctx context.Context, number os.Signal, cancel context.CancelCauseFunc, done <-chan exitCode) exitCode {
	if number == syscall.SIGHUP && s.deaf.Load() {
		return staying
	}
	cancel(errSignalled)
	<-done // it ends at once: every action heeds its context
	return s.signalled(ctx, number)
}

// run does what the scenario says until the Stop hooks let it stop.
func (t *turn) run(ctx context.Context, prompt string) exitCode {
	s := t.s
	root, err := os.OpenRoot(s.env.Dir)
	if err != nil {
		s.screen.line(red, "● "+err.Error())
		return 1
	}
	defer func() { _ = root.Close() }() // nothing was written through it
	t.root = root
	started := time.Now()
	s.screen.line(bold, "❯ "+prompt)
	s.screen.begin()
	s.store.show("busy", "")
	if v := s.fire(ctx, "UserPromptSubmit", "", fields{"prompt": prompt, "prompt_id": t.promptID}); v.blocked {
		s.screen.dim("UserPromptSubmit operation blocked by hook: " + v.reason)
		s.rest()
		return staying
	}
	if s.store.first == "" {
		s.store.first = prompt
	}
	s.store.add(entry{Type: "user", Message: map[string]any{"role": "user", "content": prompt}})
	s.takeTask(prompt)
	code := t.toStop(ctx)
	s.store.add(entry{Type: "system", Subtype: "turn_duration", Duration: time.Since(started).Milliseconds()})
	s.showStatusLine(context.WithoutCancel(ctx), t)
	if code == staying {
		s.screen.line(faint, fmt.Sprintf("✻ Worked for %ds\n", int(time.Since(started).Seconds())))
		s.rest()
	}
	return code
}

// rest tells that no turn runs any more.
func (s *session) rest() {
	if len(s.jobs.running()) > 0 {
		s.store.show("shell", "")
		return
	}
	s.store.show("idle", "")
}

// toStop plays scripted turns until one is allowed to end.
func (t *turn) toStop(ctx context.Context) exitCode {
	if words := t.s.limited(); words != "" {
		t.refused(ctx, &apiError{kind: "rate_limit", message: words, menu: true})
		return staying
	}
	for n := 0; ; n++ {
		err := t.play(ctx)
		if ctx.Err() != nil || errors.Is(err, errInterrupted) {
			return t.cutShort(ctx, n)
		}
		if end, ok := errors.AsType[*crashError](err); ok {
			return exitCode(end.code)
		}
		if failure, ok := errors.AsType[*apiError](err); ok {
			t.s.store.add(entry{Type: "system", Subtype: turnEnded})
			t.refused(ctx, failure)
			return staying
		}
		v := t.stop(ctx, n)
		t.s.store.add(entry{Type: "system", Subtype: turnEnded})
		if !v.blocked {
			return staying
		}
		if n+1 == blockCap {
			t.s.screen.line(red, fmt.Sprintf("A hook blocked the turn from ending %d consecutive times — overriding", blockCap))
			return staying
		}
		t.s.screen.dim("Stop hook feedback: " + v.reason)
		t.s.store.add(entry{Type: "user", Message: map[string]any{"role": "user", "content": "Stop hook feedback:\n" + v.reason}})
	}
}

func (t *turn) stop(ctx context.Context, refused int) verdict {
	return t.s.fire(ctx, "Stop", "", fields{
		"prompt_id": t.promptID, "stop_hook_active": refused > 0, "last_assistant_message": t.last,
		"background_tasks": t.s.jobs.running(), "session_crons": []any{},
	})
}

// cutShort ends a turn that a person or a signal interrupted. Escape fires no
// hook at all; a signal fires Stop.
func (t *turn) cutShort(ctx context.Context, refused int) exitCode {
	if errors.Is(context.Cause(ctx), errSignalled) {
		t.stop(context.WithoutCancel(ctx), refused)
		return staying
	}
	t.s.screen.dim("Interrupted · What should Claude do instead?")
	return staying
}

// refused ends a turn with an API error. The first usage limit in the life of
// a process opens the CLI's menu, the later ones do not.
func (t *turn) refused(ctx context.Context, failure *apiError) {
	t.answered = true
	t.s.screen.line(red, "  ⎿  "+failure.message)
	t.s.fire(ctx, "StopFailure", failure.kind, fields{
		"prompt_id": t.promptID, "error": failure.kind, "last_assistant_message": failure.message,
	})
	if !failure.menu || !t.s.menu.first() {
		return
	}
	t.s.screen.line(bold, "❯ /rate-limit-options")
	t.s.open(ctx, dialog{
		waitingFor: "dialog open", indent: "  ", lines: []string{"What do you want to do?", ""},
		options: []string{"Stop and wait for limit to reset", "Upgrade your plan"}, help: "Enter to confirm · Esc to cancel",
	}, nil)
}

// play does the next scripted turn of the task.
func (t *turn) play(ctx context.Context) error {
	s := t.s
	if s.task.id == "" {
		t.speak("I am a script: I only work on tasks, and this names none.")
		return nil
	}
	turns := s.scenario.turns(s.task, feedback(s.env.Dir))
	next := s.store.ended - s.task.before
	if next >= len(turns) {
		t.speak("Nothing is left for me to do.")
		return nil
	}
	script := turns[next]
	s.task.costUSD += script.costUSD
	err := t.steps(ctx, script.steps)
	switch {
	case err == nil, errors.Is(err, errTurnOver):
		return nil
	case ctx.Err() != nil, errors.Is(err, errInterrupted):
		return err
	}
	if _, ok := errors.AsType[*crashError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*apiError](err); ok {
		return err
	}
	t.speak("I could not do it: " + err.Error())
	return nil
}

func (t *turn) steps(ctx context.Context, steps []step) error {
	for _, st := range steps {
		if st.attempt != 0 && st.attempt != t.s.task.attempt {
			continue
		}
		if err := st.action.do(ctx, t); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
