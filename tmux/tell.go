package tmux

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// Tell pastes text into the worker's pane, as one paste whatever its lines,
// and presses Enter. It leaves copy mode first. The error wraps [fm.ErrGone]
// when there is no live pane, and [fm.ErrRefused] when the text is empty or
// the session is not fm's.
//
// The text travels on stdin: it has no limit of size there, and no process
// list shows it. Whether the agent took it is for the agent's signs to say.
func (s *Server) Tell(ctx context.Context, w fm.WorkerID, text string) error {
	text = paste(text)
	if text == "" {
		return fmt.Errorf("tell %s: empty text: %w", w, fm.ErrRefused)
	}
	unlock, err := s.lock(ctx, w)
	if err != nil {
		return fmt.Errorf("tell %s: %w", w, err)
	}
	defer unlock()
	p, err := s.livePane(ctx, w)
	if err == nil {
		err = s.typeInto(ctx, p, text)
	}
	if err != nil {
		return fmt.Errorf("tell %s: %w", w, err)
	}
	return nil
}

func (s *Server) typeInto(ctx context.Context, p pane, text string) error {
	ctx, cancel := context.WithTimeout(ctx, execLimit)
	defer cancel()
	// A buffer of its own for each paste: two may be on their way at once.
	buffer := "fm-" + rand.Text()
	if err := s.exec(ctx, text, "load-buffer", "-b", buffer, "-"); err != nil {
		return err
	}
	// A mode of tmux would take the keys for its own; -q leaves any.
	if _, err := s.run(ctx, chain(
		[]string{"copy-mode", "-q", "-t", p.id},
		[]string{"paste-buffer", "-p", "-d", "-r", "-b", buffer, "-t", p.id},
	)...); err != nil {
		_, _ = s.run(ctx, "delete-buffer", "-b", buffer) // the first error is the one to tell
		return err
	}
	_, err := s.run(ctx, "send-keys", "-t", p.id, "Enter")
	return err
}

// paste makes text that the agent takes as a message: without control
// characters, and neither a command ("/", "!", "#", "&" at the start) nor
// unfinished ("\" at the end, which would turn Enter into a new line).
func paste(text string) string {
	text = strings.TrimSpace(fm.Plain(text))
	if text == "" {
		return ""
	}
	if strings.ContainsRune("/!#&", rune(text[0])) {
		text = "fm: " + text
	}
	if strings.HasSuffix(text, `\`) {
		text += " ."
	}
	return text
}
