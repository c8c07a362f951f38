package tmux

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// perExec is how many captures one exec of tmux carries: nine words each, and
// [maxArgs] in all.
const perExec = 90

// maxVanished bounds the looks for panes that keep vanishing meanwhile.
const maxVanished = 3

// Screens gives what the panes of these workers show, as plain text without
// trailing blank lines: one exec for up to 90 of them. A worker without a live
// pane is missing in it, and so is one whose session is not fm's.
func (s *Server) Screens(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error) {
	var err error
	for range maxVanished {
		var l listing
		if l, err = s.list(ctx); err != nil {
			break
		}
		var shown map[fm.WorkerID]string
		if shown, err = s.capture(ctx, l.showing(workers)); err == nil {
			return shown, nil
		}
		if !errors.Is(err, errRejected) { // else one of the panes is gone
			break
		}
	}
	return nil, fmt.Errorf("capture screens: %w", err)
}

// showing finds the live panes of the workers that are fm's.
func (l listing) showing(workers []fm.WorkerID) []room {
	return slices.DeleteFunc(l.rooms(), func(r room) bool {
		return !r.ours || !r.main.live() || !slices.Contains(workers, r.worker)
	})
}

// capture gives what the main panes of these rooms show.
func (s *Server) capture(ctx context.Context, rooms []room) (map[fm.WorkerID]string, error) {
	shown := make(map[fm.WorkerID]string, len(rooms))
	for some := range slices.Chunk(rooms, perExec) {
		boundary := rand.Text()
		var commands [][]string
		for _, r := range some {
			commands = append(commands, []string{"capture-pane", "-p", "-t", r.main.id}, []string{"display-message", "-p", boundary})
		}
		out, err := s.run(ctx, chain(commands...)...)
		if err != nil {
			return nil, err
		}
		texts, err := cutCaptures(out, boundary, len(some))
		if err != nil {
			return nil, err
		}
		for i, r := range some {
			shown[r.worker] = tail(fm.Plain(texts[i]), 0)
		}
	}
	return shown, nil
}

// cutCaptures cuts captures, each with a line of the boundary behind it. No
// pane can show one that was made up a moment ago; if it did, that would be an
// error rather than another's screen.
func cutCaptures(out, boundary string, n int) ([]string, error) {
	var texts []string
	var text strings.Builder
	for line := range strings.Lines(out) {
		if line != boundary+"\n" {
			text.WriteString(line)
			continue
		}
		texts = append(texts, text.String())
		text.Reset()
	}
	if len(texts) != n || text.Len() > 0 {
		return nil, fmt.Errorf("read captures: %d, and %d bytes more, of %d panes", len(texts), text.Len(), n)
	}
	return texts, nil
}
