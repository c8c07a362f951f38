package ui

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// barCells is how long a bar is.
const barCells = 10

// bar gives the cells of a bar that are merged, that are done beside those, and
// that are left. It is full only when all is done, and empty only when nothing
// is.
func bar(p supervisor.ParentStatus) (merged, done, left string) {
	all := fm.Cells(p.Completed, p.Total, barCells)
	first := min(fm.Cells(p.Merged, p.Total, barCells), all)
	return strings.Repeat("█", first), strings.Repeat("█", all-first), strings.Repeat("░", barCells-all)
}

// spark draws how many tasks became pull requests in each of the last hours,
// the latest at the right. An hour without any is a line at the bottom.
func spark(finishes []supervisor.Finish, now time.Time, hours int) string {
	counts := make([]int, hours)
	most := 0
	for _, f := range finishes {
		if ago := now.Sub(f.At); ago >= 0 && ago < time.Duration(hours)*time.Hour {
			i := hours - 1 - int(ago.Hours())
			counts[i]++
			most = max(most, counts[i])
		}
	}
	levels := []rune("▂▃▄▅▆▇█")
	out := make([]rune, hours)
	for i, n := range counts {
		out[i] = '▁'
		if n > 0 {
			out[i] = levels[(n*len(levels)-1)/most]
		}
	}
	return string(out)
}
