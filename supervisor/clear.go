package supervisor

import (
	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// clear gives back what a task was worked on in, once no process works there: the
// worktree of an issue that was mended, and the main checkout in any case.
func (d *decision) clear(t fm.Task) {
	if queue.Clearing(t) && !d.index.live[t.ID] && d.state.Sighted == Seen {
		d.act(Clear{Task: t}, "nobody works on it any more", string(t.Status))
	}
}

// cleared takes note of it, with what a person should know. What the workspace
// refuses to remove stays, and its user is told why.
func (d *decision) cleared(r fm.Run, remark, refused string) {
	t, ok := d.state.Queue.Task(r.Task)
	if !ok || t.Attempt != r.Attempt || !queue.Clearing(t) {
		return
	}
	if refused != "" {
		remark = "its files stay where they are: " + refused
		t.Note = joined(t.Note, remark)
	}
	d.record(queue.Cleared(t, remark))
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
	case Record, Revive, Close, Tell, Merge, Rerun, Look, Scan, Stock, Warn, CloseParent, Exit, Note, Explain:
	}
	return ""
}
