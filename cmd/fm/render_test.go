package main

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// TestStatusShowsWhatIsOutOfTheOrdinary holds the lines that are there only
// when there is something to say. Caught: a gate shown without its end, a cost
// of nothing, a question that nobody was pointed to.
func TestStatusShowsWhatIsOutOfTheOrdinary(t *testing.T) {
	plain := supervisor.Status{PID: 1, Project: "/shop", Started: noon(), Wanted: supervisor.Wanted{Workers: 1}, Workers: []supervisor.WorkerStatus{
		{Worker: 1, Task: "2", State: "working", Text: "Working on #2", Since: noon()},
	}}
	picture := func(change func(*supervisor.Status)) string {
		s := plain
		s.Workers = append([]supervisor.WorkerStatus{}, plain.Workers...)
		change(&s)
		return strings.Join(overview(s, noon().Add(26*time.Minute)).lines(frame{width: plainPage}), "\n") + "\n"
	}
	usual := picture(func(*supervisor.Status) {})
	for _, word := range []string{"⏸", "$", "inbox", "QUESTIONS", "held", "GitHub", "PULL"} {
		if strings.Contains(usual, word) {
			t.Errorf("%q in:\n%s", word, usual)
		}
	}
	for want, change := range map[string]func(*supervisor.Status){
		"⏸ Nothing new is begun until 13:00 (in 34m): usage limit reached\n": func(s *supervisor.Status) {
			s.Gate = supervisor.Gate{Why: "usage limit reached", Until: noon().Add(time.Hour)}
		},
		"GitHub: 4,812 of 5,000 requests left until " + clock(noon().Add(time.Hour), noon()) + "\n": func(s *supervisor.Status) {
			s.Quota = fm.Quota{Left: 4812, Limit: 5000, Resets: noon().Add(time.Hour)}
		},
		"GitHub: 5,000 of 5,000 requests left\n": func(s *supervisor.Status) { s.Quota = fm.Quota{Left: 12, Limit: 5000, Resets: noon()} },
		"GitHub: paused until " + clock(noon().Add(time.Hour), noon()) + " (in 34m) (secondary limit)\n": func(s *supervisor.Status) {
			s.Quota = fm.Quota{Left: 4812, Limit: 5000, Resets: noon(), Blocked: noon().Add(time.Hour), Why: "secondary limit"}
		},
		"\nPULL REQUESTS\n  #9 of #2: checks run\n": func(s *supervisor.Status) {
			s.Pulls = []supervisor.PullStatus{{Task: "2", Number: "9", Text: "checks run"}}
		},
		"⏸ Nothing new is begun: Claude is not logged in\n": func(s *supervisor.Status) { s.Gate = supervisor.Gate{Why: "Claude is not logged in"} },
		"Avg: - | Spent today: $1.50\n":                     func(s *supervisor.Status) { s.Today.Cost = fm.Dollars(1.5) },
		"Working on #2 (26m, $0.42)":                        func(s *supervisor.Status) { s.Workers[0].Spent.Cost = fm.Dollars(0.42) },
		"QUESTIONS (1 for you: fm inbox)\n  ? worker-1 on #2: Bash: make\n": func(s *supervisor.Status) {
			s.Workers[0].State, s.Workers[0].Question.Text = "waiting", "Bash: make"
		},
		"  ? worker-1 on #2: see what it shows: fm attach worker-1\n": func(s *supervisor.Status) { s.Workers[0].State = "waiting" },
		"Working on #2 (26m) · held":                                  func(s *supervisor.Status) { s.Workers[0].Held, s.Workers[0].Person = true, true },
		"Working on #2 (26m) · attached, typing":                      func(s *supervisor.Status) { s.Workers[0].Person, s.Workers[0].Attached = true, 1 },
		"fm · shop · supervisor is starting\n":                        func(s *supervisor.Status) { s.Started = time.Time{} },
		"fm · shop · up 26m · bypassPermissions\n":                    func(s *supervisor.Status) { s.Wanted.Permission = bypass },
	} {
		if got := picture(change); !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// TestClockNamesTheDayUnlessItIsToday: a weekly limit ends on another day, and
// one before midnight may end after it. Caught: the day left out because less
// than 24 hours are left.
func TestClockNamesTheDayUnlessItIsToday(t *testing.T) {
	late := noon().Add(11*time.Hour + 50*time.Minute)
	for want, at := range map[string]time.Time{
		"23:55 (in 5m)":           late.Add(5 * time.Minute),
		"Sat 00:05 (in 15m)":      late.Add(15 * time.Minute),
		"23:50:30 (in 30s)":       late.Add(30 * time.Second),
		"Tue 23:50 (in 96h00m)":   late.Add(4 * 24 * time.Hour),
		"27 Nov 23:50 (in 7d00h)": late.Add(7 * 24 * time.Hour),
	} {
		if got := moment(at, late); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
