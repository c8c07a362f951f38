package jira

import (
	"strings"

	"github.com/founder-mode/fm"
)

// priorityOf reads the names of Jira's two own schemes; others tell nothing.
func priorityOf(p *named) fm.Priority {
	if p == nil {
		return 0
	}
	switch strings.ToLower(p.Name) {
	case "highest", "blocker", "critical":
		return fm.Critical
	case "high", "major":
		return fm.High
	case "medium", "minor", "normal":
		return fm.Normal
	case "low", "lowest", "trivial":
		return fm.Low
	}
	return 0
}

// priorityFor picks the one of a project's priorities that means p; nil for
// none.
func priorityFor(p fm.Priority, all []named) *named {
	for _, candidate := range all {
		if priorityOf(&candidate) == p {
			return &candidate
		}
	}
	return nil
}
