package queue

import "github.com/founder-mode/fm"

// Progress is how far a parent has come.
type Progress struct {
	Parent fm.IssueID
	Total  int // its tasks in the queue
	Merged int
	Done   int // pull request open or merged
	Failed int // failed, blocked or cancelled: the parent will not close by itself
}

// Complete says whether every task of the parent is merged.
func (p Progress) Complete() bool { return p.Total > 0 && p.Merged == p.Total }

// Counts counts the tasks by status.
func Counts(tasks []fm.Task) map[fm.Status]int {
	counts := make(map[fm.Status]int)
	for _, t := range tasks {
		counts[t.Status]++
	}
	return counts
}

// Parents tells the progress of every parent, in the order in which the queue
// first names them. Tasks without a parent are not counted.
func Parents(tasks []fm.Task) []Progress {
	var all []Progress
	at := make(map[fm.IssueID]int)
	for _, t := range tasks {
		if t.Parent == "" {
			continue
		}
		i, ok := at[t.Parent]
		if !ok {
			i = len(all)
			at[t.Parent] = i
			all = append(all, Progress{Parent: t.Parent})
		}
		all[i].count(t.Status)
	}
	return all
}

func (p *Progress) count(s fm.Status) {
	p.Total++
	switch s {
	case fm.Merged:
		p.Merged++
		p.Done++
	case fm.Completed:
		p.Done++
	case fm.Failed, fm.Blocked, fm.Cancelled:
		p.Failed++
	case fm.Pending, fm.Working, fm.Hold:
	}
}
