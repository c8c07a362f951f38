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
	go func() { done <- s.runTurn(turnCtx, prompt) }()
	var open *question
	for {
		select {
		case code := <-done:
			return code
		case q := <-s.asking:
			open = &q
		case k, more := <-s.keys:
			if !more {
				s.inputEnded()
				continue
			}
			if open == nil {
				s.whileBusy(k, cancel)
			} else if c, ok := k.answer(); ok {
				open.reply <- c
				open = nil
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

func (s *session) whileBusy(k key, cancel context.CancelCauseFunc) {
	if k.kind == escape || k.kind == interrupt {
		cancel(errInterrupted)
		return
	}
	if prompt, ok := s.editor.take(k); ok {
		s.queue = append(s.queue, prompt)
	}
}

func (s *session) signalledAtWork(ctx context.Context, number os.Signal, cancel context.CancelCauseFunc, done <-chan exitCode) exitCode {
	if number == syscall.SIGHUP && s.deaf.Load() {
		return staying
	}
	cancel(errSignalled)
	<-done // it ends at once: every action heeds its context
	return s.signalled(ctx, number)
}

// runTurn does what the scenario says until the Stop hooks let it stop.
func (s *session) runTurn(ctx context.Context, prompt string) exitCode {
	root, err := os.OpenRoot(s.env.Dir)
	if err != nil {
		s.screen.line(red, "● "+err.Error())
		return 1
	}
	defer func() { _ = root.Close() }() // nothing was written through it
	t := &turn{s: s, root: root, promptID: newID()}
	started := time.Now()
	s.screen.line(bold, "❯ "+prompt)
	s.screen.working()
	s.store.show("busy", "")
	if v := s.fire(ctx, "UserPromptSubmit", "", fields{"prompt": prompt, "prompt_id": t.promptID}); v.blocked {
		s.screen.dim("UserPromptSubmit operation blocked by hook: " + v.reason)
		s.store.show("idle", "")
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
		s.store.show("idle", "")
	}
	return code
}

// toStop plays scripted turns until one is allowed to end.
func (t *turn) toStop(ctx context.Context) exitCode {
	for n := 0; ; n++ {
		err := t.play(ctx)
		if ctx.Err() != nil || errors.Is(err, errInterrupted) {
			return t.cutShort(ctx, n)
		}
		if end, ok := errors.AsType[*crashError](err); ok {
			return exitCode(end.code)
		}
		if failure, ok := errors.AsType[*apiError](err); ok {
			t.fail(ctx, failure)
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
		"background_tasks": []any{}, "session_crons": []any{},
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

// fail ends a turn with an API error. A usage limit opens the CLI's modal.
func (t *turn) fail(ctx context.Context, failure *apiError) {
	t.s.screen.line(red, "  ⎿  "+failure.message)
	t.s.store.add(entry{Type: "system", Subtype: turnEnded})
	t.s.fire(ctx, "StopFailure", failure.kind, fields{
		"prompt_id": t.promptID, "error": failure.kind, "last_assistant_message": failure.message,
	})
	if failure.kind != "rate_limit" {
		return
	}
	t.s.open(ctx, dialog{waitingFor: "dialog open", lines: []string{
		"❯ /rate-limit-options", "", "What do you want to do?", "",
		"❯ 1. Stop and wait for limit to reset", "  2. Upgrade your plan", "", "Enter to confirm · Esc to cancel",
	}}, nil)
}

// play does the next scripted turn of the task.
func (t *turn) play(ctx context.Context) error {
	s := t.s
	if s.task.id == "" {
		t.speak("I am a script: I only work on tasks, and this names none.")
		return nil
	}
	turns := s.scenario.turns(s.task.id, s.task.title, s.task.attempt)
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
