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
	for _, e := range history {
		t := e.Task
		if e.At.After(to) {
			break
		}
		if i, working := open[t.ID]; working && (t.Status != fm.Working || t.Worker == 0 || t.Run() != all[i].Run) {
			all[i].To, all[i].End = e.At, t.Status
			delete(open, t.ID)
		}
		switch {
		case e.Op == queue.OpClaim:
			open[t.ID] = len(all)
			all = append(all, Stint{Worker: t.Worker, Run: t.Run(), From: e.At, To: to, End: fm.Working, ready: earlier(e.At, claimable(t, ready[t.ID], merged))})
		case t.Status == fm.Pending:
			ready[t.ID] = later(e.At, t.NotBefore)
		case t.Status == fm.Merged && merged[t.ID].IsZero():
			merged[t.ID] = e.At
		}
	}
	slices.SortStableFunc(all, func(a, b Stint) int { return cmp.Or(cmp.Compare(a.Worker, b.Worker), a.From.Compare(b.From)) })
	return all
}

// claimable is when a task was ready and everything that it waits for merged.
func claimable(t fm.Task, ready time.Time, merged map[fm.TaskID]time.Time) time.Time {
	for _, dep := range t.DependsOn {
		ready = later(ready, merged[dep])
	}
	return ready
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
