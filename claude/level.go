package claude

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// A level is what the CLI says of itself in sessions/<pid>.json: no event, but
// the state as it is. The format is not documented, so everything in it is
// optional, and the hooks stay the first source.
type level struct {
	Session string `json:"sessionId"`
	Status  string `json:"status"` // idle, busy, waiting, shell
	Waiting string `json:"waitingFor"`
	Updated int64  `json:"statusUpdatedAt"` // ms since 1970
}

// readLevel reads the file of the CLI's process; the zero level when there is
// none that can be read.
func readLevel(configDir string, pid int) level {
	if pid <= 0 {
		return level{}
	}
	f, err := os.Open(filepath.Join(configDir, "sessions", strconv.Itoa(pid)+".json"))
	if err != nil {
		return level{}
	}
	defer func() { _ = f.Close() }() // only read from
	var l level
	if json.NewDecoder(io.LimitReader(f, 64<<10)).Decode(&l) != nil {
		return level{}
	}
	return l
}

// adjust lets the level speak where it is younger than the last word of the
// hooks: they are silent when a person presses Escape or answers a question.
func (s signs) adjust(l level) signs {
	at := time.UnixMilli(l.Updated).UTC()
	if l.Session == "" || l.Session != s.session || !at.After(s.heard) || !s.prompted || s.state == fm.Exited {
		return s
	}
	switch l.Status {
	case "busy":
		return s.enter(fm.AtWork, at)
	case "shell":
		return s.enter(fm.InShell, at)
	case "idle":
		if s.state != fm.Limited { // the limit outlives its dialog
			return s.enter(fm.AtPrompt, at)
		}
	case "waiting":
		if s.state != fm.Limited && s.state != fm.Waiting {
			s = s.enter(fm.Waiting, at)
			s.question = fm.Line(l.Waiting, maxText)
		}
	}
	return s
}
