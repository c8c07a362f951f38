package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/local"
)

// BenchmarkTurnOverIsKnown is the time from the model's last word to the moment
// when fm status would say that the turn is over, with the real CLI: what the
// CLI needs for its Stop hook, the hook, and fm.
func BenchmarkTurnOverIsKnown(b *testing.B) {
	var last atomic.Int64
	s := newStage(b, fm.Config{Health: fm.HealthConfig{Start: seconds(600)}}, func(messages.Request) messages.Reply {
		last.Store(time.Now().UnixNano())
		return messages.Say("That is all.")
	}, withKey)
	id := s.begin()
	s.is(fm.AtPrompt)
	s.must("hold", "worker-1") // a person talks to the agent, and fm only looks
	var all lags
	for b.Loop() {
		from := s.journalled(id)
		s.press("Go on.", "Enter")
		s.decides(id, from, "→ idle")
		all = append(all, time.Duration(time.Now().UnixNano()-last.Load()))
	}
	all.report(b)
}

// BenchmarkDeathIsKnown is the time from the end of an agent's process to the
// moment when fm status would say so, with a real tmux.
func BenchmarkDeathIsKnown(b *testing.B) {
	var all lags
	var living []fm.Task
	var s *stage
	for b.Loop() {
		if len(living) == 0 {
			b.StopTimer()
			if s != nil {
				s.end() // or all that ever lived would go on
			}
			s, living = newCrowd(b, 16)
			b.StartTimer()
		}
		t := living[0]
		living = living[1:]
		pid, from := s.pids()[t.Run()], s.journalled(t.ID)
		began := time.Now()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		s.decides(t.ID, from, "→ exited")
		all = append(all, time.Since(began))
	}
	all.report(b)
}

// newCrowd has so many stand-ins for the CLI at work, which fm leaves as they
// end.
func newCrowd(b *testing.B, n int) (*stage, []fm.Task) {
	b.Helper()
	s := newScene(b, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}}, nil)
	s.environ = append(s.environ, "FM_SCENARIO="+filepath.Join(s.dir, "scenario.json"))
	type object = map[string]any
	s.write(filepath.Join(s.dir, "scenario.json"), object{"tasks": []object{{"title": "hang", "turns": []object{{"steps": []object{{"do": "hang"}}}}}}})
	parent := s.issue("Many", "In parts.")
	for i := range n {
		part := fm.Subissue{Title: fmt.Sprintf("Hang %d", i+1), Description: "Hang.", Criteria: []string{"it hangs"}, Hours: 1, Priority: "normal"}
		if _, err := local.NewTracker(s.project.Issues()).Create(b.Context(), parent, fmt.Sprint("key-", i), part, nil); err != nil {
			b.Fatal(err)
		}
	}
	s.must("work", string(parent), "--workers", fmt.Sprint(n))
	s.busy(n)
	for w := range n {
		s.must("hold", fmt.Sprint(w+1))
	}
	return s, slices.DeleteFunc(s.tasks(), func(t fm.Task) bool { return t.Status != fm.Working })
}

// journalled is how much stands in a task's journal.
func (s *stage) journalled(id fm.TaskID) int {
	text, _ := os.ReadFile(s.project.File("journal/" + string(id))) // none is nothing
	return len(text)
}

// decides waits until the supervisor has decided that an agent's state is
// another one. It looks every half millisecond.
func (s *stage) decides(id fm.TaskID, from int, change string) {
	s.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(time.Millisecond / 2)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(s.project.File("journal/" + string(id)))
		if err == nil && bytes.Contains(text[min(from, len(text)):], []byte(change)) {
			return
		}
		select {
		case <-deadline:
			s.Fatalf("waited a minute for %q; last seen: %s", change, text[min(from, len(text)):])
		case <-tick.C:
		}
	}
}

// lags are how late something became known.
type lags []time.Duration

// report gives the two percentiles that are promised: the median, and the
// hundredth part that was slowest.
func (l lags) report(b *testing.B) {
	b.Helper()
	slices.Sort(l)
	at := func(share float64) float64 {
		return float64(l[min(len(l)-1, int(share*float64(len(l))))]) / float64(time.Millisecond)
	}
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(0, "ns/op") // with all that comes between two of them
}
