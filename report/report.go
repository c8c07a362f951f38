// Package report tells what became of a night of work: what is merged, what
// waits for a person and why, what it cost, and how well the workers were used.
//
// It reads what the queue's ledger and the journals hold, and nothing else: it
// asks nobody, and decides nothing. What they do not say is left out, never
// guessed. Titles and notes come from outside and are quoted for Markdown.
//
// Start reading at [Make]; then stints.go, from which all numbers are, and
// markdown.go.
package report

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// Input is what a report is made of.
type Input struct {
	From, To  time.Time
	Tasks     []fm.Task             // the queue as it is now
	History   []queue.Entry         // of all tasks, oldest first; also from before From
	Decisions []supervisor.Decision // of all tasks, in any order
	Status    supervisor.Status     // what the supervisor saw last; PID 0 without one
	Questions []Question            // that are open now
}

// Report is what became of the time between From and To.
type Report struct {
	Version   int         `json:"version"` // of this form: 1
	Project   string      `json:"project"`
	From      time.Time   `json:"from"`
	To        time.Time   `json:"to"`
	Known     time.Time   `json:"known,omitzero"` // before this the ledger does not hold everything any more; zero for no such time
	First     []Step      `json:"first"`          // what to do first, most urgent first
	Merged    []Item      `json:"merged"`         // in that time
	Review    []Item      `json:"review"`         // pull requests that are open now
	Stuck     []Item      `json:"stuck"`          // failed or blocked now
	Questions []Question  `json:"questions"`      // that agents wait with now
	Spent     fm.Spending `json:"spent"`          // in that time
	Metrics   Metrics     `json:"metrics"`
	Stints    []Stint     `json:"stints"` // in that time, by worker and time
}

// Item is one task.
type Item struct {
	Task     fm.TaskID     `json:"task"`
	Parent   fm.IssueID    `json:"parent,omitempty"`
	Title    string        `json:"title"`
	Status   fm.Status     `json:"status"`
	Pull     string        `json:"pull,omitempty"`
	Since    time.Time     `json:"since"` // it has this status
	Note     string        `json:"note,omitempty"`
	Worked   time.Duration `json:"worked_ns,omitempty"`   // in the hands of workers, all attempts together
	Estimate time.Duration `json:"estimate_ns,omitempty"` // by whoever split its issue
	Spent    fm.Spending   `json:"spent,omitzero"`
}

// Step is something that only a person can do.
type Step struct {
	What string `json:"what"`
	Do   string `json:"do,omitempty"` // a command
}

// Question is what an agent waits for a person to answer.
type Question struct {
	Worker fm.WorkerID `json:"worker"`
	Task   fm.TaskID   `json:"task"`
	Text   string      `json:"text"`
	Since  time.Time   `json:"since,omitzero"`
}

// Make makes the report. It is pure.
func Make(in Input) Report {
	stints := stintsOf(in.History, in.To)
	r := Report{
		Version: 1, Project: fm.Project{Root: in.Status.Project}.Name(), From: in.From, To: in.To,
		Known:  known(in),
		Merged: []Item{}, Review: []Item{}, Stuck: []Item{}, Questions: slices.Concat([]Question{}, in.Questions), Stints: within(stints, in.From, in.To),
	}
	worked := map[fm.TaskID]time.Duration{}
	for _, s := range stints {
		worked[s.Run.Task] += s.To.Sub(s.From)
	}
	for _, t := range slices.Concat(in.Tasks, gone(in)) {
		item := Item{
			Task: t.ID, Parent: t.Parent, Title: fm.Line(t.Title, 120), Status: t.Status, Pull: t.Pull, Since: t.Since, Note: fm.Line(t.Note, 300),
			Worked: worked[t.ID], Estimate: t.Estimate, Spent: t.Spent,
		}
		switch t.Status {
		case fm.Merged:
			if !t.Since.Before(in.From) && !t.Since.After(in.To) {
				r.Merged = append(r.Merged, item)
			}
		case fm.Completed:
			r.Review = append(r.Review, item)
		case fm.Failed, fm.Blocked:
			r.Stuck = append(r.Stuck, item)
		case fm.Pending, fm.Working, fm.Cancelled, fm.Hold:
		}
	}
	for _, items := range [][]Item{r.Merged, r.Review, r.Stuck} {
		slices.SortStableFunc(items, func(a, b Item) int { return a.Since.Compare(b.Since) })
	}
	r.Spent = spentWithin(in.History, in.From, in.To)
	r.Metrics = measure(in, stints, r.Merged)
	r.First = first(r, in)
	return r
}

// gone are the merged tasks whose lines somebody has taken out of the queue since.
func gone(in Input) []fm.Task {
	there, last := map[fm.TaskID]bool{}, map[fm.TaskID]fm.Task{}
	for _, t := range in.Tasks {
		there[t.ID] = true
	}
	var order []fm.TaskID
	for _, e := range in.History {
		if there[e.Task.ID] {
			continue
		}
		if _, known := last[e.Task.ID]; !known {
			order = append(order, e.Task.ID)
		}
		last[e.Task.ID] = e.Task
	}
	var all []fm.Task
	for _, id := range order {
		if last[id].Status == fm.Merged {
			all = append(all, last[id])
		}
	}
	return all
}

// kept is how far back a ledger that was written anew goes: see package queue.
const kept = 24 * time.Hour

// known is zero unless the report begins before what the ledger still holds: it
// was written anew when the first that it says of a task is not how that came.
func known(in Input) time.Time {
	whole, seen := in.To.Add(-kept), map[fm.TaskID]bool{}
	if !in.From.Before(whole) {
		return time.Time{}
	}
	for _, e := range in.History {
		if !seen[e.Task.ID] && e.Op != queue.OpAdd && e.Op != queue.OpAdopt {
			return whole
		}
		seen[e.Task.ID] = true
	}
	return time.Time{}
}

// spentWithin is what was used up between two times: of each task what it has
// spent at the end, less what it had spent at the beginning. Where the ledger does
// not know that any more it is what it knows first.
func spentWithin(history []queue.Entry, from, to time.Time) fm.Spending {
	before, after := map[fm.TaskID]fm.Spending{}, map[fm.TaskID]fm.Spending{}
	for _, e := range history {
		id := e.Task.ID
		if e.At.After(to) {
			continue
		}
		if _, known := before[id]; !known || e.At.Before(from) {
			before[id] = e.Task.Spent
		}
		after[id] = e.Task.Spent
	}
	var sum fm.Spending
	for id, s := range after {
		sum.Cost += max(s.Cost-before[id].Cost, 0)
		sum.Tokens += max(s.Tokens-before[id].Tokens, 0)
	}
	return sum
}
