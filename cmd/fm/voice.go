package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/queue"
)

// voice is how much a command says beside what it was asked for.
type voice int

const (
	plain   voice = iota
	quiet         // no remarks, no progress; what is wrong goes to stderr
	verbose       // and on stderr what is done on the way
)

// speak has a command say as much as its user wants to hear.
func (a *app) speak(grammar cli, command *kong.Node) {
	a.asked = a.stdout
	switch {
	case command.Tag.Has("fullscreen"): // nothing may stand on it that it did not paint
		a.voice = quiet
	case grammar.Quiet:
		a.voice = quiet
		if command.Tag.Has("remarks") {
			a.stdout = a.remarks()
		}
	case grammar.Verbose:
		a.voice = verbose
	}
}

// remarks is where remarks go: not under --quiet, but for what is wrong.
func (a *app) remarks() io.Writer {
	if a.voice == quiet {
		return &wrongOnly{out: a.stderr}
	}
	return a.stdout
}

// wrongOnly lets those lines pass that begin as a warning or a failure does.
type wrongOnly struct {
	out  io.Writer
	line []byte // that is not whole yet
}

func (w *wrongOnly) Write(p []byte) (int, error) {
	w.line = append(w.line, p...)
	for {
		line, rest, whole := bytes.Cut(w.line, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		if bytes.HasPrefix(line, []byte("! ")) || bytes.HasPrefix(line, []byte("✗ ")) {
			fmt.Fprintf(w.out, "%s\n", line)
		}
		w.line = rest
	}
}

// ran tells of a process that ended. Secrets are never in its words: they reach
// other programs through their environment and their standard input alone; an
// address may hold one all the same.
func (a *app) ran(argv []string, took time.Duration) {
	if a.voice != verbose {
		return
	}
	var words []string
	for _, w := range argv {
		if w = fm.Line(withoutPassword(w), 80); w == "" || strings.ContainsAny(w, " ") {
			w = "'" + w + "'"
		}
		words = append(words, w)
	}
	fmt.Fprintf(a.stderr, "fm: ran %s (%s)\n", fm.Line(strings.Join(words, " "), 400), took.Round(time.Millisecond/10))
}

// wrote tells of a file that was written.
func (a *app) wrote(path string) {
	if a.voice == verbose {
		fmt.Fprintf(a.stderr, "fm: wrote %s\n", fm.Line(path, 400))
	}
}

// withoutPassword takes the user's part out of an address.
func withoutPassword(word string) string {
	scheme, rest, ok := strings.Cut(word, "://")
	if host, _, _ := strings.Cut(rest, "/"); ok && strings.Contains(host, "@") {
		return scheme + "://…" + rest[strings.LastIndex(host, "@"):]
	}
	return word
}

// write is disk.WriteFile, and tells of it.
func (a *app) write(path string, text []byte, mode os.FileMode) error {
	defer failpoint.Step("state.write")()
	err := disk.WriteFile(path, text, mode)
	if err == nil {
		a.wrote(path)
	}
	return err
}

// traced has the files of a queue told of when they are written.
func (h *house) traced(f queue.Files) queue.Files {
	if h.voice == verbose {
		f.Log, f.View = tracedLog{f.Log, h}, tracedView{f.View, h}
	}
	return f
}

type tracedLog struct {
	queue.Log

	house *house
}

func (l tracedLog) Sync(ctx context.Context) error {
	err := l.Log.Sync(ctx)
	if err == nil {
		l.house.wrote(l.house.project.Ledger())
	}
	return err
}

type tracedView struct {
	queue.View

	house *house
}

func (v tracedView) Swap(ctx context.Context, now time.Time, text []byte) (displaced []byte, stamp string, err error) {
	if displaced, stamp, err = v.View.Swap(ctx, now, text); err == nil {
		v.house.wrote(v.house.project.Queue())
	}
	return displaced, stamp, err
}
