package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// overview gives a Status for people: what waits for them first.
func overview(s supervisor.Status, now time.Time) page {
	alive := s.PID != 0
	name := fm.Line(fm.Project{Root: s.Project}.Name(), 30)
	p := page{head: []row{{text: "fm · " + name + " · " + headline(s, now), tint: bold, sentence: true}}}
	if alive && s.Gate.Why != "" {
		p.head = append(p.head, row{text: gateLine(s.Gate, now), tint: yellow, sentence: true})
	}
	if line := quotaText(s.Quota, now); line != "" {
		p.head = append(p.head, row{text: "GitHub: " + line, sentence: true})
	}
	p.add(questionSection(s))
	p.add(problemSection(s))
	if alive || len(s.Workers) > 0 {
		p.add(workerSection(s, now))
	}
	p.sections = append(p.sections, queueSection(s))
	if alive {
		p.add(pullSection(s))
		p.add(conflictSection(s))
	}
	p.add(parentSection(s))
	t := s.Throughput
	p.sections = append(p.sections, section{title: "THROUGHPUT", foot: []row{{
		text: fmt.Sprintf("  Last hour: %d PRs | Today: %d PRs | Avg: %s%s", t.LastHour, t.Today, fm.Span(t.Average), spent(" | Spent today: ", s.Today)),
	}}})
	return p
}

// add appends a section, unless there is nothing in it.
func (p *page) add(s section) {
	if len(s.rows) > 0 {
		p.sections = append(p.sections, s)
	}
}

func questionSection(s supervisor.Status) section {
	out := section{first: true}
	for _, ws := range s.Workers {
		if ws.State != string(fm.Waiting) {
			continue
		}
		what := ws.Question.Text
		if what == "" {
			what = "see what it shows: fm attach " + ws.Worker.String()
		}
		out.rows = append(out.rows, row{
			text: "  ? " + ws.Worker.String() + " on " + ws.Task.Ref() + ": " + fm.Line(what, 300), tint: yellow, sentence: true, kind: "questions",
		})
	}
	out.title = fmt.Sprintf("QUESTIONS (%d for you: fm inbox)", len(out.rows))
	return out
}

func problemSection(s supervisor.Status) section {
	out := section{title: "PROBLEMS", first: true}
	for _, p := range s.Problems {
		out.rows = append(out.rows, row{text: "  ! " + fm.Line(p, 300), tint: red, sentence: true})
	}
	return out
}

func workerSection(s supervisor.Status, now time.Time) section {
	active := 0
	out := section{}
	for _, ws := range s.Workers {
		r := row{text: fmt.Sprintf("  %-10s %s %s", ws.Worker, padded(workerText(ws, now), 32), fm.Line(ws.Title, 120)), kind: fm.Line(ws.State, 20)}
		if ws.Task != "" {
			active++
		}
		r.tint, r.urgent = workerTint(ws)
		out.rows = append(out.rows, r)
	}
	out.title = fmt.Sprintf("WORKERS (%d/%d active)", active, s.Wanted.Workers)
	if len(out.rows) == 0 {
		out.rows = []row{{text: "  none yet", tint: dim}}
	}
	return out
}

// workerTint says what a worker looks like, and whether a person may want to see
// it before others.
func workerTint(ws supervisor.WorkerStatus) (t tint, urgent bool) {
	switch fm.AgentState(ws.State) {
	case fm.Waiting:
		return yellow, true
	case fm.Limited, fm.Exited, fm.Retrying, fm.UnknownState:
		return red, true
	case fm.Starting, fm.AtWork, fm.InShell:
	case fm.AtPrompt: // also of one that has no task
		if ws.Task == "" && !ws.Held && !ws.Person {
			return dim, false
		}
	}
	return noTint, ws.Held || ws.Person || ws.Attached > 0
}

func queueSection(s supervisor.Status) section {
	out := section{title: "QUEUE", foot: []row{{text: "  " + counts(s.Counts), sentence: true}}}
	if s.Counts[fm.Failed]+s.Counts[fm.Blocked] > 0 {
		out.foot = append(out.foot, row{text: "  Why: fm queue show    Again: fm queue retry TASK", tint: dim})
	}
	return out
}

func pullSection(s supervisor.Status) section {
	out := section{title: "PULL REQUESTS"}
	for _, p := range s.Pulls {
		out.rows = append(out.rows, row{text: fmt.Sprintf("  #%s of %s: %s", fm.Line(p.Number, 20), p.Task.Ref(), fm.Line(p.Text, 120)), sentence: true})
	}
	return out
}

func conflictSection(s supervisor.Status) section {
	out := section{title: "CONFLICTS (before anything is merged: fm overlap)"}
	for _, c := range s.Conflicts {
		out.rows = append(out.rows, row{text: "  " + conflictLine(c), tint: yellow, sentence: true})
	}
	return out
}

func parentSection(s supervisor.Status) section {
	out := section{title: "PARENT ISSUES"}
	for _, p := range s.Parents {
		r := row{text: "  " + parentLine(p), kind: "open"}
		if p.Closed {
			r.tint, r.kind = dim, "closed"
		}
		r.urgent = !p.Closed
		out.rows = append(out.rows, r)
	}
	return out
}

// headline says whether fm is at it.
func headline(s supervisor.Status, now time.Time) string {
	alive := s.PID != 0
	head := "supervisor is not running: fm resume"
	switch {
	case alive && s.Started.IsZero(): // it has not said yet
		head = "supervisor is starting"
	case alive:
		head = "up " + fm.Span(now.Sub(s.Started))
	}
	if s.Wanted.Paused {
		head += " · paused: fm resume"
	}
	if alive && s.Wanted.Stop != "" {
		head += " · stopping (" + string(s.Wanted.Stop) + ")"
	}
	if s.Wanted.Permission == bypass {
		head += " · " + bypass
	}
	return head
}

// workerText says in at most 60 columns what a worker does, for how long,
// and what is special.
func workerText(ws supervisor.WorkerStatus, now time.Time) string {
	more := ""
	if ws.Task != "" {
		more = " (" + fm.Span(ws.For(now)) + spent(", ", ws.Spent) + ")"
	}
	switch {
	case ws.Task == "" && (ws.Held || ws.Person): // it says so
	case ws.Held:
		more += " · held"
	case ws.Person:
		more += " · attached, typing"
	case ws.Attached > 0:
		more += " · attached"
	}
	return cut(fm.Line(ws.Text, 0), 60-columns(more)) + more
}

// spent gives an amount behind some words, and nothing when there is none.
func spent(words string, s fm.Spending) string {
	if s.Cost == 0 {
		return ""
	}
	return words + s.Cost.String()
}

// counts gives the queue in the seed's order; what is zero and unusual is left
// out.
func counts(n map[fm.Status]int) string {
	parts := []string{
		fmt.Sprintf("Pending: %d", n[fm.Pending]), fmt.Sprintf("Working: %d", n[fm.Working]),
		fmt.Sprintf("Completed: %d", n[fm.Completed]), fmt.Sprintf("Merged: %d", n[fm.Merged]),
	}
	for _, s := range []fm.Status{fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold} {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s%s: %d", strings.ToUpper(string(s[:1])), s[1:], n[s]))
		}
	}
	return strings.Join(parts, " | ")
}

func parentLine(p supervisor.ParentStatus) string {
	done := fm.Cells(p.Completed, p.Total, 10)
	line := fmt.Sprintf("%s: %s%s %d%% (%d/%d subissues)", p.Parent.Ref(),
		strings.Repeat("█", done), strings.Repeat("░", 10-done), p.Completed*100/max(p.Total, 1), p.Completed, p.Total)
	if p.Closed {
		line += " closed"
	}
	return line
}

// conflictLine says who conflicts with whom, and where.
func conflictLine(c fm.Conflict) string {
	with := "the base branch"
	if c.Tasks[1] != "" {
		with = c.Tasks[1].Ref()
	}
	return fm.Line(c.Tasks[0].Ref()+" and "+with+": "+strings.Join(c.Files, ", "), 160)
}

// gateLine says why nothing new is begun, as a line of its own.
func gateLine(g supervisor.Gate, now time.Time) string { return "⏸ N" + gateText(g, now)[1:] }

// gateText says that nothing new is begun, until when, and why: the time comes
// first, because a narrow terminal cuts the rest.
func gateText(g supervisor.Gate, now time.Time) string {
	text := "nothing new is begun"
	if !g.Until.IsZero() {
		text += " until " + moment(g.Until, now)
	}
	return text + ": " + fm.Line(g.Why, 300)
}

// quotaText says how many requests are left, and "" of a forge that counts none.
func quotaText(q fm.Quota, now time.Time) string {
	switch {
	case q.Blocked.After(now):
		return "paused until " + moment(q.Blocked, now) + because(q.Why)
	case q.Limit == 0:
		return ""
	case !q.Resets.After(now): // a new hour has begun, and nothing was asked in it
		return fmt.Sprintf("%s of %[1]s requests left", thousands(q.Limit))
	}
	return fmt.Sprintf("%s of %s requests left until %s", thousands(q.Left), thousands(q.Limit), clock(q.Resets, now))
}

// thousands gives a number as people read it: 4,812.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// moment gives a time with how long that is from now: 11:05 (in 34m).
func moment(at, now time.Time) string {
	if !at.After(now) {
		return clock(at, now)
	}
	return clock(at, now) + " (in " + fm.Span(at.Sub(now)) + ")"
}

// clock gives a time in the user's own time zone, with the day unless it is
// today.
func clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	days := at.Sub(now).Abs().Hours() / 24
	switch {
	case at.Format(time.DateOnly) == now.Format(time.DateOnly) && at.Sub(now).Abs() < time.Minute:
		return at.Format(time.TimeOnly)
	case at.Format(time.DateOnly) == now.Format(time.DateOnly):
		return at.Format("15:04")
	case days < 6:
		return at.Format("Mon 15:04")
	}
	return at.Format("2 Jan 15:04")
}
