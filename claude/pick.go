package claude

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// folder is the worktree: the CLI's own idea of it, because an agent may have
// changed its directory.
func (p payload) folder(environ func(string) string) string {
	if dir := environ("CLAUDE_PROJECT_DIR"); dir != "" {
		return dir
	}
	return p.text("cwd")
}

// event picks the few fields of a hook's payload that fm needs.
func (p payload) event(at time.Time, environ func(string) string) event {
	e := event{
		At:           at,
		Name:         fm.Line(p.text("hook_event_name"), 40),
		Session:      fm.Line(p.text("session_id"), 64),
		PID:          agentPID(environ),
		Tool:         fm.Line(p.text("tool_name"), 80),
		Reason:       fm.Line(p.text("reason"), 40),
		Source:       fm.Line(p.text("source"), 40),
		Background:   p.count("background_tasks"),
		StopActive:   p.truth("stop_hook_active"),
		Notification: fm.Line(p.text("notification_type"), 40),
		Transcript:   p.text("transcript_path"),
	}
	switch e.Name {
	case "PostToolUse", "PostToolUseFailure":
		e.Transcript = "" // the heartbeat stays short
		e.Call = callMark(e.Tool, p["tool_input"])
	case "PermissionRequest":
		e.Detail, e.Options = toolDetail(e.Tool, p["tool_input"])
		e.Call = callMark(e.Tool, p["tool_input"])
	case "StopFailure":
		e.Error = fm.Line(p.text("error"), 80)
		e.Waiting = fm.Line(p.text("last_assistant_message"), maxText)
	case "Notification":
		e.Waiting = fm.Line(p.text("message"), maxText)
	}
	return e
}

func agentPID(environ func(string) string) int {
	pid, err := strconv.Atoi(environ("FM_AGENT_PID"))
	if err != nil {
		return 0
	}
	return pid
}

// window reads one of the usage limits, in whole percents and seconds.
func (p payload) window(name string) window {
	var limits map[string]struct {
		Used   float64 `json:"used_percentage"`
		Resets float64 `json:"resets_at"`
	}
	_ = json.Unmarshal(p["rate_limits"], &limits) // nil for anything else
	w := limits[name]
	return window{Used: math.Floor(w.Used), Resets: int64(w.Resets)}
}
