package github

import (
	"github.com/founder-mode/fm"
)

// urgent is a label that tells a priority: "priority: high", "priority/high",
// "priority-high", "Priority=1", "prio high", and "high priority". The word is
// one of [fm.ParsePriority]. Labels such as "P1" mean different things in
// different projects, and so nothing here.
var urgent = fm.Pattern(`(?i)^\s*prio(?:rity)?\s*[\s:/=_-]+\s*(\w+)\s*$|^\s*(\w+)[\s_-]+prio(?:rity)?\s*$`)

// priorityOf gives the most urgent priority that the labels tell, or 0.
func priorityOf(labels []string) (most fm.Priority) {
	for _, label := range labels {
		m := urgent().FindStringSubmatch(label)
		if m == nil {
			continue
		}
		if p, err := fm.ParsePriority(m[1] + m[2]); err == nil && (most == 0 || p < most) {
			most = p
		}
	}
	return most
}

// priorityLabel is the label that fm gives.
func priorityLabel(p fm.Priority) string { return "priority: " + p.String() }
