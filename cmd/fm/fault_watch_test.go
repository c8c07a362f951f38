package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// limits sets one of the limits of the user namespace that the test runs in.
func (b *bench) limits(name, value string) {
	b.Helper()
	if err := os.WriteFile("/proc/sys/user/"+name, []byte(value), 0); err != nil {
		b.Fatal(err)
	}
}

// TestWithoutInotifyEverythingIsSeenABitLater: the system gives no inotify
// instance, or no watch, to fm. It says so once and works by looking: an agent's
// work is merged, and an edit of queue.txt is taken.
//
// Fault: F7, F8.
func TestWithoutInotifyEverythingIsSeenABitLater(t *testing.T) {
	t.Parallel()
	if !setApart(t) {
		return
	}
	for _, limit := range []string{"max_inotify_instances", "max_inotify_watches"} {
		t.Run(limit, func(t *testing.T) {
			b := newTroubled(t, fm.Config{})
			b.plays(acts("One", append([]doing{b.waits("go")}, done("one")...)...), acts("Two", done("two")...))
			b.limits(limit, "0")
			t.Cleanup(func() { b.limits(limit, "100") })
			b.must("work", "1", "--workers", "1")
			b.busy(1)
			b.problem("inotify")
			if got := b.status().Problems; len(got) != 1 {
				t.Errorf("got %d warnings, want 1: %q", len(got), got)
			}
			b.sed(`s/^\([0-9]*|1|3|\)pending/\1hold/`)
			b.becomes("3", fm.Hold)
			b.lets("go")
			b.once("2")
		})
	}
}

// TestAStormOfEventsLosesNone: the folders that fm watches are flooded with files,
// with more events than the kernel keeps for who does not read them. What happens
// in the midst of it, an edit, a finished agent, is seen.
//
// Fault: F9.
func TestAStormOfEventsLosesNone(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	b.plays(acts("One", append([]doing{b.waits("go")}, done("one")...)...), acts("Two", done("two")...))
	b.must("work", "1", "--workers", "1")
	b.busy(1)
	// The supervisor cannot read while it is stopped, and the queue of its events
	// holds so many (inotify(7), max_queued_events).
	most := 16384
	if text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events"); err == nil {
		if _, err := fmt.Sscan(string(text), &most); err != nil {
			t.Fatal(err)
		}
	}
	pid := b.status().PID
	b.stops(pid)
	path := b.project.File("events/storm")
	for n := 0; n <= most/2; n++ { // each is told as made and as removed
		f, err := os.Create(path)
		if err == nil {
			err = f.Close()
		}
		if err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.sed(`s/^\([0-9]*|1|3|\)pending/\1hold/`)
	b.lets("go")
	b.goesOn(pid)
	b.becomes("3", fm.Hold)
	b.once("2")
	b.sed(`s/^\([0-9]*|1|3|\)hold/\1pending/`) // the watches are still there
	b.until("the edit to be seen", 30*time.Second, func() (any, bool) { s := b.status(); return s, s.Counts[fm.Hold] == 0 })
	b.once("3")
	if got := b.status().PID; got != pid {
		t.Errorf("got the supervisor %d, want %d to go on", got, pid)
	}
}
