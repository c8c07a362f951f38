package supervisor

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Decision is one line of a task's journal: what was done, by which rule, and
// what it was believed for. One without a task is about all of them.
type Decision struct {
	At       time.Time `json:"at"`
	Run      fm.Run    `json:"run"`
	Rule     string    `json:"rule"`               // such as "silent: nudge once"
	Evidence string    `json:"evidence,omitempty"` // such as "working, hook PostToolUse 14:02:11; silent for 30m0s"
	Then     string    `json:"then"`               // such as "tell worker-3 to go on"
}

// Words of journals that others count by.
const (
	startsIt = "start it in "
	turnsTo  = " → "
)

// Starts says whether an agent was started.
func (d Decision) Starts() bool { return strings.HasPrefix(d.Then, startsIt) }

// Dies says whether an agent was seen to have ended at work.
func (d Decision) Dies() bool {
	return strings.HasPrefix(d.Then, string(fm.AtWork)) && strings.HasSuffix(d.Then, turnsTo+string(fm.Exited))
}

// noticed adds what was seen, and what the state has taken in of it, to a journal,
// whatever becomes of the step: the next one would not say it again.
func (d *decision) noticed(r fm.Run, rule, evidence, then string) {
	d.seen = append(d.seen, Decision{At: d.state.At, Run: r, Rule: rule, Evidence: evidence, Then: then})
}

// explain adds a record or an effect to a journal, once the queue's part of the
// step is durable: until then it is decided anew.
func (d *decision) explain(r fm.Run, rule, evidence, then string) {
	d.decided = append(d.decided, Decision{At: d.state.At, Run: r, Rule: rule, Evidence: evidence, Then: then})
}

// act orders an effect and says why.
func (d *decision) act(eff Effect, rule, evidence string) bool {
	if !d.order(eff) {
		return false
	}
	d.explain(identity(eff).run, rule, evidence, deed(eff))
	return true
}

// deed says in a few words what an effect does.
func deed(eff Effect) string {
	switch eff := eff.(type) {
	case Start:
		return startsIt + eff.Worker.String()
	case Stop:
		return "stop it in " + eff.Worker.String()
	case Tell:
		return "tell it: " + fm.Line(eff.Text, 200)
	case Verify:
		return "verify its work"
	case Publish:
		return "push it and open its pull request"
	case Merge:
		return "merge its pull request"
	case Rebase:
		return "put its commits on top of its base"
	case Rerun:
		return "run failed checks again: " + checkNames(eff.Checks)
	case Tidy:
		return "remove its worktree and close its subissue"
	case Clear:
		return "give back what it was worked on in"
	case Warn:
		return "tell it: " + fm.Line(eff.Text, 200)
	case Record, Revive, Close, Look, Scan, Stock, CloseParent, Exit, Note, Explain:
	}
	return eff.key()
}

// becomes says what a change makes of its task.
func (s State) becomes(c queue.Change) string {
	t := c.Task
	text := string(t.Status)
	if t.Worker != 0 {
		text += " in " + t.Worker.String()
	}
	if !t.NotBefore.IsZero() {
		text += ", not before " + s.clock(t.NotBefore)
	}
	if t.Pull != "" && t.Status == fm.Completed {
		text += " with pull request " + t.Pull
	}
	return text
}

// believed says what an agent's state is believed for.
func (s State) believed(rep fm.Report) string {
	e := rep.Evidence
	if e.Source == "" {
		return ""
	}
	words := []string{string(e.Source), fm.Line(e.What, 80)}
	if !e.At.IsZero() {
		words = append(words, s.clock(e.At))
	}
	return strings.Join(words, " ")
}

// clock tells a time of day in the time zone of the supervisor.
func (s State) clock(at time.Time) string { return at.In(s.At.Location()).Format("15:04:05") }

// doingNow says in a few words what an agent does: what its journal tells when
// it changes.
func doingNow(rep fm.Report) string {
	text := string(rep.State)
	if rep.State == "" {
		text = string(fm.UnknownState)
	}
	switch {
	case rep.State == fm.Waiting:
		text += ": " + asked(rep.Question)
	case rep.Trouble != "":
		text += " (" + fm.Line(string(rep.Trouble), 40) + ")"
	}
	return text
}

// asked gives a question in a line.
func asked(q fm.Question) string {
	text := fm.Line(q.Text, 120)
	switch {
	case q.Kind == "":
		return text
	case text == "":
		return string(q.Kind)
	}
	return string(q.Kind) + ": " + text
}

// follow tells the journals what changed at the agents since the last look.
func (d *decision) follow() {
	s := d.state
	dead := map[fm.Run]fm.Session{}
	for _, ss := range s.Sight.Sessions {
		if !ss.Alive {
			dead[ss.Run] = ss
		}
	}
	for t := range s.inHand {
		rep, ok := s.report(t)
		if !ok || t.Status != fm.Working {
			continue
		}
		p, now := s.progress(t), doingNow(rep)
		if ss, ended := dead[t.Run()]; ended {
			now = string(fm.Exited)
			rep.Evidence = fm.Evidence{Source: fm.ProcessSource, What: ss.Exit, At: s.SightAt}
		}
		if now == p.Last {
			continue
		}
		then := now
		if p.Last != "" {
			then = p.Last + turnsTo + now
		}
		d.noticed(t.Run(), "agent", s.believed(rep), then)
		p.Last = now
		s.Runs[t.ID] = p
	}
}
