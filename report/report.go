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
	First     []Step      `json:"first"`     // what to do first, most urgent first
	Merged    []Item      `json:"merged"`    // in that time
	Review    []Item      `json:"review"`    // pull requests that are open now
	Stuck     []Item      `json:"stuck"`     // failed or blocked now
	Questions []Question  `json:"questions"` // that agents wait with now
	Spent     fm.Spending `json:"spent"`     // in that time
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
		Merged: []Item{}, Review: []Item{}, Stuck: []Item{}, Questions: in.Questions, Stints: within(stints, in.From, in.To),
	}
	worked := map[fm.TaskID]time.Duration{}
	for _, s := range stints {
		worked[s.Run.Task] += s.To.Sub(s.From)
	}
	for _, t := range in.Tasks {
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

// spentWithin is what was used up between two times: of each task what it has
// spent at the end, less what it had spent at the beginning.
func spentWithin(history []queue.Entry, from, to time.Time) fm.Spending {
	before, after := map[fm.TaskID]fm.Spending{}, map[fm.TaskID]fm.Spending{}
	for _, e := range history {
		switch {
		case e.At.After(to):
		case e.At.Before(from):
			before[e.Task.ID], after[e.Task.ID] = e.Task.Spent, e.Task.Spent
		default:
			after[e.Task.ID] = e.Task.Spent
		}
	}
	var sum fm.Spending
	for id, s := range after {
		sum.Cost += max(s.Cost-before[id].Cost, 0)
		sum.Tokens += max(s.Tokens-before[id].Tokens, 0)
	}
	return sum
}
