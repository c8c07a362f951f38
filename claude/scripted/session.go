package scripted

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// session is one life of an interactive session.
//
//	keys, signals ──► session's goroutine ──prompt──► turn's goroutine
//	                        ▲                              │
//	                        └──── dialogs, the ending ◄────┘
//
// While a turn runs, the store and the task belong to its goroutine; between
// turns they belong to the session's. The screen, the inbox and the jobs take
// calls from both.
type session struct {
	options  options
	env      Env
	scenario Scenario
	hooks    runner
	store    *store
	screen   *screen
	task     task
	terminal bool
	deaf     atomic.Bool // to SIGHUP
	numb     atomic.Bool // to keys
	menu     menu        // of the usage limit
	inbox    inbox
	jobs     jobs

	editor  editor // the session's goroutine's
	keys    <-chan key
	signals chan os.Signal
	asking  chan question // from a turn to the session
}

// exitCode ends a session.
type exitCode int

const staying exitCode = -1

var (
	errInterrupted = errors.New("interrupted")
	errSignalled   = errors.New("signalled")
)

func newSession(o options, env Env, scenario Scenario) (*session, error) {
	settings, err := parseSettings(o.settings)
	if err != nil {
		return nil, err
	}
	store, err := openStore(o, env, time.Now())
	if err != nil {
		return nil, err
	}
	s := &session{
		options: o, env: env, scenario: scenario, store: store,
		screen:  &screen{w: env.Stdout, name: o.name},
		signals: make(chan os.Signal, 8),
		asking:  make(chan question),
	}
	s.jobs.ended = make(chan string)
	s.hooks = runner{
		settings: settings, dir: env.Dir,
		env:    []string{"CLAUDE_PROJECT_DIR=" + env.Dir, "CLAUDE_CODE_SESSION_ID=" + store.id},
		report: func(text string) { s.screen.line(red, "  ⎿  "+text) },
	}
	if o.prompt != "" {
		s.inbox.add(o.prompt)
	}
	s.task = findTask(store.first, env)
	return s, nil
}

// run lives the session and returns the exit code.
func (s *session) run(ctx context.Context) int {
	signal.Notify(s.signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	defer signal.Stop(s.signals)
	restore, columns := rawMode(ctx, s.env.Stdin)
	defer restore()
	s.terminal, s.screen.columns = columns > 0, columns
	defer s.followSize(ctx)()
	s.keys = readKeys(s.env.Stdin)
	// The session ends itself, in order; ctx only asks for it.
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer s.jobs.end()
	code := s.start(ctx, work)
	for code == staying {
		if prompt, ok := s.inbox.next(); ok {
			code = s.prompt(ctx, work, prompt)
			continue
		}
		code = s.idle(ctx, work)
	}
	s.hooks.detached.Wait()
	return int(code)
}

// followSize paints the screen anew when the terminal gets another size, until
// the function that it returns is called.
func (s *session) followSize(ctx context.Context) (stop func()) {
	tty, ok := s.env.Stdin.(*os.File)
	if !ok || !s.terminal {
		return func() {}
	}
	sizes, end := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(sizes, syscall.SIGWINCH)
	var following sync.WaitGroup
	following.Go(func() {
		for {
			select {
			case <-sizes:
				s.screen.resize(width(ctx, tty))
			case <-end:
				return
			}
		}
	})
	return func() {
		signal.Stop(sizes)
		close(end)
		following.Wait()
	}
}

func (s *session) start(ctx, work context.Context) exitCode {
	s.screen.banner(s.store.id, s.options.model)
	if unknown := s.hooks.settings.unknownEvents(); len(unknown) > 0 {
		if code := s.warn(ctx, work, unknown[0]); code != staying {
			return code
		}
	}
	s.store.show("", "")
	source := "startup"
	if s.options.resume != "" {
		source = "resume"
		s.screen.line(faint, "  resumed after "+fmt.Sprint(s.store.endedSoFar)+" turns")
	}
	s.fire(work, "SessionStart", source, fields{"source": source, "model": or(s.options.model, "scripted")})
	s.store.show("idle", "")
	return staying
}

// warn opens the dialog about settings that are not valid. Nothing else
// happens until somebody answers it.
func (s *session) warn(ctx, work context.Context, event string) exitCode {
	s.screen.line(red, fmt.Sprintf("Settings Warning\n└ hooks.%s: Unknown hook event %q was ignored.\n"+
		"❯ 1. Continue\n  2. Fix with Claude\n  3. Exit and fix manually", event, event))
	for {
		select {
		case k, open := <-s.keys:
			if !open {
				s.inputEnded()
			}
			if k.kind == enter || (!open && !s.terminal) {
				return staying
			}
		case number := <-s.signals:
			if code := s.signalled(work, number); code != staying {
				return code
			}
		case <-ctx.Done():
			return s.signalled(work, s.lastSignal())
		}
	}
}

// idle waits at the prompt for what comes next.
func (s *session) idle(ctx, work context.Context) exitCode {
	s.screen.idle(len(s.jobs.running()))
	notice := time.NewTimer(millis(or(s.scenario.idleNotice, idleNotice)))
	defer notice.Stop()
	interrupts := 0
	for s.inbox.empty() {
		s.screen.box(&s.editor, nil)
		select {
		case k, open := <-s.keys:
			if !open {
				s.inputEnded()
				continue
			}
			if s.numb.Load() {
				continue
			}
			if k.kind != interrupt && k.kind != endOfInput {
				interrupts = 0
				s.write(k)
				continue
			}
			s.editor.clear()
			if interrupts++; interrupts == 2 {
				return s.leave(work, 0, "prompt_input_exit")
			}
		case number := <-s.signals:
			if code := s.signalled(work, number); code != staying {
				return code
			}
		case <-ctx.Done():
			return s.signalled(work, s.lastSignal())
		case told := <-s.jobs.ended:
			s.inbox.add(told)
		case <-notice.C:
			s.fire(work, "Notification", "idle_prompt", fields{
				"message": "Claude is waiting for your input", "notification_type": "idle_prompt",
			})
		}
	}
	s.screen.box(&s.editor, nil)
	return staying
}

// write takes a key into the box.
func (s *session) write(k key) {
	if prompt, ok := s.editor.take(k); ok {
		s.inbox.add(prompt)
	}
}

// fire runs the hooks of an event with the common fields added.
func (s *session) fire(ctx context.Context, event, subject string, own fields) verdict {
	payload := fields{
		"session_id": s.store.id, "transcript_path": s.store.transcript, "cwd": s.env.Dir,
		"hook_event_name": event, "permission_mode": or(s.options.permissionMode, "default"),
	}
	if s.options.name != "" {
		payload["session_title"] = s.options.name
	}
	maps.Copy(payload, own)
	return s.hooks.fire(ctx, event, subject, payload)
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
