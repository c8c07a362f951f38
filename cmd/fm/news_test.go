package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
)

// TestAnOrderThatWasCutOffSaysWhatStays: only what changed nothing is bad input.
//
// Caught: exit code 2, "nothing was changed", after an agent had been paid for the
// plan of the first of two issues.
func TestAnOrderThatWasCutOffSaysWhatStays(t *testing.T) {
	refused := fmt.Errorf("claude is not logged in: %w", fm.ErrRefused)
	for _, c := range []struct {
		name  string
		told  []intake.News
		taken int
		code  int
		says  string
	}{
		{"nothing yet", nil, 0, exitUsage, "logged in"},
		{"one that was there", []intake.News{{Kind: intake.Known}, {Kind: intake.Found, Why: "planned before"}}, 0, exitUsage, "logged in"},
		{"a plan", []intake.News{{Kind: intake.Found}}, 0, exitFailure, "the same command goes on"},
		{"a subissue", []intake.News{{Kind: intake.Created}}, 0, exitFailure, "the same command goes on"},
		{"tasks", []intake.News{{Kind: intake.Created}}, 3, exitFailure, "in the queue: 3"},
	} {
		n := &news{out: io.Discard}
		for _, x := range c.told {
			n.print(x)
		}
		err := n.cutOff(refused, c.taken)
		if got := concluded(io.Discard, err); got != c.code || !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: exit code %d, %v; want %d, %q", c.name, got, err, c.code, c.says)
		}
	}
	if err := (&news{made: true}).cutOff(nil, 3); err != nil {
		t.Errorf("of no error it makes %v", err)
	}
}
