package supervisor

import (
	"fmt"
	"time"

	"github.com/founder-mode/fm"
)

// Rung says how far up the ladder of a stall an attempt is:
//
//	silent for Idle ──► nudge ──a third of Idle──► interrupt and resume ──Idle──► failed
//	      ▲               │                              │
//	      └─ sign of life ┘◄── a turn, or 10 min of life ┘
//
// What has failed is begun again in a fresh session that is told why.
type Rung int

// The rungs.
const (
	Calm Rung = iota
	Nudged
	Interrupted
)

// echo is how long after a nudge a sign of life may be only its own.
const echo = 5 * time.Second

const nudgeText = "fm has seen no sign of progress for a while. If something hangs, stop it. Then continue with the task, or write COMPLETION.md if you cannot."

// sleep is the pause between two looks after which nothing is known of the time
// between: the machine slept, or nothing could be seen.
const sleep = 30 * time.Second

// latestOf gives the latest of some times.
func latestOf(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}

// since is from when on patience with an attempt may be counted at all: no
// earlier than its start, the last disturbance by a person, the beginning of
// looking, and the end of what held everything up.
func (s State) since(p Progress, ss fm.Session) time.Time {
	return latestOf(p.StartedAt, p.PersonAt, ss.LastKey, handOf(s.Wanted.Hands, ss.Worker).At, s.AwakeAt, s.OpenAt)
}

// quiet says for how long, as of the last look, an agent gave no sign of life.
func (s State) quiet(p Progress, ss fm.Session, rep fm.Report) time.Duration {
	return s.SightAt.Sub(latestOf(s.since(p, ss), rep.Heard, rep.Since, p.ToldAt))
}

// calm takes an agent off the ladder when it shows life. A nudge, and a start,
// make signs of their own, which do not count.
func (p *Progress) calm(rep fm.Report) {
	alive := rep.Turns > p.RungTurns
	switch p.Rung {
	case Calm:
		return
	case Nudged:
		alive = alive || !maySilently(rep.State) || rep.Heard.After(latestOf(p.RungAt, p.NudgedAt).Add(echo))
	case Interrupted:
		alive = alive && rep.Trouble == "" || rep.Heard.Sub(p.RungAt) >= lasting || !p.EndedAt.IsZero() && rep.Heard.After(p.RungAt)
	}
	if alive {
		p.Rung, p.RungAt, p.NudgedAt, p.EndedAt = Calm, time.Time{}, time.Time{}, time.Time{}
	}
}

// maySilently says whether silence in the state is a stall. Whoever waits, is
// limited, has a task in the background or sits at its prompt is silent for a
// reason.
func maySilently(state fm.AgentState) bool {
	switch state {
	case fm.AtWork, fm.Retrying, fm.UnknownState:
		return true
	case fm.Starting, fm.AtPrompt, fm.Waiting, fm.Limited, fm.InShell, fm.Exited:
	}
	return false
}

// stalled climbs the ladder with an agent that is at work and silent.
func (d *decision) stalled(t fm.Task, p *Progress, ss fm.Session, rep fm.Report) {
	s := d.state
	idle := s.Rules.Idle
	if d.index.handled[ss.Worker] { // what is done to it makes signs of its own
		return
	}
	if p.calm(rep); idle <= 0 || !maySilently(rep.State) || d.leftAlone(ss) {
		return
	}
	quiet := s.quiet(*p, ss, rep)
	why := fmt.Sprintf("%s; silent for %s", doingNow(rep)+", "+s.believed(rep), quiet.Round(time.Second))
	switch p.Rung {
	case Calm:
		if quiet >= idle && d.act(Tell{Worker: ss.Worker, Run: t.Run(), Site: t.Site(), Text: nudgeText}, "silent: nudge once", why) {
			p.Rung, p.RungAt, p.RungTurns, p.NudgedAt = Nudged, s.SightAt, rep.Turns, time.Time{}
		}
	case Nudged:
		switch {
		case s.SightAt.Sub(latestOf(s.since(*p, ss), p.RungAt, p.NudgedAt)) >= idle/3:
			if d.act(Stop{Worker: ss.Worker, Run: t.Run()}, "silent after a nudge: interrupt and resume", why) {
				p.Rung, p.RungAt, p.RungTurns, p.EndedAt = Interrupted, s.SightAt, rep.Turns, s.SightAt
			}
		case p.NudgedAt.IsZero():
			d.order(Tell{Worker: ss.Worker, Run: t.Run(), Site: t.Site(), Text: nudgeText})
		}
	case Interrupted:
		switch {
		case !p.EndedAt.IsZero(): // the Stop did not succeed yet
			d.order(Stop{Worker: ss.Worker, Run: t.Run()})
		case quiet >= idle:
			d.fail(t, fmt.Sprintf("the agent hung: silent for %s, also after it was interrupted and resumed", quiet.Round(time.Second)), s.Rules.Attempts)
		}
	}
}

// leftAlone says whether nothing is to be asked of the agent in the session,
// and nothing ended: a person is at work there, or the cause of its silence may
// be everybody's.
func (d *decision) leftAlone(ss fm.Session) bool {
	return d.state.present(ss) || d.state.shut()
}
