package supervisor

import (
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// MaxSentBack is how often the reasons against a completion go back to the
// agent before a person is asked.
const MaxSentBack = 2

// judge compares a completion with the work that it claims. It returns why the
// work cannot be accepted, or "".
func judge(c fm.Completion, w fm.Work) string {
	var reasons []string
	if c.Outcome == fm.Success {
		if w.Commits == 0 {
			reasons = append(reasons, "the branch has no commit beyond its base: commit your work")
		} else if len(w.Files) == 0 {
			reasons = append(reasons, "the commits change no file of the project")
		}
	}
	if len(w.Dirty) > 0 {
		reasons = append(reasons, fmt.Sprintf("the work tree is not clean, commit or remove: %s", list(w.Dirty, 10)))
	}
	return strings.Join(reasons, "\n")
}

func list(names []string, limit int) string {
	shown := names[:min(len(names), limit)]
	text := fm.Line(strings.Join(shown, ", "), 500)
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// verified acts on a verdict: publish, send back, fail or ask a person.
func (d *decision) verified(ev Verified) {
	d.done(Verify{Task: fm.Task{ID: ev.Run.Task}})
	t, ok := d.current(ev.Run, fm.Working)
	if !ok {
		return
	}
	v, at := ev.Verdict, d.state.At
	switch {
	case v.Outcome == fm.Failure:
		d.fail(t, "the agent gave up: "+fm.Line(v.Summary, 300), 1)
	case v.Reasons != "":
		d.update(ev.Run, func(p *Progress) {
			p.Judged, p.Reasons, p.SentBack = v.Turns, v.Reasons, p.SentBack+1
		})
	case v.Outcome == fm.Partial:
		d.record(queue.Block(t, "the agent finished only a part: "+fm.Line(v.Summary, 300), at))
	default:
		d.record(queue.Publish(t, at))
	}
}

// fail counts a failed attempt, also against the breaker.
func (d *decision) fail(t fm.Task, why string, limit int) {
	if d.touched[t.ID] || !d.state.idle(Record{}.key()) {
		return
	}
	d.record(queue.Fail(t, why, limit, d.state.At))
	d.state.Breaker = d.state.Breaker.failed(t.ID, d.state.At)
}

func (d *decision) published(ev Published) {
	d.done(Publish{Task: fm.Task{ID: ev.Run.Task}})
	t, ok := d.current(ev.Run, fm.Working)
	if !ok {
		return
	}
	s := d.state
	d.record(queue.Complete(t, ev.Pull.Number, s.At))
	s.Finishes = append(recent(s.Finishes, s.At), Finish{At: s.At, Took: s.At.Sub(t.Since)})
	s.Breaker = Breaker{}
}

func (d *decision) pullMerged(ev PullMerged) {
	d.done(Merge{Task: fm.Task{ID: ev.Run.Task}})
	if t, ok := d.current(ev.Run, fm.Completed); ok {
		d.record(queue.Merge(t, d.state.At))
	}
}

func (d *decision) pullsSeen(pulls []fm.PullRequest) {
	for _, t := range d.state.Queue.Tasks {
		if t.Status != fm.Completed {
			continue
		}
		for _, p := range pulls {
			switch {
			case p.Number != t.Pull:
			case p.State == fm.PullMerged:
				d.record(queue.Merge(t, d.state.At))
			case p.State == fm.PullClosed:
				d.record(queue.Block(t, "pull request "+p.Number+" was closed without merging", d.state.At))
			}
		}
	}
}

// effectFailed decides what a failure means for the task: by its kind, never
// by its text.
func (d *decision) effectFailed(ev EffectFailed) {
	s := d.state
	delete(s.Busy, ev.Effect.key())
	if ev.Kind == Transient {
		d.wait(ev.Effect.key(), ev.Err)
		return
	}
	switch eff := ev.Effect.(type) {
	case Start:
		d.block(eff.Task, fm.Working, ev.Err)
	case Publish:
		d.block(eff.Task, fm.Working, ev.Err)
	case Merge:
		d.mergeFailed(eff.Task, ev)
	case CloseParent:
		if ev.Kind == NotFound { // nothing is left to be closed
			d.record(queue.CloseParent(eff.Parent, ev.Err))
			return
		}
		d.wait(eff.key(), ev.Err)
	case Record, Revive, Stop, Close, Tell, Verify, Look, Tidy, Exit:
		d.wait(ev.Effect.key(), ev.Err)
	}
}

func (d *decision) block(old fm.Task, want fm.Status, why string) {
	if t, ok := d.current(old.Run(), want); ok {
		d.record(queue.Block(t, why, d.state.At))
	}
}

// mergeFailed gives a conflict back to an agent as a new attempt, and anything
// else that was refused to a person.
func (d *decision) mergeFailed(old fm.Task, ev EffectFailed) {
	t, ok := d.current(old.Run(), fm.Completed)
	if !ok {
		return
	}
	if ev.Kind == Conflicted {
		d.fail(t, "merge the base into the branch and resolve: "+ev.Err, d.state.Rules.Attempts)
		return
	}
	d.record(queue.Block(t, ev.Err, d.state.At))
}
