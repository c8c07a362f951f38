package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Stint is a task in the hands of a worker: from its claim until it left the
// worker, or until the end of the report.
type Stint struct {
	Worker fm.WorkerID `json:"worker"`
	Run    fm.Run      `json:"run"`
	From   time.Time   `json:"from"`
	To     time.Time   `json:"to"`
	End    fm.Status   `json:"end"` // what became of it; [fm.Working] while it runs

	ready time.Time // when the task could have been claimed; never after From
}

// stintsOf reads the claims from the history, oldest first.
func stintsOf(history []queue.Entry, to time.Time) []Stint {
	var all []Stint
	open := map[fm.TaskID]int{} // place in all
	ready, merged := map[fm.TaskID]time.Time{}, map[fm.TaskID]time.Time{}
	before := map[fm.TaskID]fm.Status{}
	for _, e := range history {
		t := e.Task
		if e.At.After(to) {
			continue // a clock that was wrong, and right again afterwards
		}
		if i, working := open[t.ID]; working && (t.Status != fm.Working || t.Worker == 0 || t.Run() != all[i].Run) {
			all[i].To, all[i].End = later(all[i].From, e.At), t.Status
			delete(open, t.ID)
		}
		switch {
		case e.Op == queue.OpClaim:
			open[t.ID] = len(all)
			all = append(all, Stint{Worker: t.Worker, Run: t.Run(), From: e.At, To: to, End: fm.Working, ready: claimable(e, ready[t.ID], merged)})
		case t.Status == fm.Pending && (before[t.ID] != fm.Pending || ready[t.ID].After(e.At)): // else it is ready since before
			ready[t.ID] = later(e.At, t.NotBefore)
		case t.Status == fm.Merged && merged[t.ID].IsZero():
			merged[t.ID] = e.At
		}
		before[t.ID] = t.Status
	}
	slices.SortStableFunc(all, func(a, b Stint) int { return cmp.Or(cmp.Compare(a.Worker, b.Worker), a.From.Compare(b.From)) })
	return all
}

// claimable is when the task of a claim was ready and everything that it waits
// for merged; the claim itself, where nobody knows.
func claimable(claim queue.Entry, ready time.Time, merged map[fm.TaskID]time.Time) time.Time {
	if ready.IsZero() {
		return claim.At
	}
	for _, dep := range claim.Task.DependsOn {
		ready = later(ready, merged[dep])
	}
	return earlier(claim.At, ready)
}

// within cuts stints to a time.
func within(stints []Stint, from, to time.Time) []Stint {
	cut := []Stint{}
	for _, s := range stints {
		if s.From, s.To = later(s.From, from), earlier(s.To, to); s.From.Before(s.To) {
			cut = append(cut, s)
		}
	}
	return cut
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
