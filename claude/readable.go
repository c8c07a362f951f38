package claude

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// maxTranscriptLine bounds a line of a transcript; a longer one is passed over.
const maxTranscriptLine = 8 << 20

// Passage is what is to be read of a run's conversations.
type Passage struct {
	After Place     // how far it was read before
	Since time.Time // what is older is left out; zero for nothing
	Raw   bool      // the lines of the transcript as they are
}

// Place is how far a run's conversations were read. The zero Place is before the
// first.
type Place struct {
	session string
	offset  int64
	path    string
}

// File is the transcript that is read on; "" before there is one.
func (p Place) File() string { return p.path }

// Readable writes what happened in a run's conversations, as text for people, and
// returns the place to go on from. What earlier attempts said in them is left
// out. A run without a transcript yet writes nothing.
func (c *Claude) Readable(ctx context.Context, run fm.Run, p Passage, w io.Writer) (Place, error) {
	s, err := eventsSoFar(ctx, c.project.Events(run))
	if err != nil || s.session == "" {
		return p.After, err
	}
	if s.tookOver.After(p.Since) {
		p.Since = s.tookOver
	}
	at := p.After
	for _, t := range s.conversations(at.session) {
		if t.session != at.session {
			at = Place{session: t.session}
		}
		if at, err = c.readOn(ctx, t, at, p, w); err != nil {
			return at, err
		}
	}
	return at, nil
}

// conversations lists those of the attempt from one on, each with the last place
// that a believable hook named; of a session that is not known, all.
func (s signs) conversations(from string) []talk {
	var all []talk
	for _, t := range append(slices.Clone(s.talks), talk{session: s.session}) {
		i := slices.IndexFunc(all, func(o talk) bool { return o.session == t.session })
		switch {
		case i < 0:
			all = append(all, t)
		case t.believable():
			all[i] = t
		}
	}
	begin := slices.IndexFunc(all, func(t talk) bool { return t.session == from })
	return all[max(0, begin):]
}

// fileTick is more than the clock that stamps files lags behind the one that
// stamps events: it ticks some hundred times a second.
const fileTick = time.Second

// readOn writes what one conversation has beyond a place.
func (c *Claude) readOn(ctx context.Context, t talk, at Place, p Passage, w io.Writer) (Place, error) {
	f, err := c.openTranscript(t)
	if errors.Is(err, os.ErrNotExist) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	defer func() { _ = f.Close() }() // only read from
	at.path = f.Name()
	info, err := f.Stat()
	switch {
	case err != nil:
		return at, err
	case info.Size() == at.offset:
		return at, nil
	case older(info.ModTime().Add(fileTick), p.Since):
		at.offset = info.Size()
		return at, nil
	case info.Size() < at.offset: // another file of that name
		at.offset = 0
	}
	if _, err := f.Seek(at.offset, io.SeekStart); err != nil {
		return at, err
	}
	at.offset, err = copyReadable(ctx, f, at.offset, p, w)
	return at, err
}

// openTranscript opens the file that the hooks named, which is right whatever
// CLAUDE_CONFIG_DIR the reader has, else the one in the CLI's folder. An agent
// can write to the events file: it is believed only about a file that bears the
// session's name.
func (c *Claude) openTranscript(t talk) (*os.File, error) {
	name := filepath.Base(t.session) + ".jsonl"
	if t.believable() {
		if f, err := openRegular(t.transcript); err == nil {
			return f, nil
		}
	}
	projects := filepath.Join(c.configDir(), "projects")
	folders, err := os.ReadDir(projects)
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		f, err := openRegular(filepath.Join(projects, folder.Name(), name))
		if err == nil {
			return f, nil
		}
	}
	return nil, os.ErrNotExist
}

// openRegular opens a file that is no link, and neither a pipe nor a device,
// which would block or never end.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("open %s: not a regular file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// copyReadable renders whole lines only: the CLI appends while we read.
func copyReadable(ctx context.Context, r io.Reader, from int64, p Passage, w io.Writer) (int64, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	for ctx.Err() == nil {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return from, nil
		}
		if err != nil {
			return from, err
		}
		from += int64(len(line))
		if len(line) > maxTranscriptLine {
			continue
		}
		if _, err := io.WriteString(w, p.shows(line)); err != nil {
			return from, err
		}
	}
	return from, ctx.Err()
}

// transcriptLine is what is used of a line; see the reference of the CLI's
// behaviour in the package's tests.
type transcriptLine struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Message   struct {
		Content json.RawMessage `json:"content"`
	} `json:"message"`
	Attachment struct { // a message that joined a turn under way
		Type   string          `json:"type"`
		Prompt json.RawMessage `json:"prompt"`
	} `json:"attachment"`
}

// block is one part of a message.
type block struct {
	Type    string          `json:"type"`
	Text    string          `json:"text"`
	Name    string          `json:"name"`
	Input   json.RawMessage `json:"input"`
	Content json.RawMessage `json:"content"`
	IsError bool            `json:"is_error"`
}

// shows gives what a passage has of a line of a transcript.
func (p Passage) shows(line []byte) string {
	if !p.Raw {
		return readable(line, p.Since)
	}
	var t struct {
		Timestamp time.Time `json:"timestamp"`
	}
	if json.Unmarshal(line, &t) == nil && older(t.Timestamp, p.Since) {
		return ""
	}
	return string(line)
}

// readable renders one line of a transcript, or "" for what is of no interest.
func readable(line []byte, since time.Time) string {
	var t transcriptLine
	if json.Unmarshal(line, &t) != nil || older(t.Timestamp, since) {
		return ""
	}
	switch {
	case t.Type == "attachment" && t.Attachment.Type == "queued_command":
		t.Type, t.Message.Content = "user", t.Attachment.Prompt
	case t.Type != "user" && t.Type != "assistant":
		return ""
	}
	var b strings.Builder
	at := t.Timestamp.Local().Format("15:04:05")
	for _, part := range blocks(t.Message.Content) {
		switch part.Type {
		case "text":
			mark := "●"
			if t.Type == "user" {
				mark = "❯"
			}
			fmt.Fprintf(&b, "%s %s %s\n", at, mark, indent(part.Text))
		case "tool_use":
			fmt.Fprintf(&b, "%s ▸ %s %s\n", at, fm.Line(part.Name, 40), fm.Line(deed(part.Name, part.Input), 200))
		case "tool_result":
			mark := "⎿"
			if part.IsError {
				mark = "✗"
			}
			fmt.Fprintf(&b, "%s   %s %s\n", at, mark, fm.Line(resultText(part.Content), 200))
		}
	}
	return b.String()
}

// blocks gives the parts of a content, which is a string or a list.
func blocks(content json.RawMessage) []block {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return []block{{Type: "text", Text: text}}
	}
	var parts []block
	_ = json.Unmarshal(content, &parts) // what cannot be read is not shown
	return parts
}

func resultText(content json.RawMessage) string {
	var b strings.Builder
	for _, part := range blocks(content) {
		b.WriteString(part.Text + " ")
	}
	return b.String()
}

func indent(s string) string {
	return strings.ReplaceAll(strings.TrimSpace(fm.Plain(s)), "\n", "\n           ")
}
