package supervisor

import (
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Status is what the supervisor last saw: the content of status.json. Tasks
// are not in it; the queue file has them.
type Status struct {
	Version    int               `json:"version"` // of this form: 1
	At         time.Time         `json:"at"`
	Started    time.Time         `json:"started"` // of the supervisor
	PID        int               `json:"pid"`     // of the supervisor; 0 for none
	Project    string            `json:"project"`
	Wanted     Wanted            `json:"wanted"`
	Server     string            `json:"server"` // generation of the tmux server; "" when it is down
	Workers    []WorkerStatus    `json:"workers"`
	Counts     map[fm.Status]int `json:"counts"`
	Parents    []ParentStatus    `json:"parents"`
	Pulls      []PullStatus      `json:"pulls"`
	Conflicts  []fm.Conflict     `json:"conflicts"` // between branches, before they are merged
	Throughput Throughput        `json:"throughput"`
	Problems   []string          `json:"problems"`
	Gate       Gate              `json:"gate,omitzero"`  // why nothing new is begun
	Today      fm.Spending       `json:"today,omitzero"` // by all tasks since midnight
	Finishes   []Finish          `json:"finishes"`       // of the last day
	Quota      fm.Quota          `json:"quota,omitzero"` // of the forge; the shell's caller fills it in
}

// WorkerStatus is one slot.
type WorkerStatus struct {
	Worker   fm.WorkerID `json:"worker"`
	State    string      `json:"state"` // idle, an agent state, verifying, publishing or draining
	Task     fm.TaskID   `json:"task,omitempty"`
	Attempt  int         `json:"attempt,omitempty"`
	Title    string      `json:"title,omitempty"`
	Since    time.Time   `json:"since,omitzero"` // of the claim
	Attached int         `json:"attached,omitempty"`
	Text     string      `json:"text"`               // one line for people
	Evidence string      `json:"evidence,omitempty"` // what the state is believed for
	Question fm.Question `json:"question,omitzero"`
	Asked    time.Time   `json:"asked,omitzero"`   // since when a question waits
	Spent    fm.Spending `json:"spent,omitzero"`   // by the attempt
	Person   bool        `json:"person,omitempty"` // one is at work in it: fm presses no key
	Held     bool        `json:"held,omitempty"`   // by fm hold
}

// For is how long the worker has been at what it does: asking, or at its task.
// It is zero where that is not known.
func (w WorkerStatus) For(now time.Time) time.Duration {
	from := w.Since
	if !w.Asked.IsZero() {
		from = w.Asked
	}
	if from.IsZero() {
		return 0
	}
	return now.Sub(from)
}

// ParentStatus is the progress of one issue.
type ParentStatus struct {
	Parent    fm.IssueID `json:"parent"`
	Total     int        `json:"total"`
	Completed int        `json:"completed"` // pull request open or merged
	Merged    int        `json:"merged"`
	Closed    bool       `json:"closed"`
}

// Throughput counts tasks that became pull requests.
type Throughput struct {
	LastHour int           `json:"last_hour"`
	LastDay  int           `json:"last_day"`
	Today    int           `json:"today"`      // since midnight
	Average  time.Duration `json:"average_ns"` // from claim to pull request; 0 when none
}

// View gives the Status of a State. It is pure; the shell adds who it is.
func View(s State) Status {
	v := Status{
		Version: 1, At: s.At, Wanted: s.Wanted, Server: s.Sight.Generation,
		Counts: queue.Counts(s.Queue.Tasks), Finishes: recent(s.Finishes, s.At),
		Workers: s.workers(), Pulls: s.pullStatuses(), Conflicts: s.conflicts(), Problems: s.problems(),
	}
	for _, p := range queue.Parents(s.Queue.Tasks) {
		if p.Parent == "" {
			continue
		}
		_, closed := s.Queue.Closed[p.Parent]
		v.Parents = append(v.Parents, ParentStatus{Parent: p.Parent, Total: p.Total, Completed: p.Done, Merged: p.Merged, Closed: closed})
	}
	v.Throughput = throughput(v.Finishes, s.At)
	v.Gate, v.Today = s.gate(), s.today()
	return v
}

func throughput(finishes []Finish, at time.Time) Throughput {
	var t Throughput
	var sum time.Duration
	for _, f := range finishes {
		t.LastDay++
		if queue.Day(f.At.In(at.Location())) == queue.Day(at) {
			t.Today++
		}
		sum += f.Took
		if at.Sub(f.At) < time.Hour {
			t.LastHour++
		}
	}
	if t.LastDay > 0 {
		t.Average = sum / time.Duration(t.LastDay)
	}
	return t
}

func (s State) report(t fm.Task) (fm.Report, bool) {
	rep, ok := s.Reports[t.ID]
	return rep, ok && rep.Run == t.Run()
}

// queueProblems says what is wrong with the queue.
func (s State) queueProblems() []string {
	var out []string
	for _, p := range slices.Concat(s.Problems, s.Queue.Standing) {
		out = append(out, fm.Line("queue: "+p.What+": "+p.Do+": "+p.Line, 300))
	}
	if s.Unfit != "" {
		out = append(out, fm.Line(Unrecorded+s.Unfit, 300))
	}
	if w := s.Waits[Record{}.key()]; w.Until.After(s.At) {
		out = append(out, fmt.Sprintf("the queue cannot be written (tried %s, again at %s): %s", times(w.Count), s.clock(w.Until), fm.Line(w.Err, 200)))
	}
	for _, i := range s.digest.unknown {
		t := s.Queue.Tasks[i]
		out = append(out, fmt.Sprintf("%s has the status %q, which means nothing to fm: left alone; fm queue retry %[3]s", t.ID.Ref(), fm.Line(string(t.Status), 40), t.ID))
	}
	return out
}

func (s State) problems() []string {
	out := s.queueProblems()
	for _, name := range s.Sight.Strangers {
		out = append(out, "tmux session "+fm.Line(name, 60)+" on fm's server is not fm's: left alone")
	}
	if s.Read == Seen && s.Sighted == Seen {
		for _, ss := range s.Sight.Sessions {
			if _, ok := s.Queue.Task(ss.Run.Task); !ok && ss.Alive && ss.Run.Task != "" {
				out = append(out, ss.Worker.String()+" works on "+ss.Run.Task.Ref()+", which the queue does not know: left alone")
			}
		}
	}
	for id, why := range s.Unread {
		out = append(out, "the signs of "+id.Ref()+"'s agent cannot be read: "+fm.Line(why, 200))
	}
	out = append(out, s.unreadPulls()...)
	if !s.Mass.Since.IsZero() {
		out = append(out, s.Mass.Text+"; starting them again one by one")
	}
	if s.Breaker.open(s.At) {
		out = append(out, fmt.Sprintf("%d different tasks failed within minutes: claiming one at a time", len(s.Breaker.Failures)))
	}
	if s.blind() {
		out = append(out, "checks cannot be read with this token: failures are not handed to agents")
	}
	told := map[string]bool{Record{}.key(): true}
	for key, text := range s.owed() {
		told[key] = true
		out = append(out, text)
	}
	for key, w := range s.Waits {
		if w.Until.After(s.At) && w.Count > 2 && !told[key] {
			out = append(out, fmt.Sprintf("%s: tried %d times: %s", key, w.Count, fm.Line(w.Err, 200)))
		}
	}
	slices.Sort(out)
	return out
}

// unreadPulls names the pull requests that wait because nobody can tell what
// becomes of them.
func (s State) unreadPulls() []string {
	var out []string
	for t := range s.watched {
		if p, known := s.view(t); known && p.Unread != "" {
			out = append(out, "the pull request of "+t.ID.Ref()+" cannot be read, and waits: "+fm.Line(p.Unread, 300))
		}
	}
	return out
}

// blind says whether the forge keeps the checks of an open pull request from fm.
func (s State) blind() bool {
	for t := range s.watched {
		if p, known := s.view(t); known && p.State == fm.PullOpen && p.Checks.State == fm.ChecksUnreadable {
			return true
		}
	}
	return false
}
