package tmux

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Paste pastes text into the worker's pane, as one paste whatever its lines and
// without Enter. It leaves copy mode first, and control characters out. The
// error wraps [fm.ErrGone] when there is no live pane, and [fm.ErrRefused] when
// the text is empty or the session is not fm's.
//
// The text travels on stdin: it has no limit of size there, and no process
// list shows it. Whether the agent took it is for its screen to say.
func (s *Server) Paste(ctx context.Context, w fm.WorkerID, text string) error {
	text = strings.TrimSpace(fm.Plain(text))
	if text == "" {
		return fmt.Errorf("paste in %s: empty text: %w", w, fm.ErrRefused)
	}
	unlock, err := s.lock(ctx, w)
	if err != nil {
		return fmt.Errorf("paste in %s: %w", w, err)
	}
	defer unlock()
	p, err := s.livePane(ctx, w)
	if err == nil {
		err = s.pasteInto(ctx, p, text)
	}
	if err != nil {
		return fmt.Errorf("paste in %s: %w", w, err)
	}
	return nil
}

func (s *Server) pasteInto(ctx context.Context, p pane, text string) error {
	ctx, cancel := context.WithTimeout(ctx, execLimit)
	defer cancel()
	// A buffer of its own for each paste: two may be on their way at once.
	buffer := "fm-" + rand.Text()
	defer failpoint.Step("tmux.paste")()
	if err := s.exec(ctx, text, "load-buffer", "-b", buffer, "-"); err != nil {
		return err
	}
	// A mode of tmux would take the keys for its own; -q leaves any.
	_, err := s.run(ctx, chain(
		[]string{"copy-mode", "-q", "-t", p.id},
		[]string{"paste-buffer", "-p", "-d", "-r", "-b", buffer, "-t", p.id},
	)...)
	if err != nil {
		_, _ = s.run(ctx, "delete-buffer", "-b", buffer) // the first error is the one to tell
	}
	return err
}
