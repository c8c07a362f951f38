package overlap

import (
	"strings"
	"testing"
)

// The work on one path has a bound, so that a text of one path costs no more
// than a text of many. Caught: all segments kept, each beginning of them looked
// up.
func TestALongPathIsReadFromItsEnd(t *testing.T) {
	for _, spelling := range []string{
		strings.Repeat("a/", 1<<18) + "src/main.go",
		strings.Repeat("/", 1<<18) + "src/main.go",
		strings.Repeat("x", 1<<18) + "/src/main.go",
		strings.Repeat("../", 1<<18) + "src/main.go",
	} {
		c := newClaim(spelling, 0)
		if got := len(c.path()); got > 4096 || len(c.segments) > 64 || !strings.HasSuffix("/"+c.path(), "/src/main.go") {
			t.Errorf("%.9s…: read %d segments in %d bytes, want few that end in src/main.go", spelling, len(c.segments), got)
		}
	}
}
