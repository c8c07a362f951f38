package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// completed merges a task's pull request, where fm is the one who merges.
func (d *decision) completed(t fm.Task) {
	if d.state.Rules.Merge == AutoMerge {
		d.order(Merge{Task: t})
	}
}

// merged clears up after a merged task, once no process works in its folder.
func (d *decision) merged(t fm.Task) {
	if queue.Tidying(t) && !d.state.lives(t.ID) && d.state.Sighted == Seen {
		d.order(Tidy{Task: t})
	}
}

// parents closes each issue whose every child is merged and cleared up, once.
// A parent with a cancelled or failed child stays open: a person decides.
func (d *decision) parents() {
	s := d.state
	for _, p := range queue.Parents(s.Queue.Tasks) {
		if _, closed := s.Queue.Closed[p.Parent]; closed || p.Parent == "" || p.Merged < p.Total {
			continue
		}
		if children, done := d.children(p.Parent); done {
			d.order(CloseParent{Parent: p.Parent, Children: children})
		}
	}
}

func (d *decision) children(parent fm.IssueID) (children []fm.Task, done bool) {
	for _, t := range d.state.Queue.Tasks {
		if t.Parent != parent {
			continue
		}
		if t.Status != fm.Merged || queue.Tidying(t) {
			return nil, false
		}
		children = append(children, t)
	}
	return children, true
}

// pullsEvery is the pause between two looks at open pull requests.
const pullsEvery = 30 * time.Second

// pulls looks at the open pull requests now and then: people merge and close.
func (d *decision) pulls() {
	s := d.state
	if s.At.Sub(s.LookedAt) < pullsEvery {
		return
	}
	var numbers []string
	for _, t := range s.Queue.Tasks {
		if t.Status == fm.Completed && t.Pull != "" {
			numbers = append(numbers, t.Pull)
		}
	}
	if len(numbers) > 0 {
		d.order(Look{Pulls: numbers})
	}
}

// drained ends the supervisor when it was asked to drain and nothing is left
// to be finished.
func (d *decision) drained() {
	s := d.state
	if s.Wanted.Stop != StopDrain || len(d.changes) > 0 || len(s.Busy) > 0 || d.anyWorking() {
		return
	}
	for _, t := range s.Queue.Tasks {
		if t.Status == fm.Completed && s.Rules.Merge == AutoMerge && s.Waits[taskKey(t.ID)].Count == 0 || queue.Tidying(t) {
			return
		}
	}
	d.order(Exit{})
}

// halt stops every agent, keeps its work, and gives its task back.
func (d *decision) halt() {
	s := d.state
	for _, t := range s.Queue.Tasks {
		if t.Status != fm.Working || d.touched[t.ID] {
			continue
		}
		if queue.Publishing(t) {
			d.order(Publish{Task: t}) // short, and already promised
			continue
		}
		d.haltTask(t)
	}
	if len(s.Busy) == 0 && len(d.changes) == 0 && !d.unfinished() {
		d.order(Exit{})
	}
}

// unfinished says whether a claimed task still has to be given back. One whose
// publication failed keeps its promise in the queue and is left to the next
// supervisor.
func (d *decision) unfinished() bool {
	for _, t := range d.state.Queue.Tasks {
		if t.Status == fm.Working && (!queue.Publishing(t) || d.state.Waits[taskKey(t.ID)].Count == 0) {
			return true
		}
	}
	return false
}

func (d *decision) haltTask(t fm.Task) {
	s := d.state
	ss, ok := s.session(t.Run())
	switch {
	case s.Sighted == Unseen || !s.idle(taskKey(t.ID)):
	case ok && ss.Alive && !s.handled(ss.Worker):
		d.order(Stop{Worker: ss.Worker, Run: ss.Run, Keep: t.ID})
	case ok && ss.Alive:
	default:
		d.record(queue.Release(t, "stopped by the user", s.At))
	}
}

// recent drops finishes older than a day.
func recent(all []Finish, at time.Time) []Finish {
	var out []Finish
	for _, f := range all {
		if at.Sub(f.At) < 24*time.Hour {
			out = append(out, f)
		}
	}
	return out
}
