package scripted

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// screen writes to the pane. One goroutine owns it at a time: the session's,
// and while a turn runs, the turn's. A write that fails has nobody to tell.
type screen struct {
	w      io.Writer
	name   string
	footer string // what stands on the last line, without line end
	beat   int
}

const (
	reset   = "\x1b[0m"
	faint   = "\x1b[2m"
	bold    = "\x1b[1m"
	cyan    = "\x1b[36m"
	green   = "\x1b[32m"
	red     = "\x1b[31m"
	eraseTo = "\r\x1b[K"
)

func (s *screen) raw(text string) { _, _ = io.WriteString(s.w, text) }

// line shows text that is made safe, in a style, above the footer.
func (s *screen) line(style, text string) {
	s.raw(eraseTo)
	for l := range strings.SplitSeq(fm.Plain(text), "\n") {
		s.raw(style + l + reset + "\n")
	}
	s.raw(s.footer)
}

func (s *screen) dim(text string) { s.line(faint, "  ⎿  "+text) }

func (s *screen) banner(session, model string) {
	s.raw("\x1b[?2004h")
	s.line(cyan+bold, "✳ scripted agent (not Claude)")
	s.line(faint, "  It does what a scenario says; no model is asked, nothing is spent.")
	if model != "" {
		s.line(faint, "  --model "+fm.Line(model, 60)+" is ignored")
	}
	s.line(faint, "  session "+session+"\n")
}

// working shows that a turn runs.
func (s *screen) working() {
	s.beat++
	sign := []string{"✶", "✸", "✹", "✺"}[s.beat%4]
	dot := []string{"⠂", "⠐"}[s.beat%2]
	s.footer = cyan + sign + " Following the scenario… " + reset + faint + "(esc to interrupt)" + reset
	s.title(dot)
	s.raw(eraseTo + s.footer)
}

// idle takes the footer away.
func (s *screen) idle() {
	s.footer = ""
	s.raw(eraseTo)
	s.title("✳")
}

// box shows the prompt with what is typed into it.
func (s *screen) box(text string) {
	if n := strings.Count(text, "\n"); n > 1 {
		text = fmt.Sprintf("[Pasted text +%d lines]", n)
	}
	s.raw(eraseTo + "❯\u00a0" + fm.Line(text, 100))
}

func (s *screen) title(sign string) {
	name := s.name
	if name == "" {
		name = "scripted agent"
	}
	s.raw("\x1b]0;" + sign + " " + fm.Line(name, 60) + "\x07")
}

// rawMode switches the terminal that r is to single keys without echo, and
// returns how to undo it. What is no terminal is left alone, and reported so.
func rawMode(ctx context.Context, r io.Reader) (restore func(), terminal bool) {
	tty, ok := r.(*os.File)
	if !ok {
		return func() {}, false
	}
	before, err := stty(ctx, tty, "-g")
	if err != nil {
		return func() {}, false
	}
	if _, err := stty(ctx, tty, "-icanon", "-echo", "-isig", "-ixon", "-icrnl", "min", "1", "time", "0"); err != nil {
		return func() {}, false
	}
	return func() { _, _ = stty(context.WithoutCancel(ctx), tty, strings.TrimSpace(before)) }, true // the terminal may be gone
}

func stty(ctx context.Context, tty *os.File, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "stty", args...)
	cmd.Stdin = tty
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	return string(out), err
}
