package ui

import (
	"fmt"
	"time"
)

// lasted gives a duration as people say it: 45s, 12m, 2h15m, 3d04h.
func lasted(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 100*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

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
	return at.Format(format) + " (in " + lasted(at.Sub(now)) + ")"
}
