package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/founder-mode/fm"
)

const (
	tailBytes = 64 << 10 // of output kept in memory
	tailLines = 20       // of them shown in an error
	tailWidth = 400      // runes of a line shown in an error
	logBytes  = 64 << 20 // of output kept in the log file
)

// output takes what a command prints: the end of it is kept in memory, and the
// whole goes to a log file up to a size that no loop can exceed.
type output struct {
	tail tail
	log  *os.File // nil for none
	room int      // bytes that the log may still take
}

// output opens the log for a run in dir. A log that cannot be written is left
// out, because it must not decide whether the work is good.
func (v Verifier) output(dir string) (out *output, closeLog func()) {
	out = &output{room: logBytes}
	if v.LogDir == "" {
		return out, func() {}
	}
	name := filepath.Join(v.LogDir, "verify-"+filepath.Base(dir)+".log")
	log, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return out, func() {}
	}
	out.log = log
	return out, func() { _ = log.Close() } // nothing depends on the log
}

// Write never fails: a full disk must not look like a failed check.
func (o *output) Write(p []byte) (int, error) {
	_, _ = o.tail.Write(p) // it cannot fail
	if n := min(len(p), o.room); o.log != nil && n > 0 {
		o.room -= n
		_, _ = o.log.Write(p[:n]) // a convenience, as above
	}
	return len(p), nil
}

// tail keeps the last [tailBytes] of what is written to it.
type tail struct {
	buf []byte
	cut bool // something was dropped at the front
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*tailBytes { // drop in large steps, so that each byte moves once
		t.drop()
	}
	return len(p), nil
}

func (t *tail) drop() {
	if n := len(t.buf) - tailBytes; n > 0 {
		t.buf = append(t.buf[:0], t.buf[n:]...)
		t.cut = true
	}
}

// lines gives the last lines, each after a newline, made safe to show.
func (t *tail) lines() string {
	t.drop()
	b := t.buf
	if t.cut { // the first line may start inside a character or an escape
		_, b, _ = bytes.Cut(b, []byte("\n"))
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(b))
	all := strings.Split(strings.TrimSpace(fm.Plain(text)), "\n")
	var s strings.Builder
	for _, line := range all[max(0, len(all)-tailLines):] {
		if line = strings.TrimRight(line, " \t"); line != "" {
			s.WriteString("\n" + cutLine(line))
		}
	}
	return s.String()
}

func cutLine(line string) string {
	if r := []rune(line); len(r) > tailWidth {
		return string(r[:tailWidth-1]) + "…"
	}
	return line
}
