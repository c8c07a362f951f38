package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestALogIsReadOverItsRotation: each line once, in its order, also when the log
// was rotated between two looks, or only half of a line was there. Caught: an
// offset that outlives its file; the end of the old file that was left out; a
// new file that had grown beyond the old one's offset.
func TestALogIsReadOverItsRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "supervisor.log")
	write := func(flag int, text string) {
		t.Helper()
		f, err := os.OpenFile(path, flag|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l := &supervisorLog{form: logForm{raw: true}, file: tailed{path: path, older: true}}
	look := func(want string) {
		t.Helper()
		var b strings.Builder
		if err := l.write(t.Context(), &b); err != nil || b.String() != want {
			t.Errorf("got %q, %v, want %q", b.String(), err, want)
		}
	}
	rotate := func() {
		t.Helper()
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
	}
	look("")
	write(os.O_APPEND, "1\n")
	rotate()
	look("")
	write(os.O_APPEND, "2\n3")
	look("1\n2\n")
	write(os.O_APPEND, "3\n4\n")
	rotate()
	look("")
	write(os.O_APPEND, "5 is longer than all before it\n")
	look("33\n4\n5 is longer than all before it\n")
	look("")
	write(os.O_TRUNC, "6\n")
	look("6\n")
}

// TestSupervisorLinesAreReadable. Caught: a message that keeps its quotes; a
// line of something else that is lost; a control character that gets through.
func TestSupervisorLinesAreReadable(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 30, 45, 0, time.Local)
	stamp := "time=" + at.Format(time.RFC3339Nano) + " "
	for line, want := range map[string]string{
		stamp + `level=INFO msg="supervisor started" pid=12` + "\n":       "2026-11-20 14:30:45 INFO  supervisor started  pid=12\n",
		stamp + `level=ERROR msg=record task=3 why="no \"route\""` + "\n": "2026-11-20 14:30:45 ERROR record  task=3 why=\"no \\\"route\\\"\"\n",
		stamp + `level=WARN msg="a\x1b[31m b"` + "\n":                     "2026-11-20 14:30:45 WARN  a b\n",
		"panic: \x1b[2Jno\n":      "panic: no\n",
		"time=never level=INFO\n": "time=never level=INFO\n",
	} {
		if got := (logForm{}).logged(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
	line := stamp + "level=WARN msg=slow\n"
	if got := (logForm{since: at.Add(time.Second)}).logged(line); got != "" {
		t.Errorf("older than asked for: got %q", got)
	}
	if got := (logForm{since: at, raw: true}).logged(line); got != line {
		t.Errorf("raw: got %q", got)
	}
	if got := (logForm{colours: true}).logged(line); got != "\x1b[33m2026-11-20 14:30:45 WARN  slow\x1b[m\n" {
		t.Errorf("coloured: got %q", got)
	}
}

// The dashboard shows the log as fm logs does. Caught: its lines as they stand in
// the file.
func TestTheDashboardShowsTheSupervisorsLogReadable(t *testing.T) {
	t.Parallel()
	h := kept(t, 1, time.Now())
	if err := os.MkdirAll(h.project.Logs(), 0o700); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 14, 30, 45, 0, time.Local)
	line := "time=" + at.Format(time.RFC3339Nano) + " level=INFO msg=\"supervisor started\" pid=12\n"
	if err := os.WriteFile(h.supervisorLog(), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	var l logbook
	got, err := l.read(t.Context(), h, 0)
	if want := []string{"2026-11-20 14:30:45 INFO  supervisor started  pid=12"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
