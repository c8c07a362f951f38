package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// render writes a Status for people, in at most 80 columns.
func render(w io.Writer, s supervisor.Status, now time.Time) {
	alive := s.PID != 0
	fmt.Fprintf(w, "fm · %s · %s\n", fm.Line(fm.Project{Root: s.Project}.Name(), 30), headline(s, now))
	if alive && s.Gate.Why != "" {
		fmt.Fprintln(w, gateLine(s.Gate, now))
	}
	if line := quotaText(s.Quota, now); line != "" {
		fmt.Fprintln(w, "GitHub:", line)
	}
	if alive {
		renderWorkers(w, s, now)
	}
	fmt.Fprintf(w, "\nQUEUE\n  %s\n", counts(s.Counts))
	if s.Counts[fm.Failed]+s.Counts[fm.Blocked] > 0 {
		fmt.Fprintln(w, "  Why: fm queue show    Again: fm queue retry TASK")
	}
	if alive && len(s.Pulls) > 0 {
		fmt.Fprintln(w, "\nPULL REQUESTS")
		for _, p := range s.Pulls {
			fmt.Fprintf(w, "  #%s of %s: %s\n", p.Number, p.Task.Ref(), fm.Line(p.Text, 120))
		}
	}
	if alive && len(s.Conflicts) > 0 {
		fmt.Fprintln(w, "\nCONFLICTS (before anything is merged: fm overlap)")
		for _, c := range s.Conflicts {
			fmt.Fprintf(w, "  %s\n", conflictLine(c))
		}
	}
	if len(s.Parents) > 0 {
		fmt.Fprintln(w, "\nPARENT ISSUES")
		for _, p := range s.Parents {
			fmt.Fprintf(w, "  %s\n", parentLine(p))
		}
	}
	t := s.Throughput
	fmt.Fprintf(w, "\nTHROUGHPUT\n  Last hour: %d PRs | Today: %d PRs | Avg: %s%s\n", t.LastHour, t.LastDay, span(t.Average), spent(" | Spent today: ", s.Today))
	if len(s.Problems) > 0 {
		fmt.Fprintln(w, "\nPROBLEMS")
		for _, p := range s.Problems {
			fmt.Fprintf(w, "  ! %s\n", fm.Line(p, 160))
		}
	}
}

// headline says whether fm is at it.
func headline(s supervisor.Status, now time.Time) string {
	alive := s.PID != 0
	head := "supervisor is not running: fm resume"
	if alive {
		head = "up " + span(now.Sub(s.Started))
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

func renderWorkers(w io.Writer, s supervisor.Status, now time.Time) {
	active, questions := 0, 0
	for _, ws := range s.Workers {
		if ws.Task != "" {
			active++
		}
		if ws.State == string(fm.Waiting) {
			questions++
		}
	}
	fmt.Fprintf(w, "\nWORKERS (%d/%d active)\n", active, s.Wanted.Workers)
	for _, ws := range s.Workers {
		line := fmt.Sprintf("  %-10s %-32s %s", ws.Worker, workerText(ws, now), fm.Line(ws.Title, 34))
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
	if questions > 0 {
		fmt.Fprintf(w, "  ? %s for you: fm inbox\n", plural(questions, "question"))
	}
}

// workerText says in at most 60 characters what a worker does, for how long,
// and what is special.
func workerText(ws supervisor.WorkerStatus, now time.Time) string {
	more := ""
	if ws.Task != "" {
		more = " (" + span(now.Sub(ws.Since)) + spent(", ", ws.Spent) + ")"
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
	return fm.Line(ws.Text, 60-utf8.RuneCountInString(more)) + more
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
	done := 0
	if p.Total > 0 {
		done = p.Completed * 10 / p.Total
	}
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
	return clock(at, now) + " (in " + span(at.Sub(now)) + ")"
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

// span gives a duration as people say it: 45s, 12m, 2h15m.
func span(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}
