package claude

import (
	"encoding/json"
	"time"
)

// An event is one line of an attempt's events file. Launch writes the first
// one; `fm hook` appends the others. Both ends are ours, but an agent can write
// to the file as well, so a line is data like any other.
type event struct {
	At           time.Time `json:"at"`
	Name         string    `json:"event"` // the hook's name, or one of those below
	Session      string    `json:"session_id,omitempty"`
	PID          int       `json:"pid,omitempty"` // of the CLI
	Tool         string    `json:"tool_name,omitempty"`
	Call         string    `json:"call,omitempty"`    // tells calls of one tool apart; no secret
	Detail       string    `json:"detail,omitempty"`  // what the tool is to do, in short
	Options      []string  `json:"options,omitempty"` // of the agent's own question
	Error        string    `json:"error,omitempty"`
	Reason       string    `json:"reason,omitempty"` // of SessionEnd
	Source       string    `json:"source,omitempty"` // of SessionStart
	Background   int       `json:"background_tasks,omitempty"`
	StopActive   bool      `json:"stop_hook_active,omitempty"`
	SentBack     bool      `json:"sent_back,omitempty"` // the Stop was answered with "block"
	Notification string    `json:"notification_type,omitempty"`
	Waiting      string    `json:"waiting,omitempty"` // what the CLI says about it
	Transcript   string    `json:"transcript_path,omitempty"`
	Cost         float64   `json:"cost_usd,omitempty"`     // as the process counts it
	Context      float64   `json:"context_used,omitempty"` // percent
	FiveHour     window    `json:"five_hour,omitzero"`
	SevenDay     window    `json:"seven_day,omitzero"`
}

// A window is how far one of the account's usage limits is used up.
type window struct {
	Used   float64 `json:"used_percentage"`
	Resets int64   `json:"resets_at"` // seconds since 1970; 0 when nobody says
}

// The events that are not hooks of the CLI.
const (
	launchEvent = "Launch"     // a launcher was written
	costEvent   = "StatusLine" // the cost or a usage limit changed
)

// maxLine bounds a line of the events file. One write of this size to a file
// that is open for appending is not interleaved with another's.
const maxLine = 4 << 10

// maxText bounds a text from outside within a line, in runes.
const maxText = 300

// line gives the event's line with its newline. Times are whole milliseconds.
// What would make it too long is left out.
func (e event) line() ([]byte, error) {
	e.At = e.At.UTC().Truncate(time.Millisecond)
	b, err := json.Marshal(e)
	if err == nil && len(b) >= maxLine {
		e.Transcript, e.Waiting, e.Detail, e.Options = "", "", "", nil
		b, err = json.Marshal(e)
	}
	return append(b, '\n'), err
}

// parseEvent reads a line without its newline; ok is false for a line that is
// not an event.
func parseEvent(line []byte) (e event, ok bool) {
	if len(line) > maxLine || json.Unmarshal(line, &e) != nil {
		return event{}, false
	}
	e.At = e.At.UTC()
	return e, e.Name != "" && !e.At.IsZero()
}
