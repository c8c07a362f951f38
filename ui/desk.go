package ui

import (
	"slices"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// deskKeys are about questions.
func deskKeys() []binding {
	return []binding{
		{keys: []string{"a"}, group: workersGroup, hint: "answer", when: (*model).anybodyAsks, help: "Answer what agents ask, one after the other.", do: (*Dashboard).ask},
	}
}

func (m *model) anybodyAsks() bool { return len(m.waiting()) > 0 }

// ask shows the questions that wait, that of the selected worker first. The
// dialog is there at once, so that no key that is meant for it reaches the page.
func (d *Dashboard) ask() {
	first := d.model.worker
	if t, ok := d.model.queue.selected(d.model.view); ok && d.model.page == queuePage {
		first = t.Worker
	}
	a := &asking{first: first}
	d.open(a)
	d.askAgain(a)
}

// askAgain finds out what agents ask by now.
func (d *Dashboard) askAgain(a *asking) {
	if a.asked {
		return // the answer to that will do
	}
	a.asked = true
	d.tasks.Go(func() {
		all, err := d.orders.Questions(d.ctx)
		d.post(func() {
			a.asked = false
			if d.model.modal == a {
				a.learn(d, all, err)
			}
		})
	})
}

// recheck looks, after news, whether what is shown still is asked.
func (d *Dashboard) recheck() {
	if a, ok := d.model.modal.(*asking); ok && (a.phase == choosing || a.phase == wording) {
		d.askAgain(a)
	}
}

// answer hands over an answer to the question as it is shown, and learns what is
// asked after that.
func (d *Dashboard) answer(a *asking, with supervisor.Answer) {
	q := a.question()
	with.Asked = q.What
	a.phase, a.note = sending, ""
	d.tasks.Go(func() {
		said, err := d.orders.Answer(d.ctx, q, with)
		all, unseen := d.questionsAfter(q, err)
		d.post(func() {
			d.model.say(said, err)
			if d.model.modal == a {
				a.heard(d, all, err, unseen)
			}
		})
	})
}

// questionsAfter gives what is asked after a question was answered, or was not.
// An agent's signs may tell of it for a moment longer.
func (d *Dashboard) questionsAfter(q Question, refused error) ([]Question, error) {
	all, err := d.orders.Questions(d.ctx)
	if refused == nil {
		all = slices.DeleteFunc(slices.Clone(all), func(o Question) bool { return same(o, q) && o.Since.Equal(q.Since) })
	}
	return all, err
}

// join attaches to the worker whose question only its own session can take.
func (d *Dashboard) join(w fm.WorkerID) {
	d.closeModal()
	d.model.worker = w
	d.attach()
}

// same says whether two are one question, seen twice.
func same(a, b Question) bool {
	return a.Worker == b.Worker && a.Run == b.Run && a.What.Kind == b.What.Kind && a.What.Text == b.What.Text
}
