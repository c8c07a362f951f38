package claude

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

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

// A conversation is what the CLI is told to open.
type conversation struct {
	id      string
	opening opening
	cost    fm.USD // of an inherited one so far
}

// An opening is how an agent comes to its conversation.
type opening int

const (
	fresh       opening = iota // there is none yet
	interrupted                // it is the attempt's own
	inherited                  // an earlier attempt began it
)

// flag is how the CLI is told.
func (t conversation) flag() string {
	if t.opening == fresh {
		return "--session-id"
	}
	return "--resume"
}

// launch is the event that tells of it.
func (t conversation) launch(at time.Time) event {
	e := event{At: at, Name: launchEvent}
	if t.opening == inherited {
		e.Session, e.Cost = t.id, float64(t.cost)/1e6
	}
	return e
}

const (
	maxLives   = 100 // bounds the search for a free session id
	maxUnheard = 2   // launches into an inherited conversation of which nothing was heard
)

// conversation finds the attempt's own, or the one that it is to go on with.
// Until the attempt took its first prompt, nobody told it what it is for. One
// that cannot be opened, which only its absence of any sign tells, is given up
// for a fresh one, because TASK.md says everything as well.
func (c *Claude) conversation(ctx context.Context, b fm.Brief, s signs) (conversation, error) {
	run := b.Task.Run()
	if s.began || s.unheard >= maxUnheard || b.Resume.Task != run.Task || b.Resume.Attempt < 1 || b.Resume.Attempt >= run.Attempt {
		return c.own(run, s)
	}
	before, err := eventsSoFar(ctx, c.project.Events(b.Resume))
	if ctx.Err() != nil {
		return conversation{}, ctx.Err()
	}
	if err != nil || before.session == "" || c.transcript(before.session) != spoken {
		return c.own(run, s)
	}
	return conversation{id: before.session, opening: inherited, cost: before.bill.conversation()}, nil
}

// own finds the conversation of the attempt that was last spoken in, or a fresh
// id. The CLI refuses both to resume a transcript without a prompt in it and to
// use its id again, so that such an id is passed over.
func (c *Claude) own(run fm.Run, s signs) (conversation, error) {
	if s.session != "" && c.transcript(s.session) == spoken {
		return conversation{id: s.session, opening: interrupted}, nil
	}
	for life := range maxLives {
		id := sessionID(c.project, run, life)
		switch c.transcript(id) {
		case spoken:
			return conversation{id: id, opening: interrupted}, nil
		case absent:
			return conversation{id: id, opening: fresh}, nil
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
