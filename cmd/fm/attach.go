package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/tmux"
)

// attachCmd joins a worker's session: a person sees what the agent sees, and
// may type. While a person types, fm does not. F12 leads back.
type attachCmd struct {
	Worker   string `arg:"" optional:"" help:"worker-3, or 3; or supervisor. Without it: pick one, those that ask first."`
	Next     bool   `short:"n" help:"The next worker that waits for a person, one after the other."`
	Popup    bool   `short:"p" help:"In a popup of the tmux that you are in."`
	ReadOnly bool   `short:"r" help:"Look only."`
}

func (c *attachCmd) Run(ctx context.Context, a *app) error {
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	terminal, err := h.terminal(ctx, func() {})
	if err != nil {
		return err
	}
	if c.popup(a) && a.getenv("TMUX") == "" {
		return usage("--popup needs a tmux around it; without one: fm attach %s", c.Worker)
	}
	name, err := c.choose(ctx, h, terminal)
	switch {
	case err != nil || name == nobody:
		return err
	case c.popup(a):
		return c.inPopup(ctx, h, name)
	case !isTerminal(h.stdin):
		return usage("attach needs a terminal; to read along: fm logs -f %s", name)
	}
	h.goesTo(name)
	mode := tmux.ReadWrite
	if c.ReadOnly {
		mode = tmux.ReadOnly
	}
	return parted(name, terminal.Attach(ctx, name, mode))
}

// parted says in a user's words how a visit ended that they did not end. Whether
// the session comes back is known to nobody yet.
func parted(name string, err error) error {
	if errors.Is(err, tmux.ErrEnded) {
		return fmt.Errorf("%s's session has ended; how it stands: fm status", name)
	}
	return err
}

const (
	nobody = ""  // to attach to
	picked = "?" // in the popup
)

// popup says whether to open one. Who is in one has what they asked for: it is
// the terminal that is in no pane.
func (c *attachCmd) popup(a *app) bool {
	inOne := a.getenv("TMUX") != "" && a.getenv("TMUX_PANE") == "" && isTerminal(a.stdin)
	return c.Popup && !inOne
}

// choose finds the session that the user means, or has them pick it. What
// there is to say of nobody it has said.
func (c *attachCmd) choose(ctx context.Context, h *house, terminal *tmux.Server) (string, error) {
	switch {
	case c.Next && c.Worker != "":
		return nobody, usage("--next finds the worker by itself: leave out %s, or --next", c.Worker)
	case c.Worker != "":
		return h.pick(ctx, c.Worker, terminal)
	}
	there, err := h.presences(ctx, terminal)
	switch {
	case err != nil:
		return nobody, err
	case c.Next:
		next, ok := after(h.wasAt(), there)
		if !ok {
			fmt.Fprintln(h.stdout, "Nobody waits for you.")
			return nobody, nil
		}
		return next.String(), nil
	case len(there) == 1:
		return there[0].worker.String(), nil
	case c.popup(h.app):
		return picked, nil
	case !isTerminal(h.stdin):
		return there[0].worker.String(), nil // to say what is missing
	}
	return h.choice(ctx, there)
}

// inPopup has fm itself do it again, in a popup.
func (c *attachCmd) inPopup(ctx context.Context, h *house, name string) error {
	words := []string{"attach"}
	if c.ReadOnly {
		words = append(words, "--read-only")
	}
	if name != picked {
		words = append(words, name)
	}
	self, err := h.self(words...)
	if err != nil {
		return err
	}
	return tmux.Popup(ctx, append(h.surroundings(), self.Argv...)...)
}

// surroundings are the start of a command that runs with what this fm found in
// its environment, of what an fm that shows something looks at: a popup has
// the environment of a tmux that may have been started long ago and elsewhere.
// All users of the machine can read it, and so it holds no secret.
func (h *house) surroundings() []string {
	words := []string{"env"}
	var set []string
	for _, name := range []string{
		"HOME", "PATH", "TMUX_TMPDIR", "XDG_RUNTIME_DIR", "CLAUDE_CONFIG_DIR", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "FM_DEBUG",
	} {
		if value := h.getenv(name); value != "" {
			set = append(set, name+"="+value)
		} else {
			words = append(words, "-u", name)
		}
	}
	return append(words, set...)
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	return err == nil
}

// pick finds the session that a word names.
func (h *house) pick(ctx context.Context, word string, terminal *tmux.Server) (string, error) {
	if word == "supervisor" {
		up, err := terminal.SupervisorAlive(ctx)
		if err == nil && !up {
			err = usage("the supervisor is not running: fm resume")
		}
		return word, err
	}
	id, err := fm.ParseWorkerID(word)
	if err != nil {
		return "", usage("%v, or supervisor", err)
	}
	sight, err := terminal.Observe(ctx)
	switch {
	case err != nil:
		return "", err
	case len(sight.Sessions) == 0:
		return "", noSessions()
	case !slices.ContainsFunc(sight.Sessions, func(s fm.Session) bool { return s.Worker == id }):
		return "", usage("%s has no session: it has had no task yet. There are: %s", id, sessions(sight))
	}
	return id.String(), nil
}

func noSessions() error {
	return usage("no worker has a session now; start some work with: fm work ISSUES, or go on with: fm resume")
}

func sessions(sight fm.Sight) string {
	var names []string
	for _, s := range sight.Sessions {
		names = append(names, s.Worker.String())
	}
	return strings.Join(names, ", ")
}
