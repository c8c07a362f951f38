package supervisor

import (
	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// clear gives back what a task was worked on in, once no process works there: the
// worktree of an issue that was mended, and the main checkout in any case.
func (d *decision) clear(t fm.Task) {
	if d.state.clearable(t) && !d.index.live[t.ID] && d.state.Sighted == Seen {
		d.act(Clear{Task: t}, "nobody works on it any more", string(t.Status))
	}
}

// clearable says whether a task has something to give back: also the main
// checkout when it waits for another task, which may need that.
func (s State) clearable(t fm.Task) bool {
	return queue.Clearing(t) || t.ID != "" && t.ID == s.digest.detained
}

// cleared takes note of it. What the workspace refuses to remove stays, and its
// user is told why.
func (d *decision) cleared(r fm.Run, why string) {
	t, ok := d.state.Queue.Task(r.Task)
	if !ok || t.Attempt != r.Attempt || !d.state.clearable(t) {
		return
	}
	if why != "" {
		t.Note = joined(t.Note, "its files stay where they are: "+why)
	}
	d.record(queue.Cleared(t))
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// entangled says whether an effect has to wait because what it works on is just
// given back, or, when it is a Clear itself, because something else works there.
// Merging does not.
func (s State) entangled(eff Effect) bool {
	id := onSite(eff)
	if id == "" {
		return false
	}
	if _, clears := eff.(Clear); !clears {
		_, busy := s.Busy[clearKey(id)]
		return busy
	}
	for _, other := range s.Busy {
		if onSite(other) == id {
			return true
		}
	}
	return false
}

// onSite names the task in whose worktree, or on whose branch, an effect works;
// "" for none.
func onSite(eff Effect) fm.TaskID {
	switch eff := eff.(type) {
	case Start:
		return eff.Task.ID
	case Stop:
		return eff.Keep.Task
	case Verify:
		return eff.Task.ID
	case Publish:
		return eff.Task.ID
	case Rebase:
		return eff.Task.ID
	case Tidy:
		return eff.Task.ID
	case Clear:
		return eff.Task.ID
	case Record, Revive, Close, Tell, Merge, Rerun, Look, Scan, Warn, CloseParent, Exit, Note, Explain:
	}
	return ""
}
