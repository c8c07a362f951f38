package ui

import (
	"time"

	"github.com/founder-mode/fm"
)

// until gives a time with how long it is from now, in now's time zone: 11:05
// (in 34m), with the day unless it is today.
func until(at, now time.Time) string {
	at = at.In(now.Location())
	format := "15:04"
	if at.Format(time.DateOnly) != now.Format(time.DateOnly) {
		format = "Mon 15:04"
	}
	if at.Sub(now) > 6*24*time.Hour {
		format = "2 Jan 15:04"
	}
	if !at.After(now) {
		return at.Format(format)
	}
	return at.Format(format) + " (in " + fm.Span(at.Sub(now)) + ")"
}
