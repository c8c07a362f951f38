package claude

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// maxMeter bounds what one look reads of a transcript, in bytes: after a
	// restart of fm, long ones are caught up with over several looks.
	maxMeter = 512 << 10
	// maxSubagents bounds the transcripts of subagents that are counted.
	maxSubagents = 500
)

// A meter counts the tokens in the transcripts of a run, from where it stopped
// the last time.
type meter struct{ files map[string]*tally }

// A tally is how far one transcript was counted.
type tally struct {
	offset   int64
	messages map[string]int64 // tokens by the id of the message
	sum      int64
}

func (m *meter) total() (sum int64) {
	for _, t := range m.files {
		sum += t.sum
	}
	return sum
}

// look counts what was added to the conversations. Subagents have transcripts
// of their own, and are looked for only when the conversation itself has grown,
// as it does when one of them returns. What cannot be read is not counted: it
// is the agent's to write, and nothing depends on it but a number.
//
// What was said before since, when it is not zero, was said by earlier attempts.
func (m *meter) look(ctx context.Context, talks []talk, since time.Time) {
	if m.files == nil {
		m.files = map[string]*tally{}
	}
	for _, t := range talks {
		if !t.believable() || !m.count(ctx, t.transcript, since) {
			continue
		}
		subagents, err := os.ReadDir(filepath.Join(strings.TrimSuffix(t.transcript, ".jsonl"), "subagents"))
		if err != nil {
			continue // there are none
		}
		for _, entry := range subagents[:min(len(subagents), maxSubagents)] {
			if strings.HasSuffix(entry.Name(), ".jsonl") {
				m.count(ctx, filepath.Join(strings.TrimSuffix(t.transcript, ".jsonl"), "subagents", entry.Name()), since)
			}
		}
	}
}

// believable says whether a path from the events file, to which an agent can
// write, is that of the session's transcript.
func (t talk) believable() bool {
	return filepath.IsAbs(t.transcript) && filepath.Base(t.transcript) == filepath.Base(t.session)+".jsonl"
}

// count reads on in one transcript, and says whether it has grown.
func (m *meter) count(ctx context.Context, path string, since time.Time) (grown bool) {
	t := m.files[path]
	if t == nil {
		t = &tally{messages: map[string]int64{}}
		m.files[path] = t
	}
	info, err := os.Lstat(path)
	if err != nil || info.Size() <= t.offset {
		return false
	}
	f, err := openRegular(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // only read from
	buf := make([]byte, min(maxMeter, info.Size()-t.offset))
	n, err := f.ReadAt(buf, t.offset)
	if err != nil && !errors.Is(err, io.EOF) || ctx.Err() != nil {
		return false
	}
	end := bytes.LastIndexByte(buf[:n], '\n') + 1
	for line := range bytes.Lines(buf[:end]) {
		t.add(line, since)
	}
	if end == 0 && n == maxMeter { // a picture, or the like: pass over it
		end = n
	}
	t.offset += int64(end)
	return end > 0
}

// add counts the tokens of one line. The CLI writes a line for each part of a
// message, and each repeats what the whole message used so far.
func (t *tally) add(line []byte, since time.Time) {
	if !bytes.Contains(line, []byte(`"usage"`)) {
		return
	}
	var l struct {
		Timestamp time.Time
		Message   struct {
			ID    string
			Usage struct {
				Input  int64 `json:"input_tokens"`
				Output int64 `json:"output_tokens"`
				Write  int64 `json:"cache_creation_input_tokens"`
				Read   int64 `json:"cache_read_input_tokens"`
			}
		}
	}
	if json.Unmarshal(line, &l) != nil || l.Message.ID == "" || older(l.Timestamp, since) {
		return
	}
	const most = 1 << 40 // more is no count of tokens
	used := int64(0)
	for _, n := range []int64{l.Message.Usage.Input, l.Message.Usage.Output, l.Message.Usage.Write, l.Message.Usage.Read} {
		used += min(max(n, 0), most)
	}
	if more := used - t.messages[l.Message.ID]; more > 0 {
		t.messages[l.Message.ID] = used
		t.sum += more
	}
}

// older says whether something was said before since. What has no time was not.
func older(at, since time.Time) bool { return !at.IsZero() && at.Before(since) }
