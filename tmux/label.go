package tmux

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

var labelKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// maxLabel is the longest label, in runes: more than a status line shows.
const maxLabel = 200

// Label sets the user option @fm_KEY of a worker's session, for people and
// their status lines to read. The value loses what tmux could take for a
// format. The error wraps [fm.ErrRefused] for a key that is no word or that is
// one of the marks of [Server.Start], and [fm.ErrGone] without a session.
func (s *Server) Label(ctx context.Context, w fm.WorkerID, key, value string) error {
	if !labelKey.MatchString(key) || slices.Contains([]string{"worker", "task", "attempt", "pane", "conf"}, key) {
		return fmt.Errorf("label %s: key %q: %w", w, key, fm.ErrRefused)
	}
	r, found, err := s.own(ctx, w)
	if err != nil {
		return fmt.Errorf("label %s: %w", w, err)
	}
	if !found {
		return fmt.Errorf("label %s: no such session: %w", w, fm.ErrGone)
	}
	if _, err := s.run(ctx, "set-option", "-t", r.session, "--", "@fm_"+key, label(value)); err != nil {
		return fmt.Errorf("label %s: %w", w, err)
	}
	return nil
}

// label drops "#", with which every format, style and #(command) begins, and
// "%", which strftime reads in a status line.
func label(value string) string {
	value = strings.NewReplacer("#", "", "%", "").Replace(value)
	return fm.Line(value, maxLabel)
}
