package ui

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// edit changes the selected task of the table, or says why that makes no sense.
// It asks only where that cannot be undone.
func (d *Dashboard) edit(e Edit) {
	t, ok := d.selectedTask()
	if !ok {
		return
	}
	if e == Hold && t.Status == fm.Hold {
		e = Retry
	}
	d.editTask(t, e)
}

func (d *Dashboard) editTask(t fm.Task, e Edit) {
	if why := whyNot(t, e); why != "" {
		d.model.wrong = why
		return
	}
	asks := loses(t, e)
	if asks == "" {
		d.orderEdit(t.ID, e)
		return
	}
	d.confirm(asks, func() {
		now, ok := d.model.task(t.ID)
		switch why := whyNot(now, e); {
		case !ok:
			d.model.wrong = t.ID.Ref() + " is not in the queue any more"
		case why != "":
			d.model.wrong = why
		case loses(now, e) != asks:
			d.editTask(now, e) // it would lose something else by now
		default:
			d.orderEdit(t.ID, e)
		}
	})
}

// loses asks about what an edit would throw away for good; "" for nothing.
func loses(t fm.Task, e Edit) string {
	verb := map[Edit]string{Cancel: "Cancel", Hold: "Hold"}[e]
	switch {
	case verb == "":
		return ""
	case t.Status == fm.Working:
		return fmt.Sprintf("%s %s? %s works on it: its agent is stopped in the middle. What it has written is kept.", verb, t.ID.Ref(), t.Worker)
	case t.Status == fm.Completed && t.Pull != "":
		return fmt.Sprintf("%s %s? It is done. Its pull request #%s stays open, and fm looks after it no more.", verb, t.ID.Ref(), t.Pull)
	}
	return ""
}

func (d *Dashboard) orderEdit(id fm.TaskID, e Edit) {
	d.order(func(ctx context.Context) (string, error) { return d.orders.Edit(ctx, id, e) })
}

// whyNot says why an edit makes no sense for a task as it is; "" where it does.
func whyNot(t fm.Task, e Edit) string {
	wish := queue.Ranked
	switch e {
	case Retry:
		wish = queue.Anew
	case Hold:
		wish = queue.Aside
	case Cancel:
		wish = queue.Off
	case Critical, High, Normal, Low:
		if t.Priority.String() == string(e) {
			return t.ID.Ref() + " is " + string(e) + " already"
		}
	}
	why := queue.Refused(t, wish)
	if why != "" && t.Status == fm.Cancelled {
		why += "; r takes it up again"
	}
	return why
}

// selectedTask is the one in the table; where there is none it says so.
func (d *Dashboard) selectedTask() (t fm.Task, ok bool) {
	if t, ok = d.model.queue.selected(d.model.view); !ok {
		d.model.wrong = "no task is selected"
	}
	return t, ok
}

// task finds a task in the last view.
func (m *model) task(id fm.TaskID) (t fm.Task, ok bool) {
	for _, t := range m.view.Tasks {
		if t.ID == id {
			return t, true
		}
	}
	return fm.Task{}, false
}

// attachToTask joins the worker that has the selected task.
func (d *Dashboard) attachToTask() {
	t, ok := d.selectedTask()
	if !ok {
		return
	}
	for _, ws := range d.model.view.Status.Workers {
		if ws.Task == t.ID {
			d.model.worker = ws.Worker
			d.attach()
			return
		}
	}
	d.model.wrong = "no worker has " + t.ID.Ref() + " now; w tells how it came there"
}

func (d *Dashboard) historyOfTask() {
	if t, ok := d.selectedTask(); ok {
		d.showHistory(t.ID)
	}
}

// retryHere is r where the workers are shown. Of the selected worker's task and
// what else has failed it takes what can only be meant.
func (d *Dashboard) retryHere() {
	m := &d.model
	if i := m.selected(); i >= 0 {
		if t, ok := m.task(m.view.Status.Workers[i].Task); ok && stuck(t) {
			d.editTask(t, Retry)
			return
		}
	}
	var all []fm.Task
	for _, t := range m.view.Tasks {
		if stuck(t) {
			all = append(all, t)
		}
	}
	switch len(all) {
	case 0:
		m.wrong = "nothing to retry: no task has failed or is blocked"
	case 1:
		d.editTask(all[0], Retry)
	default:
		m.queue.filter, m.queue.task, m.queue.by, m.queue.reversed = input{}, all[0].ID, statusColumn, false
		m.queue.arrange(m.view)
		d.showQueue()
		m.said = fmt.Sprintf("%d tasks have failed or are blocked: r retries the selected one", len(all))
	}
}

// anyStuck says whether there is a task for r.
func (m *model) anyStuck() bool {
	return m.view.Status.Counts[fm.Failed]+m.view.Status.Counts[fm.Blocked] > 0
}

// stuck says whether a task goes on only when somebody says so.
func stuck(t fm.Task) bool { return t.Status == fm.Failed || t.Status == fm.Blocked }
