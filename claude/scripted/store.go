package scripted

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// store is what a session leaves in the CLI's folder: a transcript, from which
// it can be resumed, and a live state file.
type store struct {
	id         string
	dir        string // the working directory
	transcript string // path
	live       string // path of the state file
	attempt    int    // of the task
	ended      int    // scripted turns that have ended in this attempt, in all lives of the session
	endedSoFar int    // the same, in all attempts
	first      string // the first prompt
	started    time.Time
	name       string
	mode       persistence
	fault      error // the first failure to write
}

// openStore opens the session that the options name. Errors carry the CLI's
// own words.
func openStore(o options, env Env, now time.Time) (*store, error) {
	config := env.Getenv("CLAUDE_CONFIG_DIR")
	if config == "" {
		config = filepath.Join(env.Getenv("HOME"), ".claude")
	}
	s := &store{id: o.sessionID, dir: env.Dir, attempt: attempt(env), started: now, name: o.name, mode: o.persistence}
	if o.resume != "" {
		s.id = o.resume
	}
	if s.id == "" {
		s.id = newID()
	}
	// A session that was started from inside another one keeps no files.
	if env.Getenv("CLAUDE_CODE_CHILD_SESSION") == "1" && env.Getenv("CLAUDE_CODE_FORCE_SESSION_PERSISTENCE") == "" {
		s.mode = ephemeral
	}
	folder := strings.NewReplacer("/", "-", ".", "-").Replace(env.Dir)
	s.transcript = filepath.Join(config, "projects", folder, filepath.Base(s.id)+".jsonl")
	s.live = filepath.Join(config, "sessions", fmt.Sprintf("%d.json", os.Getpid()))
	err := s.read()
	switch {
	case o.resume != "" && err != nil:
		return nil, cliError("No conversation found with session ID: %s", o.resume)
	case o.resume == "" && err == nil:
		return nil, cliError("Error: Session ID %s is already in use.", s.id)
	case o.resume == "" && !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("open transcript: %w", err)
	}
	return s, nil
}

// entry is a line of a transcript.
type entry struct {
	Type      string         `json:"type"`
	Subtype   string         `json:"subtype,omitempty"`
	Message   map[string]any `json:"message,omitempty"`
	Attached  map[string]any `json:"attachment,omitempty"`
	SessionID string         `json:"sessionId"`
	UUID      string         `json:"uuid"`
	Cwd       string         `json:"cwd"`
	Timestamp string         `json:"timestamp"`
	Duration  int64          `json:"durationMs,omitempty"`
	Attempt   int            `json:"fmAttempt,omitempty"` // in which a turn ended; the CLI has no such key
}

// turnEnded marks the end of a scripted turn in the transcript.
const turnEnded = "stop_hook_summary"

func (s *store) read() error {
	f, err := os.Open(s.transcript)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read only
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // a line cut off by a crash
		}
		s.count(e)
		if content, ok := e.Message["content"].(string); ok && e.Type == "user" && s.first == "" {
			s.first = content
		}
	}
	return lines.Err()
}

// count takes note of a turn that ended.
func (s *store) count(e entry) {
	if e.Subtype != turnEnded {
		return
	}
	s.endedSoFar++
	if e.Attempt == s.attempt {
		s.ended++
	}
}

// add appends an entry to the transcript.
func (s *store) add(e entry) {
	e.Attempt = s.attempt
	s.count(e)
	if s.mode == ephemeral {
		return
	}
	e.SessionID, e.UUID, e.Cwd = s.id, newID(), s.dir
	e.Timestamp = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	line, err := json.Marshal(e)
	if err != nil {
		s.note(err)
		return
	}
	if err := os.MkdirAll(filepath.Dir(s.transcript), 0o700); err != nil {
		s.note(err)
		return
	}
	f, err := os.OpenFile(s.transcript, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.note(err)
		return
	}
	_, err = f.Write(append(line, '\n'))
	s.note(errors.Join(err, f.Close()))
}

// show replaces the live state file. An empty status leaves the key out, as
// the CLI does while it starts.
func (s *store) show(status, waitingFor string) {
	if s.mode == ephemeral {
		return
	}
	now := time.Now().UnixMilli()
	state := map[string]any{
		"pid": os.Getpid(), "sessionId": s.id, "cwd": s.dir, "startedAt": s.started.UnixMilli(),
		"procStart": procStart(), "version": strings.Fields(Version)[0], "peerProtocol": 1,
		"kind": "interactive", "entrypoint": "cli", "updatedAt": now,
	}
	if s.name != "" {
		state["name"] = s.name
	}
	if status != "" {
		state["status"], state["statusUpdatedAt"] = status, now
	}
	if waitingFor != "" {
		state["waitingFor"] = waitingFor
	}
	text, err := json.Marshal(state)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(s.live), 0o700)
	}
	if err == nil {
		err = os.WriteFile(s.live+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(s.live+".new", s.live)
	}
	s.note(err)
}

// leave removes the live state file.
func (s *store) leave() {
	if s.mode == persistent {
		s.note(os.Remove(s.live))
	}
}

func (s *store) note(err error) {
	if s.fault == nil {
		s.fault = err
	}
}

// procStart is field 22 of /proc/self/stat (proc(5)), or "" where there is
// none.
func procStart() string {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(stat), ") ") // our own name holds no ") "
	if rest := strings.Fields(after); len(rest) > 19 {
		return rest[19]
	}
	return ""
}

// newID gives a random UUID (RFC 9562, version 4).
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
