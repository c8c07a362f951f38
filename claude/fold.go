package claude

import "github.com/founder-mode/fm"

// fold adds one event. It is pure and total: an event that it does not know,
// or that comes out of order, changes at most who speaks and when.
func (s signs) fold(e event) signs {
	if e.Name == launchEvent {
		return s.launch(e)
	}
	s = s.identify(e)
	s.unheard = 0
	s.heard = last(s.heard, e.At)
	s.worked = s.worked.sign(e.At)
	switch e.Name {
	case "SessionStart":
		return s.start(e)
	case "UserPromptSubmit":
		s.prompted, s.began = true, true
		return s.enter(fm.AtWork, e.evidence(""))
	case "PostToolUse", "PostToolUseFailure":
		return s.beat(e)
	case "PreToolUse", "PreCompact", "PostCompact":
		return s.enter(fm.AtWork, e.evidence(""))
	case "PermissionRequest":
		return s.ask(e, e.question())
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
		return s.enter(fm.Exited, e.evidence(e.Reason))
	case costEvent:
		s.bill = s.bill.read(e.Cost)
		s.fiveHour, s.sevenDay = s.fiveHour.or(e.FiveHour), s.sevenDay.or(e.SevenDay)
	}
	return s
}

// evidence is what an event says for a state.
func (e event) evidence(detail string) fm.Evidence {
	what := e.Name
	if detail != "" {
		what += " " + detail
	}
	return fm.Evidence{Source: fm.HookSource, What: what, At: e.At}
}

// launch begins a life of the agent. Turns are never forgotten, because the
// caller counts on their growth. An agent that was at work when it died worked
// until it was last heard.
func (s signs) launch(e event) signs {
	if s.launched.IsZero() {
		s.launched = e.At
	}
	s.prompted, s.reminded, s.trouble, s.says, s.pid = false, false, "", "", 0
	s.worked = s.worked.enter(fm.Exited, later(s.heard, s.spoke))
	s.unheard++
	s.bill = s.bill.next()
	if e.Session != "" {
		s.tookOver, s.bill = e.At, s.bill.inherit(fm.Dollars(e.Cost))
	}
	s.state = "" // also a start that follows a start is a new one
	return s.enter(fm.Starting, fm.Evidence{Source: fm.ProcessSource, What: "launched", At: e.At})
}

func (s signs) start(e event) signs {
	switch e.Source {
	case "compact": // in the midst of a turn
		return s.enter(fm.AtWork, e.evidence(e.Source))
	case "clear":
		return s.enter(fm.AtPrompt, e.evidence(e.Source))
	}
	s.reminded = false
	return s.enter(fm.Starting, e.evidence(e.Source))
}

// beat takes a heartbeat. The CLI does not wait for its hook, which may so be
// overtaken by the one that ends the turn; later than the hook may live, it is
// of a turn that goes on, as when another hook refused the Stop. One of a tool
// that runs beside the question answers no question.
func (s signs) beat(e event) signs {
	switch s.state {
	case fm.AtPrompt, fm.Limited, fm.InShell, fm.Exited:
		if e.At.Sub(s.since) <= hookLimit {
			return s
		}
	case fm.Waiting:
		if s.asks() && !s.asked.of(e) {
			return s
		}
	case fm.Starting, fm.AtWork, fm.Retrying, fm.UnknownState:
	}
	told := s.told
	s = s.enter(fm.AtWork, e.evidence(""))
	s.told = told
	return s
}

func (s signs) notify(e event) signs {
	switch e.Notification {
	case "permission_prompt", "elicitation_dialog":
		if s.state == fm.Waiting { // the request that came before says more
			return s
		}
		kind := fm.AsksPermission
		if e.Notification == "elicitation_dialog" {
			kind = fm.AsksDialog
		}
		return s.ask(e, fm.Question{Kind: kind, Text: e.Waiting})
	case "idle_prompt":
		if s.state == fm.AtWork || s.state == fm.Starting {
			return s.enter(fm.AtPrompt, e.evidence(e.Notification))
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
		return s.enter(fm.AtWork, e.evidence("sent back"))
	case e.Background > 0:
		return s.enter(fm.InShell, e.evidence("with a background task"))
	}
	s.turns++
	s.trouble, s.says = "", ""
	return s.enter(fm.AtPrompt, e.evidence(""))
}

// fail ends a turn as well: the CLI gave up on the API and sits at its prompt.
func (s signs) fail(e event) signs {
	s.turns++
	state := fm.AtPrompt
	trouble := troubleOf(e.Error, e.Waiting)
	if trouble == fm.LimitTrouble {
		state = fm.Limited
	}
	s = s.enter(state, e.evidence(e.Error))
	// A second failure is another one, with its own words and its own reset.
	s.evidence, s.trouble, s.says = e.evidence(e.Error), trouble, e.Waiting
	return s
}

func (s signs) ask(e event, q fm.Question) signs {
	s = s.enter(fm.Waiting, e.evidence(e.Tool))
	// The level may have said so a moment before; the hook says more.
	s.evidence, s.question = e.evidence(e.Tool), q
	s.asked = asking{question: q, tool: e.Tool, call: e.Call, at: s.told}
	return s
}

// asks says whether the last word of the hooks was a question.
func (s signs) asks() bool { return !s.asked.at.IsZero() && s.asked.at.Equal(s.told) }
