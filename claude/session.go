package claude

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
)

// sessionID names the conversation of a run: the same for the same run, so that
// a launch after a crash finds it again. It is a UUID of version 8 (RFC 9562).
func sessionID(p fm.Project, run fm.Run, life int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "fm session\x00%s\x00%s\x00%d", p.Root, run, life))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// A conversation is what the CLI is told to open: a new one, or one to resume.
type conversation struct {
	id   string
	flag string // --session-id or --resume
}

// maxLives bounds the search for a free session id.
const maxLives = 100

// conversation finds the one that was last spoken in, or a fresh id. The CLI
// refuses both to resume a transcript without a prompt in it and to use its id
// again, so that such an id is passed over.
func (c *Claude) conversation(run fm.Run, s signs) (conversation, error) {
	if s.session != "" && c.transcript(s.session) == spoken {
		return conversation{s.session, "--resume"}, nil
	}
	for life := range maxLives {
		id := sessionID(c.project, run, life)
		switch c.transcript(id) {
		case spoken:
			return conversation{id, "--resume"}, nil
		case absent:
			return conversation{id, "--session-id"}, nil
		case silent:
		}
	}
	return conversation{}, fmt.Errorf("find a session id for %s: %d transcripts without a prompt", run, maxLives)
}

// transcriptState says what stands under a session id.
type transcriptState int

const (
	absent transcriptState = iota
	silent                 // no prompt in it
	spoken
)

// transcript looks through all folders: which one the CLI chooses depends on
// how it spells the working directory.
func (c *Claude) transcript(id string) transcriptState {
	if strings.ContainsAny(id, "/\\*?[") {
		return absent
	}
	projects := filepath.Join(c.configDir(), "projects")
	folders, err := os.ReadDir(projects)
	if err != nil {
		return absent
	}
	state := absent
	for _, folder := range folders {
		f, err := os.Open(filepath.Join(projects, folder.Name(), id+".jsonl"))
		if err != nil {
			continue
		}
		state = max(state, prompted(f))
		_ = f.Close() // only read from
	}
	return state
}

func prompted(r io.Reader) transcriptState {
	buf := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := buf.ReadSlice('\n') // a longer line comes in pieces
		if bytes.Contains(line, []byte(`"type":"user"`)) {
			return spoken
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return silent
		}
	}
}
