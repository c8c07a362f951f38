package supervisor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// machine is a supervisor without a shell: Step, the world, and what is on its
// way between them. Every action is drawn, time is a number.
type machine struct {
	*rapid.T
	w      *world
	s      State
	wanted Wanted
	fly    []Effect // under way
	inbox  []Event  // results that were not delivered yet
	past   []Event  // results that were delivered, to be repeated
	seen   *Observed
	moved  []fm.WorkerID
	trace  []func() string
	exited bool
	now    map[fm.Run]bool // stopped because the user wanted it now
	full   bool            // the disk: nothing can be recorded
	scan   time.Time       // when one was ordered last
}

// machineIdle is short, so that agents hang often enough.
const machineIdle = 6 * time.Minute

func newMachine(t *rapid.T) *machine {
	m := &machine{T: t, w: newWorld(), now: map[fm.Run]bool{}, wanted: Wanted{Workers: rapid.IntRange(1, 3).Draw(t, "workers")}}
	r := rules()
	r.Merge = rapid.SampledFrom([]MergePolicy{AutoMerge, AutoMerge, ManualMerge}).Draw(t, "merge")
	r.Attempts, r.Idle = 3, machineIdle
	r.Ready = rapid.IntRange(0, 2).Draw(t, "ready")
	m.w.radar, r.Warn = rapid.Bool().Draw(t, "radar"), rapid.Bool().Draw(t, "warn")
	m.s = NewState(r)
	n := rapid.IntRange(1, 6).Draw(t, "tasks")
	for i := range n {
		task := fm.Task{ID: fm.TaskID(fmt.Sprint(10 + i)), Status: fm.Pending, Revision: 1, Since: noon()}
		task.Parent = rapid.SampledFrom([]fm.IssueID{"", "1", "2"}).Draw(t, "parent")
		task.Priority = fm.Priority(rapid.IntRange(1, 4).Draw(t, "priority"))
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "dep") == 0 {
			task.DependsOn = []fm.TaskID{fm.TaskID(fmt.Sprint(10 + rapid.IntRange(0, i-1).Draw(t, "on")))}
		}
		task.Terms = rapid.SampledFrom(someTerms()).Draw(t, "terms")
		task.Paths = rapid.SampledFrom([][]string{nil, nil, {"a.go"}, {"b/"}, {"b/c.go", "a.go"}}).Draw(t, "paths")
		if rapid.IntRange(0, 7).Draw(t, "curse") == 0 {
			m.w.cursed[task.ID] = rapid.SampledFrom([]FailureKind{Transient, Refused, Conflicted, NotFound}).Draw(t, "kind")
		}
		m.w.tasks = append(m.w.tasks, task)
	}
	return m
}

// someTerms are what users ask for: mostly nothing.
func someTerms() []fm.Terms {
	return []fm.Terms{
		{}, {}, {}, {Fix: true}, {Fix: true}, {Fix: true, NoPull: true}, {Fix: true, Main: true}, {Fix: true, Main: true, NoPull: true}, {NoPull: true},
	}
}

func (m *machine) say(format string, args ...any) {
	now := m.w.now
	m.trace = append(m.trace, func() string { return now.Format("15:04:05.0 ") + fmt.Sprintf(format, args...) })
}

func (m *machine) fail(format string, args ...any) {
	m.Helper()
	var tail strings.Builder
	for _, line := range latest(m.trace, 60) {
		tail.WriteString(line() + "\n")
	}
	m.Fatalf("%s\n%s", fmt.Sprintf(format, args...), tail.String())
}

// deliver is what the shell does with an event.
func (m *machine) deliver(ev Event) {
	m.Helper()
	for queued := []Event{ev}; len(queued) > 0; queued = queued[1:] {
		m.say("%T %v", queued[0], brief{queued[0]})
		before := m.s
		m.s, _ = Step(m.s, Ticked{At: m.w.now})
		var effects []Effect
		m.s, effects = Step(m.s, queued[0])
		if len(effects) > 0 {
			m.say("  orders %v", orders(effects))
		}
		m.obeys(before, effects)
		for i, eff := range effects {
			if _, ok := eff.(Explain); ok {
				continue
			}
			rec, ok := eff.(Record)
			if !ok {
				m.launch(eff)
				continue
			}
			ev := m.record(rec)
			queued = append(queued, ev)
			if _, recorded := ev.(Recorded); !recorded {
				for _, rest := range effects[i+1:] {
					queued = append(queued, EffectFailed{Effect: rest, Kind: Skipped})
				}
				break
			}
		}
		m.w.check()
		if len(m.w.faults) > 0 {
			m.fail("broken: %s", strings.Join(m.w.faults, "; "))
		}
	}
}

// brief and orders print when a test fails, and cost nothing before.
type brief struct{ ev Event }

func (b brief) String() string {
	switch ev := b.ev.(type) { //nolint:gochecksumtype // the others print themselves
	case Observed:
		text := "server=" + ev.Sight.Generation
		for _, ss := range ev.Sight.Sessions {
			text += fmt.Sprintf(" %s:%s alive=%v/%s", ss.Worker, ss.Run, ss.Alive, ev.Reports[ss.Run.Task].State)
		}
		return text
	case QueueRead, Recorded:
		return ""
	case EffectFailed:
		return fmt.Sprint(names([]Effect{ev.Effect}), ev.Kind)
	}
	return fmt.Sprintf("%+v", b.ev)
}

type orders []Effect

func (o orders) String() string { return fmt.Sprint(names(o)) }

func (m *machine) record(rec Record) Event {
	switch {
	case m.full:
		return RecordFailed{Err: "disk full"}
	case m.w.commit(rec.Changes):
		return Recorded{Snapshot: m.w.snapshot()}
	}
	return QueueRead{Snapshot: m.w.snapshot()} // stale
}

func clears(eff Effect) bool { _, ok := eff.(Clear); return ok }

// needsPlace says whether an effect wants what its task is worked on in for itself.
func needsPlace(eff Effect) bool {
	switch eff.(type) {
	case Clear, Start, Verify, Publish, Rebase, Tidy:
		return true
	case Record, Revive, Stop, Close, Tell, Warn, Merge, Rerun, Look, Scan, Stock, CloseParent, Exit, Note, Explain:
	}
	return false
}

func (m *machine) launch(eff Effect) {
	if _, ok := eff.(Exit); ok {
		m.exit()
		return
	}
	for _, other := range m.fly {
		if other.key() == eff.key() {
			m.fail("ordered twice: %v", names([]Effect{eff}))
		}
		if clears(eff) != clears(other) && taskOf(eff) == taskOf(other) && needsPlace(eff) && needsPlace(other) {
			m.fail("%v, while %v is under way", orders{eff}, orders{other})
		}
	}
	if stop, ok := eff.(Stop); ok && m.s.Wanted.Stop == StopNow {
		m.now[stop.Run] = true
	}
	m.fly = append(m.fly, eff)
}

// exit checks what an end promises, and begins anew.
func (m *machine) exit() {
	m.exited = true
	if m.s.Wanted.Stop == "" {
		m.fail("exit, and nobody asked for it")
	}
	for _, t := range m.w.tasks {
		if m.s.unrecordable() {
			break // what cannot be given back stays claimed
		}
		if t.Status == fm.Working && !queue.Publishing(t) {
			m.fail("exit, and %s is %s", t.ID, t.Status)
		}
		_, session := m.s.session(t.Run())
		if queue.Holds(t) && t.Status != fm.Working && !session && m.s.Waits[givenBack(t)].Count < drainTries {
			m.fail("exit, and %s, which is %s, has the main checkout", t.ID, t.Status)
		}
	}
	if m.w.ready > 0 && m.s.Waits[Stock{}.key()].Count < drainTries {
		m.fail("exit, and %d worktrees stand ready", m.w.ready)
	}
	m.wanted.Stop = ""
	m.crash(func(int) int { return 1 })
}

// crash forgets everything. What was under way is carried out or not.
func (m *machine) crash(choose func(int) int) {
	m.say("CRASH")
	for _, eff := range m.fly {
		if choose(1) == 1 {
			m.w.carryOut(eff, m.now)
		}
	}
	m.fly, m.inbox, m.past, m.seen, m.moved, m.scan = nil, nil, nil, nil, nil, time.Time{}
	m.s = NewState(m.s.Rules)
}

// obeys checks the orders of one step against what was believed.
func (m *machine) obeys(before State, effects []Effect) {
	m.Helper()
	for _, eff := range effects {
		switch eff := eff.(type) {
		case Record:
			if before.Waits[eff.key()].Until.After(m.s.At) {
				m.fail("a record, and the last one failed a moment ago")
			}
			m.obeysClaims(eff)
		case Start:
			for _, ss := range m.s.Sight.Sessions {
				if ss.Alive && ss.Run.Task == eff.Task.ID {
					m.fail("start of %s, and %s is believed alive in %s", eff.Task.Run(), ss.Run, ss.Worker)
				}
			}
		case Merge:
			if p, ok := m.s.view(eff.Task); ok && (p.Armed || p.Draft || p.Demand != "" || p.State == fm.PullClosed) {
				m.fail("%v, and it is %+v", orders{eff}, p)
			}
		case Scan:
			m.obeysScan(eff)
		case Stock:
			m.obeysStock(eff)
		case Clear, Stop, Tell, Warn, Close, Revive, Verify, Publish, Rebase, Rerun, Look, Tidy, CloseParent, Exit, Note, Explain:
		}
		if w := workerOf(eff); w != 0 && m.s.Wanted.Stop != StopNow {
			ss, _ := m.s.slot(w)
			ss.Worker = w
			if m.s.present(ss) {
				m.fail("%v, and a person types there", names([]Effect{eff}))
			}
			m.obeysAgents(eff)
		}
	}
	if before.Queue.Seq > m.s.Queue.Seq {
		m.fail("the queue goes back")
	}
}

// obeysAgents checks what is done to agents against what they were seen to do.
func (m *machine) obeysAgents(eff Effect) {
	m.Helper()
	run := identity(eff).run
	rep := m.s.Reports[run.Task]
	current := func() bool { t, ok := m.s.Queue.Task(run.Task); return ok && t.Status == fm.Working && t.Run() == run }
	silent := maySilently(rep.State) && m.s.SightAt.Sub(rep.Heard) >= machineIdle
	switch eff := eff.(type) {
	case Tell:
		switch {
		case silent || rep.State == fm.AtPrompt && !struck(rep):
			if m.s.shut() {
				m.fail("%v, and the gate is shut: %+v", orders{eff}, m.s.gate())
			}
		case struck(rep) && m.s.Outage.Probe.Run == run && !m.s.SightAt.Before(m.s.Outage.Until):
		default:
			m.fail("%v, and the agent is %+v", orders{eff}, rep)
		}
	case Stop:
		if current() && (!silent || m.s.shut()) {
			m.fail("%v, and the agent is %+v", orders{eff}, rep)
		}
	case Warn:
		p := m.s.Runs[run.Task]
		if !m.s.Rules.Warn || !current() || rep.State != fm.AtWork || p.Rung != Calm || p.Reasons != "" || m.s.gate() != (Gate{}) {
			m.fail("%v, and the agent is %+v, %+v, gate %+v", orders{eff}, rep, p, m.s.gate())
		}
	case Record, Revive, Start, Close, Verify, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Clear, Tidy, CloseParent, Exit, Note, Explain:
	}
}

// obeysScan checks that branches are compared only when one of them has moved, and
// not all the time.
func (m *machine) obeysScan(eff Scan) {
	m.Helper()
	switch {
	case eff.Stamp == "" || len(eff.Sites) == 0:
		m.fail("%+v: there is nothing to look at", eff)
	case eff.Stamp == m.s.Scan.Stamp && slices.Equal(eff.Sites, m.s.Scan.Sites):
		m.fail("a scan, and nothing has moved")
	case m.s.At.Sub(m.scan) < scanEvery:
		m.fail("a scan, and the last one was ordered at %s", m.scan)
	}
	m.scan = m.s.At
}

// obeysStock checks that no more is kept ready than tasks will need, and that
// nothing that is to be done in worktrees now waits for it.
func (m *machine) obeysStock(eff Stock) {
	m.Helper()
	fresh := 0
	for _, t := range m.s.Queue.Tasks {
		if t.Status == fm.Pending && t.Attempt == 0 && !t.Terms.Main {
			fresh++
		}
	}
	if eff.Count > min(fresh, m.s.Rules.Ready) || eff.Count > 0 && m.s.Wanted.Stop != "" {
		m.fail("%+v, and %d tasks are to come: %+v", eff, fresh, m.s.Wanted)
	}
	for _, other := range m.s.Busy {
		_, verifies := other.(Verify)
		_, publishes := other.(Publish)
		if onSite(other) != "" && !verifies && !publishes {
			m.fail("%+v, while %v is under way", eff, orders{other})
		}
	}
}

func (m *machine) obeysClaims(rec Record) {
	m.Helper()
	working, fixing := 0, 0
	var holder fm.TaskID
	for _, t := range m.s.Queue.Tasks {
		if t.Status == fm.Working && !queue.Owed(t) {
			working++
			fixing += strings.Count(fmt.Sprint(t.Terms.Fix), "true")
		}
		if queue.Holds(t) {
			holder = t.ID
		}
	}
	for _, c := range rec.Changes {
		if c.Op != queue.OpClaim {
			continue
		}
		working++
		fixing += strings.Count(fmt.Sprint(c.Task.Terms.Fix), "true")
		if c.Task.Terms.Main {
			if holder != "" {
				m.fail("claim of %s, and %s has the main checkout", c.Task.ID, holder)
			}
			holder = c.Task.ID
		}
		switch {
		case c.Task.Terms.Fix && m.s.Wanted.Fixes > 0 && fixing > m.s.Wanted.Fixes:
			m.fail("claim of %s makes %d issues, and %d are wanted at once", c.Task.ID, fixing, m.s.Wanted.Fixes)
		case m.s.shut():
			m.fail("claim of %s, and the gate is shut: %+v", c.Task.ID, m.s.gate())
		case m.s.Wanted.Paused || m.s.Wanted.Stop != "":
			m.fail("claim of %s, and %+v is wanted", c.Task.ID, m.s.Wanted)
		case working > m.s.Wanted.Workers:
			m.fail("claim of %s makes %d, and %d workers are wanted", c.Task.ID, working, m.s.Wanted.Workers)
		}
	}
}

// finish carries out the i-th effect under way.
func (m *machine) finish(i int, fate FailureKind, after bool) {
	eff := m.fly[i]
	m.fly = slices.Delete(m.fly, i, i+1)
	var ev Event = EffectFailed{Effect: eff, Kind: fate, Err: "fault"}
	if kind, ok := m.w.cursed[taskOf(eff)]; ok {
		ev = EffectFailed{Effect: eff, Kind: kind, Err: "curse"}
	} else if fate == "" || after {
		got := m.w.carryOut(eff, m.now)
		if fate == "" {
			ev = got
		}
	}
	if failed, ok := ev.(EffectFailed); ok && failed.Kind != Transient {
		if clear, ok := eff.(Clear); ok && clear.Task.ID == m.w.main {
			m.w.kept = true // nobody tries again
		}
	}
	m.say("carried out %v: %T fate=%q", orders{eff}, ev, fate)
	m.inbox = append(m.inbox, ev)
}

func taskOf(eff Effect) fm.TaskID { return identity(eff).run.Task }

func (m *machine) receive(i int) {
	ev := m.inbox[i]
	m.inbox = slices.Delete(m.inbox, i, i+1)
	m.past = append(m.past, ev)
	if w := moved(ev); w != 0 {
		m.moved = append(m.moved, w)
	}
	m.deliver(ev)
}

func (m *machine) read() {
	m.deliver(WantedRead{Wanted: m.wanted})
	m.deliver(QueueRead{Snapshot: m.w.snapshot()})
}

func (m *machine) beginLook() {
	m.read()
	var runs []fm.Run
	for _, t := range m.s.Queue.Tasks {
		if t.Status == fm.Working {
			runs = append(runs, t.Run())
		}
	}
	ev := m.w.look(runs)
	m.seen, m.moved = &ev, nil
}

func (m *machine) endLook() {
	if m.seen == nil {
		return
	}
	ev := *m.seen
	m.w.seen = ev.At
	ev.Kept, m.seen = m.moved, nil
	m.deliver(ev)
}

// agents lists the living, in order.
func (m *machine) agents() []fm.Run {
	var runs []fm.Run
	for _, r := range slices.SortedFunc(maps.Keys(m.w.agents), func(a, b fm.Run) int { return strings.Compare(a.String(), b.String()) }) {
		if m.w.agents[r].alive {
			runs = append(runs, r)
		}
	}
	return runs
}

// live lets an agent do something.
func (m *machine) live(r fm.Run, deed string) {
	a, id := m.w.agents[r], r.Task
	set := func(state fm.AgentState) { a.rep.State, a.rep.Since, a.rep.Heard = state, m.w.now, m.w.now }
	end := func() { a.rep.Turns++; set(fm.AtPrompt) }
	m.say("agent %s: %s (%s)", r, deed, string(a.rep.State))
	switch {
	case deed == "crash":
		m.w.kill(r)
	case a.rep.State == fm.Starting:
		if deed == "deaf" {
			a.deaf = true
		} else if !a.deaf {
			a.rep.Prompted, a.well = true, m.w.now
			set(fm.AtWork)
		}
	case a.hung:
	case a.rep.State == fm.Waiting, a.rep.State == fm.InShell:
		set(fm.AtWork)
	case a.rep.State != fm.AtWork:
	case m.w.troubled():
		m.w.strike(a)
	case deed == "good", deed == "same", deed == "false", deed == "good, then crash":
		if deed != "same" || m.w.git[id].count == 0 {
			m.w.git[id] = branch{count: m.w.git[id].count + 1}
		}
		m.w.done[id], a.rep.Completed, a.rep.Trouble = work{fm.Success, deed != "false"}, true, ""
		if deed == "good, then crash" {
			m.w.kill(r)
		} else {
			end()
		}
	case deed == "failed":
		m.w.done[id], a.rep.Completed = work{fm.Failure, true}, true
		end()
	case deed == "partial", deed == "part of it":
		if deed == "part of it" {
			m.w.git.add(id)
		}
		m.w.done[id], a.rep.Completed = work{fm.Partial, true}, true
		end()
	case deed == "trouble":
		a.rep.Trouble = "overloaded"
		end()
	case deed == "deaf":
		a.deaf = true
		a.rep.Trouble = ""
		end()
	case deed == "nothing":
		a.rep.Trouble = ""
		end()
	case deed == "commit":
		m.w.git.add(id)
		a.rep.Heard = m.w.now
	case deed == "ask":
		set(fm.Waiting)
	case deed == "shell":
		set(fm.InShell)
	case deed == "hang":
		a.hung = true
	}
}

func agentDeeds() []string {
	return []string{
		"good", "good", "good", "commit", "commit", "same", "false", "good, then crash", "crash", "failed", "partial", "part of it", "trouble", "nothing", "ask", "deaf", "shell", "hang",
	}
}
