package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// Caught: a held worker without a task, for which no stop waits; a question in
// a held session that is told as a hold.
func TestAStopNamesThoseWhomOnlyPeopleCanHelp(t *testing.T) {
	got := lingering([]supervisor.WorkerStatus{
		{Worker: 1, Task: "1", State: string(fm.AtWork)},
		{Worker: 2, State: "idle", Held: true},
		{Worker: 3, Task: "3", State: string(fm.AtWork), Held: true},
		{Worker: 4, Task: "4", State: string(fm.Waiting), Held: true},
		{Worker: 5, Task: "5", State: string(fm.AtPrompt), Person: true},
		{Worker: 6, Task: "6", State: string(fm.Limited)},
	})
	want := []string{
		"! The stop waits for #3: worker-3 is held: fm release worker-3",
		"! The stop waits for #4: worker-4 waits for you: fm inbox",
		"! The stop waits for #5: worker-5 has somebody typing in it: fm release worker-5 when that is over",
		"! The stop waits for #6: worker-6 can do nothing now: fm status",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
