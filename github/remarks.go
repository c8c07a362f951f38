package github

import (
	"fmt"
	"slices"

	"github.com/founder-mode/fm"
)

// mostRemarks bounds what one process has to say.
const mostRemarks = 20

// Remarks lists what GitHub refused that nothing fails for, such as a reviewer
// who cannot be asked: one line each, each once, in the order in which they
// were met by this process. It asks nothing of the network.
func (g *GitHub) Remarks() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.remarks)
}

func (g *GitHub) remark(format string, args ...any) {
	line := fm.Line(fmt.Sprintf(format, args...), 300)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.remarks) < mostRemarks && !slices.Contains(g.remarks, line) {
		g.remarks = append(g.remarks, line)
	}
}
