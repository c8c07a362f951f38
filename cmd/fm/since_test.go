package main

import (
	"testing"
	"time"
)

// Caught: 22:15 that was taken for tonight's at noon; a day of a month in hours.
func TestSinceIsSaidAsPeopleSayIt(t *testing.T) {
	zone := time.FixedZone("far", 9*3600)
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, zone)
	for word, want := range map[string]time.Time{
		"90m": now.Add(-90 * time.Minute), "1h30m": now.Add(-90 * time.Minute), "3d": now.Add(-72 * time.Hour), "0s": now, " 2h ": now.Add(-2 * time.Hour),
		"22:15": time.Date(2026, 3, 1, 22, 15, 0, 0, zone), "11:59": time.Date(2026, 3, 2, 11, 59, 0, 0, zone), "11:59:30": time.Date(2026, 3, 2, 11, 59, 30, 0, zone),
		"2026-02-28": time.Date(2026, 2, 28, 0, 0, 0, 0, zone), "2026-03-01T22:15": time.Date(2026, 3, 1, 22, 15, 0, 0, zone),
		"2026-03-01 22:15": time.Date(2026, 3, 1, 22, 15, 0, 0, zone), "2026-03-01T22:15:00Z": time.Date(2026, 3, 1, 22, 15, 0, 0, time.UTC),
	} {
		if got, err := parseSince(word, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %s, %v; want %s", word, got, err, want)
		}
	}
	for _, word := range []string{"", "yesterday", "-1h", "25:00", "2026-02-30", "2026-03-03", "9999999999999d", "12", "h", "d", "1e9h"} {
		if got, err := parseSince(word, now); err == nil {
			t.Errorf("%q is %s", word, got)
		}
	}
}
