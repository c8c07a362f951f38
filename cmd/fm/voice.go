package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/founder-mode/fm"
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
	switch {
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
