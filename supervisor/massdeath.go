package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// MassDeath is the end of most agents at once, or of the terminal server that
// they ran in: the machine's fault and not theirs. Nobody's attempt has failed by
// it, nothing new is begun, and they are started again one after the other: the
// next when the last one has taken its prompt, or after a pause that grows.
//
// It is over when all of them are back. Once half of them are, the machine is
// well: who was started again and has fallen since answers for itself.
type MassDeath struct {
	Since time.Time // zero for none
	Text  string    // one line for people
	Runs  []fm.Run  // that ended
	Last  fm.Run    // was started again last
	Next  time.Time // the next is not started before, unless the last is at work
	Tries int       // starts in a row that were not seen to work
	Pause time.Duration
}

// Death is the end of an agent that fm did not end.
type Death struct {
	Run  fm.Run
	At   time.Time // when it was first seen
	Exit string
}

// What a mass death is, and how patiently it is answered.
const (
	massWindow = 10 * time.Second
	massLeast  = 3
	massPause  = 5 * time.Second
	lostPause  = time.Second // after a terminal server: nothing says that the agents are ill
	maxMass    = 5 * time.Minute
)

// died takes note of a death.
func (d *decision) died(r fm.Run, exit string) {
	s := d.state
	kept := slices.DeleteFunc(slices.Clone(s.Deaths), func(x Death) bool { return s.SightAt.Sub(x.At) > massWindow })
	s.Deaths = append(kept, Death{Run: r, At: s.SightAt, Exit: exit})
}

// massDeath recognizes that most agents ended at once, and when they are back.
func (d *decision) massDeath() {
	s := d.state
	if s.Sighted == Unseen {
		return
	}
	d.serverLost()
	if !s.Mass.Since.IsZero() {
		d.massOver()
		return
	}
	if len(s.Deaths) < massLeast {
		return
	}
	// All that counts is how near to each other they were, not how long the next
	// look took. But one look later they are history.
	last := s.Deaths[len(s.Deaths)-1].At
	deaths := s.Deaths
	if s.SightAt.Sub(last) > massWindow {
		s.Deaths = nil
	}
	var dead []fm.Run
	exits := map[string]bool{}
	for _, x := range deaths {
		if _, ok := d.current(x.Run, fm.Working); ok && last.Sub(x.At) <= massWindow && !slices.Contains(dead, x.Run) {
			dead = append(dead, x.Run)
			exits[x.Exit] = true
		}
	}
	all := len(dead)
	for _, r := range d.index.claims {
		if d.index.run[r].Alive && !slices.Contains(dead, r) {
			all++
		}
	}
	if len(dead) < massLeast || 2*len(dead) <= all {
		return
	}
	d.massBegins(MassDeath{Runs: dead, Text: massText(len(dead), all, exits), Pause: massPause})
}

// massBegins takes note of the event.
func (d *decision) massBegins(m MassDeath) {
	s := d.state
	m.Since, m.Next, m.Tries = s.SightAt, latestOf(s.SightAt, s.Mass.Next), s.Mass.Tries
	s.Mass, s.Deaths = m, nil
	for _, r := range m.Runs {
		d.update(r, func(p *Progress) { p.Crashes = 0 })
		d.noticed(r, "many ended at once", m.Text, "start them again one by one; no attempt is spent")
	}
}

// serverLost recognizes that the agents went with a terminal server, once for
// each server.
func (d *decision) serverLost() {
	s := d.state
	if s.Server == s.Sight.Generation || s.Sight.Generation == "" {
		return
	}
	s.Server = s.Sight.Generation
	var lost []fm.Run
	for t := range s.inHand {
		if _, found := d.index.run[t.Run()]; t.Status == fm.Working && !found && d.down(t) {
			lost = append(lost, t.Run())
		}
	}
	if len(lost) >= massLeast {
		d.massBegins(MassDeath{Runs: lost, Text: fmt.Sprintf("%d agents ended with their terminal server", len(lost)), Pause: lostPause})
	}
}

func massText(dead, all int, exits map[string]bool) string {
	var names []string
	for exit := range exits {
		if exit != "" {
			names = append(names, fm.Line(exit, 40))
		}
	}
	slices.Sort(names)
	how := ""
	if len(names) > 0 {
		how = " (" + strings.Join(names[:min(len(names), 4)], ", ") + ")"
	}
	return fmt.Sprintf("%d of %d agents ended within %s%s: the machine's fault, not theirs", dead, all, massWindow, how)
}

// massOver ends the event when nobody is down any more and the last one works,
// or when half of them are back and nobody waits for its turn.
func (d *decision) massOver() {
	s := d.state
	fell := 0
	for t := range s.inHand {
		if t.Status != fm.Working || !d.down(t) {
			continue
		}
		if s.progress(t).StartedAt.Before(s.Mass.Since) {
			return
		}
		fell++
	}
	then := "go on"
	switch {
	case fell > 0 && 2*d.back() < len(s.Mass.Runs):
		return
	case fell > 0:
		then = "go on; who fell again answers for itself"
	case !d.isBack(s.Mass.Last) && s.SightAt.Before(s.Mass.Next):
		return
	}
	d.noticed(s.Mass.Last, "many ended at once", fmt.Sprintf("%d of %d are back", d.back(), len(s.Mass.Runs)), then)
	s.Mass, s.Deaths = MassDeath{}, nil
	s.OpenAt = s.SightAt
}

// down says whether a claimed task has no agent and is to get one again. Where a
// person or another agent is at work nobody waits for it, and neither when it has
// finished.
func (d *decision) down(t fm.Task) bool {
	return !d.index.live[t.ID] && d.usable(t.Worker) && !queue.Publishing(t) && !d.unchecked(t, d.state.progress(t))
}

// back counts those of the event that are at work again, or have no business to
// be.
func (d *decision) back() int {
	n := 0
	for _, r := range d.state.Mass.Runs {
		if d.isBack(r) {
			n++
		}
	}
	return n
}

// isBack says whether an agent that was started again is at work, or has no
// business to be.
func (d *decision) isBack(r fm.Run) bool {
	t, ok := d.current(r, fm.Working)
	if !ok {
		return true
	}
	rep, reported := d.state.report(t)
	return reported && rep.Prompted && d.index.run[r].Alive
}

// nextUp says whose turn it is: who was not started for the longest time, so
// that one who falls again and again keeps none of the others waiting.
func (d *decision) nextUp() fm.TaskID {
	s := d.state
	var next fm.TaskID
	var since time.Time
	for t := range s.inHand {
		if t.Status != fm.Working || d.touched[t.ID] || !s.idle(taskKey(t.ID)) || !d.down(t) || !d.free(t.Worker) {
			continue
		}
		if at := s.progress(t).StartedAt; next == "" || at.Before(since) {
			next, since = t.ID, at
		}
	}
	return next
}

// startAgain brings one of many back, when its turn has come.
func (d *decision) startAgain(t fm.Task) {
	s := d.state
	back := s.Mass.Last != (fm.Run{}) && d.isBack(s.Mass.Last)
	if !back && s.SightAt.Before(s.Mass.Next) || d.nextUp() != t.ID {
		return
	}
	if !d.act(Start{Worker: t.Worker, Task: t}, "many ended at once: the next one", s.Mass.Text) {
		return
	}
	if back {
		s.Mass.Tries = 0
	}
	s.Mass.Last, s.Mass.Next = t.Run(), s.SightAt.Add(min(s.Mass.Pause<<min(s.Mass.Tries, 10), maxMass))
	s.Mass.Tries++
}
