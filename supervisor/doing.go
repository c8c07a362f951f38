package supervisor

import (
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// workers lists the slots that are wanted, and those that still finish a task.
func (s State) workers() []WorkerStatus {
	byWorker := map[fm.WorkerID]fm.Task{}
	last := fm.WorkerID(s.Wanted.Workers)
	for t := range s.inHand {
		if t.Status == fm.Working && t.Worker != 0 {
			byWorker[t.Worker] = t
			last = max(last, t.Worker)
		}
	}
	var out []WorkerStatus
	for w := fm.WorkerID(1); w <= last; w++ {
		t, busy := byWorker[w]
		if int(w) > s.Wanted.Workers && !busy {
			continue
		}
		out = append(out, s.worker(w, t))
	}
	return out
}

func (s State) worker(w fm.WorkerID, t fm.Task) WorkerStatus {
	ss, found := s.slot(w)
	v := WorkerStatus{Worker: w, Attached: ss.Clients, Held: handOf(s.Wanted.Hands, w).Held}
	v.Person = found && s.present(ss) && !v.Held
	if t.ID == "" {
		v.State, v.Text = "idle", s.idleText(w, ss)
		return v
	}
	v.Task, v.Attempt, v.Title, v.Since = t.ID, t.Attempt, fm.Line(t.Title, 120), t.Since
	v.State, v.Text = s.doing(t)
	if rep, ok := s.report(t); ok {
		v.Evidence, v.Question, v.Spent = s.believed(rep), rep.Question, rep.Spent
		if rep.State == fm.Waiting {
			v.Asked = rep.Since
		}
	}
	if wait, ok := s.Waits[taskKey(t.ID)]; ok && wait.Until.After(s.At) {
		v.Text += fmt.Sprintf(" (again in %s: %s)", wait.Until.Sub(s.At).Round(time.Second), fm.Line(wait.Err, 120))
	}
	return v
}

func (s State) idleText(w fm.WorkerID, ss fm.Session) string {
	t, ok := s.Queue.Task(ss.Run.Task)
	switch {
	case handOf(s.Wanted.Hands, w).Held:
		return "Idle (held: fm release " + w.String() + ")"
	case ok && s.present(ss):
		return "Idle (a person is attached)"
	case ok && t.Status == fm.Completed && t.Pull == "":
		return t.ID.Ref() + " done, on " + t.Head()
	case ok && t.Status == fm.Completed && s.inReview(t):
		return "PR #" + t.Pull + " in review"
	case ok && t.Status == fm.Completed:
		return "PR #" + t.Pull + " created"
	case s.Wanted.Paused:
		return "Idle (paused)"
	case !s.Mass.Since.IsZero():
		return "Idle (many agents ended at once)"
	case s.Outage.Trouble != "":
		return "Idle (" + s.troubleText(s.Outage.Trouble, s.Outage.Until) + ")"
	case s.spentToday():
		return "Idle (the budget of the day is used up)"
	}
	return "Idle (waiting for work)"
}

// inReview says whether a pull request waits for people: the last look saw it
// open, and neither fm, nor an agent, nor a check will do anything about it. Until
// then it is merely created.
func (s State) inReview(t fm.Task) bool {
	p, known := s.view(t)
	if !known || p.State != fm.PullOpen || p.Conflict {
		return false
	}
	switch p.Checks.State {
	case fm.ChecksPending, fm.ChecksFailed:
		return false
	case fm.NoChecks, fm.ChecksPassed, fm.ChecksUnreadable:
	}
	return s.Rules.Merge == ManualMerge || p.Draft || p.Armed || p.Demand != ""
}

// doing says what happens with a claimed task, in a word and in a line.
func (s State) doing(t fm.Task) (state, text string) {
	on := t.ID.Ref()
	if queue.Publishing(t) {
		return "publishing", "Opening the pull request for " + on
	}
	switch s.Busy[taskKey(t.ID)].(type) {
	case Start:
		where := "the worktree"
		if t.Terms.Main {
			where = "the main checkout"
		}
		return "starting", "Preparing " + where + " for " + on
	case Verify:
		return "verifying", "Verifying " + on
	case Record, Revive, Stop, Close, Tell, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Warn, Clear, Tidy, CloseParent, Exit, Note, Explain, nil:
	}
	ss, ok := s.session(t.Run())
	rep, reported := s.report(t)
	switch {
	case !ok:
		return string(fm.Starting), "Starting " + on
	case !ss.Alive && ss.Exit != "":
		return string(fm.Exited), "Ended on " + on + " (" + fm.Line(ss.Exit, 60) + ")"
	case !ss.Alive:
		return string(fm.Exited), "Ended on " + on
	case !reported || rep.State == "":
		return string(fm.Starting), "Starting on " + on
	}
	return string(rep.State), s.agentText(t, ss, rep)
}

// agentText says in a line what a live agent does.
func (s State) agentText(t fm.Task, ss fm.Session, rep fm.Report) string {
	on := t.ID.Ref()
	p := s.progress(t)
	if struck(rep) {
		return s.stoppedText(rep) + " on " + on
	}
	switch rep.State {
	case fm.Starting:
		return "Starting on " + on
	case fm.Waiting:
		return "Waiting for you on " + on + ": " + asked(rep.Question)
	case fm.AtWork, fm.Retrying, fm.UnknownState:
		if p.Rung != Calm {
			return fmt.Sprintf("Silent for %s on %s, %s", s.quietText(p, ss, rep), on, p.Rung)
		}
	case fm.AtPrompt:
		switch {
		case p.Reasons != "" && p.ToldAt.IsZero():
			return "To be told on " + on + ": " + fm.Line(p.Reasons, 120)
		case p.Reasons != "":
			return "Sent back on " + on + ": " + fm.Line(p.Reasons, 120)
		}
		return "At its prompt on " + on
	case fm.InShell:
		return "Working on " + on + " (a task in the background)"
	case fm.Limited, fm.Exited:
	}
	switch {
	case rep.State == fm.Retrying && rep.Says != "":
		return "Working on " + on + " (the API is asked again: " + fm.Line(rep.Says, 120) + ")"
	case rep.State == fm.AtWork:
		return "Working on " + on
	}
	return "Working on " + on + " (" + string(rep.State) + ")"
}

// stoppedText says what a stopped agent waits for.
func (s State) stoppedText(rep fm.Report) string {
	text := s.struckText(rep)
	if rest, ok := strings.CutPrefix(text, "usage limit"); ok {
		return "Limited" + rest
	}
	return text
}

// quietText says for how long an agent gave no sign of life of its own.
func (s State) quietText(p Progress, ss fm.Session, rep fm.Report) string {
	quiet := s.SightAt.Sub(latestOf(s.since(p, ss), rep.Heard, rep.Since))
	return fmt.Sprintf("%dm", int(quiet.Minutes()))
}

// String says what was done last.
func (r Rung) String() string {
	switch r {
	case Nudged:
		return "nudged"
	case Interrupted:
		return "interrupted and resumed"
	case Calm:
	}
	return "calm"
}
