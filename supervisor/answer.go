package supervisor

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// alive leaves a working agent alone, and answers one whose turn is over. An
// agent whose signs cannot be read is left alone too.
func (d *decision) alive(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	p.DeadSince = time.Time{}
	if p.StartedAt.IsZero() {
		p.StartedAt = s.At // adopted
	}
	if s.SightAt.Sub(p.StartedAt) > lasting {
		p.Starts, p.Crashes = 0, 0
	}
	if s.present(ss) {
		p.PersonAt = s.SightAt
	}
	if rep, ok := s.report(t); ok {
		if !d.homeless(t, &p, ss, rep) {
			d.answer(t, &p, ss, rep)
		}
		d.spend(t, &p, rep)
	}
	d.entitle(t, &p)
	s.Runs[t.ID] = p
}

// settle is how long after a turn's end a COMPLETION.md may still turn up.
const settle = 2 * time.Second

func (d *decision) answer(t fm.Task, p *Progress, ss fm.Session, rep fm.Report) {
	s := d.state
	fresh := rep.Turns > p.Judged
	stopped := struck(rep)
	if fresh || !p.ToldAt.IsZero() && !turnOver(rep) && !stopped {
		p.Refused = p.Refused || p.Checked > 0
		p.Reasons, p.ToldAt, p.Checked = "", time.Time{}, 0 // the agent went on
	}
	if !stopped {
		d.recovered(t, p, rep)
	}
	// A claim is also checked when the Stop itself was never heard; but in
	// trouble one that was refused before is the old one.
	unchecked := rep.Completed && p.Checked < max(rep.Turns, 1) && (rep.Trouble == "" || p.SentBack == 0)
	over := turnOver(rep)
	finishes := unchecked && (over || !p.Refused)
	switch {
	case stopped && unchecked:
		d.claims(t, *p)
	case stopped:
		d.strike(t, p, rep)
	case !finishes && d.overtime(t, ss, rep):
	case !over && (rep.State == fm.Starting || !rep.Prompted && rep.State != fm.Waiting):
		d.hangs(t, *p, ss)
	case !over:
		d.stalled(t, p, ss, rep)
	case p.Reasons != "" && p.ToldAt.IsZero():
		d.sendBack(t, *p, ss, rep)
	case unchecked:
		delete(s.Waits, agentKey(t.ID))
		d.claims(t, *p)
	case !fresh:
		d.nudge(p, ss, rep)
	case rep.Trouble == fm.LengthTrouble:
		d.tooLong(t, ss)
	case rep.Trouble != "":
		d.askAgain(t, p, ss, rep)
	case s.SightAt.Sub(rep.Since) < settle:
		// The file may have been written a moment ago and not be stable yet.
	case s.present(ss):
		// It answers a person, who asked for something else.
	default:
		p.Judged = rep.Turns
		p.sendBack(missing)
	}
}

// hangs fails an attempt whose agent does not take its first prompt.
func (d *decision) hangs(t fm.Task, p Progress, ss fm.Session) {
	s := d.state
	if !d.leftAlone(ss) && s.SightAt.Sub(s.since(p, ss)) > s.Rules.StartLimit {
		d.fail(t, "the agent did not take its prompt within "+s.Rules.StartLimit.String(), s.Rules.Attempts)
	}
}

// overtime ends an attempt that has worked for too long. Waiting for people and
// for limits does not count. One that claims to have finished is checked first;
// a file that was refused stays where it is while the agent goes on, and is no
// such claim before the turn is over.
func (d *decision) overtime(t fm.Task, ss fm.Session, rep fm.Report) bool {
	s := d.state
	limit := cmp.Or(t.Terms.Timeout, s.Rules.Timeout)
	if limit <= 0 || rep.Worked <= limit || s.present(ss) {
		return false
	}
	d.fail(t, s.Rules.timedOut(t, limit), 1)
	return true
}

// timedOut says what happened, and where to look. The main checkout is its user's
// again.
func (r Rules) timedOut(t fm.Task, limit time.Duration) string {
	why := timedOutNote(t, limit)
	if r.Dir == nil {
		return why
	}
	dir := r.Dir(t.Site())
	if t.Terms.Main {
		return why + fmt.Sprintf(" Its commits are on the branch %s, and the rest is kept. Debug: cd %s; git log %[1]s; git for-each-ref refs/fm/preserved/%[3]s", t.Head(), dir, t.ID)
	}
	return why + fmt.Sprintf(" The worktree is preserved at: %s Debug: cd %[1]s; git status; cat COMPLETION.md", dir)
}

// tooLong gives a task whose conversation does not fit any more back for a
// fresh one. It is the attempt's fault when it was so from the start, or is so
// again: a task that fits into no conversation would go round for ever.
func (d *decision) tooLong(t fm.Task, ss fm.Session) {
	s := d.state
	const why = "the conversation became too long for the model"
	again := slices.ContainsFunc(t.Extra, func(f fm.Field) bool { return f.Key == longKey })
	switch {
	case s.present(ss):
	case again || s.SightAt.Sub(t.Since) < lasting:
		d.fail(t, why, s.Rules.Attempts)
	default:
		c := queue.Release(t, why, s.At)
		c.Task.Note = why + ": go on from what stands in the worktree"
		c.Task.Extra = append(slices.Clone(c.Task.Extra), fm.Field{Key: longKey, Value: fmt.Sprint(t.Attempt)})
		d.record(c)
	}
}

// maxUnknown is how often in a row an agent is asked to go on after a failure that
// fm does not know: patience of some four minutes.
const maxUnknown = 8

// askAgain has an agent go on whose last request failed, with growing patience.
// When it fails again and again for a reason of its own, there is something in the
// conversation that no answer will cure: another one may.
func (d *decision) askAgain(t fm.Task, p *Progress, ss fm.Session, rep fm.Report) {
	s, key := d.state, agentKey(t.ID)
	if s.At.Sub(s.Waits[key].Until) > maxWait {
		delete(s.Waits, key) // it went on for a while since
	}
	if rep.Trouble == fm.OtherTrouble && s.Waits[key].Count >= maxUnknown && !s.present(ss) {
		if d.fail(t, "each request of its conversation failed, for a reason that fm does not know", s.Rules.Attempts); d.touched[t.ID] {
			delete(s.Waits, key)
		}
		return
	}
	p.Judged, p.Reasons = rep.Turns, "The last request to the API failed ("+fm.Line(string(rep.Trouble), 60)+"). Please continue where you stopped."
	d.wait(key, string(rep.Trouble))
}

// longKey is the key of a queue line of which an attempt became too long.
const longKey = "outgrown"

const missing = "COMPLETION.md is missing: finish the task, commit, then write it as TASK.md says."

// nudge gives reasons again to an agent that stays at its prompt, although it
// was told to go on, or was interrupted.
func (d *decision) nudge(p *Progress, ss fm.Session, rep fm.Report) {
	s := d.state
	since := latestOf(s.since(*p, ss), rep.Since, p.ToldAt)
	if rep.State != fm.AtPrompt || d.leftAlone(ss) || s.SightAt.Sub(since) <= s.Rules.StartLimit {
		return
	}
	if p.Reasons == "" {
		p.Reasons = missing
	}
	p.sendBack(p.Reasons)
}

// sendBack tells the agent why its work was not accepted, and asks a person
// when that did not help. It types at a prompt only, never into a dialog.
func (d *decision) sendBack(t fm.Task, p Progress, ss fm.Session, rep fm.Report) {
	s := d.state
	switch {
	case p.SentBack > MaxSentBack:
		d.record(queue.Block(t, p.Reasons, s.At))
	case rep.State != fm.AtPrompt || d.leftAlone(ss) || d.index.handled[ss.Worker] || !s.idle(agentKey(t.ID)):
	default:
		d.act(Tell{Worker: ss.Worker, Run: t.Run(), Site: t.Site(), Text: p.Reasons}, "its turn is over, and the task is not", s.believed(rep))
	}
}
