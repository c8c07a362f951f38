package fm_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
)

func TestDurationsAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"-": 0, "0s": 1, "45s": 45 * time.Second, "59m": time.Hour - 1, "2h15m": 135 * time.Minute, "99h59m": 100*time.Hour - 1, "4d04h": 100 * time.Hour,
	} {
		if got := fm.Span(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

// Bars as the design draws them: to the nearest cell.
func TestBarsAreRounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ done, total, want int }{{3, 4, 8}, {1, 3, 3}, {0, 0, 0}, {0, 5, 0}, {1, 100, 1}, {99, 100, 9}, {7, 7, 10}} {
		if got := fm.Cells(c.done, c.total, 10); got != c.want {
			t.Errorf("%d of %d: %d cells, want %d", c.done, c.total, got, c.want)
		}
	}
}

// A bar is never full before the end, never empty after the beginning, and never
// shorter for more. Caught: rounding without an end to it.
func TestBarsGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total, cells := rapid.IntRange(1, 300).Draw(t, "total"), rapid.IntRange(2, 60).Draw(t, "cells")
		done := rapid.IntRange(-1, total+1).Draw(t, "done")
		got := fm.Cells(done, total, cells)
		if (got == cells) != (done >= total) || (got == 0) != (done <= 0) || got < fm.Cells(done-1, total, cells) || got > cells {
			t.Fatalf("%d of %d: %d of %d cells", done, total, got, cells)
		}
	})
}
