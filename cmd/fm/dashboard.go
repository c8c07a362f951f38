package main

import (
	"context"
	"os/signal"
	"syscall"

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
	// A terminal that is closed ends it in order, too.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	s := &sights{house: h}
	return ui.New(ui.Options{Sights: s, Orders: &orders{house: h}, Palette: palette}).Run(ctx)
}

// palette says which colours the terminal may be given, if it can be drawn on.
func (h *house) palette() (ui.Palette, error) {
	if rows, _ := size(h.stdout); rows == 0 || !isTerminal(h.stdin) {
		return 0, usage("the dashboard needs a terminal; without one there is: fm status")
	}
	if term := h.getenv("TERM"); term == "" || term == "dumb" {
		return 0, usage("the dashboard cannot be drawn on a terminal of the kind TERM=%s; there is: fm status --watch", term)
	}
	if h.getenv("NO_COLOR") != "" {
		return ui.Plain, nil
	}
	return ui.Coloured, nil
}
