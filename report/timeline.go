package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// mostBars keeps the chart within what Mermaid draws (maxTextSize, 50,000
// characters) and a person takes in: with more, the shortest are left out.
const mostBars = 300

// timeline is a Gantt chart of the workers in Mermaid's notation, "" when nobody
// worked. Task ids alone stand in it: their alphabet means nothing there.
//
// See https://mermaid.js.org/syntax/gantt.html.
func (r Report) timeline(zone *time.Location) string {
	stints := longest(r.Stints, mostBars)
	if len(stints) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("gantt\n    dateFormat YYYY-MM-DDTHH:mm:ss\n    axisFormat %H:%M\n")
	if left := len(r.Stints) - len(stints); left > 0 {
		fmt.Fprintf(&b, "    title The %d longest of %d\n", len(stints), len(r.Stints))
	}
	worker := fm.WorkerID(0)
	for _, s := range stints {
		if s.Worker != worker {
			worker = s.Worker
			fmt.Fprintf(&b, "    section %s\n", worker)
		}
		const form = "2006-01-02T15:04:05"
		name := string(s.Run.Task)
		if s.Run.Attempt > 1 {
			name = fmt.Sprintf("%s try %d", name, s.Run.Attempt)
		}
		to := later(s.To, s.From.Add(time.Second)) // a bar without length is not drawn
		fmt.Fprintf(&b, "    %s :%s%s, %s\n", name, tag(s.End), s.From.In(zone).Format(form), to.In(zone).Format(form))
	}
	return b.String()
}

// tag colours a bar by what became of the stint.
func tag(end fm.Status) string {
	switch end {
	case fm.Completed, fm.Merged:
		return "done, "
	case fm.Working:
		return "active, "
	case fm.Failed, fm.Blocked, fm.Pending: // pending: it failed, and will be tried again
		return "crit, "
	case fm.Cancelled, fm.Hold:
	}
	return ""
}

// longest keeps at most n stints, in their order.
func longest(stints []Stint, n int) []Stint {
	if len(stints) <= n {
		return stints
	}
	length := func(s Stint) time.Duration { return s.To.Sub(s.From) }
	byLength := slices.SortedStableFunc(slices.Values(stints), func(a, b Stint) int { return cmp.Compare(length(b), length(a)) })
	least := length(byLength[n-1])
	room := slices.IndexFunc(byLength, func(s Stint) bool { return length(s) == least }) // all before it are longer
	var kept []Stint
	for _, s := range stints {
		switch {
		case length(s) > least:
			kept = append(kept, s)
		case length(s) == least && room < n:
			kept = append(kept, s)
			room++
		}
	}
	return kept
}
