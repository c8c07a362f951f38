package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// standing is how an issue stands that is mended, in the word that is shown.
type standing string

const (
	standsRunning   standing = "RUNNING"
	standsPending   standing = "PENDING"
	standsWaiting   standing = "WAITING" // for an answer of the user's
	standsSuccess   standing = "SUCCESS"
	standsFailed    standing = "FAILED"
	standsPartial   standing = "PARTIAL"
	standsBlocked   standing = "BLOCKED" // needs a person
	standsHeld      standing = "HELD"
	standsCancelled standing = "CANCELLED"
	standsUnknown   standing = "UNKNOWN"
)

// past is what the ledger tells of a task.
type past struct {
	worked time.Duration // by all attempts, up to the last one that ended
	since  time.Time     // of the attempt that runs; zero for none
	said   string        // by its agent, of the work that was accepted
	kept   string        // what became of the main checkout when it left that, as far as there is something to say
}

// pasts reads a ledger.
func pasts(entries []queue.Entry) map[fm.TaskID]past {
	all := map[fm.TaskID]past{}
	for _, e := range entries {
		p := all[e.Task.ID]
		switch works := e.Task.Status == fm.Working; {
		case works && p.since.IsZero():
			p.since = e.At
		case !works && !p.since.IsZero():
			p.worked, p.since = p.worked+e.At.Sub(p.since), time.Time{}
		}
		if e.Op == queue.OpComplete {
			p.said = e.Why
		}
		if e.Op == queue.OpClear && e.Task.Terms.Main {
			p.kept = e.Why
		}
		all[e.Task.ID] = p
	}
	return all
}

// fixRow is one issue, as it is shown.
type fixRow struct {
	task   fm.Task
	stands standing
	over   bool          // nothing more happens to it that is worth waiting for
	took   time.Duration // of work on it; 0 before any
	remark string        // what it waits for, and what to do about it; "" for nothing
	hangs  []fm.Task     // on these, which will never be merged by themselves
	note   string        // what became of it
	kept   string        // what it left in the main checkout; "" for nothing
}

// pull is how its pull request is shown.
func (r fixRow) pull() string {
	if r.task.Pull == "" {
		return "-"
	}
	return "#" + r.task.Pull
}

// fixScene is what there is to see of the issues.
type fixScene struct {
	snap   queue.Snapshot
	last   map[fm.TaskID]fm.Task // as the queue had them, for those that it has no more
	status supervisor.Status
	past   map[fm.TaskID]past
	manual bool // people merge
	now    time.Time
}

// row says how it stands with a task.
func (x fixScene) row(t fm.Task) fixRow {
	p := x.past[t.ID]
	r := fixRow{task: t, took: p.worked, kept: fm.Line(p.kept, 400)}
	if !p.since.IsZero() {
		r.took += max(0, x.now.Sub(p.since))
	}
	switch t.Status {
	case fm.Pending:
		r.stands, r.over = standsPending, stuck(x.snap, t, x.given, nil)
		r.remark, r.hangs = x.waits(t), x.hangs(t, nil)
	case fm.Working:
		r.stands, r.remark = x.works(t)
	case fm.Completed:
		r.stands, r.over, r.note = standsSuccess, true, p.said
		if t.Pull != "" && !x.manual {
			r.stands, r.over, r.remark, r.note = standsRunning, false, x.merges(t), ""
		}
	case fm.Merged:
		r.stands, r.over, r.note = standsSuccess, true, p.said
	case fm.Failed, fm.Blocked:
		r.stands, r.over, r.note = fell(t), true, t.Note
	case fm.Cancelled:
		r.stands, r.over, r.note = standsCancelled, true, t.Note
	case fm.Hold:
		r.stands, r.over, r.note = standsHeld, true, t.Note
	default:
		r.stands, r.over = standsUnknown, true
		r.note = fmt.Sprintf("its status %q means nothing to fm", fm.Line(string(t.Status), 20))
	}
	if r.stands == standsPending && r.over {
		r.note = r.remark
	}
	r.note = fm.Line(firstLine(r.note), 600)
	return r
}

// fell says how a task ended that was not completed.
func fell(t fm.Task) standing {
	switch {
	case t.Status == fm.Failed:
		return standsFailed
	case strings.HasPrefix(t.Note, supervisor.PartNote):
		return standsPartial
	}
	return standsBlocked
}

// given says whether a task will not be merged by itself.
func (x fixScene) given(t fm.Task) bool {
	return given(t) || t.Status == fm.Completed && t.Pull != "" && x.manual
}

// hangs gives those that a pending task waits for, be it by way of others, and
// that nothing becomes of unless a person sees to it. One that is not in the queue,
// or waits for itself, which only an edited queue has, has no status. The path
// breaks such circles.
func (x fixScene) hangs(t fm.Task, path []fm.TaskID) []fm.Task {
	if slices.Contains(path, t.ID) {
		return []fm.Task{{ID: t.ID}}
	}
	var out []fm.Task
	for _, id := range queue.WaitsFor(t, x.snap.Tasks) {
		switch dep, ok := x.snap.Task(id); {
		case !ok:
			out = append(out, fm.Task{ID: id})
		case dep.Status == fm.Pending:
			out = append(out, x.hangs(dep, append(path, t.ID))...)
		case dep.Status != fm.Completed && given(dep):
			out = append(out, dep)
		}
	}
	slices.SortFunc(out, func(a, b fm.Task) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b fm.Task) bool { return a.ID == b.ID })
}

// waits says what a pending task waits for; "" for a worker.
func (x fixScene) waits(t fm.Task) string {
	var parts []string
	for _, id := range queue.WaitsFor(t, x.snap.Tasks) {
		dep, ok := x.snap.Task(id)
		switch {
		case !ok:
			parts = append(parts, "waits for "+id.Ref()+", which is not in the queue")
		case dep.Status == fm.Completed:
			parts = append(parts, "waits for "+id.Ref()+" to be merged"+pull(dep))
		case given(dep):
			parts = append(parts, fmt.Sprintf("waits for %s, which is %s", id.Ref(), fm.Line(string(dep.Status), 20)))
		default:
			parts = append(parts, "waits for "+id.Ref())
		}
	}
	if len(parts) == 0 && t.Failures > 0 {
		return "is tried again " + again(t, x.now) + ": " + fm.Line(t.Note, 300)
	}
	return strings.Join(parts, "; ")
}

func again(t fm.Task, now time.Time) string {
	if !t.NotBefore.After(now) {
		return "as soon as a worker is free"
	}
	return "at " + clock(t.NotBefore, now)
}

// works says what goes on where somebody works.
func (x fixScene) works(t fm.Task) (stands standing, remark string) {
	if queue.Owed(t) {
		return standsRunning, or(fm.Line(t.Note, 300), "its pull request is owed") + "; fm tries again by itself"
	}
	i := slices.IndexFunc(x.status.Workers, func(ws supervisor.WorkerStatus) bool { return ws.Task == t.ID })
	if i < 0 {
		return standsRunning, ""
	}
	switch ws := x.status.Workers[i]; {
	case ws.State == string(fm.Waiting):
		return standsWaiting, "waits for you, fm inbox says how to answer: " + asks(ws.Question)
	case ws.Held:
		return standsRunning, fmt.Sprintf("is held: fm release %s", ws.Worker)
	}
	return standsRunning, ""
}

// merges says what the pull request of a task waits for that is to be merged.
func (x fixScene) merges(t fm.Task) string {
	for _, p := range x.status.Pulls {
		if p.Task == t.ID && p.Number == t.Pull {
			return "pull request #" + t.Pull + ": " + fm.Line(p.Text, 200)
		}
	}
	return ""
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// lasted gives a time as the table has it: 2m 34s.
func lasted(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case d <= 0:
		return "-"
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm %ds", s/60, s%60)
	}
	return fmt.Sprintf("%dh %dm", s/3600, s/60%60)
}
