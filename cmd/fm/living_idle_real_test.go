package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/local"
)

// twelveIdleSessionsCostNothing: with twelve real agents at their prompts,
// which people keep for themselves, fm takes at most a hundredth of a core, and
// no agent asks anything of the API. Caught: a supervisor that its own looks
// woke; a nudge into a session that is held.
func twelveIdleSessionsCostNothing(t play) {
	const sessions, atOnce = 12, 4
	settled := takeSessions(t, cap(realSessions))
	s := newScene(t, fm.Config{Health: fm.HealthConfig{Start: seconds(600)}}, func(messages.Request) messages.Reply { return messages.Say("I have a question, and wait.") }, withKey)
	tracker := local.NewTracker(s.project.Issues())
	parent := s.issue("Twelve", "In twelve parts.")
	for i := range sessions {
		part := fm.Subissue{Title: fmt.Sprintf("Ask %d", i+1), Description: "Ask.", Criteria: []string{"asked"}, Hours: 1, Priority: "normal"}
		if _, err := tracker.Create(t.Context(), parent, fmt.Sprint("key-", i), part, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.must("work", string(parent), "--workers", fmt.Sprint(atOnce))
	held := map[fm.WorkerID]bool{}
	for n := atOnce; ; n += atOnce {
		// Each at once: who is left at its prompt is sent back, and blocked in the end.
		s.until(fmt.Sprintf("%d agents to be held at their prompts", n), 2*time.Minute, func() (any, bool) {
			for _, w := range s.status().Workers {
				if w.State == string(fm.AtPrompt) && !held[w.Worker] {
					held[w.Worker] = true
					s.must("hold", w.Worker.String())
				}
			}
			return held, len(held) == n
		})
		if n == sessions {
			break
		}
		// A few at a time: it is the machine that twelve starts at once would try.
		s.must("workers", "add", fmt.Sprint(atOnce))
	}
	settled()
	s.looks(3)
	s.resting(sessions) // one that was nudged in the moment before it was held has had its turn
	asked, used, began := s.api.Requests(), s.used(), time.Now()
	s.looks(40)
	took, spent := time.Since(began), s.used()-used
	share := float64(spent) / float64(took)
	t.Logf("%d idle sessions: fm used %s in %s, %.2f %% of a core", sessions, spent, took.Round(time.Millisecond), 100*share)
	if share > 0.01 {
		t.Errorf("fm used %.2f %% of a core, want at most 1 %%", 100*share)
	}
	if n := s.api.Requests() - asked; n != 0 {
		t.Errorf("%d requests were made in an idle window: %q", n, s.said())
	}
}

// resting waits until so many agents are at their prompts.
func (s *stage) resting(want int) {
	s.Helper()
	s.until(fmt.Sprintf("%d agents at their prompts", want), 2*time.Minute, func() (any, bool) {
		n := 0
		for _, w := range s.status().Workers {
			if w.State == string(fm.AtPrompt) {
				n++
			}
		}
		return s.status(), n == want
	})
}

// used is the time that the supervisor and its guard have had a core for, with
// the processes that they waited for.
func (s *stage) used() time.Duration {
	s.Helper()
	ticks := 0
	for _, pid := range []int{s.status().PID, s.supervisorParent()} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			s.Fatal(err)
		}
		_, after, _ := strings.Cut(string(text), ") ")
		var user, system, children, childrenSystem int
		fields := strings.Fields(after) // from the third on, see proc(5)
		if _, err := fmt.Sscan(strings.Join(fields[11:15], " "), &user, &system, &children, &childrenSystem); err != nil {
			s.Fatal(err)
		}
		ticks += user + system + children + childrenSystem
	}
	return time.Duration(ticks) * time.Second / 100 // USER_HZ of Linux
}
