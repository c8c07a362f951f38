package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// tourStep is a command of the tour, and what the page says that it prints.
type tourStep struct {
	until   string // what is waited for before, as a command; "" for nothing
	command string
	prints  []string
}

// TestTheTour does what docs/tour.md says, and holds what is printed against the
// page. Caught: a command that no longer exists; a page that shows what was
// printed in an older version.
func TestTheTour(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "tour.md"))
	if err != nil {
		t.Fatal(err)
	}
	steps := tourOf(string(text))
	if len(steps) < 20 {
		t.Fatalf("only %d steps", len(steps))
	}
	walk := newWalk(t)
	for _, s := range steps {
		if s.until != "" {
			walk.until(s.until)
		}
		got := walk.run(s.command)
		if !prints(s.prints).MatchString(got) {
			t.Fatalf("$ %s\nprints:\n%s\nthe page says:\n%s", s.command, got, strings.Join(s.prints, "\n"))
		}
	}
}

// tourOf reads the steps from the page: what is indented and begins with "$ ",
// goes on with "> ", and is followed by what it prints.
func tourOf(page string) (steps []tourStep) {
	until := ""
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		code, indented := strings.CutPrefix(line, "    ")
		last := len(steps) - 1
		switch {
		case strings.HasPrefix(line, "<!-- until: "):
			until = strings.TrimSuffix(strings.TrimPrefix(line, "<!-- until: "), " -->")
		case indented && strings.HasPrefix(code, "$ "):
			steps = append(steps, tourStep{until: until, command: code[2:]})
			until = ""
		case indented && strings.HasPrefix(code, "> "):
			steps[last].command += "\n" + code[2:]
		case indented && last >= 0:
			steps[last].prints = append(steps[last].prints, code)
		case line == "" && last >= 0 && len(steps[last].prints) > 0:
			steps[last].prints = append(steps[last].prints, "")
		case line != "" && strings.HasPrefix(line, "## With Claude"):
			return steps
		}
	}
	return steps
}

// prints is the pattern of an output in which "…" stands for anything within a
// line, or, on a line of its own, for any lines.
func prints(lines []string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`^`)
	for line := range strings.SplitSeq(strings.TrimRight(strings.Join(lines, "\n"), "\n"), "\n") {
		if strings.TrimSpace(line) == "…" {
			b.WriteString(`(.*\n)*`)
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + `\n`)
	}
	b.WriteString(`\n*$`)
	return regexp.MustCompile(strings.TrimPrefix(b.String(), `^\n`))
}

// walk is a shell in which the tour is taken.
type walk struct {
	testing.TB
	in  io.Writer
	out *bufio.Reader
}

func newWalk(tb testing.TB) *walk {
	tb.Helper()
	tmp, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket path holds 100 bytes; that of TempDir is longer
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		endAll(tmp)
		_ = os.RemoveAll(tmp)
	})
	cmd := exec.CommandContext(tb.Context(), "bash", "--norc")
	cmd.WaitDelay = time.Second
	cmd.Dir = tmp
	cmd.Env = []string{
		"PATH=" + binary + string(os.PathListSeparator) + os.Getenv("PATH"), "TMPDIR=" + tmp, "TMUX_TMPDIR=" + tmp, "HOME=" + tmp, "LC_ALL=C.UTF-8",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost",
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait() // of a shell that is killed with the test's context
	})
	w := &walk{TB: tb, in: in, out: bufio.NewReader(out)}
	w.say("exec 2>&1")
	return w
}

func (w *walk) say(line string) {
	w.Helper()
	if _, err := io.WriteString(w.in, line+"\n"); err != nil {
		w.Fatal(err)
	}
}

// run gives what a command prints; one that fails ends the test.
func (w *walk) run(command string) string {
	w.Helper()
	said, code := w.try(command)
	if code != "0" {
		w.Fatalf("$ %s\nends with %s:\n%s", command, code, said)
	}
	return said
}

func (w *walk) try(command string) (said, code string) {
	w.Helper()
	const end = "end of the step: "
	w.say(command + "\nprintf '\\n" + end + "%s\\n' $?")
	for {
		line, err := w.out.ReadString('\n')
		if err != nil {
			w.Fatalf("$ %s\n%s%v", command, said, err)
		}
		if code, ended := strings.CutPrefix(line, end); ended {
			return strings.TrimSuffix(said, "\n"), strings.TrimSpace(code)
		}
		said += line
	}
}

// until waits for a command to succeed.
func (w *walk) until(command string) {
	w.Helper()
	(&bench{TB: w.TB}).until(command, 30*time.Second, func() (any, bool) {
		said, code := w.try(command)
		return said, code == "0"
	})
}
