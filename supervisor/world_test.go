package supervisor

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// world is everything outside of Step, in values: the queue, the terminal
// server, the agents, the forge and the tracker. It counts what must never
// happen instead of preventing it.
type world struct {
	now   time.Time
	tasks []fm.Task // the queue, by the rules of Queue.Commit
	seq   uint64
	close map[fm.IssueID]time.Time

	server  string // generation; "" when down
	servers int
	panes   map[fm.WorkerID]*pane
	agents  map[fm.Run]*agent

	trees map[fm.TaskID]bool
	main  fm.TaskID         // which has the main checkout
	kept  bool              // something there could not be given back
	ready int               // worktrees in the reserve
	radar bool              // somebody looks at the branches
	notes map[fm.TaskID]int // marks that an agent is told of conflicts, without those that it was told of
	done  map[fm.TaskID]work
	pulls []fm.PullRequest
	git   commits
	given map[string]int // reruns, and checks and demands that were given back

	hands []Hand    // what people said about sessions
	limit time.Time // until when every request runs into the usage limit
	down  bool      // the API is

	seen     time.Time       // when the last look began that was delivered
	claims   map[fm.Run]bool // durable ones
	promises map[fm.Run]bool // durable intents to publish
	cursed   map[fm.TaskID]FailureKind
	faults   []string // broken promises
}

type pane struct {
	run     fm.Run
	clients int
	lastKey time.Time
}

// agent is one process and what its signs say.
type agent struct {
	rep   fm.Report
	alive bool
	deaf  bool      // takes no prompt
	hung  bool      // does nothing any more, until it is started again
	well  time.Time // since when it has been at work
}

// work is what the last attempt of a task claims.
type work struct {
	outcome fm.Outcome
	good    bool
}

func newWorld() *world {
	return &world{
		now: noon(), seq: 1, server: "1", servers: 1,
		close: map[fm.IssueID]time.Time{}, panes: map[fm.WorkerID]*pane{}, agents: map[fm.Run]*agent{},
		trees: map[fm.TaskID]bool{}, done: map[fm.TaskID]work{},
		git: commits{}, given: map[string]int{},
		notes: map[fm.TaskID]int{}, claims: map[fm.Run]bool{}, promises: map[fm.Run]bool{}, cursed: map[fm.TaskID]FailureKind{},
	}
}

func (w *world) broken(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

func (w *world) snapshot() queue.Snapshot {
	return queue.Snapshot{Seq: w.seq, Tasks: slices.Clone(w.tasks), Closed: maps.Clone(w.close)}
}

func (w *world) task(id fm.TaskID) *fm.Task {
	for i := range w.tasks {
		if w.tasks[i].ID == id {
			return &w.tasks[i]
		}
	}
	return nil
}

// commit has the rules of Queue.Commit: all or none, against the revision.
func (w *world) commit(changes []queue.Change) bool {
	for _, c := range changes {
		if c.Op == queue.OpCloseParent {
			continue
		}
		if was := w.task(c.Task.ID); was == nil || was.Revision != c.Task.Revision {
			return false
		}
	}
	w.seq++
	for _, c := range changes {
		if c.Op == queue.OpCloseParent {
			w.close[c.Parent] = w.now
			continue
		}
		was := w.task(c.Task.ID)
		if c.Task.Attempt < was.Attempt {
			w.broken("attempt of %s falls from %d to %d", was.ID, was.Attempt, c.Task.Attempt)
		}
		if s := was.Status; (s == fm.Cancelled || s == fm.Hold || s == fm.Merged) && c.Task.Status != s {
			w.broken("%s was %s, and becomes %s", was.ID, s, c.Task.Status)
		}
		if a := w.agents[was.Run()]; c.Op == queue.OpFail && a != nil && a.alive && a.well.Before(w.seen) && a.rep.State != fm.Starting && !a.hung && w.done[was.ID].outcome != fm.Failure && w.cursed[was.ID] == "" && c.Why != "fault" {
			w.broken("%s failed while its agent is well: %s", was.Run(), c.Why)
		}
		w.gave(*was, c)
		w.warns(*was, c)
		rev := was.Revision + 1
		*was = c.Task
		was.Revision = rev
		if c.Op == queue.OpClaim {
			w.claims[was.Run()] = true
		}
		if queue.Publishing(*was) {
			w.promises[was.Run()] = true
		}
	}
	return true
}

func (w *world) kill(r fm.Run) {
	if a := w.agents[r]; a != nil && a.alive {
		a.alive = false
		a.rep.State, a.rep.Since = fm.Exited, w.now
	}
}

func (w *world) alive(r fm.Run) bool { return w.agents[r] != nil && w.agents[r].alive }

// die ends the server; a process that ignores the hang-up survives it.
func (w *world) die(survivor fm.Run) {
	for _, p := range w.panes {
		if p.run != survivor {
			w.kill(p.run)
		}
	}
	w.panes, w.server = map[fm.WorkerID]*pane{}, ""
}

func (w *world) look(working []fm.Run) Observed {
	ev := Observed{At: w.now, Sight: fm.Sight{Generation: w.server}, Reports: map[fm.TaskID]fm.Report{}, Stamp: w.stamp()}
	for _, id := range slices.Sorted(maps.Keys(w.panes)) {
		p := w.panes[id]
		ev.Sight.Sessions = append(ev.Sight.Sessions, fm.Session{
			Worker: id, Run: p.run, Alive: w.alive(p.run), PID: 100 + int(id), Clients: p.clients, LastKey: p.lastKey,
		})
	}
	for _, r := range working {
		ev.Reports[r.Task] = fm.Report{Run: r, State: fm.UnknownState}
		if a := w.agents[r]; a != nil {
			ev.Reports[r.Task] = a.rep
		}
	}
	return ev
}

func (w *world) person(id fm.WorkerID) bool {
	ss := fm.Session{Worker: id}
	if p := w.panes[id]; p != nil {
		ss.Clients, ss.LastKey = p.clients, p.lastKey
	}
	return Present(ss, rules().Grace, w.hands, w.now)
}

// carryOut does what an effect does, and gives the event that tells of it.
func (w *world) carryOut(eff Effect, stopped map[fm.Run]bool) Event {
	fail := func(k FailureKind, why string) Event { return EffectFailed{Effect: eff, Kind: k, Err: why} }
	switch eff := eff.(type) {
	case Revive:
		if w.server == "" {
			w.servers++
			w.server = strconv.Itoa(w.servers)
		}
		return Revived{}
	case Start:
		return w.start(eff)
	case Stop:
		if p := w.panes[eff.Worker]; p != nil && p.run == eff.Run {
			if t := w.task(p.run.Task); !stopped[p.run] && w.alive(p.run) && t.Status == fm.Working && t.Run() == p.run && !w.stalled(p.run) {
				w.broken("healthy %s was stopped", p.run)
			}
			w.kill(p.run)
		}
		return Stopped{Worker: eff.Worker, Run: eff.Run}
	case Close:
		if p := w.panes[eff.Worker]; p != nil && w.alive(p.run) {
			return fail(Transient, "in use")
		}
		delete(w.panes, eff.Worker)
		return Closed(eff)
	case Tell:
		p := w.panes[eff.Worker]
		if p == nil || p.run != eff.Run || !w.alive(p.run) {
			return fail(NotFound, "gone")
		}
		if w.person(eff.Worker) {
			return fail(Transient, "a person types")
		}
		return w.tell(eff, w.agents[eff.Run])
	case Verify:
		return w.verify(eff)
	case Publish:
		return w.publish(eff)
	case Merge:
		return w.merge(eff)
	case Rebase:
		return w.rebase(eff)
	case Rerun:
		return w.rerun(eff)
	case Look:
		return w.lookAtPulls(eff)
	case Tidy:
		for r := range w.agents {
			if r.Task == eff.Task.ID && r.Attempt <= eff.Task.Attempt {
				w.kill(r)
			}
		}
		w.vacate(eff.Task.ID)
		return Tidied{Run: eff.Task.Run()}
	case Clear:
		return w.clear(eff)
	case Scan:
		return Scanned{Stamp: eff.Stamp, Sites: eff.Sites, Conflicts: w.conflicts(eff.Sites)}
	case Stock:
		w.ready = eff.Count
		return Stocked(eff)
	case Warn:
		return w.warn(eff)
	case CloseParent:
		return ParentClosed{Parent: eff.Parent}
	case Note:
		return Noted(eff)
	case Record, Exit, Explain:
	}
	panic("not the world's")
}

// tell has an agent take a text, as far as it takes any.
func (w *world) tell(eff Tell, a *agent) Event {
	switch a.rep.State {
	case fm.AtWork: // for the end of its turn
	case fm.AtPrompt, fm.Limited:
		switch {
		case a.rep.State == fm.Limited && eff.Closes != fm.AsksLimit:
			return EffectFailed{Effect: eff, Kind: Refused, Err: "a dialog is open"}
		case w.troubled():
			w.strike(a)
		case !a.deaf:
			a.rep.State, a.rep.Since, a.rep.Heard, a.rep.Trouble = fm.AtWork, w.now, w.now, ""
		}
	case fm.Starting, fm.Waiting, fm.Retrying, fm.InShell, fm.Exited, fm.UnknownState:
		w.broken("told %s while it is %s", eff.Run, a.rep.State)
	}
	return Told{Worker: eff.Worker, Run: eff.Run}
}

// stalled says whether somebody may doubt that an agent lives.
func (w *world) stalled(r fm.Run) bool {
	a := w.agents[r]
	return a.rep.State == fm.AtWork && (a.hung || w.now.Sub(a.rep.Heard) > machineIdle)
}

// troubled says whether a request fails now for a cause that is everybody's.
func (w *world) troubled() bool { return w.down || w.limit.After(w.now) }

// strike ends an agent's turn in such a trouble.
func (w *world) strike(a *agent) {
	a.rep.Turns++
	a.rep.Since, a.rep.Heard = w.now, w.now
	if w.down {
		a.rep.State, a.rep.Trouble = fm.AtPrompt, fm.ServerTrouble
		return
	}
	a.rep.State, a.rep.Trouble = fm.Limited, fm.LimitTrouble
	if a.rep.Limit.Resets = w.limit; w.limit.Minute()%2 == 0 { // or nobody says
		a.rep.Limit.Resets = time.Time{}
	}
}

func (w *world) start(eff Start) Event {
	run := eff.Task.Run()
	refuse := func(why string) Event { return EffectFailed{Effect: eff, Kind: Transient, Err: why} }
	if !w.claims[run] {
		w.broken("%s was started without a durable claim", run)
	}
	if w.server == "" {
		return refuse("no server")
	}
	for _, p := range w.panes {
		if p.run == run && w.alive(run) {
			return Started{Worker: eff.Worker, Run: run}
		}
	}
	if w.person(eff.Worker) {
		return refuse("a person types")
	}
	if w.main != "" && w.main != run.Task && eff.Task.Terms.Main {
		if !w.kept {
			w.broken("%s takes the main checkout of %s", run, w.main)
		}
		return EffectFailed{Effect: eff, Kind: Refused, Err: "something stands there"}
	}
	for r := range w.agents { // reap
		if r.Task == run.Task {
			w.kill(r)
		}
	}
	p := w.panes[eff.Worker]
	if p == nil {
		p = &pane{}
		w.panes[eff.Worker] = p
	}
	if t := w.task(p.run.Task); w.alive(p.run) && t.Status == fm.Working && t.Run() == p.run && !queue.Owed(*t) {
		w.broken("healthy %s was replaced by %s", p.run, run)
	}
	w.kill(p.run)
	p.run = run
	if eff.Task.Terms.Main {
		w.main, w.kept = run.Task, false
	} else {
		w.ready = max(0, w.ready-1)
		w.trees[run.Task] = true
	}
	a := w.agents[run]
	if a == nil {
		delete(w.done, run.Task) // the first launch clears older claims
		a = &agent{rep: fm.Report{Run: run}, well: w.now.AddDate(1, 0, 0)}
		w.agents[run] = a
	}
	a.alive, a.hung, a.rep.Prompted, a.rep.State, a.rep.Since, a.rep.Heard = true, false, false, fm.Starting, w.now, w.now
	return Started{Worker: eff.Worker, Run: run}
}

func (w *world) verify(eff Verify) Event {
	v := Verdict{Turns: eff.Turns, Commits: w.git[eff.Task.ID].count}
	switch d, ok := w.done[eff.Task.ID]; {
	case !ok:
		v.Reasons = "there is none"
	case d.outcome == fm.Success && !d.good:
		v.Outcome, v.Reasons = d.outcome, "the tests fail"
	default:
		v.Outcome = d.outcome
	}
	return Verified{Run: eff.Task.Run(), Verdict: v}
}

// check looks for broken promises that can be seen at any moment.
func (w *world) check() {
	processes := map[fm.TaskID]int{}
	for r, a := range w.agents {
		if a.alive {
			if processes[r.Task]++; processes[r.Task] == 2 {
				w.broken("two processes work on %s", r.Task)
			}
		}
	}
	open := map[string]int{}
	for _, p := range w.pulls {
		if p.State == fm.PullOpen {
			if open[p.Head]++; open[p.Head] == 2 {
				w.broken("two pull requests of %s are open", p.Head)
			}
		}
	}
	slots := map[fm.WorkerID]fm.TaskID{}
	var holder fm.TaskID
	for _, t := range w.tasks {
		if queue.Holds(t) {
			if holder != "" {
				w.broken("%s and %s have the main checkout", holder, t.ID)
			}
			holder = t.ID
		}
		if t.Status != fm.Working || queue.Owed(t) {
			continue
		}
		if t.Worker == 0 {
			w.broken("%s is at work, and nobody has it", t.ID)
		}
		if other, ok := slots[t.Worker]; ok {
			w.broken("%s holds %s and %s", t.Worker, other, t.ID)
		}
		slots[t.Worker] = t.ID
	}
	for parent := range w.close {
		for _, t := range w.tasks {
			if t.Parent == parent && t.Status != fm.Merged {
				w.broken("parent %s was closed, and %s is %s", parent, t.ID, t.Status)
			}
		}
	}
}
