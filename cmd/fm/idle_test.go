package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestIdleSupervisorDoesNotWakeItself: with nothing to do, the supervisor looks
// when its tick says so, and not because it showed what it saw. Caught: a
// status.json whose writing was the hint for the next look, four times a second
// for ever.
func TestIdleSupervisorDoesNotWakeItself(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	b.environ = append(b.environ, "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	b.must("work", string(b.issue("Write a note", "In two halves.")), "--workers", "1", "--wait")
	b.looks(4) // what its end has led to is shown
	const looks = 6
	var seen []time.Time
	b.until("what an idle supervisor shows", time.Minute, func() (any, bool) {
		if at := b.status().At; len(seen) == 0 || at.After(seen[len(seen)-1]) {
			seen = append(seen, at)
		}
		return seen, len(seen) > looks
	})
	// Two are shown in each tick of two seconds. One that wakes itself shows four
	// in a second; a loaded machine only takes longer.
	if took := seen[looks].Sub(seen[1]); took < looks*time.Second/2 {
		t.Errorf("showed %d times in %s with nothing to do", looks-1, took)
	}
}
