package supervisor

import (
	"fmt"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Outage is a trouble that concerns every agent: a usage limit, an API that is
// down, a login that is gone. While there is one nothing new is begun and
// nobody is urged. When its time has come one agent is woken, and only when
// that one is seen to go on are the others, one after the other.
//
//	       an agent's turn ends in it
//	open ─────────────────────────────► shut until the reset, or for a while
//	 ▲                                   │ then one agent is woken
//	 └── it goes on ◄── probe ◄──────────┘
//	                      └── the same trouble again: shut for twice as long
//
// It spends no attempt. It is known again from the agents' reports alone.
type Outage struct {
	Trouble fm.Trouble // "" for none
	Says    string     // the words of the CLI
	Since   time.Time
	Until   time.Time // nobody is woken before
	Tries   int       // probes that ended in it again
	Probe   Probe
}

// Probe is the agent that is being woken.
type Probe struct {
	Run    fm.Run    // zero for none
	Turns  int       // that had ended before
	ToldAt time.Time // zero when it was not told yet
}

// Patience with an outage.
const (
	limitPause    = 5 * time.Minute // when nobody says when a usage limit ends
	maxLimitPause = 30 * time.Minute
	outagePause   = time.Minute // with any other trouble
	maxOutage     = 10 * time.Minute
	afterReset    = 5 * time.Second
	farReset      = 8 * 24 * time.Hour // what is farther is misread
	provenAfter   = 45 * time.Second   // at work without a word that a request is tried again
	probeLimit    = 15 * time.Minute
)

// struck says whether an agent can do nothing because of a shared trouble.
func struck(rep fm.Report) bool {
	switch rep.State {
	case fm.Limited:
		return true
	case fm.Waiting:
		return rep.Question.Kind == fm.AsksLimit
	case fm.AtPrompt:
		return rep.Trouble.Shared()
	case fm.Starting, fm.AtWork, fm.Retrying, fm.InShell, fm.Exited, fm.UnknownState:
	}
	return false
}

func troubleOf(rep fm.Report) fm.Trouble {
	if rep.Trouble.Shared() {
		return rep.Trouble
	}
	return fm.LimitTrouble
}

// strike takes note of an agent that ran into a shared trouble, once each time.
func (d *decision) strike(t fm.Task, p *Progress, rep fm.Report) {
	s := d.state
	if !p.StruckAt.IsZero() && rep.Turns <= p.StruckTurns {
		return
	}
	p.StruckAt, p.StruckTurns, p.Judged, p.Unheard = latestOf(rep.Since, p.StartedAt), rep.Turns, rep.Turns, 0
	if rep.Since.IsZero() {
		p.StruckAt = s.SightAt
	}
	o, again := &s.Outage, false
	if o.Probe.Run == t.Run() {
		again = true
		o.Probe, o.Tries = Probe{}, o.Tries+1
	}
	kind := troubleOf(rep)
	until, known := s.reset(rep)
	if !known {
		until = p.StruckAt.Add(pause(kind, o.Tries))
	}
	if o.Trouble != "" && !again && (!until.After(o.Until) || !known && o.Trouble == kind) {
		return
	}
	if o.Trouble == "" {
		o.Since = s.SightAt
	}
	o.Trouble, o.Says, o.Until = kind, rep.Says, until
	d.noticed(t.Run(), "shared trouble: nothing new is begun", fm.Line(doingNow(rep)+", "+s.believed(rep)+" "+rep.Says, 300), "wait until "+s.clock(until))
}

// reset says when a usage limit ends or ended, if somebody knows. A time before the
// agent ran into it is that of an older limit.
func (s State) reset(rep fm.Report) (time.Time, bool) {
	at, from := rep.Limit.Resets, rep.Since
	if from.IsZero() {
		from = s.SightAt
	}
	if troubleOf(rep) != fm.LimitTrouble || !at.After(from) || at.Sub(s.SightAt) > farReset {
		return time.Time{}, false
	}
	return at.Add(afterReset), true
}

func pause(kind fm.Trouble, tries int) time.Duration {
	if kind == fm.LimitTrouble {
		return min(limitPause<<min(tries, 10), maxLimitPause)
	}
	return min(outagePause<<min(tries, 10), maxOutage)
}

// wake carries the end of an outage on: it judges the probe, and chooses the
// next one.
func (d *decision) wake() {
	s := d.state
	if s.Sighted == Unseen {
		return
	}
	if s.Outage.Probe.Run != (fm.Run{}) && d.probing() {
		return
	}
	o := &s.Outage
	if o.Trouble != "" && s.SightAt.Before(o.Until) {
		return
	}
	waiting := false // somebody can be woken in a moment
	var best fm.Task
	var since time.Time
	for t := range s.inHand {
		p := s.progress(t)
		if t.Status != fm.Working || p.StruckAt.IsZero() || d.touched[t.ID] || queue.Publishing(t) {
			continue
		}
		ss, ok := d.index.run[t.Run()]
		switch {
		case !ok || !ss.Alive || s.present(ss):
		case d.index.handled[ss.Worker] || !s.idle(taskKey(t.ID)):
			waiting = waiting || s.soonIdle(t.ID)
		case best.ID == "" || p.StruckAt.Before(since):
			best, since = t, p.StruckAt
		}
	}
	switch {
	case best.ID != "":
		d.probe(best)
	case o.Trouble != "" && !waiting:
		d.reopen(fm.Run{}, "nobody is left who ran into it and may be woken")
	}
}

// wakeTries is how often it is tried to wake an agent before nobody waits for
// it any more.
const wakeTries = 3

// soonIdle says whether what keeps fm from waking the task's agent will be over
// in a moment. A check may take long, and an agent that cannot be told may
// never be.
func (s State) soonIdle(id fm.TaskID) bool {
	if eff, busy := s.Busy[taskKey(id)]; busy {
		_, verifying := eff.(Verify)
		return !verifying && s.Waits[taskKey(id)].Count < wakeTries
	}
	return s.Waits[taskKey(id)].Count < wakeTries
}

func (d *decision) probe(t fm.Task) {
	s := d.state
	p := s.progress(t)
	rep, _ := s.report(t)
	tell := Tell{Worker: d.index.run[t.Run()].Worker, Run: t.Run(), Site: t.Site(), Text: p.Reasons, Closes: fm.AsksLimit}
	if tell.Text == "" || !p.ToldAt.IsZero() {
		tell.Text = "The last request to the API failed (" + troubleOf(rep).Text() + "). Please continue where you stopped."
	}
	if d.act(tell, "the trouble may be over: wake one", fmt.Sprintf("%s since %s", troubleOf(rep), s.clock(p.StruckAt))) {
		s.Outage.Probe = Probe{Run: t.Run(), Turns: p.StruckTurns}
	}
}

// probing judges the agent that was woken, and says whether it still decides.
func (d *decision) probing() bool {
	s := d.state
	o := &s.Outage
	t, ok := d.current(o.Probe.Run, fm.Working)
	ss, found := d.index.run[o.Probe.Run]
	rep, reported := s.report(t)
	switch {
	case !ok || !found || !ss.Alive: // its end says nothing of the trouble
		o.Probe = Probe{}
		return false
	case o.Probe.ToldAt.IsZero():
		_, busy := s.Busy[taskKey(t.ID)]
		if !busy { // it could not be told
			o.Probe = Probe{}
		}
		return busy
	case !reported:
		return true
	case s.proven(rep, o.Probe):
		d.reopen(t.Run(), doingNow(rep)+", "+s.believed(rep))
		return false
	case struck(rep) && s.SightAt.Sub(o.Probe.ToldAt) > s.Rules.StartLimit && s.progress(t).Unheard >= MaxSentBack:
		o.Probe = Probe{}
		d.record(queue.Block(t, "it was told to go on after "+troubleOf(rep).Text()+", and gives no sign of it", s.At))
		return false
	case struck(rep) && s.SightAt.Sub(o.Probe.ToldAt) > s.Rules.StartLimit, s.SightAt.Sub(o.Probe.ToldAt) > probeLimit:
		o.Probe, o.Tries = Probe{}, o.Tries+1
		d.update(t.Run(), func(p *Progress) { // the next one is another
			if !p.StruckAt.IsZero() {
				p.StruckAt = s.SightAt
			}
			if struck(rep) { // it has not even begun: that is no word about the trouble
				p.Unheard++
			}
		})
		if o.Trouble == "" {
			o.Trouble, o.Since = troubleOf(rep), s.SightAt
		}
		o.Until = s.SightAt.Add(pause(o.Trouble, o.Tries))
		d.noticed(t.Run(), "woken, and it does not go on", doingNow(rep)+", "+s.believed(rep), "wait until "+s.clock(o.Until))
		return false
	}
	return true
}

// proven says whether the agent that was woken is through: what it asked of the
// API was answered.
func (s State) proven(rep fm.Report, probe Probe) bool {
	switch rep.State {
	case fm.AtWork:
		return rep.Heard.Sub(probe.ToldAt) > echo || s.SightAt.Sub(probe.ToldAt) >= provenAfter
	case fm.InShell, fm.Exited:
		return true
	case fm.Waiting, fm.AtPrompt:
		return !struck(rep)
	case fm.Starting, fm.Limited, fm.Retrying, fm.UnknownState:
	}
	return false
}

// reopen ends an outage. Whoever still waits for it is woken next.
func (d *decision) reopen(r fm.Run, why string) {
	s := d.state
	if s.Outage.Trouble != "" {
		d.noticed(r, "the trouble is over", why, "go on")
	}
	s.Outage = Outage{}
	s.OpenAt = s.SightAt
}

// recovered takes note of an agent that went on after a shared trouble. If
// nobody else is being woken it is the probe, whoever woke it.
func (d *decision) recovered(t fm.Task, p *Progress, rep fm.Report) {
	o := &d.state.Outage
	if !p.StruckAt.IsZero() && o.Trouble != "" && o.Probe.Run == (fm.Run{}) {
		o.Probe = Probe{Run: t.Run(), Turns: rep.Turns, ToldAt: d.state.SightAt}
	}
	p.StruckAt, p.Unheard = time.Time{}, 0
}
