package tmux

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/turn"
)

// keyName is what tmux knows as one key. Another word would be typed letter by
// letter.
var keyName = regexp.MustCompile(`^(([CM]-)?[A-Za-z0-9]|Enter|Escape|Tab|BTab|Space|BSpace|Up|Down|Left|Right|Home|End|PageUp|PageDown)$`)

// Press presses one key in the worker's pane, by tmux's name for it: "Escape",
// "C-s", "2". It leaves copy mode first. The error wraps [fm.ErrGone] when
// there is no live pane, and [fm.ErrRefused] when it is no key's name or the
// session is not fm's.
func (s *Server) Press(ctx context.Context, w fm.WorkerID, key string) error {
	if !keyName.MatchString(key) {
		return fmt.Errorf("press %.40q in %s: not a key: %w", key, w, fm.ErrRefused)
	}
	unlock, err := s.lock(ctx, w)
	if err != nil {
		return fmt.Errorf("press %s in %s: %w", key, w, err)
	}
	defer unlock()
	p, err := s.livePane(ctx, w)
	if err == nil {
		defer failpoint.Step("tmux.press")()
		_, err = s.run(ctx, chain(
			[]string{"copy-mode", "-q", "-t", p.id},
			[]string{"send-keys", "-t", p.id, key},
		)...)
	}
	if err != nil {
		return fmt.Errorf("press %s in %s: %w", key, w, err)
	}
	return nil
}

// livePane finds the pane of a worker in which a process runs.
func (s *Server) livePane(ctx context.Context, w fm.WorkerID) (pane, error) {
	r, found, err := s.own(ctx, w)
	if err != nil {
		return pane{}, err
	}
	if !found || !r.main.live() {
		return pane{}, fmt.Errorf("no live pane: %w", fm.ErrGone)
	}
	return r.main, nil
}

// Typing waits for the turn at the worker's keyboard, or for ctx: while it is
// held, no other caller has it, in whatever process. The turn of a process
// that died is over.
func (s *Server) Typing(ctx context.Context, w fm.WorkerID) (release func(), err error) {
	t := s.keyboard(w)
	if err := os.MkdirAll(s.typingDir(), 0o700); err != nil {
		return nil, fmt.Errorf("take the keyboard of %s: %w", w, err)
	}
	release, err = t.Take(ctx)
	if err != nil {
		return nil, fmt.Errorf("take the keyboard of %s: %w", w, err)
	}
	return release, nil
}

func (s *Server) keyboard(w fm.WorkerID) *turn.Turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.keyboards[w]
	if t == nil {
		t = turn.On(filepath.Join(s.typingDir(), w.String()+".lock"))
		s.keyboards[w] = t
	}
	return t
}

// typingDir is beside the configuration, where every process of the project
// finds it.
func (s *Server) typingDir() string { return filepath.Join(filepath.Dir(s.opts.ConfFile), "typing") }
