package tmux

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// versionNumber finds "3.3" in "tmux 3.3a" and in "tmux next-3.7". A build
// without a number, such as "tmux master", is newer than any that has one.
var versionNumber = regexp.MustCompile(`^tmux \D*(\d+)\.(\d+)`)

// checkVersion refuses what lacks new-session -e, attach-session -f and
// run-shell -C, all of tmux 3.2.
func (s *Server) checkVersion(ctx context.Context) error {
	out, err := s.run(ctx, "-V")
	if err != nil {
		return fmt.Errorf("find tmux: not installed or not in PATH; install tmux 3.2 or newer: %w", fm.ErrRefused)
	}
	if tooOld(out) {
		return fmt.Errorf("use %q: fm needs tmux 3.2 or newer; install it: %w", fm.Line(out, 40), fm.ErrRefused)
	}
	s.found = strings.TrimPrefix(fm.Line(out, 40), "tmux ")
	return nil
}

// Version is that of the tmux that is installed, such as "3.3a"; a server that
// runs may be of an older one.
func (s *Server) Version() string { return s.found }

func tooOld(version string) bool {
	m := versionNumber.FindStringSubmatch(version)
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(m[1]) // digits, by the pattern
	minor, _ := strconv.Atoi(m[2])
	return major < 3 || major == 3 && minor < 2
}
