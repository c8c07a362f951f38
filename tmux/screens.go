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

// perExec is how many captures one exec of tmux carries: of [maxArgs] words in
// all, each takes at most thirteen.
const perExec = 68

// maxVanished bounds the looks for panes that keep vanishing meanwhile.
const maxVanished = 3

// shot is what one pane shows, as tmux tells it.
type shot struct {
	text          string
	width, height int // of the pane, in cells
}

// Screens gives what the panes of these workers show, as plain text without
// trailing blank lines: one exec for up to 68 of them. A worker without a live
// pane is missing in it, and so is one whose session is not fm's.
func (s *Server) Screens(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error) {
	shots, err := s.shoot(ctx, workers)
	if err != nil {
		return nil, err
	}
	shown := make(map[fm.WorkerID]string, len(shots))
	for w, one := range shots {
		shown[w] = tail(fm.Plain(one.text), 0)
	}
	return shown, nil
}

// shoot captures the live panes of these workers in one form, which is options
// of capture-pane.
func (s *Server) shoot(ctx context.Context, workers []fm.WorkerID, form ...string) (map[fm.WorkerID]shot, error) {
	var err error
	for range maxVanished {
		var l listing
		if l, err = s.list(ctx); err != nil {
			break
		}
		var shots map[fm.WorkerID]shot
		if shots, err = s.capture(ctx, l.showing(workers), form...); err == nil {
			return shots, nil
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
func (s *Server) capture(ctx context.Context, rooms []room, form ...string) (map[fm.WorkerID]shot, error) {
	shots := make(map[fm.WorkerID]shot, len(rooms))
	for some := range slices.Chunk(rooms, perExec) {
		boundary := rand.Text()
		var commands [][]string
		for _, r := range some {
			commands = append(commands,
				append([]string{"capture-pane", "-p", "-t", r.main.id}, form...),
				[]string{"display-message", "-p", "-t", r.main.id, boundary + " #{pane_width} #{pane_height}"})
		}
		out, err := s.run(ctx, chain(commands...)...)
		if err != nil {
			return nil, err
		}
		cut, err := cutCaptures(out, boundary, len(some))
		if err != nil {
			return nil, err
		}
		for i, r := range some {
			shots[r.worker] = cut[i]
		}
	}
	return shots, nil
}

// cutCaptures cuts captures, each with a line behind it of the boundary and
// the pane's size. No pane can show one that was made up a moment ago; if it
// did, that would be an error rather than another's screen.
func cutCaptures(out, boundary string, n int) ([]shot, error) {
	var shots []shot
	var text strings.Builder
	for line := range strings.Lines(out) {
		var one shot
		size, found := strings.CutPrefix(line, boundary+" ")
		if _, err := fmt.Sscanf(size, "%d %d\n", &one.width, &one.height); !found || err != nil {
			text.WriteString(line)
			continue
		}
		one.text = text.String()
		shots = append(shots, one)
		text.Reset()
	}
	if len(shots) != n || text.Len() > 0 {
		return nil, fmt.Errorf("read captures: %d, and %d bytes more, of %d panes", len(shots), text.Len(), n)
	}
	return shots, nil
}
