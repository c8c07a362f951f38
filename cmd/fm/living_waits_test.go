package main

import (
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// tolerated is how long an agent may be silent, in tests of who is silent for a
// reason: more than a busy machine is behind, and less than a test can wait,
// which waits for twice as long because the CLI still notifies a while after.
const tolerated = fm.Duration(10 * time.Second)

// outlasts waits until so much time has passed for the supervisor.
func (s *stage) outlasts(d fm.Duration) {
	s.Helper()
	var from time.Time
	s.until("time to pass", time.Duration(d)+time.Minute, func() (any, bool) {
		at := s.status().At
		if from.IsZero() {
			from = at
		}
		return at, at.Sub(from) > time.Duration(d)
	})
}

// toldWhile counts what fm said to the agent of a task while it believed it to
// be in the state, as its journal has it.
func (s *stage) toldWhile(id fm.TaskID, state fm.AgentState) (n int) {
	s.Helper()
	journal, err := os.Open(s.project.File("journal/" + string(id)))
	if err != nil {
		s.Fatal(err)
	}
	defer journal.Close()
	var is, was bool
	for lines := json.NewDecoder(journal); lines.More(); {
		var d supervisor.Decision
		if err := lines.Decode(&d); err != nil {
			s.Fatal(err)
		}
		if _, to, turns := strings.Cut(d.Then, " → "); turns {
			is = strings.HasPrefix(to, string(state))
			was = was || is
		}
		if is && strings.HasPrefix(d.Then, "tell ") {
			n++
		}
	}
	if !was {
		s.Errorf("the journal of task %s never has it %s", id, state)
	}
	return n
}
