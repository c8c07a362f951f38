package ui

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm/supervisor"
)

// TestBarsAsTheyAreDrawn: those of the design, and the ends.
func TestBarsAsTheyAreDrawn(t *testing.T) {
	for _, c := range []struct {
		total, completed int
		want             string
	}{
		{4, 3, "████████░░"},
		{3, 1, "███░░░░░░░"},
		{0, 0, "░░░░░░░░░░"},
		{5, 0, "░░░░░░░░░░"},
		{100, 1, "█░░░░░░░░░"},
		{100, 99, "█████████░"},
		{7, 7, "██████████"},
	} {
		merged, done, left := bar(supervisor.ParentStatus{Total: c.total, Completed: c.completed, Merged: c.completed / 2})
		if got := merged + done + left; got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.completed, c.total, got, c.want)
		}
	}
}

// TestBarIsAlwaysTen, never full before the end, and never shorter for more.
// Caught: rounding without an end to it.
func TestBarIsAlwaysTen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 300).Draw(t, "total")
		completed := rapid.IntRange(-1, total+1).Draw(t, "completed")
		p := supervisor.ParentStatus{Total: total, Completed: completed, Merged: rapid.IntRange(0, 301).Draw(t, "merged")}
		merged, done, left := bar(p)
		full := utf8.RuneCountInString(merged + done)
		if full+utf8.RuneCountInString(left) != barCells {
			t.Fatalf("%s%s%s", merged, done, left)
		}
		if (full == barCells) != (completed >= total) || (full == 0) != (completed <= 0) {
			t.Fatalf("%d of %d: %d cells", completed, total, full)
		}
	})
}

// TestSparkCountsByHour: the latest at the right, nothing from before, and no
// hour with a finish looks like one without.
func TestSparkCountsByHour(t *testing.T) {
	at := func(ago ...time.Duration) []supervisor.Finish {
		var all []supervisor.Finish
		for _, d := range ago {
			all = append(all, supervisor.Finish{At: noon().Add(-d)})
		}
		return all
	}
	for _, c := range []struct {
		finishes []supervisor.Finish
		want     string
	}{
		{nil, "▁▁▁▁"},
		{at(0), "▁▁▁█"},
		{at(59*time.Minute, time.Hour, 4*time.Hour, -time.Minute), "▁▁██"},
		{at(0, 0, 0, 0, 0, 0, 0, 3*time.Hour), "▂▁▁█"},
	} {
		if got := spark(c.finishes, noon(), 4); got != c.want {
			t.Errorf("%d finishes: %s, want %s", len(c.finishes), got, c.want)
		}
	}
	if got := spark(at(make([]time.Duration, 1000)...), noon(), 24); got != strings.Repeat("▁", 23)+"█" {
		t.Error(got)
	}
}

// TestTimesAreThoseOfTheViewer in the view's own time zone.
func TestTimesAreThoseOfTheViewer(t *testing.T) {
	now := noon().In(time.FixedZone("", 2*3600))
	for want, at := range map[string]time.Time{
		"17:04 (in 34m)":          noon().Add(34 * time.Minute),
		"16:30":                   noon(),
		"Sat 01:30 (in 9h00m)":    noon().Add(9 * time.Hour),
		"1 Dec 16:30 (in 11d00h)": noon().Add(11 * 24 * time.Hour),
	} {
		if got := until(at.Truncate(time.Minute).Add(45*time.Second), now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
