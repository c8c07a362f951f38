package supervisor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// MaxSentBack is how often the reasons against a completion go back to the
// agent before a person is asked.
const MaxSentBack = 2

// judge compares a completion with the work that it claims. It returns why the
// work cannot be accepted, or "".
func judge(t fm.Task, c fm.Completion, w fm.Work) string {
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
	if others := closesOthers(t.ID, w.Messages); len(others) > 0 {
		reasons = append(reasons, fmt.Sprintf("a commit message closes %s: reword it, git commit --amend or rebase -i; only %s may be named so", list(others, 10), t.ID.Ref()))
	}
	if t.Terms.Fix && w.Commits > 0 && !mentions(t.ID, w.Messages) {
		reasons = append(reasons, fmt.Sprintf("no commit message says \"Fixes %s\": add that line to the last one, git commit --amend", t.ID.Ref()))
	}
	return strings.Join(reasons, "\n")
}

// mentions says whether a task's commits say which issue they mend: to GitHub, or,
// where the issue lives elsewhere, to people.
func mentions(id fm.TaskID, messages string) bool {
	said := regexp.MustCompile(`(?im)(?:^|[^\pL\pN])fixes:?[ \t]+` + regexp.QuoteMeta(id.Ref()) + `[._-]*(?:$|[^\pL\pN._-])`)
	return slices.Contains(fm.Closes(messages), fm.IssueID(id)) || said.MatchString(messages)
}

// closesOthers lists the issues but its own that a task's commits would close.
func closesOthers(id fm.TaskID, messages string) []string {
	var others []string
	for _, other := range fm.Closes(messages) {
		if name := "#" + string(other); string(other) != string(id) && !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	return others
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
	d.state.used() // a worker will be free as soon as this is published
	t, ok := d.current(ev.Run, fm.Working)
	if !ok {
		return
	}
	v, at := ev.Verdict, d.state.At
	if d.wentOn(t, v) {
		d.noticed(ev.Run, "it went on while its work was checked", fm.Count(v.Turns, "turn")+" had ended", "check it when its turn is over")
		return
	}
	if v.Reasons != "" {
		d.noticed(ev.Run, "its work is not accepted", fm.Line(v.Reasons, 300), "give it the reasons")
	}
	switch {
	case v.Outcome == fm.Failure:
		d.gaveUp(t, GaveUpNote+fm.Line(v.Summary, 600))
	case v.Reasons != "":
		d.update(ev.Run, func(p *Progress) {
			p.Judged, p.Checked = max(p.Judged, v.Turns), max(v.Turns, 1)
			p.sendBack(v.Reasons)
		})
	case v.Outcome == fm.Partial && d.state.progress(t).Parts == 0:
		d.update(ev.Run, func(p *Progress) {
			p.Judged, p.Checked, p.Parts = max(p.Judged, v.Turns), max(v.Turns, 1), 1
			p.sendBack(unfinished)
		})
	case v.Outcome == fm.Partial && v.Commits > 0 && !t.Terms.NoPull:
		d.record(queue.PublishDraft(t, at))
	case v.Outcome == fm.Partial:
		d.record(queue.Block(t, PartNote+fm.Line(v.Summary, 600), at))
	case t.Terms.NoPull:
		d.finish(t, "", v.Summary)
	default:
		d.record(queue.Publish(t, at))
	}
}

// wentOn says whether somebody had the agent go on since its work was looked at:
// what stands on the branch now nobody has checked.
func (d *decision) wentOn(t fm.Task, v Verdict) bool {
	rep, ok := d.state.report(t)
	lives := func(ss fm.Session) bool { return ss.Run == t.Run() && ss.Alive }
	return ok && (rep.Turns > v.Turns || rep.State == fm.AtWork && slices.ContainsFunc(d.state.Sight.Sessions, lives))
}

const unfinished = "COMPLETION.md says PARTIAL: finish the rest, commit, then write COMPLETION.md anew. If the rest cannot be done, say there why."

// fail counts a failed attempt, also against the breaker.
func (d *decision) fail(t fm.Task, why string, limit int) {
	d.failed(t, queue.Fail(t, why, limit, d.state.At))
}

func (d *decision) failed(t fm.Task, c queue.Change) {
	if d.touched[t.ID] || !d.state.idle(Record{}.key()) {
		return
	}
	d.record(c)
	d.state.Breaker = d.state.Breaker.failed(t.ID, d.state.At)
}

// saidKey is the key of a queue line of which an agent has said FAILED.
const saidKey = "said"

// gaveUp fails a task whose agent said so: for good when it is the second that
// says so. The first one's word is told to the next, however many attempts have
// failed for other reasons. A person's retry begins anew.
func (d *decision) gaveUp(t fm.Task, why string) {
	said := func(f fm.Field) bool { return f.Key == saidKey }
	if t.Failures > 0 && slices.ContainsFunc(t.Extra, said) {
		d.fail(t, why, 1)
		return
	}
	c := queue.Fail(t, why, max(d.state.Rules.Attempts, t.Failures+2), d.state.At)
	c.Task.Extra = append(slices.DeleteFunc(slices.Clone(c.Task.Extra), said), fm.Field{Key: saidKey, Value: string(fm.Failure)})
	d.failed(t, c)
}

func (d *decision) published(ev Published) {
	t, ok := d.current(ev.Run, fm.Working)
	if !ok {
		return
	}
	if queue.Drafting(t) {
		d.record(drafted(t, ev, d.state.At))
		return
	}
	d.finish(t, ev.Pull.Number, ev.Summary)
}

// finish completes a task whose work was accepted, and whose pull request stands
// where there is to be one. The first line of what its agent said is kept in the
// ledger: COMPLETION.md goes with the worktree.
func (d *decision) finish(t fm.Task, pull, summary string) {
	s := d.state
	c := queue.Complete(t, pull, s.At)
	said, _, _ := strings.Cut(strings.TrimSpace(summary), "\n")
	c.Why = fm.Line(said, 200)
	d.record(c)
	s.Breaker = Breaker{}
	again := func(f Finish) bool { return f.Run == t.Run() } // the queue could not be written then
	s.Finishes = append(slices.DeleteFunc(recent(s.Finishes, s.At), again), Finish{Run: t.Run(), At: s.At, Took: s.At.Sub(t.Since)})
}

// drafted gives a part of the work to a person, with its pull request.
func drafted(t fm.Task, ev Published, at time.Time) queue.Change {
	kind := "pull request"
	if ev.Pull.Draft {
		kind = "draft pull request"
	}
	c := queue.Block(t, PartNote+strings.TrimRight(fm.Line(ev.Summary, 600), ". ")+"; "+kind+" #"+ev.Pull.Number, at)
	c.Task.Pull = ev.Pull.Number
	return c
}

// effectFailed decides what a failure means for the task: by its kind, never
// by its text.
func (d *decision) effectFailed(ev EffectFailed) {
	if _, warned := ev.Effect.(Warn); warned && ev.Kind != Skipped { // it was a courtesy
		d.noticed(identity(ev.Effect).run, "it could not be told", fm.Line(ev.Err, 200), "do without")
		return
	}
	switch ev.Kind {
	case Skipped:
		return
	case Transient:
		d.later(ev)
		return
	case Refused, Conflicted, NotFound:
	}
	switch eff := ev.Effect.(type) {
	case Start:
		d.block(eff.Task.Run(), fm.Working, ev.Err)
	case Publish:
		d.block(eff.Task.Run(), fm.Working, ev.Err)
	case Tell: // a dialog is open, or nobody is there: a look will tell
		d.wait(eff.key(), ev.Err)
		d.explainWait(ev)
	case Verify:
		if t, ok := d.current(eff.Task.Run(), fm.Working); ok {
			d.fail(t, ev.Err, d.state.Rules.Attempts)
		}
	case Merge:
		d.mergeFailed(eff, ev)
	case Rebase:
		d.rebaseFailed(eff.Task, ev)
	case Rerun:
		d.rerunFailed(eff, ev)
	case CloseParent:
		d.parentFailed(eff, ev)
	case Clear:
		d.cleared(eff.Task.Run(), "", ev.Err)
	case Record, Revive, Stop, Close, Look, Scan, Stock, Warn, Tidy, Exit, Note, Explain:
		d.wait(ev.Effect.key(), ev.Err)
	}
}

// later has an effect tried again after a pause. Whether a pull request was
// changed nevertheless, and what people did to it meanwhile, a look tells before.
func (d *decision) later(ev EffectFailed) {
	d.wait(ev.Effect.key(), ev.Err)
	d.explainWait(ev)
	switch eff := ev.Effect.(type) { //nolint:gochecksumtype // the others only wait
	case Start:
		d.yield(eff.Task.Run(), ev.Err)
	case Merge:
		d.forget(eff.Task)
	case Rebase:
		d.forget(eff.Task)
	case Rerun:
		d.rerunFailed(eff, ev)
	}
}

func (d *decision) explainWait(ev EffectFailed) {
	if r := identity(ev.Effect).run; r.Task != "" {
		s := d.state
		d.noticed(r, "it did not work: "+deed(ev.Effect), fm.Line(ev.Err, 200), "again at "+s.clock(s.Waits[ev.Effect.key()].Until))
	}
}

// maxStartTries bounds how long a task that cannot be started keeps its worker
// from others.
const maxStartTries = 3

// yield gives the claim of a task that cannot be started back for a while. No
// attempt of it has failed, and yet the breaker counts it: when nothing can be
// started, claiming more is in vain.
func (d *decision) yield(r fm.Run, why string) {
	s := d.state
	t, ok := d.current(r, fm.Working)
	w := s.Waits[taskKey(r.Task)]
	if !ok || w.Count < maxStartTries || d.touched[t.ID] || !s.idle(Record{}.key()) {
		return
	}
	c := queue.Release(t, why, s.At)
	c.Task.NotBefore = w.Until.UTC().Truncate(time.Second).Add(time.Second)
	d.record(c)
	s.Breaker = s.Breaker.failed(t.ID, s.At)
}

func (d *decision) block(r fm.Run, want fm.Status, why string) {
	if t, ok := d.current(r, want); ok {
		d.record(queue.Block(t, why, d.state.At))
	}
}
