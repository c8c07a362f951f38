package supervisor

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// weeks is a long time of a hundred workers: the world, a supervisor without a
// shell, and people, agents, limits and faults that come and go by chance, the
// same in every run.
type weeks struct {
	tb      testing.TB
	w       *world
	s       State
	rules   Rules
	rand    *rand.Rand
	wanted  Wanted
	scripts map[fm.Run]*script
	visits  map[fm.WorkerID]time.Time // how long the person at it goes on typing
	added   int
	blind   time.Time
	worked  time.Duration // of all agents together
	most    time.Duration // of one attempt
	counts  map[string]int
}

// script is what an agent will do.
type script struct {
	next time.Time // when it shows life again
	left int       // signs until it has finished
	sent bool      // it has already ended a turn too early once

	busy bool          // it was at work at its last sign
	sign time.Time     // when that was
	sum  time.Duration // at work until then
}

// works keeps the account of an agent's time at work, as its signs tell it:
// half an hour of each silence at most.
func (sc *script) works(rep *fm.Report, now time.Time) {
	const most = 30 * time.Minute
	if rep.Heard.After(sc.sign) {
		if sc.busy {
			sc.sum += min(rep.Heard.Sub(sc.sign), most)
		}
		sc.sign = rep.Heard
	}
	switch rep.State {
	case fm.Starting, fm.AtWork, fm.Retrying, fm.InShell:
		sc.busy, rep.Worked = true, sc.sum+min(now.Sub(sc.sign), most)
	case fm.AtPrompt, fm.Waiting, fm.Limited, fm.Exited, fm.UnknownState:
		sc.busy, rep.Worked = false, sc.sum
	}
}

const (
	weeksWorkers = 100
	weeksTick    = 20 * time.Second
	weeksTimeout = 10 * time.Hour // more than any of them needs, less than a sleep and some work
)

func newWeeks(tb testing.TB, seed uint64) *weeks {
	tb.Helper()
	h := &weeks{
		tb: tb, w: newWorld(), rules: rules(), rand: rand.New(rand.NewPCG(seed, 2)), wanted: Wanted{Workers: weeksWorkers},
		scripts: map[fm.Run]*script{}, visits: map[fm.WorkerID]time.Time{}, counts: map[string]int{},
	}
	h.rules.Timeout = weeksTimeout
	h.s = NewState(h.rules)
	return h
}

// chance is true once in so long, on average.
func (h *weeks) chance(every time.Duration) bool {
	return h.rand.Int64N(int64(every/weeksTick)) == 0
}

func (h *weeks) between(a, b time.Duration) time.Duration {
	return a + time.Duration(h.rand.Int64N(int64(b-a)))
}

func (h *weeks) supply() {
	h.w.tasks = slices.DeleteFunc(h.w.tasks, func(t fm.Task) bool {
		gone := t.Status == fm.Merged && !queue.Tidying(t)
		if gone {
			h.counts["merged"]++
			delete(h.w.done, t.ID)
			delete(h.w.git, t.ID)
			for r := range h.w.agents {
				if r.Task == t.ID {
					delete(h.w.agents, r)
					delete(h.scripts, r)
				}
			}
		}
		return gone
	})
	for len(h.w.tasks) < weeksWorkers+20 {
		h.added++
		terms := fm.Terms{Fix: h.added%7 == 0, Main: h.added%49 == 0}
		h.w.tasks = append(h.w.tasks, fm.Task{ID: fm.TaskID(fmt.Sprint(1000 + h.added)), Status: fm.Pending, Priority: fm.Normal, Revision: 1, Since: h.w.now, Terms: terms})
		h.w.seq++
	}
}

// tick lets a moment pass, and a look happen at their end.
func (h *weeks) tick() {
	h.tb.Helper()
	h.w.now = h.w.now.Add(weeksTick)
	h.supply()
	h.faults()
	h.people()
	for _, t := range h.w.tasks {
		if t.Status == fm.Working && h.w.alive(t.Run()) {
			h.worked += weeksTick
			h.agent(t.Run())
		}
	}
	h.look()
}

// faults are the machine's, the API's and the supervisor's own.
func (h *weeks) faults() {
	switch {
	case h.chance(6 * time.Hour):
		h.counts["sleeps"]++
		d := h.between(time.Minute, 9*time.Hour)
		h.w.now = h.w.now.Add(d)
		for _, sc := range h.scripts {
			sc.next = sc.next.Add(d)
		}
	case h.chance(2 * time.Hour):
		h.counts["restarts"]++
		h.s = NewState(h.rules)
	case h.chance(3 * time.Hour):
		h.blind = h.w.now.Add(h.between(0, 2*time.Minute))
	case h.chance(20*time.Hour) && !h.w.troubled():
		h.counts["limits"]++
		h.w.limit = h.w.now.Add(h.between(10*time.Minute, 5*time.Hour))
	case h.chance(10 * time.Hour):
		h.w.down = !h.w.down
	case h.w.down && h.chance(4*time.Minute):
		h.w.down = false
	case h.chance(25*time.Hour) && h.s.Read == Seen:
		h.massacre()
	case h.chance(30*time.Hour) && h.s.Read == Seen:
		h.counts["servers"]++
		h.w.die(fm.Run{})
	case h.chance(2 * time.Hour):
		h.hit("crashes", func(r fm.Run) { h.w.kill(r) })
	case h.chance(4 * time.Hour):
		h.hit("hangs", func(r fm.Run) { h.w.agents[r].hung = h.w.agents[r].rep.State == fm.AtWork })
	}
}

// hit does something to an agent that was at work for long enough.
func (h *weeks) hit(what string, do func(fm.Run)) {
	for _, t := range h.w.tasks {
		if a := h.w.agents[t.Run()]; t.Status == fm.Working && a != nil && a.alive && !a.hung && h.w.now.Sub(a.well) > lasting && h.rand.IntN(10) == 0 {
			h.counts[what]++
			do(t.Run())
			return
		}
	}
}

func (h *weeks) massacre() {
	h.counts["mass deaths"]++
	for _, t := range h.w.tasks {
		if t.Status == fm.Working && h.rand.IntN(10) < 8 {
			h.w.kill(t.Run())
		}
	}
}

// people come, type, watch, leave, and answer what they are asked.
func (h *weeks) people() {
	for _, id := range slices.Sorted(maps.Keys(h.w.panes)) {
		p := h.w.panes[id]
		switch until, typing := h.visits[id]; {
		case typing && h.w.now.Before(until):
			p.lastKey = h.w.now
		case typing && h.chance(5*time.Minute):
			p.clients = 0
			delete(h.visits, id)
		case !typing && h.chance(8*time.Hour):
			h.counts["visits"]++
			h.visits[id] = h.w.now.Add(h.between(time.Minute, time.Hour))
			p.clients, p.lastKey = 1, h.w.now
		}
	}
	if h.chance(3 * time.Hour) {
		h.wanted.Hands = []Hand{{Worker: fm.WorkerID(1 + h.rand.IntN(weeksWorkers)), Held: h.rand.IntN(2) == 0, At: h.w.now}}
		h.w.hands = h.wanted.Hands
	}
}

// agent lets one agent go on as its script says: silent for up to a quarter of
// an hour, and longer when it waits for a person or for a task of its own.
func (h *weeks) agent(r fm.Run) {
	a, sc := h.w.agents[r], h.scripts[r]
	if sc == nil {
		sc = &script{left: 20 + h.rand.IntN(60)}
		h.scripts[r] = sc
	}
	defer func() {
		sc.works(&a.rep, h.w.now)
		h.most = max(h.most, a.rep.Worked)
	}()
	if a.hung || h.w.now.Before(sc.next) {
		return
	}
	set := func(state fm.AgentState) { a.rep.State, a.rep.Since, a.rep.Heard = state, h.w.now, h.w.now }
	sc.next = h.w.now.Add(h.between(time.Second, 3*time.Minute))
	switch a.rep.State {
	case fm.AtPrompt, fm.Limited, fm.Exited, fm.Retrying, fm.UnknownState:
		return
	case fm.Starting:
		a.rep.Prompted, a.well = true, h.w.now
		set(fm.AtWork)
		return
	case fm.Waiting, fm.InShell:
		set(fm.AtWork)
		return
	case fm.AtWork:
	}
	if h.w.troubled() {
		h.w.strike(a)
		return
	}
	a.rep.Heard = h.w.now
	sc.left--
	switch n := h.rand.IntN(100); {
	case sc.left <= 0:
		h.w.git.add(r.Task)
		h.w.done[r.Task], a.rep.Completed, a.rep.Trouble = work{fm.Success, true}, true, ""
		a.rep.Turns++
		set(fm.AtPrompt)
	case n < 10:
		sc.next = h.w.now.Add(15 * time.Minute)
	case n < 12:
		set(fm.Waiting)
		sc.next = h.w.now.Add(h.between(time.Minute, 3*time.Hour))
	case n < 14:
		set(fm.InShell)
		sc.next = h.w.now.Add(h.between(time.Minute, 2*time.Hour))
	case n < 15 && !sc.sent:
		sc.sent = true
		a.rep.Turns, a.rep.Trouble = a.rep.Turns+1, ""
		set(fm.AtPrompt)
	}
}

func (h *weeks) look() {
	h.tb.Helper()
	if h.s.Read == Unseen || h.s.Queue.Seq != h.w.seq {
		h.deliver(QueueRead{Snapshot: h.w.snapshot()})
	}
	if !h.s.Wanted.Equal(h.wanted) {
		h.deliver(WantedRead{Wanted: h.wanted})
	}
	if h.w.now.Before(h.blind) {
		h.deliver(ObserveFailed{Err: "fault"})
		return
	}
	var runs []fm.Run
	for _, t := range h.w.tasks {
		if t.Status == fm.Working {
			runs = append(runs, t.Run())
		}
	}
	h.w.seen = h.w.now
	h.deliver(h.w.look(runs))
	h.w.check()
	if len(h.w.faults) > 0 {
		h.tb.Fatalf("after %s of work: %s", h.worked, strings.Join(h.w.faults[:min(3, len(h.w.faults))], "; "))
	}
}

func (h *weeks) deliver(ev Event) {
	h.tb.Helper()
	h.s, _ = Step(h.s, Ticked{At: h.w.now})
	var results []Event
	for next := []Event{ev}; len(next) > 0; next = next[1:] {
		var effects []Effect
		h.s, effects = Step(h.s, next[0])
		for _, eff := range effects {
			switch eff := eff.(type) {
			case Explain:
				h.counts["decisions"] += len(eff.Decisions)
			case Record:
				if !h.w.commit(eff.Changes) {
					h.tb.Fatal("a stale record, and nobody edits")
				}
				next = append(next, Recorded{Snapshot: h.w.snapshot()}) // before anything else
			case Revive, Start, Stop, Close, Tell, Verify, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Warn, Clear, Tidy, CloseParent, Exit, Note:
				results = append(results, h.carryOut(eff))
			}
		}
	}
	for _, result := range results {
		h.deliver(result)
	}
}

// carryOut does what is ordered, and looks whether it may be.
func (h *weeks) carryOut(eff Effect) Event {
	h.tb.Helper()
	name := identity(eff)
	h.counts[strings.ToLower(name.kind.Name())]++
	if w := workerOf(eff); w != 0 && h.w.person(w) {
		h.w.broken("%v, and a person is at work there", orders{eff})
	}
	a := h.w.agents[name.run]
	switch eff := eff.(type) {
	case Stop:
		if t := h.w.task(name.run.Task); t != nil && t.Status == fm.Working && t.Run() == name.run && !a.hung {
			h.w.broken("%v, and its agent is well: %+v", orders{eff}, a.rep)
		}
	case Tell:
		if a.rep.State == fm.AtWork && !a.hung {
			h.w.broken("%v, and it is well: %+v", orders{eff}, a.rep)
		}
	case Start:
		if sc := h.scripts[name.run]; sc != nil {
			sc.next = h.w.now
		}
	case Record, Revive, Close, Verify, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Warn, Clear, Tidy, CloseParent, Exit, Note, Explain:
	}
	return h.w.carryOut(eff, nil)
}

// TestThreeHundredWorkerHours runs a hundred workers through nights and days of
// silences, questions, people, limits, crashes, sleeps and restarts. No healthy
// session is stopped, started again or urged, no key is pressed while a person
// is at work in a session, and no task has failed once.
//
// Caught: a machine that slept and woke to a fleet of stalls, and to one that had
// worked for too long; silence in a background task that was taken for one; the
// loss of a terminal server that was counted.
func TestThreeHundredWorkerHours(t *testing.T) { newWeeks(t, 1).pass(300 * time.Hour) }

// pass lets the agents work for so long together.
func (h *weeks) pass(d time.Duration) {
	h.tb.Helper()
	for h.worked < d {
		h.tick()
		for _, task := range h.w.tasks {
			if task.Failures > 0 || task.Status == fm.Failed || task.Status == fm.Blocked {
				h.tb.Fatalf("after %s of work #%s is %s with %d failures: %s", h.worked, task.ID, task.Status, task.Failures, task.Note)
			}
		}
	}
	h.tb.Logf("%.0f worker-hours, %s by one at most: %v", h.worked.Hours(), h.most, h.counts)
}
