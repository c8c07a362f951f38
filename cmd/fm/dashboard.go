package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm/tmux"
	"github.com/founder-mode/fm/ui"
)

// dashboardCmd shows everything on one screen, and takes orders there.
type dashboardCmd struct{}

func (dashboardCmd) Run(ctx context.Context, a *app) error {
	h, err := a.find(ctx) // with a broken file one looks more than ever
	if err != nil {
		return err
	}
	if err := h.seenWork(); err != nil {
		return err
	}
	palette, err := h.palette()
	if err != nil {
		return err
	}
	return h.dashboard(ctx, palette)
}

// endLimit is how long the dashboard may take to end once it was told to: a
// session that it has lent the terminal to is given two seconds.
const endLimit = 5 * time.Second

// dashboard shows the dashboard until its user leaves it. Meanwhile nothing else
// may be written to the terminal, or read from it. One that is closed ends the
// dashboard in order, too; and a signal ends it in any case, also when the
// terminal takes nothing more, which whoever draws on it would wait for.
func (h *house) dashboard(ctx context.Context, palette ui.Palette) error {
	told, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	ctx, end := context.WithCancelCause(told)
	defer end(nil)
	was := tmux.KeepTerminal(os.Stdin)
	ended := make(chan error, 1) // nobody is left to read it after the limit
	go func() { ended <- h.draw(ctx, end, palette) }()
	late := make(chan struct{})
	context.AfterFunc(told, func() { time.AfterFunc(endLimit, func() { close(late) }) })
	var err error
	select {
	case err = <-ended:
	case <-late:
		was.Restore()
	}
	if fall, ok := errors.AsType[fault](context.Cause(ctx)); ok {
		panic(fall) // now that the terminal is as it was
	}
	if err == nil {
		err = told.Err() // by a signal; a user who leaves ends nothing else
	}
	return err
}

// draw shows the dashboard, and returns when nothing of it is left.
func (h *house) draw(ctx context.Context, end context.CancelCauseFunc, palette ui.Palette) error {
	mute := *h.app
	mute.stdin, mute.stdout, mute.stderr, mute.dir = strings.NewReader(""), io.Discard, io.Discard, h.project.Root
	s := &sights{app: &mute, root: h.project.Root, beside: func(f func()) { contained(end, f) }}
	err := ui.New(ui.Options{Sights: s, Orders: &orders{app: &mute, root: h.project.Root}, Palette: palette}).Run(ctx)
	end(nil)
	s.tasks.Wait()
	return err
}

// fault is a panic of a goroutine that could not give the terminal back itself.
type fault struct {
	what  any
	stack []byte
}

func (f fault) Error() string { return fmt.Sprintf("%v\n\n%s", f.what, f.stack) }

// contained ends what it is given with a panic of f, if there is one.
func contained(end context.CancelCauseFunc, f func()) {
	defer func() {
		if p := recover(); p != nil {
			end(fault{what: p, stack: debug.Stack()})
		}
	}()
	f()
}

// palette says which colours the terminal may be given, if it can be drawn on.
func (a *app) palette() (ui.Palette, error) {
	// What a command prints may go elsewhere than to the terminal that it has.
	if rows, _ := size(os.Stdout); rows == 0 || !isTerminal(a.stdin) {
		return 0, usage("the dashboard needs a terminal; for a look without one: fm status")
	}
	if term := a.getenv("TERM"); term == "" || term == "dumb" {
		return 0, usage("the dashboard cannot be drawn on this terminal (TERM=%s); for a look: fm status --watch", term)
	}
	if a.getenv("NO_COLOR") != "" {
		return ui.Plain, nil
	}
	return ui.Coloured, nil
}
