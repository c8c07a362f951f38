package supervisor

import (
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// settle switches the faults off and lets everything come to rest.
func (m *machine) settle() {
	m.say("SETTLE")
	m.full, m.w.down, m.w.limit = false, false, time.Time{}
	m.wanted.Hands, m.w.hands = nil, nil
	m.wanted.Workers, m.wanted.Paused = max(m.wanted.Workers, 1+len(m.w.cursed)), false
	if len(m.w.cursed) > 0 {
		m.wanted.Fixes = 0
	}
	if len(m.w.cursed) > 0 {
		m.wanted.Stop = "" // what cannot be stopped is waited for
	}
	stop := m.wanted.Stop
	for _, p := range m.w.panes {
		p.clients = 0
	}
	last := m.w.now // that something was under way
	for round := 0; m.w.now.Sub(last) < 20*time.Minute; round++ {
		if round > 300 && len(m.w.cursed) > 0 {
			break // they are tried for ever
		}
		if round > 8000 {
			m.fail("does not come to rest")
		}
		busy := m.busy()
		m.w.heal()
		for len(m.fly) > 0 {
			m.finish(0, "", false)
		}
		for len(m.inbox) > 0 {
			m.receive(0)
		}
		for _, r := range m.agents() {
			m.live(r, "good")
		}
		m.beginLook()
		m.endLook()
		busy = busy || m.busy()
		if m.exited && stop != "" {
			stop = ""
			m.say("exited as asked")
		}
		if busy {
			last = m.w.now
		}
		if m.s.shut() {
			last = m.w.now.Add(-time.Minute) // its end is waited for
		}
		m.pass(min(max(2*time.Second, m.w.now.Sub(last)), sleep)) // what is longer is a sleep
	}
	if stop != "" && len(m.w.cursed) == 0 {
		m.fail("%s was asked for, and there is no exit", stop)
	}
}

// busy says whether more is under way than the look at pull requests.
func (m *machine) busy() bool {
	return len(m.inbox) > 0 || slices.ContainsFunc(m.fly, func(eff Effect) bool { _, look := eff.(Look); return !look })
}

// pass lets time go by: to what is due, or to the next slow tick.
func (m *machine) pass(tick time.Duration) {
	next := m.w.now.Add(tick)
	if due := Due(m.s); !due.IsZero() && due.After(m.w.now) && due.Before(next) {
		next = due
	}
	m.w.now = next
}

// rests checks that everything came to an end that it can come to.
func (m *machine) rests() {
	m.Helper()
	merged := map[fm.TaskID]bool{}
	for _, t := range m.w.tasks {
		merged[t.ID] = t.Status == fm.Merged || t.Status == fm.Completed && t.Terms.NoPull
	}
	kept := slices.ContainsFunc(m.w.tasks, func(t fm.Task) bool { return queue.Holds(t) && m.w.cursed[t.ID] != "" })
	byHand := m.s.Rules.Merge == ManualMerge
	children := map[fm.IssueID]int{}
	if count := m.s.toCome(); len(m.w.cursed) == 0 && m.s.Rules.Ready > 0 && m.w.ready != count {
		m.fail("%d worktrees stand ready, want %d", m.w.ready, count)
	}
	for _, t := range m.w.tasks {
		unmet := slices.ContainsFunc(t.DependsOn, func(id fm.TaskID) bool { return !merged[id] })
		_, cursed := m.w.cursed[t.ID]
		switch {
		case cursed:
		case queue.Clearing(t):
			m.fail("what %s was worked on in is not given back: %+v", t.ID, t)
		case t.Status == fm.Pending && (unmet || t.Terms.Main && kept):
		case t.Status == fm.Completed && t.Terms.Fix && m.w.trees[t.ID] && !strings.Contains(t.Note, "stay where they are"):
			m.fail("%s is completed, and its worktree is still there", t.ID)
		case m.w.main == t.ID && !m.w.kept && t.Status.Over():
			m.fail("%s is %s, and has the main checkout", t.ID, t.Status)
		case t.Status == fm.Completed && (byHand || t.Terms.NoPull):
		case !t.Status.Over():
			m.fail("%s is still %s (attempt %d, %d failures, progress %+v)", t.ID, t.Status, t.Attempt, t.Failures, m.s.Runs[t.ID])
		case t.Status == fm.Merged && m.w.trees[t.ID]:
			m.fail("the worktree of %s is still there", t.ID)
		}
		if t.Status != fm.Merged || queue.Tidying(t) {
			children[t.Parent]++
		}
	}
	for _, t := range m.w.tasks {
		if _, closed := m.w.close[t.Parent]; t.Parent != "" && closed != (children[t.Parent] == 0) {
			m.fail("parent %s is closed: %v, with %d children left", t.Parent, closed, children[t.Parent])
		}
	}
}
