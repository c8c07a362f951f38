package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// MassDeath is the end of most agents at once: the machine's fault and not
// theirs. Nobody's attempt has failed by it, nothing new is begun, and they are
// started again one after the other: the next when the last one has taken its
// prompt, or after a pause that grows.
type MassDeath struct {
	Since time.Time // zero for none
	Text  string    // one line for people
	Last  fm.Run    // was started again last
	Next  time.Time // the next is not started before, unless the last is at work
	Tries int       // starts in a row that were not seen to work
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
	if !s.Mass.Since.IsZero() {
		d.massOver()
		return
	}
	if len(s.Deaths) < massLeast {
		return
	}
	var dead []fm.Run
	exits := map[string]bool{}
	for _, x := range s.Deaths {
		if _, ok := d.current(x.Run, fm.Working); ok && s.SightAt.Sub(x.At) <= massWindow && !slices.Contains(dead, x.Run) {
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
	s.Mass = MassDeath{Since: s.SightAt, Next: s.SightAt, Text: massText(len(dead), all, exits)}
	s.Deaths = nil
	for _, r := range dead {
		d.update(r, func(p *Progress) { p.Crashes = 0 })
		d.explain(r, "many ended at once", s.Mass.Text, "start them again one by one; no attempt is spent")
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

// massOver ends the event when nobody is dead any more and the last one works.
func (d *decision) massOver() {
	s := d.state
	for _, r := range d.index.claims {
		if ss, ok := d.index.run[r]; ok && !ss.Alive && !s.present(ss) {
			return
		}
	}
	if !d.lastIsBack() && s.SightAt.Before(s.Mass.Next) {
		return
	}
	d.explain(s.Mass.Last, "many ended at once", "all of them run again", "go on")
	s.Mass = MassDeath{}
	s.OpenAt = s.SightAt
}

// lastIsBack says whether the agent that was started again last is at work, or
// has no business to be.
func (d *decision) lastIsBack() bool {
	r := d.state.Mass.Last
	t, ok := d.current(r, fm.Working)
	if !ok {
		return true
	}
	rep, reported := d.state.report(t)
	return reported && rep.Prompted && d.index.run[r].Alive
}

// startAgain brings one of many dead agents back, when its turn has come.
func (d *decision) startAgain(t fm.Task, ss fm.Session) {
	s := d.state
	back := s.Mass.Last != (fm.Run{}) && d.lastIsBack()
	if !d.free(ss.Worker) || !back && s.SightAt.Before(s.Mass.Next) {
		return
	}
	if !d.act(Start{Worker: ss.Worker, Task: t}, "many ended at once: the next one", s.Mass.Text) {
		return
	}
	if back {
		s.Mass.Tries = 0
	}
	s.Mass.Last, s.Mass.Next = t.Run(), s.SightAt.Add(min(massPause<<min(s.Mass.Tries, 10), maxMass))
	s.Mass.Tries++
}
