package supervisor

import (
	"fmt"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// jump sets the clock of a film.
func (f *film) jump(by time.Duration) {
	f.tb.Helper()
	f.s, _ = Step(f.s, Ticked{At: f.s.At.Add(by)})
}

// jumps are what befalls clocks: an hour by a wrong time zone, a year by an empty
// battery, ten minutes by a process that was stopped.
func jumps() []time.Duration {
	return []time.Duration{-365 * 24 * time.Hour, -time.Hour, 10 * time.Minute, time.Hour, 365 * 24 * time.Hour}
}

// TestAClockThatJumpsHurriesNobody sets the clock while agents work: none of them
// is nudged, ended or begun again for it, whether it goes on to give signs of life
// or is in a long command; and a real silence is still seen, no later than with a
// clock that is right. Caught: agents that were silent for an hour, because the
// clock was set forward; one that hung for a year, because it was set back.
//
// Fault: F10, F28.
func TestAClockThatJumpsHurriesNobody(t *testing.T) {
	for _, by := range jumps() {
		t.Run(by.String(), func(t *testing.T) {
			f := busyAgents(t, 3)
			f.report("2", func(r *fm.Report) { r.Heard = f.s.At })
			f.run(10 * time.Minute)
			f.jump(by)
			f.began = f.s.At
			for range 3 { // nine minutes, in which one agent gives signs, and two do not
				f.report("1", func(r *fm.Report) { r.Since, r.Heard = f.s.At, f.s.At })
				f.run(3 * time.Minute)
			}
			f.wants()
			f.run(12 * time.Minute) // no more than half an hour since any sign
			f.wants()
			f.run(11 * time.Minute)
			for _, task := range []fm.TaskID{"2", "3"} {
				if f.count("tell "+string(task)+".1") != 1 {
					t.Errorf("task %s: %q, want one nudge after half an hour of silence", task, f.deeds)
				}
			}
		})
	}
}

// TestAClockThatJumpsDelaysNothing sets the clock back while something is waited
// for: an agent's last words, the next try of a publication, the end of a backoff,
// and a person to go. Caught: a publication that was tried again in a year, and an
// agent that was dead for as long; a person who had left, and was present all the
// time; one who typed, and did not count because of a release that was yet to come.
//
// Fault: F10.
func TestAClockThatJumpsDelaysNothing(t *testing.T) {
	for _, by := range jumps() {
		t.Run(by.String(), func(t *testing.T) {
			t.Run("a death", func(t *testing.T) {
				f := newFilm(t, seen(working("1", 1)).with(ended1(1, "1"), atWork()))
				f.s.Wanted.Workers = 1
				f.step(Observed{At: f.s.At, Sight: f.s.Sight, Reports: f.s.Reports})
				f.jump(by)
				f.run(10 * time.Second)
				if f.count("start 1.1 worker-1") != 1 {
					t.Errorf("ordered %q, want it resumed", f.deeds)
				}
			})
			t.Run("a wait", func(t *testing.T) {
				f := newFilm(t, seen(publishing("1", 1)))
				f.s.Waits[taskKey("1")] = Wait{Until: f.s.At.Add(time.Minute), Count: 6, Err: "no route"}
				f.jump(by)
				f.run(70 * time.Second)
				if f.count("Publish task 1") != 1 {
					t.Errorf("ordered %q, want it published", f.deeds)
				}
			})
			t.Run("a backoff", func(t *testing.T) {
				back := task("1", fm.Pending)
				back.NotBefore = noon().Add(5 * time.Minute)
				f := newFilm(t, seen(back))
				f.s.Wanted.Workers = 1
				f.jump(by)
				f.run(6 * time.Minute)
				if f.count("record claim 1 worker-1") != 1 {
					t.Errorf("ordered %q, want it claimed", f.deeds)
				}
			})
			t.Run("a person", func(t *testing.T) {
				f := newFilm(t, seen(task("1", fm.Cancelled)).with(typedIn(live(1, "1", 1)), atWork()))
				f.run(time.Second)
				f.jump(by)
				f.wants()
				f.run(f.s.Rules.Grace + 10*time.Second)
				if f.count("stop 1.1 worker-1 keep=1") != 1 {
					t.Errorf("ordered %q, want the agent ended when the person has left", f.deeds)
				}
			})
			t.Run("a release", func(t *testing.T) {
				f := newFilm(t, seen(task("1", fm.Cancelled)).with(live(1, "1", 1), atWork()))
				released := Wanted{Workers: 1, Hands: []Hand{{Worker: 1, At: f.s.At}}}
				f.jump(by)
				f.step(WantedRead{Wanted: released})
				f.deeds = nil
				f.s.Sight.Sessions[0].Clients, f.s.Sight.Sessions[0].LastKey = 1, f.s.At.Add(time.Second)
				f.jump(time.Second)
				if ss := f.s.Sight.Sessions[0]; !Present(ss, f.s.Rules.Grace, f.s.Wanted.Hands, f.s.At) {
					t.Errorf("who has just typed (%s) is not present", ss.LastKey)
				}
			})
		})
	}
}

// count is how often something was ordered.
func (f *film) count(deed string) int {
	n := 0
	for _, d := range f.deeds {
		var at string
		if _, err := fmt.Sscan(d, &at); err == nil && len(d) > len(at) && len(d[len(at)+1:]) >= len(deed) && d[len(at)+1:][:len(deed)] == deed {
			n++
		}
	}
	return n
}
