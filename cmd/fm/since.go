package main

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// parseSince reads the value of --since: a time that has passed, as people say
// it. now is the end of it, in the zone that clock times are meant in.
//
//	90m 12h 3d                 so long ago
//	22:15                      the last time that the clock showed it
//	2026-11-20                 the beginning of that day
//	2026-11-20T22:15[:05[Z]]   RFC 3339, the end of it optional
func parseSince(word string, now time.Time) (time.Time, error) {
	word = strings.TrimSpace(word)
	at, ok := longAgo(word, now)
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(form, word, now.Location()); err == nil && !ok {
			at, ok = t, true
		}
	}
	switch {
	case !ok:
		return at, usage("--since %s: want a duration such as 90m, 12h or 3d, a time such as 22:15, or a day such as %s", fm.Line(word, 40), now.Format(time.DateOnly))
	case at.After(now):
		return at, usage("--since %s: that is still to come", fm.Line(word, 40))
	}
	return at, nil
}

// longAgo reads a duration, in which a day has 24 hours, or a time of day.
func longAgo(word string, now time.Time) (time.Time, bool) {
	if days, ok := strings.CutSuffix(word, "d"); ok {
		word = days + "h"
		if d, err := time.ParseDuration(word); err == nil && d >= 0 && d < 1e5*time.Hour {
			return now.Add(-24 * d), true
		}
		return now, false
	}
	if d, err := time.ParseDuration(word); err == nil && d >= 0 {
		return now.Add(-d), true
	}
	for _, form := range []string{"15:04", time.TimeOnly} {
		if t, err := time.Parse(form, word); err == nil {
			at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			if at.After(now) {
				at = at.AddDate(0, 0, -1)
			}
			return at, true
		}
	}
	return now, false
}
