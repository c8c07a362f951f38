package main

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/supervisor"
)

// limitIsWaitedFor: a usage limit closes the gate until it resets, which the
// CLI says to the minute and its status line to the second; then the worker
// is woken, though a menu stands in its pane. Caught: an agent that waited
// for ever, for the CLI resumes nothing by itself.
func limitIsWaitedFor(t play) {
	var asked, refused, reset atomic.Int64 // the last in Unix seconds
	s := newStage(t, fm.Config{Health: fm.HealthConfig{Idle: tolerated}}, func(r messages.Request) messages.Reply {
		if asked.Add(1) == 1 { // which tells the status line when the limit resets
			reset.Store(time.Now().Add(20 * time.Second).Unix())
			return messages.Bash("sleep 2").Near(messages.FiveHours, 0.97, time.Unix(reset.Load(), 0))
		}
		if resets := time.Unix(reset.Load(), 0); time.Now().Before(resets) {
			refused.Add(1)
			return messages.UsedUp(messages.FiveHours, resets)
		}
		return solve(r)
	}, withSubscription)
	id := s.begin()
	var gate supervisor.Gate
	s.until("the gate to close", time.Minute, func() (any, bool) {
		gate = s.status().Gate
		return s.status(), gate.Why != ""
	})
	resets := time.Unix(reset.Load(), 0)
	if off := gate.Until.Sub(resets); off < -time.Minute || off > time.Minute {
		t.Errorf("the gate says %s, want the reset at %s", gate.Until, resets)
	}
	if w := s.status().Workers[0]; w.State != string(fm.Limited) {
		t.Errorf("got state %q, want limited", w.State)
	}
	if out := s.must("status"); !strings.Contains(out, "limit") {
		t.Error("fm status does not say why nothing new is begun")
	}
	s.until("the menu of the CLI", 10*time.Second, func() (any, bool) {
		shown := s.shown()
		return shown, strings.Contains(shown, "What do you want to do?")
	})
	// Who only has the words waits until the end of the minute in them.
	s.until("the worker to be woken", 100*time.Second, func() (any, bool) { return s.status(), s.task(id).Status != fm.Working })
	s.done(id)
	if n := refused.Load(); n > 2 {
		t.Errorf("%d requests were made while the limit stood, want 1", n)
	}
	s.until("the gate to open", 30*time.Second, func() (any, bool) {
		gate = s.status().Gate
		return gate, !strings.Contains(gate.Why, "limit")
	})
}

// troubleIsNamedAndWaitedFor: what is wrong with the API is named and waited
// for, and costs the task nothing; when the API is well the agent goes on.
func troubleIsNamedAndWaitedFor(t play) {
	settled := takeSessions(t, cap(realSessions))
	type act struct {
		class fm.Trouble
		word  string // in what fm status says
		reply messages.Reply
		stage *stage
		task  fm.TaskID
		well  atomic.Bool
	}
	acts := []*act{
		{class: fm.RateTrouble, word: "slow down", reply: messages.TooMany(2 * time.Hour)},
		{class: fm.ServerTrouble, word: "overloaded", reply: messages.Overloaded()},
		{class: fm.LoginTrouble, word: "log in", reply: messages.Unauthorized()},
		{class: fm.CreditTrouble, word: "credit", reply: messages.NoCredit()},
	}
	for _, a := range acts {
		a.stage = newScene(t, fm.Config{}, func(r messages.Request) messages.Reply {
			if !a.well.Load() {
				return a.reply
			}
			return solve(r)
		}, withKey, "CLAUDE_CODE_MAX_RETRIES=1")
		a.task = a.stage.begin()
	}
	for _, a := range acts {
		a.stage.named(a.class, a.word)
		a.well.Store(true)
	}
	// And an API that is not there at first.
	away := newScene(t, fm.Config{}, solve, withKey, "CLAUDE_CODE_MAX_RETRIES=1")
	if err := away.api.Close(); err != nil {
		t.Fatal(err)
	}
	task := away.begin()
	away.named(fm.NetTrouble, "reached")
	away.back(solve)
	settled() // the supervisors wait now
	for _, a := range acts {
		a.stage.recovered(a.task)
	}
	away.recovered(task)
}

// named waits until the gate is closed for a trouble.
func (s *stage) named(class fm.Trouble, word string) {
	s.Helper()
	s.until("the gate to close for "+string(class), time.Minute, func() (any, bool) {
		return s.status(), strings.Contains(s.status().Gate.Why, word)
	})
	if out := s.must("status"); !strings.Contains(out, word) {
		s.Errorf("fm status does not say %q", word)
	}
}

// recovered waits longer than the first pause of the supervisor with an outage.
func (s *stage) recovered(id fm.TaskID) {
	s.Helper()
	s.until("the agent to go on after the trouble", 2*time.Minute, func() (any, bool) {
		return s.status(), s.exists(id, "part-"+string(id)+".txt") || s.task(id).Status != fm.Working
	})
	s.done(id)
}

// back opens the API again where it was.
func (s *stage) back(script func(messages.Request) messages.Reply) {
	s.Helper()
	api, err := messages.StartAt(strings.TrimPrefix(s.api.URL, "http://"), func(r messages.Request) messages.Reply {
		s.hear(r)
		return script(r)
	})
	if err != nil {
		s.Fatal(err)
	}
	s.api = api
}
