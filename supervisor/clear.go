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

// cleared takes note of it. What the workspace refuses to remove stays, and its
// user is told why.
func (d *decision) cleared(r fm.Run, why string) {
	t, ok := d.state.Queue.Task(r.Task)
	if !ok || t.Attempt != r.Attempt || !queue.Clearing(t) {
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
