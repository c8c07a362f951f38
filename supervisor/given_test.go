package supervisor

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func rules() Rules {
	return Rules{Attempts: 5, StartLimit: 90 * time.Second, Idle: 30 * time.Minute, Timeout: 4 * time.Hour, Grace: 2 * time.Minute, Merge: AutoMerge}
}

// seen is a state at noon in which everything was looked at just now: two
// workers are wanted, the server runs, and the queue holds the tasks.
func seen(tasks ...fm.Task) State {
	s := NewState(rules())
	s.At, s.SightAt, s.LookedAt = noon(), noon(), noon()
	s.Wanted = Wanted{Workers: 2}
	s.Read, s.Sighted = Seen, Seen
	s = s.holding(queue.Snapshot{Tasks: tasks})
	s.Sight = fm.Sight{Generation: "1"}
	s.Reports = map[fm.TaskID]fm.Report{}
	return s.copied()
}

func (s State) holding(snap queue.Snapshot) State {
	s.Queue, s.digest = snap, digestOf(snap)
	return s
}

// with puts a session and the report of its run into the state.
func (s State) with(ss fm.Session, rep fm.Report) State {
	s.Sight.Sessions = append(s.Sight.Sessions, ss)
	rep.Run = ss.Run
	s.Reports[ss.Run.Task] = rep
	return s
}

func task(id fm.TaskID, status fm.Status) fm.Task {
	return fm.Task{ID: id, Parent: "1", Priority: fm.Normal, Status: status, Revision: 7, Since: noon().Add(-time.Hour)}
}

// working is attempt 1 of a task, claimed for the worker.
func working(id fm.TaskID, w fm.WorkerID) fm.Task {
	t := task(id, fm.Working)
	t.Worker, t.Attempt = w, 1
	return t
}

func publishing(id fm.TaskID, w fm.WorkerID) fm.Task {
	return queue.Publish(working(id, w), noon()).Task
}

func tidying(id fm.TaskID) fm.Task {
	t := task(id, fm.Completed)
	t.Attempt, t.Pull = 1, "9"
	return queue.Merge(t, noon()).Task
}

// offers is a state in which the task's pull request was looked at; it is open.
func (s State) offers(t fm.Task, p fm.PullRequest) State {
	p.Number = t.Pull
	p.State = cmp.Or(p.State, fm.PullOpen)
	s.Pulls = cloned(s.Pulls)
	s.Pulls[t.Pull] = PullView{Run: t.Run(), PullRequest: p}
	return s
}

func live(w fm.WorkerID, id fm.TaskID, attempt int) fm.Session {
	return fm.Session{Worker: w, Run: fm.Run{Task: id, Attempt: attempt}, Alive: true, PID: 100 + int(w)}
}

func ended1(w fm.WorkerID, id fm.TaskID) fm.Session {
	ss := live(w, id, 1)
	ss.Alive, ss.Exit = false, "exit 1"
	return ss
}

func typedIn(ss fm.Session) fm.Session {
	ss.Clients, ss.LastKey = 1, noon().Add(-time.Second)
	return ss
}

func atWork() fm.Report {
	return fm.Report{State: fm.AtWork, Prompted: true, Since: noon().Add(-time.Minute)}
}

func turnEnded(turns int) fm.Report {
	return fm.Report{State: fm.AtPrompt, Prompted: true, Turns: turns, Since: noon().Add(-time.Minute)}
}

func claimed(turns int) fm.Report {
	rep := turnEnded(turns)
	rep.Completed = true
	return rep
}

// names tells effects in short: what is ordered, and on what.
func names(effects []Effect) []string {
	out := []string{}
	for _, eff := range effects {
		switch eff := eff.(type) {
		case Record:
			for _, c := range eff.Changes {
				name := fmt.Sprintf("record %s %s", c.Op, c.Task.ID)
				if c.Task.Worker != 0 {
					name += " " + c.Task.Worker.String()
				}
				out = append(out, name+string(c.Parent))
			}
		case Start:
			out = append(out, fmt.Sprintf("start %s %s", eff.Task.Run(), eff.Worker))
		case Stop:
			out = append(out, fmt.Sprintf("stop %s %s keep=%s", eff.Run, eff.Worker, eff.Keep.Task))
		case Close:
			out = append(out, "close "+eff.Worker.String())
		case Tell:
			out = append(out, "tell "+eff.Run.String())
		case Verify:
			out = append(out, "verify "+eff.Task.Run().String())
		case Note, Explain: // they change nothing
		case Warn:
			out = append(out, "warn "+eff.Run.String())
		case Publish, Merge, Rebase, Rerun, Tidy, Clear, Scan, Stock, CloseParent, Look, Revive, Exit:
			out = append(out, fmt.Sprintf("%T %s", eff, eff.key())[len("supervisor."):])
		}
	}
	return out
}

// step is Step without what changes nothing: journals and notes.
func step(s State, ev Event) (State, []Effect) {
	s, effects := Step(s, ev)
	return s, deeds(effects)
}

func deeds(effects []Effect) []Effect {
	return slices.DeleteFunc(effects, func(eff Effect) bool {
		switch eff.(type) {
		case Explain, Note:
			return true
		case Record, Revive, Start, Stop, Close, Tell, Verify, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Warn, Clear, Tidy, CloseParent, Exit:
		}
		return false
	})
}

// look lets a state be reconciled without any news.
func look(t *testing.T, s State) []Effect {
	t.Helper()
	_, effects := step(s, QueueRead{Snapshot: s.Queue})
	return effects
}
