package github

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// What the runner does to clean up stands behind the error in every log of
// Actions, and is of no use to an agent. Caught: the last 80 lines.
func TestLogEndsWithTheError(t *testing.T) {
	var log strings.Builder
	line := func(format string, args ...any) {
		fmt.Fprintf(&log, "2026-11-20T17:00:01.1234567Z "+format+"\r\n", args...)
	}
	log.WriteString("\ufeff")
	line("##[group]Run go test ./...")
	for i := range 200 {
		line("ok %d", i)
	}
	line("\x1b[31m--- FAIL: TestLogin\x1b[0m")
	line("downloading 1%%\rdownloading 100%%")
	line("")
	line("##[error]Process completed with exit code 1.")
	for i := range 90 {
		line("Post job cleanup %d", i)
	}
	got := strings.Split(strings.TrimSuffix(logEnd(log.String()), "\n"), "\n")
	if len(got) != logLines {
		t.Errorf("%d lines, want %d", len(got), logLines)
	}
	want := []string{"ok 199", "--- FAIL: TestLogin", "downloading 100%", "", "##[error]Process completed with exit code 1."}
	if diff := cmp.Diff(want, got[len(got)-len(want):]); diff != "" {
		t.Error(diff)
	}
}

func TestLogWithoutAnErrorEndsWhereItEnds(t *testing.T) {
	if got, want := logEnd("one\ntwo\n\n\n"), "one\ntwo\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A log of gigabytes is read to its end in little memory. Caught: a buffer of
// everything; a first line that is half a line.
func TestTailKeepsTheEndOfALongLog(t *testing.T) {
	end := tail{limit: 1000}
	most := 0
	for i := range 10_000 {
		_, _ = fmt.Fprintf(&end, "line %d\n", i)
		most = max(most, len(end.kept))
	}
	got := end.String()
	if most > 2*end.limit+20 || len(got) < end.limit-20 {
		t.Errorf("%d bytes were held and %d are left of a limit of %d", most, len(got), end.limit)
	}
	if !strings.HasPrefix(got, "line ") || !strings.HasSuffix(got, "line 9999\n") {
		t.Errorf("got %.20q … %q", got, got[len(got)-20:])
	}
}

func FuzzLogEnd(f *testing.F) {
	f.Add("2026-11-20T17:00:01.1234567Z ##[error]x\r\n\x1b[2Ky")
	f.Add("\ufeff2026-11-20T17:00:01.1234567Z a\rb\xff\u202e")
	f.Fuzz(func(t *testing.T, log string) {
		got := logEnd(log)
		if len(got) > logBytes || strings.Count(got, "\n") > logLines || !utf8.ValidString(got) || strings.ContainsAny(got, "\x1b\r\x00\u202e") {
			t.Errorf("got %q", got)
		}
	})
}
