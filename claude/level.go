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
func (s signs) adjust(l level, now time.Time) signs {
	at := time.UnixMilli(l.Updated).UTC()
	if l.Session == "" || l.Session != s.session || s.state == fm.Exited {
		return s
	}
	if l.Updated > 0 && at.After(s.launched) {
		s.heard = later(s.heard, at)
	}
	if !s.prompted && l.Status != "waiting" { // it is idle for a moment before it takes its prompt
		return s
	}
	if s.state == fm.Limited && l.Status == "waiting" { // however late the hook was, this is the limit's menu
		s.question = fm.Question{Kind: fm.AsksLimit, Text: "What to do about the usage limit"}
		return s
	}
	// A hook can be slow to say when it was called: what the level said a moment
	// before, and still says long after, is as good.
	settled := now.Sub(s.spoke) > 2*hookLimit && at.After(s.spoke.Add(-hookLimit))
	open := l.Status == "waiting" && s.outlived(at)
	if !at.After(s.spoke) && !settled && !open {
		return s
	}
	asks := s.asks()
	by := fm.Evidence{Source: fm.SessionSource, What: fm.Line("status "+l.Status, 40), At: at}
	switch l.Status {
	case "busy":
		return s.enter(fm.AtWork, by)
	case "shell":
		return s.enter(fm.InShell, by)
	case "idle":
		if s.state == fm.Limited { // the limit outlives its dialog
			s.question = fm.Question{}
			return s
		}
		return s.enter(fm.AtPrompt, by)
	case "waiting":
		by.What = fm.Line("status waiting: "+l.Waiting, 60)
		if s.state != fm.Waiting { // else the hooks know more
			s = s.enter(fm.Waiting, by)
			s.question = fm.Question{Kind: l.kind(), Text: fm.Line(l.Waiting, maxText)}
			if asks {
				s.question = s.asked.question
			}
		}
	}
	return s
}

// outlived says whether a dialog that the level tells of, from a moment on, was
// followed by heartbeats alone. They are of tools beside it: the level is read
// after the hooks, and would say so if it was answered.
func (s signs) outlived(at time.Time) bool {
	return at.After(s.told) || s.asks() && at.After(s.told.Add(-hookLimit))
}

// kind tells the dialogs apart as far as the CLI does.
func (l level) kind() fm.QuestionKind {
	switch l.Waiting {
	case "permission prompt", "sandbox request", "worker request":
		return fm.AsksPermission
	case "input needed":
		return fm.AsksQuestion
	}
	return fm.AsksDialog
}
