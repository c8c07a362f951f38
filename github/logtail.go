package github

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// How much of a log an agent gets to read.
const (
	logBytes = 4 << 10
	logLines = 80
	// logKept is how much of the end of a log is looked through for the error:
	// what the runner does to clean up stands behind it.
	logKept = 256 << 10
)

// jobLog reads how the log of a job ends. GitHub sends the reader on to
// another host, which gets no token: the transport sees to that.
func (f *Forge) jobLog(ctx context.Context, job int64) (string, error) {
	req, err := f.hub.client.NewRequest(http.MethodGet, f.hub.path("actions/jobs/%d/logs", job), nil)
	if err != nil {
		return "", err
	}
	end := tail{limit: logKept}
	if _, err := f.hub.client.Do(ctx, req, &end); err != nil {
		return "", err
	}
	return logEnd(end.String()), nil
}

// tail keeps the end of what is written to it.
type tail struct {
	kept  []byte
	limit int // bytes; up to twice as many are held
	lost  int // bytes
}

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if len(t.kept) > 2*t.limit {
		over := len(t.kept) - t.limit
		t.kept = append(t.kept[:0], t.kept[over:]...)
		t.lost += over
	}
	return len(b), nil
}

// String gives the end, from the first whole line on.
func (t *tail) String() string {
	text := t.kept
	if t.lost > 0 {
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			text = text[i+1:]
		}
	}
	return string(text)
}

// stamp is what Actions puts before each line of a log.
var stamp = fm.Pattern(`^\x{feff}?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z ?`)

// logEnd cuts what counts out of a log: the lines up to the last error that
// the runner marks, else the last ones, without stamps and escape codes.
func logEnd(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	last := len(lines)
	for i, line := range lines {
		lines[i] = stamp().ReplaceAllString(line, "")
		if strings.HasPrefix(lines[i], "##[error]") {
			last = i + 1
		}
	}
	var kept []string
	size := 0
	for _, line := range slices.Backward(lines[:last]) {
		line = strings.TrimRight(cut(fm.Plain(redrawn(line)), 500), " \t")
		if line == "" && len(kept) == 0 {
			continue
		}
		if len(kept) == logLines {
			break
		}
		if size += len(line) + 1; size > logBytes {
			break
		}
		kept = append(kept, line)
	}
	var b strings.Builder
	for _, line := range slices.Backward(kept) {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// redrawn gives what a terminal would show of a line that was written over
// itself, as progress bars are.
func redrawn(line string) string {
	line = strings.TrimRight(line, "\r")
	return line[strings.LastIndexByte(line, '\r')+1:]
}
