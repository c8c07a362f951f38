package report

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// Metrics say how well it went. A share is between 0 and 1, and nil where there
// was nothing to share.
type Metrics struct {
	Pulls       int           `json:"pulls"`           // pull requests that were opened
	Busy        time.Duration `json:"busy_ns"`         // of all workers: with a task in hand
	Idle        time.Duration `json:"idle_ns"`         // of all workers: free while the task they took next was ready
	PerHour     *float64      `json:"pulls_per_hour"`  // and worker: Pulls by Busy and Idle
	IdleShare   *float64      `json:"idle_share"`      // Idle by Busy and Idle
	Approval    *float64      `json:"approval"`        // of the pull requests that were decided, those merged as they were opened
	Deaths      int           `json:"deaths"`          // agents that ended at work and were started again
	Recovery    time.Duration `json:"recovery_ns"`     // median time from such an end to the next start
	RecoveryMax time.Duration `json:"recovery_max_ns"` // longest of them
	Estimate    *float64      `json:"estimate"`        // what merged tasks took, by what they were thought to take
}

// measure works out the metrics of the time of the report.
func measure(in Input, stints []Stint, merged []Item) Metrics {
	m := Metrics{Busy: busy(within(stints, in.From, in.To)), Idle: idle(stints, in.From, in.To)}
	m.Pulls, m.Approval = approved(in)
	m.IdleShare = share(m.Idle.Hours(), (m.Busy + m.Idle).Hours())
	m.PerHour = share(float64(m.Pulls), (m.Busy + m.Idle).Hours())
	m.Deaths, m.Recovery, m.RecoveryMax = recoveries(in)
	var took, thought time.Duration
	for _, item := range merged {
		if item.Estimate > 0 && item.Worked > 0 {
			took, thought = took+item.Worked, thought+item.Estimate
		}
	}
	m.Estimate = share(took.Hours(), thought.Hours())
	return m
}

// approved counts the pull requests that were opened, and of those that were
// merged or sent back the share that was merged and never sent back.
func approved(in Input) (opened int, approval *float64) {
	seen, back, decided := map[fm.TaskID]bool{}, map[fm.TaskID]bool{}, map[fm.TaskID]bool{}
	for _, e := range in.History {
		if e.At.After(in.To) {
			continue
		}
		id, counts := e.Task.ID, !e.At.Before(in.From)
		if e.Op == queue.OpReopen {
			back[id] = true
		}
		if e.Task.Pull == "" || e.Op != queue.OpComplete && e.Op != queue.OpReopen && e.Op != queue.OpMerge {
			continue
		}
		if counts && e.Op != queue.OpComplete {
			decided[id] = true
		}
		if counts && e.Op == queue.OpComplete && !seen[id] {
			opened++
		}
		seen[id] = true
	}
	good := 0
	for id := range decided {
		if !back[id] {
			good++
		}
	}
	return opened, share(float64(good), float64(len(decided)))
}

func share(part, whole float64) *float64 {
	if whole <= 0 {
		return nil
	}
	s := part / whole
	return &s
}

func busy(stints []Stint) time.Duration {
	var sum time.Duration
	for _, s := range stints {
		sum += s.To.Sub(s.From)
	}
	return sum
}

// idle is for how long workers had nothing in hand while the task that they took
// next was ready.
func idle(stints []Stint, from, to time.Time) time.Duration {
	var sum time.Duration
	for i, s := range stints {
		if i == 0 || stints[i-1].Worker != s.Worker {
			continue
		}
		free := later(later(stints[i-1].To, s.ready), from)
		sum += max(earlier(s.From, to).Sub(free), 0)
	}
	return sum
}

// recoveries reads from the journals how often an agent ended at work, and how
// long it took until it was started again.
func recoveries(in Input) (n int, median, longest time.Duration) {
	decisions := slices.Clone(in.Decisions)
	slices.SortStableFunc(decisions, func(a, b supervisor.Decision) int { return a.At.Compare(b.At) })
	died := map[fm.TaskID]time.Time{}
	var took []time.Duration
	for _, d := range decisions {
		at, dead := died[d.Run.Task]
		switch {
		case d.At.Before(in.From) || d.At.After(in.To) || d.Run.Task == "":
		case !dead && d.Dies():
			died[d.Run.Task] = d.At
		case dead && d.Starts():
			took = append(took, d.At.Sub(at))
			delete(died, d.Run.Task)
		}
	}
	if len(took) == 0 {
		return 0, 0, 0
	}
	slices.Sort(took)
	return len(took), took[len(took)/2], took[len(took)-1]
}
