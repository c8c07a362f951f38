package claude

import (
	"time"

	"github.com/founder-mode/fm"
)

// signs is what a series of events amounts to. Its zero value is an attempt
// that was never launched.
type signs struct {
	launched   time.Time // the first launch of the attempt
	state      fm.AgentState
	since      time.Time // when state was entered
	heard      time.Time // the last event that says something about the state
	prompted   bool
	turns      int
	session    string
	pid        int
	question   string
	trouble    string
	transcript string
	reminded   bool // a Stop was sent back since the session started
	cost       float64
}

// fold adds one event. It is pure and total: an event that it does not know,
// or that comes out of order, changes at most the session.
func (s signs) fold(e event) signs {
	if e.Name == launchEvent {
		return s.launch(e)
	}
	s.identify(e)
	switch e.Name {
	case "SessionStart":
		return s.start(e)
	case "UserPromptSubmit":
		s.prompted, s.trouble = true, ""
		return s.enter(fm.AtWork, e.At)
	case "PostToolUse", "PostToolUseFailure":
		return s.beat(e)
	case "PreToolUse", "PreCompact", "PostCompact":
		return s.enter(fm.AtWork, e.At)
	case "PermissionRequest":
		return s.wait(e, e.Tool)
	case "Notification":
		return s.notify(e)
	case "Stop":
		return s.stop(e)
	case "StopFailure":
		return s.fail(e)
	case "SessionEnd":
		if e.Reason == "clear" { // a new session starts in the same process
			return s
		}
		return s.enter(fm.Exited, e.At)
	case costEvent:
		s.cost = e.Cost
	}
	return s
}

func (s *signs) identify(e event) {
	if e.Session != "" {
		s.session = e.Session
	}
	if e.PID > 0 {
		s.pid = e.PID
	}
	if e.Transcript != "" {
		s.transcript = e.Transcript
	}
}

// launch begins a life of the agent. Turns are never forgotten, because the
// caller counts on their growth.
func (s signs) launch(e event) signs {
	if s.launched.IsZero() {
		s.launched = e.At
	}
	s.prompted, s.reminded, s.trouble, s.pid = false, false, "", 0
	s.state = "" // also a start that follows a start is a new one
	return s.enter(fm.Starting, e.At)
}

func (s signs) start(e event) signs {
	switch e.Source {
	case "compact": // in the midst of a turn
		return s.enter(fm.AtWork, e.At)
	case "clear":
		return s.enter(fm.AtPrompt, e.At)
	}
	s.reminded = false
	return s.enter(fm.Starting, e.At)
}

// beat takes a heartbeat. The CLI does not wait for its hook, which may so be
// overtaken by the one that ends the turn; later than the hook may live, it is
// of a turn that goes on, as when another hook refused the Stop.
func (s signs) beat(e event) signs {
	switch s.state {
	case fm.AtPrompt, fm.Limited, fm.InShell, fm.Exited:
		if e.At.Sub(s.since) <= hookLimit {
			return s
		}
	case fm.Starting, fm.AtWork, fm.Waiting, fm.Retrying, fm.UnknownState:
	}
	return s.enter(fm.AtWork, e.At)
}

func (s signs) notify(e event) signs {
	switch e.Notification {
	case "permission_prompt", "elicitation_dialog":
		if s.state == fm.Waiting { // the request that came before says more
			return s
		}
		return s.wait(e, e.Waiting)
	case "idle_prompt":
		if s.state == fm.AtWork || s.state == fm.Starting {
			return s.enter(fm.AtPrompt, e.At)
		}
	}
	return s
}

// stop ends a turn, unless the agent waits for a task of its own in the
// background, or was sent back to work.
func (s signs) stop(e event) signs {
	switch {
	case e.SentBack:
		s.reminded = true
		return s.enter(fm.AtWork, e.At)
	case e.Background > 0:
		return s.enter(fm.InShell, e.At)
	}
	s.turns++
	s.trouble = ""
	return s.enter(fm.AtPrompt, e.At)
}

// fail ends a turn as well: the CLI gave up on the API and sits at its prompt.
func (s signs) fail(e event) signs {
	s.turns++
	s.trouble = e.Error
	if s.trouble == "" {
		s.trouble = "unknown"
	}
	if e.Error == "rate_limit" {
		s = s.enter(fm.Limited, e.At)
	} else {
		s = s.enter(fm.AtPrompt, e.At)
	}
	s.question = e.Waiting
	return s
}

func (s signs) wait(e event, question string) signs {
	s = s.enter(fm.Waiting, e.At)
	s.question = question
	return s
}

func (s signs) enter(state fm.AgentState, at time.Time) signs {
	if s.state != state {
		s.since = at
		s.question = ""
	}
	s.state = state
	if at.After(s.heard) {
		s.heard = at
	}
	return s
}
