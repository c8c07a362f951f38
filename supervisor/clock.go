package supervisor

import (
	"maps"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// ticked takes a time of the clock. One that was set back by more than a pause
// takes along all that is remembered, so that a second stays a second: a wait of
// ten seconds lasts no hour then, and nobody has been silent for less than nothing.
// One that was set forward is as a machine that slept; see [State.AwakeAt].
func (s State) ticked(at time.Time) State {
	if by := s.At.Sub(at); by > sleep {
		s = s.setBack(by)
		s.AwakeAt = at
	}
	s.At = at
	return s
}

// setBack moves what the State remembers of times.
func (s State) setBack(by time.Duration) State {
	s = s.copied()
	move(by, &s.SightAt, &s.OpenAt, &s.LookedAt, &s.Scan.At, &s.Breaker.Probe, &s.Outage.Since, &s.Outage.Until, &s.Outage.Probe.ToldAt, &s.Mass.Since, &s.Mass.Next)
	for id, p := range s.Runs {
		move(by, &p.StartedAt, &p.DeadSince, &p.LostAt, &p.ToldAt, &p.PersonAt, &p.SpentAt, &p.RungAt, &p.NudgedAt, &p.EndedAt, &p.StruckAt)
		s.Runs[id] = p
	}
	for key, w := range s.Waits {
		move(by, &w.Until)
		s.Waits[key] = w
	}
	s.Breaker.Failures, s.Deaths = slices.Clone(s.Breaker.Failures), slices.Clone(s.Deaths)
	for i := range s.Breaker.Failures {
		move(by, &s.Breaker.Failures[i].At)
	}
	for i := range s.Deaths {
		move(by, &s.Deaths[i].At)
	}
	return s
}

// move keeps "never".
func move(by time.Duration, times ...*time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			*t = t.Add(-by)
		}
	}
}

// The others who tell of times have them from the same clock, as it was. What they
// say of a time that is yet to come was before it was set back: as late as can be,
// that is when fm first knew of it.

func (s State) credible(told, now time.Time) time.Time {
	if told.After(now.Add(sleep)) {
		return latestOf(s.AwakeAt)
	}
	return told
}

func (s State) reportsNow(ev Observed) map[fm.TaskID]fm.Report {
	all := maps.Clone(ev.Reports)
	for id, rep := range all {
		rep.Since, rep.Heard = s.credible(rep.Since, ev.At), s.credible(rep.Heard, ev.At)
		all[id] = rep
	}
	return all
}

func (s State) sightNow(ev Observed) fm.Sight {
	sight := ev.Sight
	if slices.ContainsFunc(sight.Sessions, func(ss fm.Session) bool { return ss.LastKey.After(ev.At.Add(sleep)) }) {
		sight.Sessions = slices.Clone(sight.Sessions)
	}
	for i, ss := range sight.Sessions {
		if last := s.credible(ss.LastKey, ev.At); last != ss.LastKey {
			sight.Sessions[i].LastKey = last
		}
	}
	return sight
}

// wantedNow lets a person's keys count, though the release that was said before
// them is of a time that is yet to come.
func (s State) wantedNow(w Wanted) Wanted {
	for i, h := range w.Hands {
		if !s.At.IsZero() && h.At.After(s.At.Add(sleep)) {
			w.Hands = slices.Clone(w.Hands)
			w.Hands[i].At = s.AwakeAt
		}
	}
	return w
}
