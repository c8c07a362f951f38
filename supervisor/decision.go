package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
)

// Decision is one line of a task's journal: what was done, by which rule, and
// what it was believed for.
type Decision struct {
	At       time.Time `json:"at"`
	Run      fm.Run    `json:"run"`
	Rule     string    `json:"rule"`               // such as "stalled: nudge"
	Evidence string    `json:"evidence,omitempty"` // such as "working since 14:02, hook PostToolUse; silent for 30m"
	Then     string    `json:"then"`               // such as "tell worker-3 to report"
}
