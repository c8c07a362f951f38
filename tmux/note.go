package tmux

import (
	"context"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

const (
	noteOption = "@fm_note" // of a session; the status line shows it
	maxNote    = 120        // runes
)

// Note shows a line in the status line of the worker's session, until the next
// [Server.Start] or [Server.Stop] there; "" clears it. The error wraps
// [fm.ErrGone] when there is no session to show it in, and [fm.ErrRefused]
// when the session is not fm's.
func (s *Server) Note(ctx context.Context, w fm.WorkerID, text string) error {
	r, found, err := s.own(ctx, w)
	switch {
	case err != nil:
	case found:
		err = s.setNote(ctx, r, note(text))
	case text != "":
		err = fmt.Errorf("no such session: %w", fm.ErrGone)
	}
	if err != nil {
		return fmt.Errorf("note in %s: %w", w, err)
	}
	return nil
}

func (s *Server) setNote(ctx context.Context, r room, text string) error {
	words := []string{"set-option", "-t", r.session, noteOption, text}
	if text == "" {
		words = []string{"set-option", "-u", "-t", r.session, noteOption}
	}
	defer failpoint.Step("tmux.note")()
	_, err := s.run(ctx, words...)
	return err
}

// note makes text that the status line shows as it is. tmux expands nothing in
// the value of an option, but what it draws may hold a style, "#[fg=red]".
func note(text string) string {
	return strings.ReplaceAll(fm.Line(text, maxNote), "#[", "# [")
}
