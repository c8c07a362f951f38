package supervisor

import (
	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// entitle gives a task that was put into the queue by hand the title of its
// issue. It is asked for once in an attempt: a queue that takes none would be
// asked for ever.
func (d *decision) entitle(t fm.Task, p *Progress) {
	if t.Title != "" || p.Title == "" || d.touched[t.ID] {
		return
	}
	t.Title = p.Title
	before := len(d.changes)
	d.record(queue.Change{Op: queue.OpEdit, Task: t, Why: "the title of its issue"})
	if len(d.changes) > before {
		p.Title = ""
	}
}
