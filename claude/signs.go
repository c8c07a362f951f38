package claude

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// signs is what a series of events amounts to. Its zero value is an attempt
// that was never launched.
type signs struct {
	launched time.Time // the first launch of the attempt
	state    fm.AgentState
	since    time.Time // when state was entered
	evidence fm.Evidence
	spoke    time.Time // the last event that says something about the state
	told     time.Time // the same, without the heartbeats
	heard    time.Time // the last event of the agent's own of any kind
	prompted bool
	began    bool      // a prompt was taken in one of its lives
	unheard  int       // launches in a row of which nothing was heard
	tookOver time.Time // a conversation that an earlier attempt began; zero for none
	turns    int
	session  string
	pid      int
	question fm.Question
	asked    asking
	trouble  fm.Trouble
	says     string
	talks    []talk // the conversations of the attempt; the last one goes on
	reminded bool   // a Stop was sent back since the session started
	worked   stretches
	bill     bill
	fiveHour window
	sevenDay window
}

// A talk is a conversation and where the CLI keeps it.
type talk struct{ session, transcript string }

// maxTalks bounds how many conversations of an attempt are remembered.
const maxTalks = 20

func (s signs) identify(e event) signs {
	if e.PID > 0 {
		s.pid = e.PID
	}
	if e.Session != "" {
		s.session = e.Session
	}
	if e.Session == "" || e.Transcript == "" {
		return s
	}
	t := talk{e.Session, e.Transcript}
	if slices.Contains(s.talks, t) {
		return s
	}
	s.talks = append(slices.Clone(s.talks), t) // signs are values: nobody else's may change
	s.talks = s.talks[max(0, len(s.talks)-maxTalks):]
	return s
}

// enter says that the agent is in a state, and what for. What it asked in the
// state before is answered by now, and a turn that begins is over its trouble.
func (s signs) enter(state fm.AgentState, by fm.Evidence) signs {
	if s.state != state {
		s.since, s.evidence = by.At, by
		s.question = fm.Question{}
	}
	if state == fm.AtWork {
		s.trouble, s.says = "", ""
	}
	s.state = state
	s.worked = s.worked.enter(state, by.At)
	s.spoke, s.told = last(s.spoke, by.At), last(s.told, by.At)
	return s
}

// maxSilence is the most that counts as work without any sign of it. A machine
// that sleeps writes none: a night that its agent lies in is no work.
const maxSilence = 30 * time.Minute

// stretches adds up the time at work, from one sign to the next.
type stretches struct {
	sum  time.Duration // until the last sign
	from time.Time     // when that was; zero when the agent is not at work
}

func (w stretches) enter(state fm.AgentState, at time.Time) stretches {
	w = w.sign(at)
	switch state {
	case fm.Starting, fm.AtWork, fm.Retrying, fm.InShell:
		if w.from.IsZero() {
			w.from = at
		}
	case fm.AtPrompt, fm.Waiting, fm.Limited, fm.Exited, fm.UnknownState:
		w.from = time.Time{}
	}
	return w
}

// sign takes a sign of an agent that may be at work.
func (w stretches) sign(at time.Time) stretches {
	if w.from.IsZero() {
		return w
	}
	return stretches{sum: w.by(at), from: later(w.from, at)}
}

// by is the sum at a moment.
func (w stretches) by(at time.Time) time.Duration {
	if w.from.IsZero() || at.Before(w.from) {
		return w.sum
	}
	return w.sum + min(at.Sub(w.from), maxSilence)
}

// last is the later one of two signs, but when the clock was set back between
// them: no hook is so slow. Then it is the one that came last.
func last(before, now time.Time) time.Time {
	if before.Sub(now) > setBack {
		return now
	}
	return later(before, now)
}

const setBack = time.Minute

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
