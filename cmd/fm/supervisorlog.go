package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// supervisorLog is the supervisor's own log, from before its rotation on.
type supervisorLog struct {
	form logForm
	file tailed
	part []byte // of a line that is not whole yet
}

// maxLogLine is where a line is broken that does not end.
const maxLogLine = 1 << 20

func (h *house) supervisorsLog(form logForm) log {
	return &supervisorLog{form: form, file: tailed{path: h.supervisorLog(), older: true}}
}

func (l *supervisorLog) folders() []string { return []string{filepath.Dir(l.file.path)} }

func (l *supervisorLog) write(ctx context.Context, w io.Writer) error {
	return l.file.next(ctx, writing(func(p []byte) error {
		l.part = append(l.part, p...)
		for {
			i := bytes.IndexByte(l.part, '\n')
			if i < 0 && len(l.part) < maxLogLine {
				return nil
			}
			if i < 0 {
				i = len(l.part) - 1
			}
			if _, err := io.WriteString(w, l.form.logged(string(l.part[:i+1]))); err != nil {
				return err
			}
			l.part = l.part[i+1:]
		}
	}))
}

// writing is a writer that is a function.
type writing func([]byte) error

func (f writing) Write(p []byte) (int, error) { return len(p), f(p) }

// logged gives a line of the supervisor's log as it is to be shown, "" for not
// at all. It is one of [log/slog.TextHandler]; another one is shown as it is.
func (f logForm) logged(line string) string {
	at, rest, ok := field(line, "time")
	when, err := time.Parse(time.RFC3339Nano, at)
	if ok && err == nil && when.Before(f.since) {
		return ""
	}
	level, rest, also := field(rest, "level")
	message, rest, said := field(rest, "msg")
	if f.raw || err != nil || !also || !said {
		return fm.Plain(line)
	}
	text := fmt.Sprintf("%s %-5s %s", when.Local().Format("2006-01-02 15:04:05"), level, message)
	if rest = strings.TrimSpace(rest); rest != "" {
		text += "  " + rest
	}
	text = fm.Plain(text)
	if tint := map[string]tint{"WARN": yellow, "ERROR": red, "DEBUG": dim}[level]; f.colours && tint != noTint {
		text = "\x1b[" + string(tint) + "m" + text + noTints
	}
	return text + "\n"
}

// field takes key=value off the beginning of a line.
func field(line, key string) (value, rest string, ok bool) {
	line, ok = strings.CutPrefix(strings.TrimLeft(line, " "), key+"=")
	if !ok {
		return "", line, false
	}
	if quoted, err := strconv.QuotedPrefix(line); err == nil {
		value, err = strconv.Unquote(quoted)
		return value, line[len(quoted):], err == nil
	}
	value, rest, _ = strings.Cut(strings.TrimRight(line, "\n"), " ")
	return value, rest, true
}

// tailed reads what a file grows by. One that takes its place, as when a log is
// rotated, is read from its beginning, after the end of the old one.
type tailed struct {
	path  string
	older bool // begin with the one that was rotated last
	at    int64
	was   os.FileInfo // the file that was read last; nil before the first
}

// rotated is what a log is called after its rotation.
func (t *tailed) rotated() string { return t.path + ".1" }

func (t *tailed) next(ctx context.Context, w io.Writer) error {
	now, err := os.Stat(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // no supervisor has started yet, or the next one is about to
	}
	if err != nil {
		return err
	}
	old, err := os.Stat(t.rotated())
	begins := t.was == nil && t.older
	moved := t.was != nil && !os.SameFile(now, t.was)
	if err == nil && (begins || moved && os.SameFile(old, t.was)) {
		if err := t.read(ctx, t.rotated(), w); err != nil {
			return err
		}
	}
	if begins || moved || now.Size() < t.at {
		t.at = 0
	}
	t.was = now
	return t.read(ctx, t.path, w)
}

func (t *tailed) read(_ context.Context, path string, w io.Writer) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	if _, err := f.Seek(t.at, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(w, f)
	t.at += n
	return err
}

// tail gives a function that writes what a file grew by beyond an offset.
func tail(path string, at int64) func(context.Context, io.Writer) error {
	t := &tailed{path: path, at: at}
	return t.next
}
